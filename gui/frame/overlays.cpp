#include "gui/frame/overlays.hpp"

#include "gui/frame/command.hpp"
#include "gui/widgets/compat.hpp"
#include "gui/widgets/panels.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using ui::px;
using ui::Rect;

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// How well `text` fits: small is good, -1 not at all. Letters must come in order; gaps cost.
int fit(std::string_view text, std::string_view title) {
    int cost = 0;
    std::size_t at = 0;
    for (const char wanted : text) {
        std::size_t next = at;
        while (next < title.size() && lower(title[next]) != lower(wanted))
            ++next;
        if (next == title.size())
            return -1;
        cost += static_cast<int>(next - at);
        at = next + 1;
    }
    return cost;
}

void menu_row(Desk& desk, const Command& command, const Subject& subject) {
    const std::string reason = why_not(command, desk, subject);
    const std::string chord = text_of(command.chord);
    const bool checked = command.checked != nullptr && command.checked(desk);
    if (ui::menu_entry(command.id, command.title, chord, reason.empty(), reason, checked))
        desk.ask(command, subject);
}

void close_on_escape() {
    if (ui::key_pressed(ImGuiKey_Escape))
        ImGui::CloseCurrentPopup();
}

void draw_hints(const Desk& desk, const Rect& bar) {
    const ui::Colours& c = ui::look().colours;
    ImDrawList* list = ImGui::GetWindowDrawList();
    const std::string words =
        "Ctrl+P commands    F1 keys    seed " + std::to_string(desk.now->seed);
    ui::text_in(list, ui::Font::small, {bar.x, bar.y, bar.w - px(12), bar.h}, c.dim, words,
                ui::Align::right);
}

} // namespace

std::vector<const Command*> matching(std::string_view text) {
    std::vector<std::pair<int, const Command*>> ranked;
    for (const Command* command : commands()) {
        int cost = fit(text, command->title);
        if (cost < 0 && (cost = fit(text, command->id)) >= 0)
            cost += 100;
        if (cost >= 0)
            ranked.emplace_back(cost, command);
    }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<const Command*> found;
    for (const auto& [cost, command] : ranked)
        found.push_back(command);
    return found;
}

void draw_menu_bar(Desk& desk, const Rect& bar) {
    const ui::Colours& c = ui::look().colours;
    ImDrawList* list = ImGui::GetWindowDrawList();
    ui::fill(list, bar, c.raised);
    float x = bar.x + px(2);
    const ui::Scope scope("menu");
    bool any_open = false;
    for (std::size_t i = 0; i < menu_count; ++i)
        any_open =
            any_open || ImGui::IsPopupOpen(std::string(name_of(static_cast<Menu>(i))).c_str());
    for (std::size_t i = 0; i < menu_count; ++i) {
        const auto menu = static_cast<Menu>(i);
        const std::string name(name_of(menu));
        const float w = ui::measure(ui::Font::body, name).x + px(16);
        const Rect rect{x, bar.y, w, bar.h};
        const ui::Touch touch = ui::touch(name, rect);
        const bool open = ImGui::IsPopupOpen(name.c_str());
        // With one menu open, pointing at another's name opens that instead.
        const bool pointed = ImGui::IsMouseHoveringRect(rect.min(), rect.max(), false);
        if (touch.clicked || (any_open && pointed && !open))
            ImGui::OpenPopup(name.c_str());
        if (touch.hovered || open)
            ui::fill(list, rect, c.line);
        ui::text_in(list, ui::Font::body, rect, c.text, name, ui::Align::centre);
        ui::note(name, rect, name, {}, true, open);
        ImGui::SetNextWindowPos({rect.x, rect.bottom()});
        if (ImGui::BeginPopup(name.c_str())) {
            close_on_escape();
            for (const Command* command : commands())
                if (command->menu == menu)
                    menu_row(desk, *command, {});
            ImGui::EndPopup();
        }
        x += w;
    }
    draw_hints(desk, bar);
}

void draw_subject_menu(Desk& desk) {
    constexpr const char* name = "subject";
    if (desk.overlays.menu) {
        desk.overlays.menu = false;
        ImGui::OpenPopup(name);
    }
    if (!ImGui::BeginPopup(name))
        return;
    close_on_escape();
    const ui::Scope scope("popup");
    const Subject& subject = desk.overlays.menu_subject;
    const std::string title = title_of(subject, *desk.now);
    ImGui::TextDisabled("%s", title.c_str());
    ImGui::Separator();
    bool any = false;
    for (const Command* command : commands())
        if ((command->subjects & bit(subject.kind)) != 0) {
            menu_row(desk, *command, subject);
            any = true;
        }
    if (!any)
        ImGui::TextDisabled("nothing to do here");
    ImGui::EndPopup();
}

