// Admin actions as requests.
#include "core/base/print.hpp"
#include "core/client/admin_actions.hpp"
#include "core/client/config_rows.hpp"
#include "core/wire/messages/create_partitions_request.hpp"
#include "core/wire/messages/create_topics_request.hpp"
#include "core/wire/messages/delete_topics_request.hpp"
#include "core/wire/messages/describe_cluster_request.hpp"
#include "core/wire/messages/describe_configs_request.hpp"
#include "core/wire/messages/describe_quorum_request.hpp"
#include "core/wire/messages/describe_topic_partitions_request.hpp"
#include "core/wire/messages/elect_leaders_request.hpp"
#include "core/wire/messages/incremental_alter_configs_request.hpp"

namespace orrery::client {

namespace {

constexpr const char* metadata_topic = "__cluster_metadata";

template <class... Cases>
struct Overload : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overload(Cases...) -> Overload<Cases...>;

std::string text_of(const ConfigResource& resource) {
    if (resource.kind == ResourceKind::topic)
        return "topic " + resource.name;
    return resource.name.empty() ? "all brokers" : "broker " + resource.name;
}

NodeId broker_of(const ConfigResource& resource) {
    std::int64_t id = -1;
    if (resource.kind != ResourceKind::broker || !parse_number(resource.name, id))
        return no_node;
    return NodeId{static_cast<std::int32_t>(id)};
}

std::int32_t ms_of(Duration timeout) {
    return static_cast<std::int32_t>(std::min<std::int64_t>(timeout.ms(), INT32_MAX));
}

// --- one function an action: its request
// ----------------------------------------------------------

wire::CreateTopicsRequest request_of(const CreateTopic& action, std::int16_t, Duration timeout) {
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = action.topic;
    const bool placed = !action.assignments.empty();
    topic.num_partitions = placed ? -1 : action.partitions;
    topic.replication_factor = placed ? std::int16_t{-1} : action.replication_factor;
    for (std::size_t i = 0; i < action.assignments.size(); ++i) {
        auto& assignment = topic.assignments.emplace_back();
        assignment.partition_index = static_cast<std::int32_t>(i);
        assignment.broker_ids = action.assignments[i];
    }
    for (const auto& [name, value] : action.configs) {
        auto& config = topic.configs.emplace_back();
        config.name = name;
        config.value = value;
    }
    request.timeout_ms = ms_of(timeout);
    return request;
}

wire::DeleteTopicsRequest request_of(const DeleteTopic& action, std::int16_t version,
                                     Duration timeout) {
    wire::DeleteTopicsRequest request;
    if (version >= 6)
        request.topics.emplace_back().name = action.topic;
    else
        request.topic_names.push_back(action.topic);
    request.timeout_ms = ms_of(timeout);
    return request;
}

wire::CreatePartitionsRequest request_of(const AddPartitions& action, std::int16_t,
                                         Duration timeout) {
    wire::CreatePartitionsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = action.topic;
    topic.count = action.count;
    topic.assignments.reset();
    for (const auto& replicas : action.assignments) {
        if (!topic.assignments)
            topic.assignments.emplace();
        topic.assignments->emplace_back().broker_ids = replicas;
    }
    request.timeout_ms = ms_of(timeout);
    return request;
}

wire::IncrementalAlterConfigsRequest request_of(const AlterConfigs& action, std::int16_t,
                                                Duration) {
    wire::IncrementalAlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = static_cast<std::int8_t>(action.resource.kind);
    resource.resource_name = action.resource.name;
    for (const ConfigChange& change : action.changes) {
        auto& config = resource.configs.emplace_back();
        config.name = change.name;
        config.config_operation = static_cast<std::int8_t>(change.operation);
        if (change.operation == ConfigOperation::remove)
            config.value.reset();
        else
            config.value = change.value;
    }
    return request;
}

wire::DescribeConfigsRequest request_of(const DescribeConfigs& action, std::int16_t, Duration) {
    wire::DescribeConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = static_cast<std::int8_t>(action.resource.kind);
    resource.resource_name = action.resource.name;
    resource.configuration_keys.reset();
    if (!action.names.empty())
        resource.configuration_keys = action.names;
    return request;
}

wire::ElectLeadersRequest request_of(const ElectLeaders& action, std::int16_t, Duration timeout) {
    wire::ElectLeadersRequest request;
    request.election_type = action.unclean ? 1 : 0;
    request.topic_partitions.reset();
    for (const auto& [topic, partitions] : action.partitions) {
        if (!request.topic_partitions)
            request.topic_partitions.emplace();
        auto& entry = request.topic_partitions->emplace_back();
        entry.topic = topic;
        entry.partitions = partitions;
    }
    request.timeout_ms = ms_of(timeout);
    return request;
}

wire::DescribeClusterRequest request_of(const DescribeCluster&, std::int16_t version, Duration) {
    wire::DescribeClusterRequest request;
    request.include_fenced_brokers = version >= 2;
    return request;
}

wire::DescribeTopicPartitionsRequest request_of(const DescribeTopic& action, std::int16_t,
                                                Duration) {
    wire::DescribeTopicPartitionsRequest request;
    request.topics.emplace_back().name = action.topic;
    return request;
}

wire::DescribeQuorumRequest request_of(const DescribeQuorum&, std::int16_t, Duration) {
    wire::DescribeQuorumRequest request;
    auto& topic = request.topics.emplace_back();
    topic.topic_name = metadata_topic;
    topic.partitions.emplace_back().partition_index = 0;
    return request;
}

} // namespace

std::string text_of(const AdminAction& action) {
    return std::visit(
        Overload{
            [](const CreateTopic& a) { return "create topic " + a.topic; },
            [](const DeleteTopic& a) { return "delete topic " + a.topic; },
            [](const AddPartitions& a) {
                return "give topic " + a.topic + " " + std::to_string(a.count) + " partitions";
            },
            [](const AlterConfigs& a) {
                std::string text = "alter configs of " + text_of(a.resource) + ":";
                for (const ConfigChange& change : a.changes)
                    text += " " + change.name +
                            (change.operation == ConfigOperation::remove ? " removed"
                                                                         : "=" + change.value);
                return text;
            },
            [](const DescribeConfigs& a) { return "describe configs of " + text_of(a.resource); },
            [](const ElectLeaders& a) {
                std::string text =
                    a.unclean ? "elect leaders uncleanly:" : "elect preferred leaders:";
                for (const auto& [topic, partitions] : a.partitions)
                    text += " " + topic + print(partitions);
                return a.partitions.empty() ? text + " all" : text;
            },
            [](const DescribeCluster&) { return std::string("describe the cluster"); },
            [](const DescribeTopic& a) { return "describe topic " + a.topic; },
            [](const DescribeQuorum&) { return std::string("describe the quorum"); },
        },
        action);
}

Target target_of(const AdminAction& action) {
    if (broker_of(action) != no_node)
        return Target::broker;
    const bool by_controller = std::holds_alternative<CreateTopic>(action) ||
                               std::holds_alternative<DeleteTopic>(action) ||
                               std::holds_alternative<AddPartitions>(action) ||
                               std::holds_alternative<ElectLeaders>(action);
    return by_controller ? Target::controller : Target::any;
}

NodeId broker_of(const AdminAction& action) {
    if (const auto* alter = std::get_if<AlterConfigs>(&action))
        return broker_of(alter->resource);
    if (const auto* describe = std::get_if<DescribeConfigs>(&action))
        return broker_of(describe->resource);
    return no_node;
}

bool send_action(Network& network, Turn& turn, NodeId node, const AdminAction& action,
                 std::uint64_t tag, Duration timeout) {
    return std::visit(
        [&](const auto& a) {
            using Request = decltype(request_of(a, std::int16_t{}, timeout));
            const auto version = network.version_for<Request>(node);
            return version && network.send(turn, node, request_of(a, *version, timeout), *version,
                                           tag, timeout);
        },
        action);
}

} // namespace orrery::client
