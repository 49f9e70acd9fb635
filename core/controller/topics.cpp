// DeleteTopics and CreatePartitions, and what makes new partitions.
#include "core/controller/topics.hpp"

#include "core/controller/placement.hpp"
#include "core/metadata/partition_records.hpp"
#include "core/metadata/versions.hpp"

#include <algorithm>
#include <optional>

namespace orrery::controller {

namespace {

using wire::Error;

constexpr std::size_t topic_name_max = 249;
constexpr std::string_view no_such_topic = "This server does not host this topic-partition.";
constexpr std::string_view no_such_topic_id = "This server does not host this topic ID.";

/// Where a new replica goes is decided here only if the broker has one directory; else the broker
/// chooses, and says so later (AssignReplicasToDirs).
Uuid default_directory(const metadata::Broker& broker) {
    if (broker.log_dirs.empty())
        return metadata::directory_migrating;
    return broker.log_dirs.size() == 1 ? broker.log_dirs.front() : metadata::directory_unassigned;
}

/// KIP-1066: no directory of the broker takes new replicas.
bool all_cordoned(const metadata::Broker& broker) {
    return broker.cordoned_log_dirs && !broker.log_dirs.empty() &&
           std::includes(broker.cordoned_log_dirs->begin(), broker.cordoned_log_dirs->end(),
                         broker.log_dirs.begin(), broker.log_dirs.end());
}

/// One topic that a DeleteTopics names, by name or by id.
struct Named {
    std::optional<std::string> name;
    Uuid id;
    auto operator<=>(const Named&) const = default;
};

void answer(wire::DeleteTopicsResponse& response, const Named& named, Error error,
            std::optional<std::string> message) {
    auto& result = response.responses.emplace_back();
    result.name = named.name;
    result.topic_id = named.id;
    result.error_code = wire::code(error);
    result.error_message = std::move(message);
}

/// All that the request names, without what can't be; repeated ones are refused once each.
std::vector<Named> named_topics(const wire::DeleteTopicsRequest& request,
                                wire::DeleteTopicsResponse& response) {
    std::vector<Named> named;
    for (const std::string& name : request.topic_names)
        named.push_back({name, Uuid{}});
    for (const auto& topic : request.topics) {
        if (topic.name && !topic.topic_id.is_zero())
            answer(response, {topic.name, topic.topic_id}, Error::invalid_request,
                   "You may not specify both topic name and topic id.");
        else if (!topic.name && topic.topic_id.is_zero())
            answer(response, {std::nullopt, Uuid{}}, Error::invalid_request,
                   "Neither topic name nor id were specified.");
        else
            named.push_back({topic.name, topic.topic_id});
    }
    std::vector<Named> once;
    for (const Named& one : named) {
        const auto count = std::count(named.begin(), named.end(), one);
        if (count == 1 || std::find(once.begin(), once.end(), one) == once.end())
            once.push_back(one);
    }
    std::erase_if(once, [&](const Named& one) {
        if (std::count(named.begin(), named.end(), one) == 1)
            return false;
        answer(response, one, Error::invalid_request,
               one.name ? "Duplicate topic name." : "Duplicate topic id.");
        return true;
    });
    return once;
}

Refusal add_partitions(const Basis& basis, Random& random,
                       const wire::CreatePartitionsRequest::CreatePartitionsTopic& wish,
                       Records& records) {
    const metadata::Topic* topic = basis.image.topic(wish.name);
    if (!topic)
        return {Error::unknown_topic_or_partition, std::nullopt};
    const auto present = static_cast<std::int32_t>(topic->partitions.size());
    if (wish.count == present)
        return {Error::invalid_partitions,
                "Topic already has " + std::to_string(present) + " partition(s)."};
    if (wish.count < present)
        return {Error::invalid_partitions,
                "The topic " + wish.name + " currently has " + std::to_string(present) +
                    " partition(s); " + std::to_string(wish.count) + " would not be an increase."};
    const std::int32_t more = wish.count - present;
    if (wish.assignments && wish.assignments->size() != static_cast<std::size_t>(more))
        return {Error::invalid_replica_assignment,
                "Attempted to add " + std::to_string(more) + " additional partition(s), but only " +
                    std::to_string(wish.assignments->size()) + " assignment(s) were specified."};
    const std::size_t factor = topic->partition(0).replicas.size();
    std::vector<std::vector<NodeId>> replicas;
    if (wish.assignments) {
        for (const auto& assignment : *wish.assignments) {
            replicas.push_back(metadata::node_ids(assignment.broker_ids));
            if (const Refusal refusal = check_assignment(basis, replicas.back(), factor))
                return refusal;
        }
    } else {
        auto placed = place(basis, random, more, static_cast<std::int32_t>(factor));
        if (!placed)
            return {Error::invalid_replication_factor, placed.error()};
        replicas = std::move(*placed);
    }
    Records added;
    for (std::size_t i = 0; i < replicas.size(); ++i) {
        const std::int32_t number = present + static_cast<std::int32_t>(i);
        const metadata::Partition partition = new_partition(basis, replicas[i]);
        if (partition.isr.empty() && wish.assignments)
            return {Error::invalid_replica_assignment,
                    "All brokers specified in the manual partition assignment for partition " +
                        std::to_string(number) + " are fenced or in controlled shutdown."};
        if (partition.isr.empty())
            return {Error::invalid_replication_factor,
                    "Unable to replicate the partition " + std::to_string(factor) +
                        " time(s): All brokers are currently fenced or in controlled shutdown."};
        added.push_back(partition_record(basis, partition, {topic->id, number}));
    }
    for (metadata::Record& record : added)
        records.push_back(std::move(record));
    return {};
}

} // namespace

Refusal check_topic_name(const std::string& name) {
    std::string why;
    const auto legal = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    if (name.empty())
        why = "the empty string is not allowed";
    else if (name == "." || name == "..")
        why = "'" + name + "' is not allowed";
    else if (name.size() > topic_name_max)
        why = "the length of '" + name + "' is longer than the max allowed length " +
              std::to_string(topic_name_max);
    else if (!std::all_of(name.begin(), name.end(), legal))
        why = "'" + name +
              "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
    else
        return {};
    return {Error::invalid_topic_exception, "Topic name is invalid: " + why};
}

metadata::Partition new_partition(const Basis& basis, const std::vector<NodeId>& replicas) {
    metadata::Partition partition;
    partition.replicas = replicas;
    for (const NodeId replica : replicas) {
        const metadata::Broker* broker = basis.image.broker(replica);
        partition.directories.push_back(broker ? default_directory(*broker)
                                               : metadata::directory_unassigned);
        if (broker && broker->active())
            partition.isr.push_back(replica);
    }
    partition.leader = partition.isr.empty() ? no_node : partition.isr.front();
    return partition;
}

Refusal check_assignment(const Basis& basis, const std::vector<NodeId>& replicas,
                         std::size_t factor) {
    const std::string includes = "The manual partition assignment includes ";
    const auto refuse = [&](const std::string& what) {
        return Refusal{Error::invalid_replica_assignment, includes + what};
    };
    if (replicas.empty())
        return refuse("an empty replica list.");
    std::vector<NodeId> sorted = replicas;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const std::string id = std::to_string(sorted[i].value);
        const metadata::Broker* broker = basis.image.broker(sorted[i]);
        if (!broker)
            return refuse("broker " + id + ", but no such broker is registered.");
        if (all_cordoned(*broker))
            return refuse("broker " + id + ", but all its log directories are cordoned.");
        if (i > 0 && sorted[i] == sorted[i - 1])
            return refuse("the broker " + id + " more than once.");
    }
    if (factor != 0 && replicas.size() != factor)
        return refuse("a partition with " + std::to_string(replicas.size()) +
                      " replica(s), but this is not consistent with previous partitions, which "
                      "have " +
                      std::to_string(factor) + " replica(s).");
    return {};
}

