#include "sim/scenario/cast.hpp"

namespace orrery::sim {

namespace {

std::vector<client::ConfigPair> pairs_of(const ClusterPlan& cluster, const std::string& name,
                                         const ConfigPairs& configs) {
    std::vector<client::ConfigPair> pairs{{"bootstrap.servers", bootstrap_servers(cluster)},
                                          {"client.id", name}};
    // Orrery's producers are not idempotent yet; a scenario need not say so each time.
    for (const auto& pair : configs)
        pairs.push_back(pair);
    return pairs;
}

bool is_set(const ConfigPairs& configs, std::string_view name) {
    for (const auto& [key, value] : configs)
        if (key == name)
            return true;
    return false;
}

client::Load load_of(const std::string& name, const ProducerPlan& plan) {
    client::Load load;
    load.topic = plan.topic;
    load.name = name;
    load.records = plan.records_per_1000s;
    load.per = seconds(1000);
    if (plan.stop)
        load.length = *plan.stop - plan.start;
    load.count = plan.count;
    load.record_size = plan.record_size;
    if (plan.keys == Keys::sequence) {
        load.keys = client::KeyModel::sequence;
        load.key_count = plan.key_count > 0 ? plan.key_count : 1'000'000'000'000;
    }
    if (plan.keys == Keys::skewed) {
        load.keys = client::KeyModel::skewed;
        load.weights = plan.key_weights;
    }
    return load;
}

client::Reading reading_of(const ConsumerPlan& plan) {
    client::Reading reading;
    if (!plan.group.empty()) {
        reading.topics = topics_of(plan);
        reading.pattern = plan.pattern;
    } else if (plan.partitions.empty())
        reading.partitions.push_back({plan.topic, -1, {}});
    for (const std::int32_t partition : plan.partitions)
        reading.partitions.push_back({plan.topic, partition, {}});
    reading.records_per_second = plan.records_per_second;
    reading.time_per_record = plan.time_per_record;
    reading.commit = plan.commit;
    reading.crash = plan.crash;
    return reading;
}

} // namespace

std::string bootstrap_servers(const ClusterPlan& plan) {
    std::string servers;
    for (const NodePlan& node : plan.nodes)
        if (node.broker)
            servers += (servers.empty() ? "" : ",") + name_of_node(node) + ":" +
                       std::to_string(broker_port);
    return servers;
}

Result<client::Client, InputError> make_client(const ClusterPlan& cluster, const ClientPlan& plan) {
    if (const auto* producer = std::get_if<ProducerPlan>(&plan.role)) {
        auto pairs = pairs_of(cluster, plan.name, producer->configs);
        if (!is_set(producer->configs, "enable.idempotence"))
            pairs.emplace_back("enable.idempotence", "false");
        const auto config = client::parse_producer_config(pairs);
        if (!config)
            return failure(config.error());
        return client::Client(client::ProducerProcess(*config, load_of(plan.name, *producer)));
    }
    const auto& consumer = std::get<ConsumerPlan>(plan.role);
    auto pairs = pairs_of(cluster, plan.name, consumer.configs);
    if (!consumer.group.empty())
        pairs.emplace_back("group.id", consumer.group);
    const bool by_hand = consumer.commit != client::CommitStrategy::automatic;
    if (by_hand && !is_set(consumer.configs, "enable.auto.commit"))
        pairs.emplace_back("enable.auto.commit", "false");
    const auto config = client::parse_consumer_config(pairs);
    if (!config)
        return failure(config.error());
    return client::Client(client::ConsumerProcess(*config, reading_of(consumer)));
}

client::Client make_admin(const ClusterPlan& cluster) {
    const auto config = client::parse_admin_config(pairs_of(cluster, "admin", {}));
    expect(config.has_value(), "an admin client's config");
    return client::Client(client::AdminProcess(*config, {}));
}

Duration start_of(const ClientPlan& plan) {
    return std::visit([](const auto& role) { return role.start; }, plan.role);
}

std::string topic_of(const ClientPlan& plan) {
    if (const auto* producer = std::get_if<ProducerPlan>(&plan.role))
        return producer->topic;
    const auto topics = topics_of(std::get<ConsumerPlan>(plan.role));
    return topics.empty() ? std::string() : topics.front();
}

std::vector<std::string> topics_of(const ConsumerPlan& plan) {
    return plan.topic.empty() ? plan.topics : std::vector{plan.topic};
}

void add_clients(World& world, const Scenario& scenario) {
    const auto add = [&](std::string name, std::string kind, client::Client client) {
        ActorSpec spec;
        spec.name = std::move(name);
        spec.kind = std::move(kind);
        spec.prototype = actor_of(std::move(client));
        world.add(std::move(spec));
    };
    for (const ClientPlan& plan : scenario.clients) {
        auto client = make_client(scenario.cluster, plan);
        expect(client.has_value(), "a client whose configs read_scenario has checked");
        add(plan.name, std::string(client->kind()), std::move(*client));
    }
    add("admin", "admin", make_admin(scenario.cluster));
}

} // namespace orrery::sim
