// Clusters and topics from JSON.
#include "sim/scenario/read.hpp"

#include <nlohmann/json.hpp>

namespace orrery::sim {

namespace {

using nlohmann::json;

constexpr std::int32_t first_controller = 101;

/// As it would stand in a properties file: 9000, true, text.
std::string property(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

Latency read_latency(const json& from) {
    Latency latency;
    const std::string model = from.value("model", from.contains("spread") ? "uniform" : "constant");
    if (model == "uniform")
        latency.shape = LatencyShape::uniform;
    if (model == "exponential")
        latency.shape = LatencyShape::exponential;
    if (model == "heavy_tail")
        latency.shape = LatencyShape::heavy_tail;
    latency.base = duration_of(from.at("base"));
    if (from.contains("spread"))
        latency.spread = duration_of(from.at("spread"));
    return latency;
}

void read_network(ClusterPlan& plan, const json& network) {
    if (network.contains("latency"))
        plan.link.latency = read_latency(network.at("latency"));
    plan.link.bytes_per_second = network.value("bytes_per_second", plan.link.bytes_per_second);
}

void read_disk(ClusterPlan& plan, const json& disk) {
    if (disk.contains("sync"))
        plan.disk.sync = read_latency(disk.at("sync"));
    plan.disk.bytes_per_second = disk.value("bytes_per_second", plan.disk.bytes_per_second);
    if (disk.contains("write_back"))
        plan.disk.write_back = duration_of(disk.at("write_back"));
}

void add_nodes(ClusterPlan& plan, std::int32_t first, std::int32_t count, bool broker,
               bool controller) {
    for (std::int32_t i = 0; i < count; ++i)
        plan.nodes.push_back({NodeId{first + i}, broker, controller, {}, {}});
}

NodePlan read_node(const json& from) {
    NodePlan node;
    node.id = {from.at("id").get<std::int32_t>()};
    if (!from.contains("roles"))
        node.broker = true;
    for (const json& role : from.value("roles", json::array())) {
        node.broker = node.broker || role == "broker";
        node.controller = node.controller || role == "controller";
    }
    if (from.contains("rack"))
        node.rack = from.at("rack").get<std::string>();
    for (const auto& [name, value] : read_configs(from))
        node.configs[name] = value;
    return node;
}

} // namespace

ConfigPairs read_configs(const json& holder) {
    ConfigPairs configs;
    if (holder.contains("configs"))
        for (const auto& [name, value] : holder.at("configs").items())
            configs.emplace_back(name, property(value));
    return configs;
}

ClusterPlan read_cluster(const json& document) {
    const json& from = document.at("cluster");
    ClusterPlan plan;
    plan.seed = document.value("seed", std::uint64_t{0});
    add_nodes(plan, 1, from.value("combined", 0), true, true);
    add_nodes(plan, first_controller, from.value("controllers", 0), false, true);
    add_nodes(plan, 1 + from.value("combined", 0), from.value("brokers", 0), true, false);
    for (const json& node : from.value("nodes", json::array()))
        plan.nodes.push_back(read_node(node));
    const auto racks = from.value("racks", std::vector<std::string>{});
    std::size_t turn = 0;
    for (NodePlan& node : plan.nodes)
        if (node.broker && !node.rack && !racks.empty())
            node.rack = racks[turn++ % racks.size()];
    for (const auto& [name, value] : read_configs(from))
        plan.configs[name] = value;
    if (document.contains("network"))
        read_network(plan, document.at("network"));
    if (document.contains("disk"))
        read_disk(plan, document.at("disk"));
    return plan;
}

TopicPlan read_topic(const json& from) {
    TopicPlan topic;
    topic.name = from.at("name").get<std::string>();
    topic.partitions = from.value("partitions", 1);
    topic.replication_factor = from.value("replication_factor", std::int16_t{-1});
    if (from.contains("assignment")) {
        topic.assignment = from.at("assignment").get<std::vector<std::vector<std::int32_t>>>();
        topic.partitions = static_cast<std::int32_t>(topic.assignment.size());
    }
    topic.configs = read_configs(from);
    return topic;
}

} // namespace orrery::sim
