// Drawing by hand: text, hatches, arcs, dashes and the glyphs (crown, tick, message shapes). Icons
// are drawn, not typed, since DejaVu lacks most of them. Everything takes pixels of the screen.
#pragma once

#include "gui/widgets/look.hpp"

#include <imgui.h>

#include <string_view>

namespace orrery::gui::ui {

struct Rect {
    float x = 0;
    float y = 0;
    float w = 0;
    float h = 0;
    ImVec2 min() const { return {x, y}; }
    ImVec2 max() const { return {x + w, y + h}; }
    ImVec2 centre() const { return {x + w / 2, y + h / 2}; }
    float right() const { return x + w; }
    float bottom() const { return y + h; }
    bool contains(ImVec2 p) const { return p.x >= x && p.y >= y && p.x < x + w && p.y < y + h; }
    Rect inset(float d) const { return {x + d, y + d, w - 2 * d, h - 2 * d}; }
};

enum class Font : std::uint8_t { body, small, heading, mono };
enum class Align : std::uint8_t { left, centre, right };

ImFont* font_of(Font font);
float size_of(Font font);
ImVec2 measure(Font font, std::string_view text);
/// Text with its top left at `at`, on whole pixels.
void text(ImDrawList* list, Font font, ImVec2 at, Colour colour, std::string_view text);
/// Text in one line, middle of the rect's height, cut with an ellipsis where it does not fit.
void text_in(ImDrawList* list, Font font, const Rect& rect, Colour colour, std::string_view text,
             Align align = Align::left);
/// Text in as many lines as it needs; gives the height used.
float text_block(ImDrawList* list, Font font, ImVec2 at, float width, Colour colour,
                 std::string_view text);
/// The height that text_block would use.
float block_height(Font font, float width, std::string_view text);

void fill(ImDrawList* list, const Rect& rect, Colour colour, float rounding = 0);
void frame(ImDrawList* list, const Rect& rect, Colour colour, float rounding = 0,
           float thickness = 1);
/// Diagonal lines, cut at the rect.
void hatch(ImDrawList* list, const Rect& rect, Colour colour, float gap = 6, float thickness = 1);
void dashed_line(ImDrawList* list, ImVec2 a, ImVec2 b, Colour colour, float thickness, float dash,
                 float gap);
void dashed_frame(ImDrawList* list, const Rect& rect, Colour colour, float thickness = 1);
/// A ring of which `fraction` (0..1) is left, from twelve o'clock on.
void arc(ImDrawList* list, ImVec2 centre, float radius, float thickness, float fraction,
         Colour colour, Colour track);
/// A bar filled to `fraction`.
void bar(ImDrawList* list, const Rect& rect, float fraction, Colour colour, Colour track);

enum class Glyph : std::uint8_t {
    triangle,
    diamond,
    disc,
    square,
    hexagon,
    dot,
    cross,
    tick,
    crown,
    pointer, ///< a triangle that points down
    play,
    pause,
    step_forward,
    step_back,
    to_start,
    to_end,
    fast,
    chevron_down,
    chevron_right,
    box ///< an empty check box
};

/// A glyph that fills the circle of that radius; `filled` false: its outline.
void glyph(ImDrawList* list, Glyph glyph, ImVec2 centre, float radius, Colour colour,
           bool filled = true);

} // namespace orrery::gui::ui
