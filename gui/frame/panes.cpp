#include "gui/frame/panes.hpp"

#include "gui/frame/command.hpp"
#include "gui/widgets/panels.hpp"
#include "gui/widgets/ruler.hpp"

#include <utility>

namespace orrery::gui {

using ui::px;
using ui::Rect;

namespace {

constexpr std::string_view dock_names[dock_count] = {"left",      "centre-top",   "centre-bottom",
                                                     "right-top", "right-bottom", "bottom"};
constexpr std::string_view border_names[border_count] = {"left", "right", "centre", "right-middle",
                                                         "bottom"};

/// The tab in front: the remembered one, or the dock's first.
View* front(Desk& desk, Dock dock, const std::vector<View*>& views) {
    const std::string& wanted = desk.tabs[static_cast<std::size_t>(dock)];
    for (View* view : views)
        if (view->id() == wanted)
            return view;
    return views.front();
}

void draw_tabs(Desk& desk, Dock dock, const Rect& strip, const std::vector<View*>& views,
               const View* active) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ui::Colours& c = ui::look().colours;
    const ui::Scope scope("tabs");
    float x = strip.x + px(2);
    for (const View* view : views) {
        const float w = ui::measure(ui::Font::body, view->title()).x + px(14);
        if (x + w > strip.right())
            break;
        if (views.size() == 1)
            ui::text_in(list, ui::Font::body, {x + px(7), strip.y, w, strip.h}, c.text,
                        view->title());
        else if (ui::tab(view->id(), {x, strip.y, w, strip.h}, view->title(), view == active))
            desk.tabs[static_cast<std::size_t>(dock)] = view->id();
        x += w;
    }
    const std::string words = active->subtitle(desk);
    const float left = x + px(12);
    if (!words.empty() && strip.right() - left > px(40))
        ui::text_in(list, ui::Font::small, {left, strip.y, strip.right() - left - px(8), strip.h},
                    c.dim, words);
}

/// The view as it would be at the moment under the mouse, and plainly marked as such.
void draw_preview(Desk& desk, View& view, const Rect& body) {
    std::swap(desk.now, desk.preview);
    view.draw(desk, body);
    const Instant at = desk.now->now;
    std::swap(desk.now, desk.preview);
    const ui::Colours& c = ui::look().colours;
    ImDrawList* list = ImGui::GetForegroundDrawList(); // over what scrolls in panes of its own
    ui::frame(list, body.inset(1), c.control.fill, 0, 2);
    if (&view != desk.view("map"))
        return; // said once is enough
    const std::string words = "PREVIEW  t = " + ui::clock_text(at) + " s";
    const float w = ui::measure(ui::Font::small, words).x + px(16);
    if (w > body.w - px(8))
        return;
    const Rect ribbon{body.right() - w - px(2), body.y + px(2), w, px(20)};
    ui::fill(list, ribbon, c.control.fill);
    ui::text_in(list, ui::Font::small, ribbon, c.background, words, ui::Align::centre);
    ui::note("preview", ribbon, words);
}

void draw_dock(Desk& desk, Dock dock, const Rect& rect) {
    const auto views = desk.views_of(dock);
    if (views.empty())
        return;
    const std::string_view name = dock_names[static_cast<std::size_t>(dock)];
    const ui::Colours& c = ui::look().colours;
    View* view = front(desk, dock, views);
    const ui::Area area(name, rect);
    ImDrawList* list = area.list();
    ui::fill(list, rect, c.panel);
    const Rect strip{rect.x, rect.y, rect.w, px(24)};
    ui::fill(list, strip, c.raised);
    if (desk.focus == dock)
        ui::fill(list, {rect.x, rect.y, rect.w, 1}, c.selection);
    const bool in_pane = ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows |
                                                ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
    if (in_pane && (ImGui::IsMouseClicked(0) || ImGui::IsMouseClicked(1)))
        desk.focus = dock;
    if (strip.contains(ImGui::GetIO().MousePos) && in_pane && ImGui::IsMouseDoubleClicked(0))
        desk.layout.maximise(desk.layout.maximised() ? std::nullopt : std::optional(dock));
    draw_tabs(desk, dock, strip, views, view);
    const ui::Scope scope(view->id());
    // The tabs are in the same window of Dear ImGui: a view's ids must not meet theirs.
    ImGui::PushID(static_cast<int>(dock));
    const Rect body{rect.x, strip.bottom(), rect.w, rect.h - strip.h};
    if (desk.preview && view->previews())
        draw_preview(desk, *view, body);
    else
        view->draw(desk, body);
    ImGui::PopID();
}

} // namespace

void draw_panes(Desk& desk, const Places& places, float width, float height) {
    for (std::size_t i = 0; i < border_count; ++i) {
        const Rect& bar = places.splitters[i];
        if (bar.w <= 0)
            continue;
        const ui::Scope scope("splitter");
        float moved = 0;
        const auto border = static_cast<Border>(i);
        if (ui::splitter(border_names[i], bar, bar.h > bar.w, &moved))
            desk.layout.reset(border);
        else if (moved != 0)
            desk.layout.drag(border, moved, width, height);
    }
    for (std::size_t i = 0; i < dock_count; ++i)
        if (places.docks[i].w > 0)
            draw_dock(desk, static_cast<Dock>(i), places.docks[i]);
}

void take_shortcuts(Desk& desk, const ui::Input& input, bool typing) {
    const bool popup =
        ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
    for (const ui::KeyEdge& edge : input.keys) {
        if (!edge.down)
            continue;
        Chord chord{edge.key, input.control, input.shift, input.alt};
        // '?' is a shifted key on most keyboards; the sign is what is meant.
        if (chord.key == ui::Key::slash && chord.shift)
            chord = plain(ui::Key::question);
        if (typing && !chord.control && chord.key != ui::Key::escape)
            continue;
        // Escape first closes what popped up; menus see to that themselves.
        if (chord.key == ui::Key::escape && popup)
            continue;
        if (const Command* command = command_of(chord))
            desk.ask(*command);
    }
}

} // namespace orrery::gui
