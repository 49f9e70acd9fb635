// CreateTopics.
#include "core/controller/alter_configs.hpp"
#include "core/controller/topics.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

using wire::Error;
using Creatable = wire::CreateTopicsRequest::CreatableTopic;
using TopicResult = wire::CreateTopicsResponse::CreatableTopicResult;
using Partitions = std::vector<metadata::Partition>;

constexpr std::string_view metadata_topic = "__cluster_metadata";

/// Names that differ only in '.' and '_' would have the same metric names.
std::string unified(std::string_view name) {
    std::string out(name);
    std::replace(out.begin(), out.end(), '.', '_');
    return out;
}

Refusal check_new_name(const Basis& basis, const std::string& name) {
    if (basis.image.topic(name))
        return {Error::topic_already_exists, "Topic '" + name + "' already exists."};
    if (const Refusal refusal = check_topic_name(name))
        return refusal;
    if (name.find_first_of("._") == std::string::npos)
        return {};
    const std::string mine = unified(name);
    for (const auto& entry : basis.image.topic_names())
        if (entry.first.size() == name.size() && unified(entry.first) == mine)
            return {Error::invalid_topic_exception,
                    "Topic '" + name + "' collides with existing topic: " + entry.first};
    return {};
}

Refusal manual_partitions(const Basis& basis, const Creatable& topic, Partitions& out) {
    if (topic.replication_factor != -1)
        return {Error::invalid_request, "A manual partition assignment was specified, but "
                                        "replication factor was not set to -1."};
    if (topic.num_partitions != -1)
        return {Error::invalid_request, "A manual partition assignment was specified, but "
                                        "numPartitions was not set to -1."};
    const std::size_t count = topic.assignments.size();
    out.resize(count);
    std::vector<bool> given(count, false);
    std::vector<std::int32_t> seen;
    std::size_t factor = 0;
    for (const auto& assignment : topic.assignments) {
        const std::int32_t index = assignment.partition_index;
        if (std::find(seen.begin(), seen.end(), index) != seen.end())
            return {Error::invalid_replica_assignment,
                    "Found multiple manual partition assignments for partition " +
                        std::to_string(index)};
        seen.push_back(index);
        std::vector<NodeId> replicas;
        for (const std::int32_t id : assignment.broker_ids)
            replicas.push_back(NodeId{id});
        if (const Refusal refusal = check_assignment(basis, replicas, factor))
            return refusal;
        factor = replicas.size();
        metadata::Partition partition = new_partition(basis, replicas);
        if (partition.isr.empty())
            return {Error::invalid_replica_assignment,
                    "All brokers specified in the manual partition assignment for partition " +
                        std::to_string(index) + " are fenced or in controlled shutdown."};
        if (index < 0 || static_cast<std::size_t>(index) >= count)
            continue; // a gap elsewhere, told below
        out[static_cast<std::size_t>(index)] = std::move(partition);
        given[static_cast<std::size_t>(index)] = true;
    }
    if (std::find(given.begin(), given.end(), false) != given.end())
        return {Error::invalid_replica_assignment,
                "partitions should be a consecutive 0-based integer sequence"};
    return {};
}

Refusal placed_partitions(const Basis& basis, Random& random, const Creatable& topic,
                          Partitions& out) {
    if (topic.replication_factor < -1 || topic.replication_factor == 0)
        return {Error::invalid_replication_factor,
                "Replication factor must be larger than 0, or -1 to use the default value."};
    if (topic.num_partitions < -1 || topic.num_partitions == 0)
        return {Error::invalid_partitions,
                "Number of partitions was set to an invalid non-positive value."};
    const std::int32_t count =
        topic.num_partitions == -1 ? basis.settings.default_partitions : topic.num_partitions;
    const std::int16_t factor = topic.replication_factor == -1 ? basis.settings.default_replication
                                                               : topic.replication_factor;
    const std::string unable =
        "Unable to replicate the partition " + std::to_string(factor) + " time(s): ";
    const auto placed = place(basis, random, count, factor);
    if (!placed)
        return {Error::invalid_replication_factor, unable + placed.error()};
    for (const std::vector<NodeId>& replicas : *placed) {
        out.push_back(new_partition(basis, replicas));
        if (out.back().isr.empty())
            return {Error::invalid_replication_factor,
                    unable + "All brokers are currently fenced or in controlled shutdown."};
    }
    return {};
}

