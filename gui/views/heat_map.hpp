// All partitions at once: numbered cells while they fit, then a heat map of small ones.
#pragma once

#include "gui/frame/desk.hpp"

namespace orrery::gui {

/// Draws as many as the rect holds; gives the height used. When some have no room it says how many,
/// and keeps the worst in sight.
float draw_partitions(Desk& desk, const ui::Rect& rect);

} // namespace orrery::gui
