#include "gui/views/views.hpp"

namespace orrery::gui {

Views make_views() {
    Views views;
    for (const auto make :
         {make_lessons, make_explorer, make_cluster_map, make_quorum, make_groups, make_log_strips,
          make_all_partitions, make_inspector, make_event_log, make_messages, make_plots,
          make_faults, make_checks, make_timeline, make_branches})
        views.push_back(make());
    return views;
}

} // namespace orrery::gui
