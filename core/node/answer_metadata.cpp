// Metadata and DescribeTopicPartitions: topics, partitions and brokers as a client may see them.
#include "core/node/answers.hpp"
#include "core/wire/error.hpp"

#include <algorithm>
#include <set>

namespace orrery::node {

namespace {

using wire::Error;

/// The broker's address on the listener that the client came by; null if it has none there.
const metadata::Listener* endpoint_of(const AnswerView& view, NodeId id) {
    const metadata::Broker* broker = view.image.broker(id);
    return broker == nullptr ? nullptr : broker->listener(view.listener);
}

bool replica_offline(const metadata::Partition& partition, const AnswerView& view, NodeId id) {
    const metadata::Broker* broker = view.image.broker(id);
    if (broker == nullptr || broker->fenced || broker->listener(view.listener) == nullptr)
        return true;
    const Uuid directory = partition.directory_of(id);
    const bool known =
        directory != metadata::directory_unassigned && directory != metadata::directory_migrating;
    return directory == metadata::directory_lost || (known && !broker->has_online_dir(directory));
}

using TopicAnswer = wire::MetadataResponse::MetadataResponseTopic;

TopicAnswer topic_error(std::optional<std::string> name, Uuid id, Error error) {
    TopicAnswer made;
    made.error_code = code(error);
    made.is_internal = name && internal_topic(*name);
    made.name = std::move(name);
    made.topic_id = id;
    return made;
}

TopicAnswer describe(const metadata::Topic& topic, std::int16_t version, const AnswerView& view) {
    TopicAnswer made;
    made.name = topic.name;
    made.topic_id = topic.id;
    made.is_internal = internal_topic(topic.name);
    made.partitions.reserve(topic.partitions.size());
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
        const metadata::Partition& partition = topic.partition(i);
        PartitionView seen = view_partition(partition, view, version >= 6, version == 0);
        wire::MetadataResponse::MetadataResponsePartition row;
        row.error_code = seen.error_code;
        row.partition_index = static_cast<std::int32_t>(i);
        row.leader_id = seen.leader;
        row.leader_epoch = partition.leader_epoch.value;
        row.replica_nodes = std::move(seen.replicas);
        row.isr_nodes = std::move(seen.isr);
        row.offline_replicas = std::move(seen.offline);
        made.partitions.push_back(std::move(row));
    }
    return made;
}

void describe_brokers(wire::MetadataResponse& response, const AnswerView& view) {
    for (const auto& [id, broker] : view.image.brokers()) {
        const metadata::Listener* at = broker->listener(view.listener);
        if (broker->fenced || at == nullptr)
            continue;
        wire::MetadataResponse::MetadataResponseBroker row;
        row.node_id = id.value;
        row.host = at->host;
        row.port = at->port;
        row.rack = broker->rack;
        response.brokers.push_back(std::move(row));
    }
}

/// A topic that was asked for by name and isn't there: perhaps it shall be.
void answer_missing(MetadataAnswer& answer, const std::string& name, bool may_create) {
    const bool valid = valid_topic_name(name);
    answer.response.topics.push_back(topic_error(
        name, {}, valid ? Error::unknown_topic_or_partition : Error::invalid_topic_exception));
    if (valid && may_create)
        answer.create.push_back(name);
}

} // namespace

