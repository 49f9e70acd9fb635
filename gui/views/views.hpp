// All views, in the order of their tabs, and the two bars that are always there.
#pragma once

#include "gui/frame/desk.hpp"

namespace orrery::gui {

Views make_views();

/// Play, step, pace, inject; the clock; the chip that says what is wrong.
void draw_transport(Desk& desk, const ui::Rect& bar);
/// What the window costs and holds; a few keys.
void draw_status(Desk& desk, const ui::Rect& bar, int vertices, int draw_calls);

// One each, in the file of its name.
std::unique_ptr<View> make_lessons();
std::unique_ptr<View> make_explorer();
std::unique_ptr<View> make_cluster_map();
std::unique_ptr<View> make_quorum();
std::unique_ptr<View> make_groups();
std::unique_ptr<View> make_log_strips();
std::unique_ptr<View> make_all_partitions();
std::unique_ptr<View> make_inspector();
std::unique_ptr<View> make_event_log();
std::unique_ptr<View> make_messages();
std::unique_ptr<View> make_plots();
std::unique_ptr<View> make_faults();
std::unique_ptr<View> make_checks();
std::unique_ptr<View> make_timeline();
std::unique_ptr<View> make_branches();

} // namespace orrery::gui
