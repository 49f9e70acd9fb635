#include "sim/scenario/plan.hpp"

#include "core/node/node.hpp"

namespace orrery::sim {

namespace {

/// A cluster id that follows from the seed, so that a scenario's disks are the same in every run.
std::string cluster_id_of(std::uint64_t seed) {
    return Random(seed, "cluster id").uuid().to_text();
}

node::Config config_of(const ClusterPlan& plan, const NodePlan& node) {
    node::Config config;
    config.id = node.id;
    config.broker = node.broker;
    config.controller = node.controller;
    config.cluster_id = cluster_id_of(plan.seed);
    config.rack = node.rack;
    const std::string host = name_of_node(node);
    if (node.broker)
        config.listeners.push_back({"PLAINTEXT", {host, broker_port}, false});
    if (node.controller)
        config.listeners.push_back({"CONTROLLER", {host, controller_port}, true});
    for (const NodePlan& other : plan.nodes)
        if (other.controller)
            config.voters.push_back({other.id, {name_of_node(other), controller_port}});
    config.properties = plan.configs;
    for (const auto& [name, value] : node.configs)
        config.properties[name] = value;
    return config;
}

} // namespace

std::string name_of_node(const NodePlan& node) {
    const char* kind = node.broker ? (node.controller ? "node-" : "broker-") : "controller-";
    return kind + std::to_string(node.id.value);
}

World build(const ClusterPlan& plan) {
    WorldSetup setup;
    setup.seed = plan.seed;
    setup.link = plan.link;
    World world(setup);
    for (const NodePlan& node : plan.nodes) {
        node::Config config = config_of(plan, node);
        ActorSpec spec;
        spec.name = name_of_node(node);
        spec.kind = node.broker ? "broker" : "controller";
        for (const node::Listener& listener : config.listeners)
            spec.listeners.push_back({listener.at, listener.name});
        spec.prototype = actor_of(node::Node(std::move(config), plan.planted));
        spec.service = plan.service;
        spec.disk = plan.disk;
        world.add(std::move(spec));
    }
    return world;
}

} // namespace orrery::sim
