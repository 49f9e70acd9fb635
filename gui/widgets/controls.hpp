// Controls: buttons, tabs, rows, check boxes, text fields. Each draws itself in the current look,
// answers the mouse through Dear ImGui and notes itself in the item registry under its id.
#pragma once

#include "gui/widgets/registry.hpp"

#include <string>
#include <string_view>

namespace orrery::gui::ui {

struct ButtonStyle {
    bool on = false; ///< pressed in: the chosen pace
    bool enabled = true;
    bool fault = false; ///< vermillion outline
    bool plain = false; ///< no box until hovered
    Font font = Font::body;
    std::string_view tip; ///< shown on hover; for a disabled one, why
};

/// A button in that rectangle of the screen; true when clicked.
bool button(std::string_view id, const Rect& rect, std::string_view label,
            const ButtonStyle& style = {});
bool glyph_button(std::string_view id, const Rect& rect, Glyph what, std::string_view label,
                  const ButtonStyle& style = {});
/// A piece of text that can be clicked; gives its width by `width`.
bool link(std::string_view id, ImVec2 at, std::string_view label, float* width = nullptr);
/// A tab's title; true when clicked.
bool tab(std::string_view id, const Rect& rect, std::string_view label, bool active);
/// An empty area that can be clicked and hovered.
struct Touch {
    bool hovered = false;
    bool clicked = false;
    bool right_clicked = false;
    bool double_clicked = false;
    bool held = false; ///< the left button is down since it went down here
};
Touch touch(std::string_view id, const Rect& rect);
/// A whole line of a list: background when hovered or selected; the caller draws the words.
Touch row(std::string_view id, const Rect& rect, bool selected, std::string_view label,
          std::string_view value = {});
bool check_box(std::string_view id, ImVec2 at, std::string_view label, bool* value);
/// One line of editable text; true while it has the keyboard.
bool text_field(std::string_view id, const Rect& rect, std::string_view hint, std::string* value,
                bool take_keyboard = false, bool invalid = false);
/// Text for the mouse that rests here.
void tip(std::string_view text);

/// A child window that clips and scrolls what is drawn in it; its content is laid out by hand.
class Area {
public:
    /// `height` of the content in pixels: when above the rect's, a scroll bar comes.
    Area(std::string_view id, const Rect& rect, float height = 0);
    ~Area();
    Area(const Area&) = delete;
    Area& operator=(const Area&) = delete;
    /// Where the content's top left is on the screen, moved by the scroll.
    ImVec2 origin() const { return origin_; }
    float width() const { return width_; }
    ImDrawList* list() const { return list_; }
    /// Keeps the end in sight, unless the person scrolled away from it.
    void stick_to_end();
    void scroll_to(float y);

private:
    ImVec2 origin_;
    float width_ = 0;
    float view_height_ = 0;
    ImDrawList* list_ = nullptr;
};

} // namespace orrery::gui::ui