bool valid_topic_name(std::string_view name) {
    if (name.empty() || name.size() > 249 || name == "." || name == "..")
        return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

bool internal_topic(std::string_view name) {
    return name == "__consumer_offsets" || name == "__transaction_state" ||
           name == "__share_group_state";
}

std::vector<std::int32_t> numbers_of(const std::vector<NodeId>& ids) {
    std::vector<std::int32_t> numbers;
    numbers.reserve(ids.size());
    for (const NodeId id : ids)
        numbers.push_back(id.value);
    return numbers;
}

PartitionView view_partition(const metadata::Partition& partition, const AnswerView& view,
                             bool errors_for_unavailable_listeners,
                             bool errors_for_unavailable_endpoints) {
    PartitionView seen;
    // Version 0 hid replicas that can't be reached, and called the partition damaged for it.
    const auto shown = [&](const std::vector<NodeId>& ids) {
        std::vector<NodeId> kept;
        for (const NodeId id : ids)
            if (!errors_for_unavailable_endpoints || endpoint_of(view, id) != nullptr)
                kept.push_back(id);
        return numbers_of(kept);
    };
    seen.replicas = shown(partition.replicas);
    seen.isr = shown(partition.isr);
    for (const NodeId id : partition.replicas)
        if (replica_offline(partition, view, id))
            seen.offline.push_back(id.value);
    if (endpoint_of(view, partition.leader) == nullptr) {
        const bool listener_missing = view.image.broker(partition.leader) != nullptr;
        seen.error_code = code(listener_missing && errors_for_unavailable_listeners
                                   ? Error::listener_not_found
                                   : Error::leader_not_available);
        return seen;
    }
    seen.leader = partition.leader.value;
    if (seen.replicas.size() < partition.replicas.size() || seen.isr.size() < partition.isr.size())
        seen.error_code = code(Error::replica_not_available);
    return seen;
}

MetadataAnswer answer_metadata(const wire::MetadataRequest& request, std::int16_t version,
                               const AnswerView& view, NodeId controller) {
    MetadataAnswer answer;
    wire::MetadataResponse& response = answer.response;
    describe_brokers(response, view);
    response.cluster_id = std::string(view.cluster_id);
    response.controller_id = controller.value;

    const bool all = !request.topics || (version == 0 && request.topics->empty());
    const bool may_create = request.allow_auto_topic_creation &&
                            metadata::broker_flag({view.image, view.properties, view.self},
                                                  "auto.create.topics.enable");
    if (all) {
        for (const auto& [name, id] : view.image.topic_names())
            response.topics.push_back(describe(*view.image.topic(id), version, view));
    } else {
        std::set<std::pair<std::string, Uuid>> seen; // a topic asked for twice is answered once
        for (const auto& asked : *request.topics) {
            if (!seen.insert({asked.name.value_or(""), asked.topic_id}).second)
                continue;
            const bool by_id = !asked.topic_id.is_zero();
            const metadata::Topic* topic = by_id ? view.image.topic(asked.topic_id)
                                                 : view.image.topic(asked.name.value_or(""));
            if (topic != nullptr)
                response.topics.push_back(describe(*topic, version, view));
            else if (by_id)
                response.topics.push_back(
                    topic_error(std::nullopt, asked.topic_id, Error::unknown_topic_id));
            else
                answer_missing(answer, asked.name.value_or(""), may_create);
        }
    }
    if (request.include_topic_authorized_operations && version >= 8)
        for (TopicAnswer& topic : response.topics)
            topic.topic_authorized_operations = all_topic_operations;
    if (request.include_cluster_authorized_operations && version >= 8 && version <= 10)
        response.cluster_authorized_operations = all_cluster_operations;
    return answer;
}

wire::DescribeTopicPartitionsResponse
answer_topic_partitions(const wire::DescribeTopicPartitionsRequest& request,
                        const AnswerView& view) {
    wire::DescribeTopicPartitionsResponse response;
    std::set<std::string> names; // in order, since the cursor goes by name
    if (request.topics.empty())
        for (const auto& [name, id] : view.image.topic_names())
            names.insert(name);
    else
        for (const auto& asked : request.topics)
            names.insert(asked.name);
    std::string from_topic;
    std::size_t from_partition = 0;
    if (request.cursor) {
        from_topic = request.cursor->topic_name;
        from_partition = static_cast<std::size_t>(std::max(request.cursor->partition_index, 0));
    }
    const std::int64_t cap = metadata::broker_number({view.image, view.properties, view.self},
                                                     "max.request.partition.size.limit");
    std::int64_t room = std::min<std::int64_t>(request.response_partition_limit, cap);
    for (const std::string& name : names) {
        if (name < from_topic)
            continue;
        wire::DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponseTopic row;
        row.name = name;
        row.is_internal = internal_topic(name);
        const metadata::Topic* topic = view.image.topic(name);
        if (topic == nullptr) {
            row.error_code = code(valid_topic_name(name) ? Error::unknown_topic_or_partition
                                                         : Error::invalid_topic_exception);
            response.topics.push_back(std::move(row));
            continue;
        }
        row.topic_id = topic->id;
        row.topic_authorized_operations = all_topic_operations;
        std::size_t i = name == from_topic ? from_partition : 0;
        for (; i < topic->partitions.size() && room > 0; ++i, --room) {
            const metadata::Partition& partition = topic->partition(i);
            PartitionView seen = view_partition(partition, view, true, false);
            wire::DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponsePartition made;
            made.error_code = seen.error_code;
            made.partition_index = static_cast<std::int32_t>(i);
            made.leader_id = seen.leader;
            made.leader_epoch = partition.leader_epoch.value;
            made.replica_nodes = std::move(seen.replicas);
            made.isr_nodes = std::move(seen.isr);
            made.eligible_leader_replicas = numbers_of(partition.elr);
            made.last_known_elr = numbers_of(partition.last_known_elr);
            made.offline_replicas = std::move(seen.offline);
            row.partitions.push_back(std::move(made));
        }
        const bool cut = i < topic->partitions.size();
        response.topics.push_back(std::move(row));
        if (cut) {
            response.next_cursor.emplace();
            response.next_cursor->topic_name = name;
            response.next_cursor->partition_index = static_cast<std::int32_t>(i);
            break;
        }
    }
    return response;
}

} // namespace orrery::node
