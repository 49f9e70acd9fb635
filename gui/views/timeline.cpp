// The timeline: one lane a node, a dot an event, a flag a notable moment, a hatch where a process
// was down. The ruler scrubs; the wheel zooms at the mouse; a drag below the ruler moves the view.
// Cost goes with pixels, not with events: each lane is searched once a pixel at most.
#include "gui/views/signs.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using model::Lane;
using model::Mark;
using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr std::size_t arrows_max = 400; ///< lines of messages: more would be a grey plate
constexpr double zoom_step = 1.25;
constexpr std::int64_t span_min_ns = 20'000;
constexpr std::int64_t span_default_ns = 24'000'000'000;

struct Axis {
    float left = 0;
    float width = 1;
    std::int64_t from = 0;
    std::int64_t to = 1;
    float x(Instant at) const {
        const double part = static_cast<double>(at.ns - from) /
                            static_cast<double>(std::max<std::int64_t>(1, to - from));
        return left + static_cast<float>(part * static_cast<double>(width));
    }
    std::int64_t at(float x_pixel) const {
        const double part = static_cast<double>(x_pixel - left) / static_cast<double>(width);
        return from + static_cast<std::int64_t>(part * static_cast<double>(to - from));
    }
};

class TimelineView final : public View {
public:
    std::string_view id() const override { return "timeline"; }
    std::string_view title() const override { return "Timeline"; }
    Dock dock() const override { return Dock::bottom; }
    std::string subtitle(const Desk&) const override {
        return "drag the ruler to scrub    wheel = zoom    drag = move    double click = fit    "
               "B = branch here";
    }

    void draw(Desk& desk, const Rect& area) override {
        const ui::Area clip("canvas", area);
        ImDrawList* list = clip.list();
        const Axis axis = axis_for(desk, area);
        const Rect ruler{axis.left, area.bottom() - px(26), axis.width, px(26)};
        const Rect lanes{area.x, area.y + px(6), area.w, area.h - ruler.h - px(8)};
        const auto& timeline = desk.now->timeline;
        const float step =
            timeline.lanes.empty() ? 0 : lanes.h / static_cast<float>(timeline.lanes.size());
        list->PushClipRect({axis.left, area.y}, {axis.left + axis.width, area.bottom()}, true);
        draw_arrows(desk, list, axis, lanes, step);
        list->PopClipRect();
        for (std::size_t i = 0; i < timeline.lanes.size(); ++i)
            draw_lane(list, axis, timeline.lanes[i],
                      {lanes.x, lanes.y + static_cast<float>(i) * step, lanes.w, step},
                      axis.left - lanes.x);
        draw_future(desk, list, axis, area);
        draw_flags(desk, list, axis, lanes, step);
        draw_ruler(list, axis, ruler);
        draw_branches(desk, list, axis, lanes);
        draw_playhead(desk, list, axis, area, ruler);
        pointing(desk, axis, area, ruler);
    }

private:
    /// What is in sight: by default all that happened, and then some; a zoomed view follows the
    /// playhead when time runs out of it.
    Axis axis_for(const Desk& desk, const Rect& area) {
        const std::int64_t end = std::max(desk.now->timeline.end.ns, desk.now->now.ns);
        if (fitted_) {
            from_ = 0;
            to_ = std::max(span_default_ns, end + end / 16);
        } else if (desk.pace.playing() && !held_ &&
                   (desk.now->now.ns > to_ || desk.now->now.ns < from_)) {
            const std::int64_t span = to_ - from_;
            from_ = std::max<std::int64_t>(0, desk.now->now.ns - span / 5);
            to_ = from_ + span;
        }
        const float label = px(92);
        return {area.x + label, area.w - label - px(12), from_, to_};
    }

