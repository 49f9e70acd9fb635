// A scenario's cluster as plain data, before it is built: nodes with roles and configs, topics,
// clients, and how network and disks behave. The scenario file is parsed into this; build() makes a
// world of it.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/metadata/configs.hpp"
#include "core/node/planted.hpp"
#include "sim/world/world.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace orrery::sim {

struct NodePlan {
    NodeId id = no_node;
    bool broker = false;
    bool controller = false;
    std::optional<std::string> rack;
    metadata::Properties configs; ///< beside those of the whole cluster
    bool operator==(const NodePlan&) const = default;
    ORRERY_FIELDS(id, broker, controller, rack, configs)
};

struct ClusterPlan {
    std::uint64_t seed = 0;
    std::vector<NodePlan> nodes;
    metadata::Properties configs; ///< of every node
    LinkModel link;
    DiskModel disk;
    ServiceModel service;
    node::Planted planted; ///< flaws, for tests and the museum
    bool operator==(const ClusterPlan&) const = default;
    ORRERY_FIELDS(seed, nodes, configs, link, disk, service, planted)
};

/// "broker-1", "controller-101", or "node-1" for one that is both.
std::string name_of_node(const NodePlan& node);
inline constexpr std::int32_t broker_port = 9092;
inline constexpr std::int32_t controller_port = 9093;

/// A world with the plan's nodes on it, in their order, switched on but not started. Every node's
/// host name is its name.
World build(const ClusterPlan& plan);

} // namespace orrery::sim
