// One frame of panes: splitters, each dock's row of tabs, and the view in front.
#pragma once

#include "gui/frame/desk.hpp"
#include "gui/widgets/input.hpp"

namespace orrery::gui {

void draw_panes(Desk& desk, const Places& places, float width, float height);

/// The key edges of a frame that are commands, queued on the desk. `typing`: a text field has the
/// keyboard, so only Escape and chords with Ctrl count.
void take_shortcuts(Desk& desk, const ui::Input& input, bool typing);

} // namespace orrery::gui
