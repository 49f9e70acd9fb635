// Metrics: the values of a cluster that conditions name, by a table of what each is of and says.
// And who is meant by "leader of orders-0": text resolved to actors at the moment of asking.
#pragma once

#include "sim/scenario/scenario.hpp"
#include "sim/world/world.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::sim {

class Ledger;

/// What metrics look at.
struct Sight {
    const World& world;
    const Scenario& scenario;
    const Ledger& ledger;
};

/// What a metric is of: nothing (the cluster), "orders-0", "broker 1", "producer-a", "consumer-a",
/// "orders-0 on broker 2", "billing" (a group), "orders-0 in billing".
enum class Subject : std::uint8_t {
    cluster,
    partition,
    actor,
    node,
    producer,
    consumer,
    replica,
    group,
    group_partition
};
std::string_view name_of(Subject subject);

struct MetricRow {
    std::string_view name;
    Subject subject;
    std::string_view sentence;
};
std::span<const MetricRow> metrics();
const MetricRow* metric_named(std::string_view name);

/// The value now. A subject that is not there (yet) has none, and compares as -1.
Comparison::Value value_of(const Sight& sight, std::string_view metric, std::string_view of);

/// "orders-0" into its parts.
std::optional<std::pair<std::string, std::int32_t>> partition_named(std::string_view text);

// --- who

/// The machine of the plan's node with that id; no_actor if there is none.
ActorId actor_of(const Scenario& scenario, NodeId id);

/// Who is meant, now: maybe nobody. Names ("broker 1", "controller-102", "producer-a"), roles
/// ("leader of orders-0", "followers of orders-0", "replicas of orders-0", "isr of orders-0",
/// "active controller", "coordinator of billing", "owner of orders-0 in billing", "member of
/// billing", "members of billing"), groups ("all brokers", "all controllers", "all nodes", "all
/// clients", "everyone"), and "everyone else", "other brokers", "other controllers", "other nodes"
/// beside `named`; several with commas between.
std::vector<ActorId> resolve(const Sight& sight, std::string_view who,
                             std::span<const ActorId> named = {});
/// What is wrong with the text, in any cluster of this scenario; hint as in errors.
std::optional<InputError> who_error(const Scenario& scenario, std::string_view who);

} // namespace orrery::sim
