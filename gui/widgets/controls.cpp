#include "gui/widgets/controls.hpp"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

namespace orrery::gui::ui {

namespace {

/// An ImGui item in that rectangle. In a window that clips, ItemAdd says whether it is in sight.
Touch item(std::string_view id, const Rect& rect, bool enabled) {
    Touch touch;
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    const ImRect box(rect.min(), rect.max());
    const ImGuiID key = window->GetID(id.data(), id.data() + id.size());
    if (!ImGui::ItemAdd(box, key))
        return touch;
    bool hovered = false;
    bool held = false;
    if (enabled) {
        touch.clicked = ImGui::ButtonBehavior(box, key, &hovered, &held);
        touch.hovered = hovered;
        touch.held = held;
        touch.double_clicked = hovered && ImGui::IsMouseDoubleClicked(0);
        touch.right_clicked = hovered && ImGui::IsMouseReleased(1);
    } else {
        touch.hovered =
            ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(rect.min(), rect.max());
    }
    return touch;
}

struct ButtonInk {
    Colour box;
    Colour edge;
    Colour words;
};

ButtonInk ink_of(const ButtonStyle& style, const Touch& touch) {
    const Colours& c = look().colours;
    ButtonInk ink{c.raised, c.line, c.text};
    if (style.plain && !touch.hovered)
        ink = {0, 0, c.text};
    if (touch.hovered && style.enabled)
        ink.box = c.line;
    if (style.fault) {
        ink.edge = c.fault.fill;
        ink.words = c.fault.text;
    }
    if (style.on || (touch.held && style.enabled)) {
        ink.box = c.selection;
        ink.edge = c.selection;
        ink.words = c.on_selection;
    }
    if (!style.enabled)
        ink = {style.plain ? 0 : c.panel, style.plain ? 0 : c.line, faded(c.dim, 130)};
    return ink;
}

Touch button_box(std::string_view id, const Rect& rect, const ButtonStyle& style, ButtonInk* ink) {
    const Touch touch = item(id, rect, style.enabled);
    *ink = ink_of(style, touch);
    ImDrawList* list = ImGui::GetWindowDrawList();
    fill(list, rect, ink->box, px(4));
    if (ink->edge != 0)
        frame(list, rect, ink->edge, px(4));
    if (touch.hovered && !style.tip.empty())
        tip(style.tip);
    return touch;
}

} // namespace

bool button(std::string_view id, const Rect& rect, std::string_view label,
            const ButtonStyle& style) {
    ButtonInk ink{};
    const Touch touch = button_box(id, rect, style, &ink);
    text_in(ImGui::GetWindowDrawList(), style.font, rect, ink.words, label, Align::centre);
    note(id, rect, label, {}, style.enabled, style.on);
    return touch.clicked;
}

bool glyph_button(std::string_view id, const Rect& rect, Glyph what, std::string_view label,
                  const ButtonStyle& style) {
    ButtonInk ink{};
    ButtonStyle with_tip = style;
    if (with_tip.tip.empty())
        with_tip.tip = label;
    const Touch touch = button_box(id, rect, with_tip, &ink);
    glyph(ImGui::GetWindowDrawList(), what, rect.centre(), px(7), ink.words);
    note(id, rect, label, {}, style.enabled, style.on);
    return touch.clicked;
}

bool link(std::string_view id, ImVec2 at, std::string_view label, float* width) {
    const ImVec2 size = measure(Font::small, label);
    const Rect rect{at.x, at.y, size.x, size.y};
    const Touch touch = item(id, rect, true);
    const Colour colour = look().colours.replica.text;
    ImDrawList* list = ImGui::GetWindowDrawList();
    text(list, Font::small, at, colour, label);
    if (touch.hovered)
        list->AddLine({rect.x, rect.bottom()}, rect.max(), colour);
    note(id, rect, label);
    if (width != nullptr)
        *width = size.x;
    return touch.clicked;
}

bool tab(std::string_view id, const Rect& rect, std::string_view label, bool active) {
    const Touch touch = item(id, rect, true);
    const Colours& c = look().colours;
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (active)
        fill(list, {rect.x, rect.bottom() - px(2), rect.w, px(2)}, c.selection);
    text_in(list, Font::body, rect, active || touch.hovered ? c.text : c.dim, label, Align::centre);
    note(id, rect, label, {}, true, active);
    return touch.clicked;
}

Touch touch(std::string_view id, const Rect& rect) {
    return item(id, rect, true);
}

Touch row(std::string_view id, const Rect& rect, bool selected, std::string_view label,
          std::string_view value) {
    const Touch touch = item(id, rect, true);
    const Colours& c = look().colours;
    if (selected)
        fill(ImGui::GetWindowDrawList(), rect, c.selection);
    else if (touch.hovered)
        fill(ImGui::GetWindowDrawList(), rect, c.raised);
    note(id, rect, label, value, true, selected);
    return touch;
}

bool check_box(std::string_view id, ImVec2 at, std::string_view label, bool* value) {
    const float side = px(14);
    const ImVec2 size = measure(Font::small, label);
    const Rect rect{at.x, at.y, side + px(6) + size.x, std::max(side, size.y)};
    const Touch touch = item(id, rect, true);
    if (touch.clicked)
        *value = !*value;
    const Colours& c = look().colours;
    ImDrawList* list = ImGui::GetWindowDrawList();
    frame(list, {at.x, at.y, side, side}, touch.hovered ? c.text : c.dim, px(2));
    if (*value)
        glyph(list, Glyph::tick, {at.x + side / 2, at.y + side / 2}, side * 0.35F, c.text);
    text(list, Font::small, {at.x + side + px(6), at.y - 1}, c.text, label);
    note(id, rect, label, {}, true, *value);
    return touch.clicked;
}

bool text_field(std::string_view id, const Rect& rect, std::string_view hint, std::string* value,
                bool take_keyboard, bool invalid) {
    const Colours& c = look().colours;
    ImGui::SetCursorScreenPos(rect.min());
    ImGui::PushStyleColor(ImGuiCol_FrameBg, c.background);
    ImGui::PushStyleColor(ImGuiCol_Border, invalid ? c.fault.fill : c.line);
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 1.0F);
    const float pad = std::max(1.0F, (rect.h - size_of(Font::body)) / 2);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(px(8), pad));
    ImGui::SetNextItemWidth(rect.w);
    if (take_keyboard) {
        // ImGui 1.90 gives the keyboard only to fields of the window that has the focus already.
        if (!ImGui::IsWindowFocused())
            ImGui::SetWindowFocus();
        ImGui::SetKeyboardFocusHere();
    }
    const std::string name = "##" + std::string(id);
    const std::string shown(hint);
    ImGui::InputTextWithHint(name.c_str(), shown.c_str(), value);
    const bool active = ImGui::IsItemActive();
    ImGui::PopStyleVar(2);
    ImGui::PopStyleColor(2);
    note(id, rect, hint, *value, true, active);
    return active;
}

