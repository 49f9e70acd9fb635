// What lies over the panes, all made from the command table: the menu bar, the right-click menu,
// the command palette, the page of keys; and the line that says what went wrong.
#pragma once

#include "gui/frame/desk.hpp"

namespace orrery::gui {

void draw_menu_bar(Desk& desk, const ui::Rect& bar);
/// The right-click menu of Desk::open_menu.
void draw_subject_menu(Desk& desk);
void draw_palette(Desk& desk, float width, float height);
void draw_help(Desk& desk, float width, float height);
void draw_toast(Desk& desk, float width, float height);

/// The commands whose title or id has all the letters of `text` in order, best first.
std::vector<const Command*> matching(std::string_view text);

} // namespace orrery::gui
