// The parts of reading a scenario: each takes a piece of the checked JSON document.
#pragma once

#include "sim/scenario/scenario.hpp"

#include <nlohmann/json_fwd.hpp>

namespace orrery::sim {

ClusterPlan read_cluster(const nlohmann::json& document);
TopicPlan read_topic(const nlohmann::json& topic);
/// One for each of its members.
std::vector<ClientPlan> read_clients(const nlohmann::json& client);
/// Of an object with "point".
client::CrashPoint read_crash_point(const nlohmann::json& from);
Condition read_condition(const nlohmann::json& condition);
Moment read_moment(const nlohmann::json& moment, std::string path);
Expectation read_expectation(const nlohmann::json& expectation);
Lesson read_lesson(const nlohmann::json& lesson);
ConfigPairs read_configs(const nlohmann::json& holder);

} // namespace orrery::sim
