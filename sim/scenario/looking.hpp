// How metrics, ledger and reports find their way in a world: nodes, the leader of a partition, the
// image that counts. Not for headers: it brings the whole node with it.
#pragma once

#include "core/node/node.hpp"
#include "sim/scenario/metrics.hpp"

namespace orrery::sim {

/// The node on that machine, as it lives or as it died; null before its first life, and for
/// clients.
const node::Node* node_on(const World& world, ActorId actor);
/// The same, but null when it is down.
const node::Node* living_node(const World& world, ActorId actor);

/// The living controller that is active in the highest epoch; no_actor if none is.
ActorId active_controller(const World& world);
/// The active controller's committed image; without one the newest that any living node has; the
/// newest of the dead if all are dead.
const metadata::Image& best_image(const World& world);

/// The replica that leads in the highest leader epoch, living or as it died; null if none does.
const replica::Partition* leading_replica(const World& world, std::string_view topic,
                                          std::int32_t partition);
/// Every replica that leads the topic's partitions, one for each partition number.
std::vector<const replica::Partition*> leading_replicas(const World& world, std::string_view topic);

} // namespace orrery::sim
