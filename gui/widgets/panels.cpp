#include "gui/widgets/panels.hpp"

namespace orrery::gui::ui {

bool splitter(std::string_view id, const Rect& rect, bool upright, float* moved) {
    const Touch touched = touch(id, rect);
    *moved = 0;
    if (touched.hovered || touched.held) {
        ImGui::SetMouseCursor(upright ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
        fill(ImGui::GetWindowDrawList(), rect, look().colours.selection);
    }
    if (touched.held) {
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        *moved = upright ? mouse.x - (rect.x + rect.w / 2) : mouse.y - (rect.y + rect.h / 2);
    }
    note(id, rect, "splitter");
    return touched.double_clicked;
}

float pair(std::string_view id, ImDrawList* list, ImVec2 at, float width, float key_width,
           const Pair& row, bool striped) {
    const Colours& c = look().colours;
    const float height = px(22);
    if (striped)
        fill(list, {at.x, at.y, width, height}, faded(c.raised, 150));
    const Rect key_rect{at.x + px(8), at.y, key_width - px(12), height};
    text_in(list, Font::small, key_rect, c.dim, row.key);
    Colour ink = row.ink.text != 0 ? row.ink.text : c.text;
    if (row.changed)
        ink = c.control.text;
    const Rect rect{at.x + key_width, at.y, width - key_width - px(6), height};
    text_in(list, Font::mono, rect, ink, row.value);
    if (row.changed && !row.before.empty()) {
        const float used = measure(Font::mono, row.value).x + px(10);
        const Rect rest{rect.x + used, rect.y, rect.w - used, height};
        std::string words = "(was ";
        words += row.before;
        words += ')';
        text_in(list, Font::mono, rest, c.dim, words);
    }
    if (recording()) {
        std::string value(row.value);
        if (row.changed && !row.before.empty())
            value += " (was " + std::string(row.before) + ")";
        note(id, {at.x, at.y, width, height}, row.key, value, true, row.changed);
    }
    return height;
}

float heading(ImDrawList* list, ImVec2 at, std::string_view words) {
    text(list, Font::body, {at.x, at.y + px(4)}, look().colours.text, words);
    return px(26);
}

void legend(ImDrawList* list, const Rect& rect, const LegendEntry* entries, std::size_t count) {
    float wide = px(8);
    std::size_t shown = 0;
    for (; shown < count; ++shown) {
        const float more = measure(Font::small, entries[shown].words).x + px(34);
        if (wide + more > rect.w)
            break;
        wide += more;
    }
    if (shown == 0)
        return;
    const Colours& c = look().colours;
    const Rect strip{rect.right() - wide, rect.y, wide, rect.h};
    fill(list, strip, c.background, px(3));
    float x = strip.x + px(8);
    for (std::size_t i = 0; i < shown; ++i) {
        const LegendEntry& entry = entries[i];
        const ImVec2 at{x + px(7), rect.y + rect.h / 2};
        glyph(list, entry.glyph, at, px(6), entry.colour, entry.filled);
        if (c.outline != 0 && entry.filled)
            glyph(list, entry.glyph, at, px(6), c.outline, false);
        const float w = measure(Font::small, entry.words).x;
        text_in(list, Font::small, {x + px(20), rect.y, w + 1, rect.h}, c.dim, entry.words);
        x += w + px(34);
    }
}

void chip(ImDrawList* list, const Rect& rect, const Chip& chip) {
    const Colours& c = look().colours;
    if (chip.fill != 0)
        fill(list, rect, chip.fill, px(5));
    if (chip.hatch != 0)
        hatch(list, rect.inset(1), chip.hatch, px(6));
    if (chip.dotted)
        dashed_frame(list, rect, chip.edge, 1);
    else
        frame(list, rect, chip.edge, px(5), chip.fill != 0 ? 1.0F : 1.5F);
    if (chip.selected)
        frame(list, {rect.x - 2, rect.y - 2, rect.w + 4, rect.h + 4}, c.text, px(6), 1.5F);
    float x = rect.x + px(6);
    if (chip.has_glyph) {
        glyph(list, chip.glyph, {x + px(6), rect.y + rect.h / 2}, px(6), chip.glyph_ink);
        x += px(17);
    }
    text_in(list, Font::small, {x, rect.y, rect.right() - x - px(3), rect.h}, chip.words_ink,
            chip.words);
}

bool menu_entry(std::string_view id, std::string_view title, std::string_view chord, bool enabled,
                std::string_view why_not, bool checked) {
    const std::string name(title);
    const std::string keys(chord);
    const bool chosen =
        ImGui::MenuItem(name.c_str(), keys.empty() ? nullptr : keys.c_str(), checked, enabled);
    const ImVec2 low = ImGui::GetItemRectMin();
    const ImVec2 high = ImGui::GetItemRectMax();
    note(id, {low.x, low.y, high.x - low.x, high.y - low.y}, title, enabled ? chord : why_not,
         enabled, checked);
    if (!enabled && !why_not.empty() && ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled))
        tip(why_not);
    return chosen;
}

FloatingWindow::FloatingWindow(const char* name, const Rect& box) {
    ImGui::SetNextWindowPos(box.min());
    ImGui::SetNextWindowSize({box.w, box.h});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, look().colours.panel);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0F);
    ImGui::Begin(name, nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings);
    scope_.emplace(name);
}

FloatingWindow::~FloatingWindow() {
    scope_.reset();
    ImGui::End();
    ImGui::PopStyleVar();
    ImGui::PopStyleColor();
}

} // namespace orrery::gui::ui