Result<std::vector<std::vector<NodeId>>, std::string>
place(const Basis& basis, Random& random, std::int32_t partitions, std::int32_t factor) {
    std::vector<UsableBroker> usable;
    for (const auto& [id, heard] : basis.heartbeats) {
        const metadata::Broker* broker = basis.image.broker(id);
        if (broker && !heard.shutting_down() && !all_cordoned(*broker))
            usable.push_back({id, broker->rack, broker->fenced});
    }
    return place_replicas(random, usable, partitions, factor);
}

metadata::Record partition_record(const Basis& basis, const metadata::Partition& partition,
                                  const metadata::TopicPartitionId& id) {
    const std::int16_t version = metadata::partition_version(basis.metadata_version());
    return {metadata::record_of(partition, id, version), version};
}

Decision<wire::DeleteTopicsResponse>
decide_delete_topics(const Basis& basis, const wire::DeleteTopicsRequest& request) {
    Decision<wire::DeleteTopicsResponse> decision;
    std::vector<Uuid> doomed;
    for (const Named& named : named_topics(request, decision.response)) {
        const metadata::Topic* topic =
            named.name ? basis.image.topic(*named.name) : basis.image.topic(named.id);
        if (!topic) {
            const bool by_name = named.name.has_value();
            answer(decision.response, named,
                   by_name ? Error::unknown_topic_or_partition : Error::unknown_topic_id,
                   std::string(by_name ? no_such_topic : no_such_topic_id));
            continue;
        }
        if (std::find(doomed.begin(), doomed.end(), topic->id) != doomed.end()) {
            answer(decision.response, {topic->name, topic->id}, Error::invalid_request,
                   "The provided topic name maps to an ID that was already supplied.");
            continue;
        }
        doomed.push_back(topic->id);
        wire::RemoveTopicRecord record;
        record.topic_id = topic->id;
        decision.records.push_back({std::move(record), 0});
        answer(decision.response, {topic->name, topic->id}, Error::none, std::nullopt);
    }
    return decision;
}

Decision<wire::CreatePartitionsResponse>
decide_create_partitions(const Basis& basis, Random& random,
                         const wire::CreatePartitionsRequest& request) {
    Decision<wire::CreatePartitionsResponse> decision;
    std::int64_t total = 0;
    for (const auto& wish : request.topics)
        if (const metadata::Topic* topic = basis.image.topic(wish.name))
            total += std::max<std::int64_t>(
                0, wish.count - static_cast<std::int64_t>(topic->partitions.size()));
    std::vector<std::string> told;
    for (const auto& wish : request.topics) {
        if (std::find(told.begin(), told.end(), wish.name) != told.end())
            continue;
        told.push_back(wish.name);
        const auto same = std::count_if(request.topics.begin(), request.topics.end(),
                                        [&](const auto& t) { return t.name == wish.name; });
        Refusal refusal;
        if (same > 1)
            refusal = {Error::invalid_request, "Duplicate topic name."};
        else if (total > partitions_per_request_max)
            refusal = {Error::policy_violation,
                       "Excessively large number of additional partitions per request."};
        else
            refusal = add_partitions(basis, random, wish, decision.records);
        auto& result = decision.response.results.emplace_back();
        result.name = wish.name;
        result.error_code = wire::code(refusal.error);
        result.error_message = refusal.message;
    }
    if (request.validate_only)
        decision.records.clear();
    return decision;
}

} // namespace orrery::controller