/// What the topic's configs will be, each by where it comes from.
void describe_configs(const Basis& basis, const Creatable& topic, TopicResult& result) {
    auto& out = result.configs.emplace();
    for (const auto& definition : metadata::config_definitions(metadata::ConfigScope::topic)) {
        if (definition.internal)
            continue;
        auto& entry = out.emplace_back();
        entry.name = definition.name;
        entry.config_source = static_cast<std::int8_t>(metadata::ConfigSource::default_config);
        const auto own = std::find_if(topic.configs.rbegin(), topic.configs.rend(),
                                      [&](const auto& c) { return c.name == definition.name; });
        if (own != topic.configs.rend()) {
            entry.value = own->value;
            entry.config_source = static_cast<std::int8_t>(metadata::ConfigSource::topic);
            continue;
        }
        const auto synonyms =
            metadata::topic_synonyms(basis.configs(), topic.name, definition.name);
        entry.value = metadata::topic_config(basis.configs(), topic.name, definition.name);
        if (!synonyms.empty())
            entry.config_source = static_cast<std::int8_t>(synonyms.front().source);
        entry.is_sensitive = definition.sensitive();
    }
}

Refusal create(const Basis& basis, Random& random, const Creatable& topic, TopicResult& result,
               Records& records) {
    if (const Refusal refusal = check_new_name(basis, topic.name))
        return refusal;
    Records configs;
    if (const Refusal refusal = config_records_of_new_topic(basis, topic, configs))
        return refusal;
    Partitions partitions;
    const Refusal refusal = topic.assignments.empty()
                                ? placed_partitions(basis, random, topic, partitions)
                                : manual_partitions(basis, topic, partitions);
    if (refusal)
        return refusal;
    const Uuid id = random.uuid();
    result.topic_id = id;
    result.num_partitions = static_cast<std::int32_t>(partitions.size());
    result.replication_factor = static_cast<std::int16_t>(partitions.front().replicas.size());
    describe_configs(basis, topic, result);
    wire::TopicRecord record;
    record.name = topic.name;
    record.topic_id = id;
    records.push_back({std::move(record), 0});
    for (metadata::Record& config : configs)
        records.push_back(std::move(config));
    for (std::size_t i = 0; i < partitions.size(); ++i)
        records.push_back(
            partition_record(basis, partitions[i], {id, static_cast<std::int32_t>(i)}));
    return {};
}

bool too_many(const Basis& basis, const wire::CreateTopicsRequest& request) {
    std::int64_t total = 0;
    for (const Creatable& topic : request.topics) {
        if (!topic.assignments.empty())
            total += static_cast<std::int64_t>(topic.assignments.size());
        else if (topic.num_partitions == -1)
            total += basis.settings.default_partitions;
        else
            total += std::max(topic.num_partitions, 0);
    }
    return total > partitions_per_request_max;
}

} // namespace

Decision<wire::CreateTopicsResponse>
decide_create_topics(const Basis& basis, Random& random, const wire::CreateTopicsRequest& request) {
    Decision<wire::CreateTopicsResponse> decision;
    const bool excessive = too_many(basis, request);
    std::vector<std::string> names;
    for (const Creatable& topic : request.topics)
        names.push_back(topic.name);
    std::sort(names.begin(), names.end());
    std::vector<std::string> told; // duplicates are answered once
    for (const Creatable& topic : request.topics) {
        const auto [first, last] = std::equal_range(names.begin(), names.end(), topic.name);
        const bool duplicate = last - first > 1;
        if (duplicate && std::find(told.begin(), told.end(), topic.name) != told.end())
            continue;
        told.push_back(topic.name);
        TopicResult result;
        result.name = topic.name;
        Refusal refusal;
        if (duplicate)
            refusal = {Error::invalid_request, "Duplicate topic name."};
        else if (topic.name == metadata_topic)
            refusal = {Error::invalid_request, "Creation of internal topic " +
                                                   std::string(metadata_topic) + " is prohibited."};
        else if (excessive)
            refusal = {Error::policy_violation,
                       "Excessively large number of partitions per request."};
        else
            refusal = create(basis, random, topic, result, decision.records);
        if (refusal) {
            result.error_code = wire::code(refusal.error);
            result.error_message = refusal.message;
        } else {
            result.error_message = std::nullopt;
        }
        decision.response.topics.push_back(std::move(result));
    }
    if (request.validate_only)
        decision.records.clear();
    return decision;
}

} // namespace orrery::controller