    static void draw_lane(ImDrawList* list, const Axis& axis, const Lane& lane, const Rect& rect,
                          float label_w) {
        const ui::Colours& c = ui::look().colours;
        const float y = std::floor(rect.centre().y) + 0.5F;
        const float right = axis.left + axis.width;
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y, label_w - px(12), rect.h}, c.dim,
                    lane.name);
        list->AddLine({axis.left, y}, {right, y}, ui::faded(c.line, 200), 1);
        for (const model::Span& span : lane.down) {
            const float x0 = std::max(axis.left, axis.x(span.from));
            const float x1 = span.to == never ? right : std::min(right, axis.x(span.to));
            const float h = std::min(px(13), rect.h - 2);
            ui::hatch(list, {x0, y - h / 2, x1 - x0, h}, ui::faded(c.fault.fill, 200), px(5));
        }
        draw_marks(list, axis, lane, y);
        ui::note("lane/" + lane.name, rect, lane.name,
                 ui::recording() ? std::to_string(lane.marks.size()) + " marks" : std::string());
    }

    /// Dots, at most one each three pixels: the next mark is searched for beyond the last one's
    /// pixels, so a million marks cost what fits the screen.
    static void draw_marks(ImDrawList* list, const Axis& axis, const Lane& lane, float y) {
        const auto& marks = lane.marks;
        const float fold = px(3);
        std::size_t i = first_from(marks, axis.from, 0);
        while (i < marks.size() && marks[i].at.ns <= axis.to) {
            const float x = axis.x(marks[i].at);
            list->AddCircleFilled({x, y}, px(2), ink_of(marks[i].tone).fill, 8);
            const std::size_t next = first_from(marks, axis.at(x + fold), i + 1);
            i = std::max(i + 1, next);
        }
    }

    static std::size_t first_from(const CowVector<Mark>& marks, std::int64_t ns, std::size_t low) {
        std::size_t high = marks.size();
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            if (marks[middle].at.ns < ns)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    static void draw_arrows(const Desk& desk, ImDrawList* list, const Axis& axis, const Rect& lanes,
                            float step) {
        const auto& arrows = desk.now->timeline.arrows;
        std::vector<const model::Arrow*> shown;
        for (std::size_t i = arrows.size(); i-- > 0;) {
            if (arrows[i].arrived.ns < axis.from)
                break;
            if (arrows[i].sent.ns > axis.to)
                continue;
            shown.push_back(&arrows[i]);
            if (shown.size() > arrows_max)
                return;
        }
        const ui::Colours& c = ui::look().colours;
        const auto y_of = [&](std::int32_t lane) {
            return lanes.y + (static_cast<float>(lane) + 0.5F) * step;
        };
        for (const model::Arrow* arrow : shown)
            list->AddLine(
                {axis.x(arrow->sent), y_of(arrow->from)}, {axis.x(arrow->arrived), y_of(arrow->to)},
                arrow->tone == model::Tone::plain ? c.line
                                                  : ui::faded(ink_of(arrow->tone).fill, 130),
                1);
    }

    static void draw_future(const Desk& desk, ImDrawList* list, const Axis& axis,
                            const Rect& area) {
        const float x = std::max(axis.left, axis.x(desk.now->now));
        const float right = axis.left + axis.width;
        if (x < right)
            ui::fill(list, {x, area.y, right - x, area.h - px(26)},
                     ui::faded(ui::look().colours.background, 150));
    }

    void draw_flags(Desk& desk, ImDrawList* list, const Axis& axis, const Rect& lanes, float step) {
        const ui::Colours& c = ui::look().colours;
        const auto& flags = desk.now->timeline.flags;
        std::vector<float> taken(desk.now->timeline.lanes.size(), axis.left);
        pointed_ = nullptr;
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        for (std::size_t i = 0; i < flags.size(); ++i) {
            const model::Flag& flag = flags[i];
            if (flag.at.ns < axis.from || flag.at.ns > axis.to)
                continue;
            const auto lane = static_cast<std::size_t>(std::max(0, flag.lane));
            if (lane >= taken.size())
                continue;
            const float x = axis.x(flag.at);
            const float y = lanes.y + (static_cast<float>(lane) + 0.5F) * step;
            const bool future = flag.at > desk.now->now;
            const ui::Ink ink = ink_of(flag.tone);
            const ui::Colour fill = future ? ui::faded(ink.fill, 120) : ink.fill;
            ui::glyph(list,
                      flag.tone == model::Tone::fault ? ui::Glyph::pointer : ui::Glyph::diamond,
                      {x, y}, px(5.5F), fill);
            if (ui::recording())
                ui::note("flag/" + std::to_string(flag.event) + "/" + flag.text,
                         {x - px(6), y - px(6), px(12), px(12)}, flag.text);
            if (std::abs(mouse.x - x) < px(7) && std::abs(mouse.y - y) < px(9))
                pointed_ = &flags[i];
            const float w = ui::measure(Font::small, flag.text).x;
            if (x + px(9) >= taken[lane] && x + px(9) + w < axis.left + axis.width) {
                const Rect box{x + px(9), y - px(8), w + px(4), px(16)};
                ui::fill(list, box, ui::faded(c.panel, 220), 2);
                ui::text(list, Font::small, {box.x + 1, box.y}, future ? c.dim : ink.text,
                         flag.text);
                taken[lane] = box.right() + px(6);
            }
        }
    }

    static void draw_ruler(ImDrawList* list, const Axis& axis, const Rect& ruler) {
        const ui::Colours& c = ui::look().colours;
        list->AddLine({ruler.x, ruler.y}, {ruler.right(), ruler.y}, c.line, 1);
        const int most = static_cast<int>(axis.width / px(110));
        for (const ui::Tick& tick : ui::ticks({axis.from}, {axis.to}, std::max(1, most))) {
            const float x = std::floor(axis.x(tick.at)) + 0.5F;
            list->AddLine({x, ruler.y}, {x, ruler.y + px(5)}, c.dim, 1);
            const float w = ui::measure(Font::small, tick.words).x;
            const float at = std::clamp(x - w / 2, ruler.x - px(40), ruler.right() - w);
            ui::text(list, Font::small, {at, ruler.y + px(7)}, c.dim, tick.words);
        }
    }

    /// Where other branches leave this one: a short spur with the branch's name.
    static void draw_branches(const Desk& desk, ImDrawList* list, const Axis& axis,
                              const Rect& lanes) {
        const ui::Colours& c = ui::look().colours;
        for (const model::Branch& branch : desk.now->branches) {
            if (branch.parent < 0 || branch.forked_at.ns < axis.from ||
                branch.forked_at.ns > axis.to)
                continue;
            const float x = axis.x(branch.forked_at);
            const bool here = branch.id == desk.now->branch;
            const ui::Colour ink = here ? c.control.fill : c.dim;
            const float y = lanes.y;
            list->AddLine({x, y + px(12)}, {x + px(10), y}, ink, 2);
            list->AddLine({x + px(10), y}, {x + px(20), y}, ink, 2);
            ui::text(list, Font::small, {x + px(24), y - px(8)}, here ? c.control.text : c.dim,
                     branch.name);
        }
    }

    static void draw_playhead(const Desk& desk, ImDrawList* list, const Axis& axis,
                              const Rect& area, const Rect& ruler) {
        const ui::Colours& c = ui::look().colours;
        const float x = std::floor(axis.x(desk.now->now)) + 0.5F;
        if (x < axis.left || x > axis.left + axis.width)
            return;
        list->AddLine({x, area.y}, {x, ruler.bottom()}, c.text, 2);
        ui::glyph(list, ui::Glyph::pointer, {x, area.y + px(4)}, px(6), c.text);
    }

    void pointing(Desk& desk, const Axis& axis, const Rect& area, const Rect& ruler) {
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        const ui::Touch scrub = ui::touch("ruler", ruler);
        ui::note("ruler", ruler, "ruler");
        if (scrub.held) {
            desk.pace.play(false);
            const Instant to{std::max<std::int64_t>(0, axis.at(mouse.x))};
            if (to != desk.now->now)
                scrub_to_ = std::min(to, std::max(desk.now->timeline.end, desk.now->now));
        }
        const Rect body{area.x, area.y, area.w, area.h - ruler.h};
        const ui::Touch touch = ui::touch("body", body);
        ui::note("body", body, "timeline");
        held_ = touch.held || scrub.held;
        const bool over = touch.hovered || scrub.hovered;
        const float wheel = over ? ImGui::GetIO().MouseWheel : 0;
        if (wheel != 0)
            zoom(axis, mouse.x, wheel > 0);
        if (touch.held && std::abs(ImGui::GetIO().MouseDelta.x) > 0)
            shift(axis, ImGui::GetIO().MouseDelta.x);
        if (touch.double_clicked && pointed_ == nullptr)
            fitted_ = true;
        if (pointed_ != nullptr && touch.hovered) {
            ui::tip(pointed_->text + "\n" + ui::time_text(pointed_->at) + " s");
            if (touch.clicked) {
                desk.pace.play(false);
                desk.session->seek_event(pointed_->event);
            }
        } else if (scrub.hovered)
            ui::tip(ui::clock_text({std::max<std::int64_t>(0, axis.at(mouse.x))}) + " s");
        if (scrub_to_) {
            desk.session->seek(*scrub_to_);
            scrub_to_.reset();
        }
    }

    void zoom(const Axis& axis, float x, bool in) {
        const std::int64_t at = axis.at(x);
        const double factor = in ? 1 / zoom_step : zoom_step;
        const auto before = static_cast<double>(at - from_) * factor;
        const auto span = std::max(
            span_min_ns, static_cast<std::int64_t>(static_cast<double>(to_ - from_) * factor));
        from_ = std::max<std::int64_t>(0, at - static_cast<std::int64_t>(before));
        to_ = from_ + span;
        fitted_ = false;
    }

    void shift(const Axis& axis, float by) {
        const std::int64_t ns = axis.at(axis.left) - axis.at(axis.left + by);
        const std::int64_t moved = std::max(-from_, ns);
        from_ += moved;
        to_ += moved;
        fitted_ = false;
    }

    bool fitted_ = true;
    bool held_ = false;
    std::int64_t from_ = 0;
    std::int64_t to_ = span_default_ns;
    std::optional<Instant> scrub_to_;
    const model::Flag* pointed_ = nullptr; ///< only within one frame
};

