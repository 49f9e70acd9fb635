// The bar of time and deeds: play and step, the clock, the pace, what to inject, what is wrong.
#include "gui/frame/command.hpp"
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/ruler.hpp"

#include <cmath>

namespace orrery::gui {

using ui::Font;
using ui::Glyph;
using ui::px;
using ui::Rect;

namespace {

/// A button for a command, disabled with its reason; gives its right end.
float deed_button(Desk& desk, std::string_view id, std::string_view label, float x, const Rect& bar,
                  float w, Glyph sign, bool has_sign, bool on = false) {
    const Command& command = *command_named(id);
    const std::string reason = why_not(command, desk, {});
    const std::string keys = text_of(command.chord);
    const std::string tip = std::string(command.title) + (keys.empty() ? "" : " (" + keys + ")") +
                            "\n" + (reason.empty() ? std::string(command.help) : reason);
    ui::ButtonStyle style;
    style.enabled = reason.empty();
    style.on = on;
    style.tip = tip;
    const Rect rect{x, bar.y + px(8), w, px(28)};
    const bool clicked = has_sign ? ui::glyph_button(id, rect, sign, label, style)
                                  : ui::button(id, rect, label, style);
    if (clicked)
        desk.ask(command);
    return rect.right();
}

float draw_play(Desk& desk, const Rect& bar) {
    float x = bar.x + px(10);
    x = deed_button(desk, "time.start", "To the start", x, bar, px(34), Glyph::to_start, true) +
        px(5);
    x = deed_button(desk, "time.back", "Previous event", x, bar, px(34), Glyph::step_back, true) +
        px(5);
    const bool playing = desk.pace.playing();
    const Rect play{x, bar.y + px(8), px(84), px(28)};
    ui::ButtonStyle style;
    style.on = true;
    style.tip = "Play or pause (Space)";
    if (ui::button("time.play", play, "", style))
        desk.ask("time.play");
    ui::note("time.play", play, playing ? "Pause" : "Play");
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ui::Colours& c = ui::look().colours;
    ui::glyph(list, playing ? Glyph::pause : Glyph::play, {play.x + px(17), play.centre().y}, px(7),
              c.on_selection);
    ui::text_in(list, Font::body, {play.x + px(30), play.y, play.w - px(34), play.h},
                c.on_selection, playing ? "Pause" : "Play");
    x = play.right() + px(5);
    x = deed_button(desk, "time.step", "Next event", x, bar, px(34), Glyph::step_forward, true) +
        px(5);
    return deed_button(desk, "time.end", "To the live end", x, bar, px(34), Glyph::to_end, true) +
           px(12);
}

std::string ratio_text(double ratio) {
    if (ratio <= 0)
        return "";
    // One digit that matters is enough for a figure that swings.
    const double digits = std::floor(std::log10(ratio));
    if (digits >= 0)
        return "\xC3\x97" + std::to_string(static_cast<int>(ratio + 0.5));
    const auto places = static_cast<std::size_t>(-digits);
    if (places > 4)
        return "\xC3\x97"
               "0.0001";
    const int digit = std::min(9, static_cast<int>(ratio * std::pow(10.0, -digits) + 0.5));
    return "\xC3\x97"
           "0." +
           std::string(places - 1, '0') + std::to_string(digit);
}

float draw_clock(Desk& desk, const Rect& bar, float x) {
    const ui::Colours& c = ui::look().colours;
    ImDrawList* list = ImGui::GetWindowDrawList();
    const std::string clock = "t = " + ui::clock_text(desk.now->now) + " s";
    ui::text(list, Font::heading, {x, bar.y + px(3)}, c.text, clock);
    const model::Branch* branch = branch_of(*desk.now, desk.now->branch);
    std::string words = "event " + ui::count_text(static_cast<std::int64_t>(desk.now->event)) +
                        "   branch " + (branch == nullptr ? "main" : branch->name);
    if (desk.pace.playing())
        words += "   " + ratio_text(desk.pace.measured());
    else if (desk.in_past())
        words += "   in the past";
    ui::text(list, Font::small, {x, bar.y + px(26)}, desk.in_past() ? c.control.text : c.dim,
             words);
    const float w = px(234);
    if (ui::recording())
        ui::note("clock", {x, bar.y, std::min(w, bar.right() - x), bar.h}, clock, words);
    return x + w;
}

float draw_pace(Desk& desk, const Rect& bar, float x) {
    constexpr std::string_view names[Pace::ratio_count] = {
        "1/1000", "1/100", "1/10", "1\xC3\x97", "10\xC3\x97", "100\xC3\x97"};
    ui::text_in(ImGui::GetWindowDrawList(), Font::small, {x, bar.y, px(36), bar.h},
                ui::look().colours.dim, "Pace");
    x += px(36);
    const auto choice = [&](std::string_view id, std::string_view label, float w, bool on) {
        ui::ButtonStyle style;
        style.on = on;
        style.font = Font::small;
        const Rect rect{x, bar.y + px(8), px(w), px(28)};
        if (rect.right() > bar.right() - px(8))
            return false; // a narrow window keeps the keys
        x = rect.right() + px(3);
        return ui::button(id, rect, label, style);
    };
    Pace& pace = desk.pace;
    if (choice("pace/auto", "Auto-pace", 76, pace.mode() == Pace::Mode::automatic))
        pace.set_mode(Pace::Mode::automatic);
    for (std::size_t i = 1; i < Pace::ratio_count; ++i)
        if (choice("pace/" + std::string(names[i]), names[i], i < 3 ? 46 : 40,
                   pace.mode() == Pace::Mode::ratio && pace.ratio_index() == i))
            pace.set_ratio(i);
    if (choice("pace/max", "max", 42, pace.mode() == Pace::Mode::fastest))
        pace.set_mode(Pace::Mode::fastest);
    return x + px(8);
}

/// "broker 1 is down", "2 nodes are down"; empty when all are up.
std::string who_is_gone(const model::Snapshot& now) {
    std::size_t count = 0;
    std::string words;
    for (const model::Node& node : now.nodes) {
        const bool down = node.state == model::NodeState::down;
        if (!down && node.state != model::NodeState::paused)
            continue;
        ++count;
        words = node_name(now, node.id) + (down ? " is down" : " is paused");
    }
    return count < 2 ? words : std::to_string(count) + " nodes are down or paused";
}

void draw_health(Desk& desk, const Rect& bar, float x) {
    const ui::Colours& c = ui::look().colours;
    ImDrawList* list = ImGui::GetWindowDrawList();
    const Trouble trouble = trouble_of(*desk.now);
    std::string words = "all in sync";
    bool bad = false;
    for (const model::Check& check : desk.now->checks)
        if (check.state == model::CheckState::broken) {
            bad = true;
            words = check.name + " is broken";
        }
    const std::string gone = who_is_gone(*desk.now);
    if (!bad && trouble.partitions == 0 && !gone.empty()) {
        bad = true; // nobody has noticed yet
        words = gone;
    }
    if (!bad && trouble.partitions > 0) {
        bad = true;
        words = std::to_string(trouble.partitions) + " " + std::string(name_of(trouble.worst));
    }
    const float w = std::min(px(208), bar.right() - px(10) - x);
    if (w < px(70))
        return;
    const Rect chip{bar.right() - px(10) - w, bar.y + px(8), w, px(28)};
    ui::frame(list, chip, bad ? c.fault.fill : c.line, px(4), bad ? 1.5F : 1.0F);
    ui::glyph(list, bad ? Glyph::cross : Glyph::tick, {chip.x + px(15), chip.centre().y}, px(6),
              bad ? c.fault.fill : c.good.fill);
    ui::text_in(list, Font::small, {chip.x + px(28), chip.y, chip.w - px(34), chip.h},
                bad ? c.fault.text : c.dim, words);
    const ui::Touch touch = ui::touch("health", chip);
    ui::note("health", chip, words, {}, true, bad);
    if (touch.hovered)
        ui::tip(trouble.partitions > 0 ? "Partitions whose ISR is not full, by the worst of them"
                : bad                  ? "Not all is well, whether or not the controller knows it"
                                       : "Nothing is wrong");
    if (touch.clicked)
        desk.show(trouble.partitions > 0 ? "partitions" : "checks");
}

} // namespace

void draw_transport(Desk& desk, const Rect& bar) {
    const ui::Colours& c = ui::look().colours;
    ImDrawList* list = ImGui::GetWindowDrawList();
    ui::fill(list, bar, c.background);
    const ui::Scope scope("transport");
    float x = draw_play(desk, bar);
    x = draw_clock(desk, bar, x);
    x = draw_pace(desk, bar, x);
    ui::fill(list, {x, bar.y + px(9), 1, bar.h - px(18)}, c.line);
    x += px(10);
    constexpr struct {
        std::string_view id;
        std::string_view label;
        float w;
    } deeds[] = {{"fault.kill", "Kill (K)", 68},         {"fault.pause", "Pause (P)", 80},
                 {"fault.partition", "Cut off (N)", 88}, {"fault.slow_link", "Slow link (S)", 100},
                 {"fault.disk", "Slow disk (D)", 100},   {"fault.heal", "Heal (H)", 72}};
    for (const auto& deed : deeds) {
        if (x + px(deed.w) > bar.right() - px(10))
            return;
        x = deed_button(desk, deed.id, deed.label, x, bar, px(deed.w), Glyph::dot, false) + px(4);
    }
    draw_health(desk, bar, x + px(4));
}

void draw_status(Desk& desk, const Rect& bar, int vertices, int draw_calls) {
    const ui::Colours& c = ui::look().colours;
    ImDrawList* list = ImGui::GetWindowDrawList();
    ui::fill(list, bar, c.raised);
    const model::Snapshot& now = *desk.now;
    std::size_t brokers = 0;
    std::size_t controllers = 0;
    for (const model::Node& node : now.nodes) {
        brokers += node.is_broker ? 1U : 0U;
        controllers += node.is_controller ? 1U : 0U;
    }
    std::string words =
        desk.pace.playing() ? (desk.pace.holding() ? "looking" : "playing") : "paused";
    words += "    " + now.scenario + "    " +
             ui::count_text(static_cast<std::int64_t>(now.history.last_event)) + " events    " +
             std::to_string(now.history.keyframes) + " keyframes    " + std::to_string(brokers) +
             " brokers    " + std::to_string(controllers) + " controllers    " +
             std::to_string(now.partitions.size()) + " partitions";
    if (desk.settings.perf)
        words += "    " + std::to_string(vertices) + " vertices    " + std::to_string(draw_calls) +
                 " draw calls";
    const Rect room{bar.x + px(10), bar.y, bar.w * 0.72F, bar.h};
    ui::text_in(list, Font::small, room, c.dim, words);
    ui::text_in(list, Font::small,
                {bar.right() - bar.w * 0.27F, bar.y, bar.w * 0.27F - px(10), bar.h}, c.dim,
                "Space play   \xE2\x86\x90 \xE2\x86\x92 step   K kill   Ctrl+Z undo",
                ui::Align::right);
    ui::note("status", bar, words);
}

} // namespace orrery::gui
