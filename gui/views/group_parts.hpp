// The parts of the groups view: who owns which partition as lines between two columns, and how far
// behind each partition is as a table.
#pragma once

#include "gui/frame/desk.hpp"
#include "gui/widgets/draw.hpp"

namespace orrery::gui {

/// Members on the left, partitions on the right. A full line is owned; a dashed one with a ring is
/// to be owned, one with a cross is to be given up.
void draw_assignment(Desk& desk, const ui::Rect& area, const model::Group& group);

/// The group's lag, its course over the last seconds, and a line for each partition.
void draw_lag(Desk& desk, const ui::Rect& area, const model::Group& group);

/// What stands for a member: its name, and for a static one its instance as well.
std::string label_of(const model::GroupMember& member);
/// Its process is down, though it is a member yet.
bool is_down(const model::Snapshot& snapshot, const model::GroupMember& member);
/// "lag 12", or why that is not known.
std::string lag_text(const model::GroupOffset& offset);
/// "3.2 s behind" by the oldest record that is not committed; empty without lag.
std::string behind_text(const std::optional<Duration>& behind);

} // namespace orrery::gui