/// The tree of branches: a click stands at a branch's end.
class Branches final : public View {
public:
    std::string_view id() const override { return "branches"; }
    std::string_view title() const override { return "Branches"; }
    Dock dock() const override { return Dock::bottom; }

    void draw(Desk& desk, const Rect& area) override {
        const ui::Colours& c = ui::look().colours;
        const float line = px(26);
        const ui::Area scroll("rows", area,
                              static_cast<float>(desk.now->branches.size()) * line + px(8));
        float y = scroll.origin().y + px(6);
        for (const model::Branch& branch : desk.now->branches) {
            const bool here = branch.id == desk.now->branch;
            const Rect rect{area.x, y, scroll.width(), line};
            const std::string words = branch.parent < 0
                                          ? std::string("from the start")
                                          : "leaves " + parent_name(desk, branch.parent) + " at " +
                                                ui::time_text(branch.forked_at) + " s";
            const ui::Touch touch = ui::row(branch.name, rect, here, branch.name, words);
            const ui::Colour ink = here ? c.on_selection : c.text;
            ui::text_in(scroll.list(), Font::body, {rect.x + px(16), rect.y, px(180), rect.h}, ink,
                        branch.name);
            ui::text_in(scroll.list(), Font::small, {rect.x + px(204), rect.y, px(300), rect.h},
                        here ? ink : c.dim, words);
            ui::text_in(scroll.list(), Font::small, {rect.x + px(510), rect.y, px(200), rect.h},
                        here ? ink : c.dim, "runs to " + ui::time_text(branch.end) + " s");
            if (touch.clicked && !here) {
                desk.pace.play(false);
                desk.session->go_to_branch(branch.id);
            }
            y += line;
        }
    }

private:
    static std::string parent_name(const Desk& desk, std::int32_t id) {
        const model::Branch* parent = branch_of(*desk.now, id);
        return parent == nullptr ? "?" : parent->name;
    }
};

} // namespace

std::unique_ptr<View> make_timeline() {
    return std::make_unique<TimelineView>();
}

std::unique_ptr<View> make_branches() {
    return std::make_unique<Branches>();
}

} // namespace orrery::gui
