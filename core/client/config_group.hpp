// What a consumer's settings of its group must be beside each other: Kafka refuses those that the
// other group protocol has no use for, rather than ignore them. Sources: ConsumerConfig,
// GroupRebalanceConfig, Heartbeat.
#pragma once

#include "core/client/config.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace orrery::client {

/// Reads partition.assignment.strategy: Kafka's class names, with or without their package, or the
/// names that the assignors have on the wire ("range"). False if one isn't known or none is there.
bool parse_assignors(std::string_view text, std::vector<Assignor>& out);

/// Checks the group's settings against each other and against what was said in `pairs`, and gives
/// enable.auto.commit the default that depends on whether there is a group.
Result<void, InputError> settle_group_config(std::span<const ConfigPair> pairs,
                                             GroupConfig& config);

} // namespace orrery::client