void tip(std::string_view words) {
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(px(360));
    ImGui::TextUnformatted(words.data(), words.data() + words.size());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

Area::Area(std::string_view id, const Rect& rect, float height) {
    ImGui::SetCursorScreenPos(rect.min());
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    const bool scrolls = height > rect.h;
    const std::string name(id);
    ImGui::BeginChild(name.c_str(), {rect.w, rect.h}, false,
                      scrolls ? 0
                              : ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar();
    origin_ = ImGui::GetCursorScreenPos();
    width_ = scrolls ? rect.w - ImGui::GetStyle().ScrollbarSize : rect.w;
    view_height_ = rect.h;
    list_ = ImGui::GetWindowDrawList();
    if (scrolls) {
        // A dummy as tall as the content is what makes the bar; the cursor goes back after it.
        ImGui::Dummy({1, height});
        ImGui::SetCursorScreenPos(origin_);
    }
}

Area::~Area() {
    ImGui::EndChild();
}

void Area::stick_to_end() {
    if (ImGui::GetScrollY() >= ImGui::GetScrollMaxY() - 1)
        ImGui::SetScrollY(1e9F);
}

void Area::scroll_to(float y) {
    if (y < ImGui::GetScrollY() || y > ImGui::GetScrollY() + view_height_ - px(24))
        ImGui::SetScrollY(std::max(0.0F, y - view_height_ / 2));
}

} // namespace orrery::gui::ui
