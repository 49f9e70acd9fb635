// Values of consumer groups that conditions and reports name, and who is meant by their roles.
#pragma once

#include "sim/scenario/metrics.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::sim {

/// Of a group: "group_state", "lag"... (the rows of metrics() with Subject::group).
Comparison::Value value_of_group(const Sight& sight, std::string_view metric,
                                 std::string_view group);
/// Of "orders-0 in billing" (Subject::group_partition).
Comparison::Value value_of_group_partition(const Sight& sight, std::string_view metric,
                                           std::string_view of);
/// "orders-0 in billing" into "orders-0" and "billing"; nothing if there is no " in ".
std::optional<std::pair<std::string_view, std::string_view>> split_group(std::string_view of);

/// The groups that the scenario's clients are in.
std::vector<std::string> groups_of(const Scenario& scenario);
/// All partitions of the topics that the group reads, in order.
std::vector<std::pair<std::string, std::int32_t>> partitions_of_group(const Sight& sight,
                                                                      std::string_view group);

/// "coordinator", "member", "members" of a group, "owner" of "orders-0 in billing": now.
std::vector<ActorId> resolve_in_group(const Sight& sight, std::string_view role,
                                      std::string_view of);
bool is_group_role(std::string_view role);

} // namespace orrery::sim