void draw_palette(Desk& desk, float width, float height) {
    if (!desk.overlays.palette)
        return;
    constexpr std::size_t rows_max = 12;
    const ui::Colours& c = ui::look().colours;
    const float row_height = px(28);
    const auto found = matching(desk.overlays.palette_text);
    const std::size_t rows = std::min(found.size(), rows_max);
    const float w = std::min(px(560), width - px(40));
    const float h = px(56) + row_height * static_cast<float>(rows);
    const Rect box{(width - w) / 2, std::max(px(40), height / 7), w, h};
    const ui::FloatingWindow window("palette", box);
    ui::text_field("filter", {box.x + px(10), box.y + px(10), box.w - px(20), px(32)},
                   "What do you want to do?", &desk.overlays.palette_text, true);
    int& choice = desk.overlays.palette_choice;
    // The look says which key went down; the chords of arrows are not commands while typing.
    if (ui::key_pressed(ImGuiKey_DownArrow))
        ++choice;
    if (ui::key_pressed(ImGuiKey_UpArrow))
        --choice;
    choice = rows == 0 ? 0 : std::clamp(choice, 0, static_cast<int>(rows) - 1);
    const bool enter = ui::key_pressed(ImGuiKey_Enter);
    ImDrawList* list = ImGui::GetWindowDrawList();
    for (std::size_t i = 0; i < rows; ++i) {
        const Command& command = *found[i];
        const Rect rect{box.x + px(6), box.y + px(50) + row_height * static_cast<float>(i),
                        box.w - px(12), row_height};
        const std::string reason = why_not(command, desk, {});
        const bool chosen = static_cast<int>(i) == choice;
        const ui::Touch touch = ui::row(command.id, rect, chosen, command.title, reason);
        const ui::Colour ink = chosen ? c.on_selection : reason.empty() ? c.text : c.dim;
        const std::string chord = text_of(command.chord);
        const float key_width = ui::measure(ui::Font::small, chord).x;
        ui::text_in(list, ui::Font::body, rect.inset(px(6)), ink, command.title);
        ui::text_in(list, ui::Font::small, rect.inset(px(6)), chosen ? ink : c.dim, chord,
                    ui::Align::right);
        const float used = ui::measure(ui::Font::body, command.title).x + px(26);
        ui::text_in(list, ui::Font::small,
                    {rect.x + used, rect.y, rect.w - used - key_width - px(20), rect.h},
                    chosen ? ink : ui::faded(c.dim, 180), reason.empty() ? command.help : reason);
        if (touch.clicked || (enter && chosen)) {
            desk.overlays.palette = false;
            desk.ask(command);
        }
    }
}

void draw_help(Desk& desk, float width, float height) {
    if (!desk.overlays.help)
        return;
    const ui::Colours& c = ui::look().colours;
    const float w = std::min(px(1180), width - px(60));
    const float h = std::min(px(780), height - px(80));
    const Rect box{(width - w) / 2, (height - h) / 2, w, h};
    const ui::FloatingWindow window("help", box);
    ImDrawList* list = ImGui::GetWindowDrawList();
    ui::text(list, ui::Font::heading, {box.x + px(20), box.y + px(14)}, c.text,
             "Keys and commands");
    const float line = px(21);
    const float column = std::floor((box.w - px(40)) / 3);
    float x = box.x + px(20);
    float y = box.y + px(52);
    Menu menu = Menu::help;
    for (const Command* command : commands()) {
        const bool new_menu = command->menu != menu || command == commands().front();
        if (y + (new_menu ? 3 : 1) * line > box.bottom() - px(10)) {
            x += column;
            y = box.y + px(52);
        }
        if (new_menu) {
            menu = command->menu;
            ui::text(list, ui::Font::small, {x, y + px(4)}, c.replica.text, name_of(menu));
            y += line + px(4);
        }
        std::string keys = text_of(command->chord);
        if (command->second.key != ui::Key::none)
            keys += " or " + text_of(command->second);
        ui::text_in(list, ui::Font::small, {x, y, px(104), line}, c.control.text, keys);
        ui::text_in(list, ui::Font::small, {x + px(108), y, column - px(120), line}, c.text,
                    command->title);
        ui::note(command->id, {x, y, column, line}, command->title, keys);
        y += line;
    }
}

void draw_toast(Desk& desk, float width, float height) {
    if (desk.toast.seconds_left <= 0)
        return;
    const ui::Colours& c = ui::look().colours;
    ImDrawList* list = ImGui::GetForegroundDrawList();
    const float w =
        std::min(width - px(40), ui::measure(ui::Font::body, desk.toast.text).x + px(32));
    const Rect box{(width - w) / 2, height - px(72), w, px(34)};
    ui::fill(list, box, c.raised, px(6));
    ui::frame(list, box, desk.toast.fault ? c.fault.fill : c.line, px(6));
    ui::text_in(list, ui::Font::body, {box.x + px(16), box.y, box.w - px(32), box.h},
                desk.toast.fault ? c.fault.text : c.text, desk.toast.text);
    ui::note("toast", box, desk.toast.text, {}, true, desk.toast.fault);
}

} // namespace orrery::gui
