// Who plays: the scenario's clients as actors of its world.
#pragma once

#include "core/base/result.hpp"
#include "core/client/client.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/world/world.hpp"

#include <vector>

namespace orrery::sim {

/// "broker-1:9092,broker-2:9092": of all brokers, for bootstrap.servers.
std::string bootstrap_servers(const ClusterPlan& plan);

/// The client as a process. Error: a config that its kind doesn't have or allow.
Result<client::Client, InputError> make_client(const ClusterPlan& cluster, const ClientPlan& plan);
client::Client make_admin(const ClusterPlan& cluster);

/// When it starts, after the beginning.
Duration start_of(const ClientPlan& plan);
/// The topic it works with; of several the first, of a pattern none.
std::string topic_of(const ClientPlan& plan);
/// All that a consumer reads by name.
std::vector<std::string> topics_of(const ConsumerPlan& plan);

/// The clients in their order and last the admin client, switched on.
void add_clients(World& world, const Scenario& scenario);

} // namespace orrery::sim
