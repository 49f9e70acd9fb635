// Panels: splitters between panes, key-value rows, legends, floating windows, popup menus.
#pragma once

#include "gui/widgets/controls.hpp"
#include "gui/widgets/registry.hpp"

#include <optional>

namespace orrery::gui::ui {

/// The bar between two panes. While it is dragged, `moved` gets how far the mouse is from where the
/// bar is now, along x for an upright bar, else along y. True on a double click: "default, please".
bool splitter(std::string_view id, const Rect& rect, bool upright, float* moved);

/// A line "key   value" of a table. With `before` the value changed: it is shown bright with the
/// old one in brackets. Gives the height of the line.
struct Pair {
    std::string_view key;
    std::string_view value;
    std::string_view before; ///< empty: not changed of late
    Ink ink;                 ///< of the value; zero: plain text
    bool changed = false;
};
float pair(std::string_view id, ImDrawList* list, ImVec2 at, float width, float key_width,
           const Pair& pair, bool striped);

/// A heading inside a pane; gives its height.
float heading(ImDrawList* list, ImVec2 at, std::string_view words);

struct LegendEntry {
    Glyph glyph;
    Colour colour;
    std::string_view words;
    bool filled = true;
};
/// Entries side by side on a dark strip, from the right end of the rect; drops what has no room.
void legend(ImDrawList* list, const Rect& rect, const LegendEntry* entries, std::size_t count);

/// A chip: a rounded label with a glyph.
struct Chip {
    std::string_view words;
    Glyph glyph = Glyph::tick;
    bool has_glyph = true;
    Colour edge = 0;
    Colour fill = 0; ///< 0: not filled
    Colour words_ink = 0;
    Colour glyph_ink = 0;
    Colour hatch = 0; ///< 0: not hatched
    bool dotted = false;
    bool selected = false;
};
void chip(ImDrawList* list, const Rect& rect, const Chip& chip);

/// A window above the panes without a bar of its own, open while this lives; its parts are noted
/// under its name.
class FloatingWindow {
public:
    FloatingWindow(const char* name, const Rect& box);
    ~FloatingWindow();
    FloatingWindow(const FloatingWindow&) = delete;
    FloatingWindow& operator=(const FloatingWindow&) = delete;

private:
    std::optional<Scope> scope_;
};

/// One entry of a popup menu; true when chosen.
bool menu_entry(std::string_view id, std::string_view title, std::string_view chord, bool enabled,
                std::string_view why_not, bool checked = false);

} // namespace orrery::gui::ui
