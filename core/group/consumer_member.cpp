#include "core/group/consumer_member.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

namespace {

using StoredPartitions = wire::ConsumerGroupCurrentMemberAssignmentValue::TopicPartitions;

/// A record of an older Kafka has no epochs: the member's counts for all.
OwnedPartitions owned_from(const std::vector<StoredPartitions>& stored, std::int32_t epoch) {
    OwnedPartitions owned;
    for (const StoredPartitions& topic : stored) {
        if (topic.partitions.empty())
            continue;
        const auto& epochs = topic.assignment_epochs;
        const bool told = epochs && epochs->size() == topic.partitions.size();
        PartitionEpochs& partitions = owned[topic.topic_id];
        for (std::size_t i = 0; i < topic.partitions.size(); ++i)
            partitions[topic.partitions[i]] = told ? (*epochs)[i] : std::max(epoch, 0);
    }
    return owned;
}

std::vector<StoredPartitions> stored_from(const OwnedPartitions& owned) {
    std::vector<StoredPartitions> stored;
    for (const auto& [topic, partitions] : owned) {
        StoredPartitions& entry = stored.emplace_back();
        entry.topic_id = topic;
        for (const auto& [partition, epoch] : partitions) {
            entry.partitions.push_back(partition);
            entry.assignment_epochs->push_back(epoch);
        }
    }
    return stored;
}

} // namespace

bool owns(const OwnedPartitions& owned, const Uuid& topic, std::int32_t partition) {
    const PartitionEpochs* partitions = owned.find(topic);
    return partitions && partitions->contains(partition);
}

std::vector<std::string> as_subscription(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

void ConsumerMember::take(const wire::ConsumerGroupMemberMetadataValue& value) {
    instance_id = value.instance_id;
    rack_id = value.rack_id;
    client_id = value.client_id;
    client_host = value.client_host;
    topics = as_subscription(value.subscribed_topic_names);
    regex = value.subscribed_topic_regex.value_or("");
    rebalance_timeout_ms = value.rebalance_timeout_ms;
    assignor = value.server_assignor;
    classic = value.classic_member_metadata;
}

void ConsumerMember::take(const wire::ConsumerGroupCurrentMemberAssignmentValue& value) {
    epoch = value.member_epoch;
    previous_epoch = value.previous_member_epoch;
    state = value.state >= 0 && value.state <= 2 ? ConsumerMemberState{value.state}
                                                 : ConsumerMemberState::unknown;
    assigned = owned_from(value.assigned_partitions, value.member_epoch);
    revoking = owned_from(value.partitions_pending_revocation, value.member_epoch);
}

Record member_metadata_record(const std::string& group, const std::string& member,
                              const ConsumerMember& value) {
    ConsumerGroupMemberMetadata record;
    record.key = {group, member};
    auto& stored = record.value.emplace();
    stored.instance_id = value.instance_id;
    stored.rack_id = value.rack_id;
    stored.client_id = value.client_id;
    stored.client_host = value.client_host;
    stored.subscribed_topic_names = value.topics;
    stored.subscribed_topic_regex = value.regex;
    stored.rebalance_timeout_ms = value.rebalance_timeout_ms;
    stored.server_assignor = value.assignor;
    stored.classic_member_metadata = value.classic;
    return record;
}

Record member_metadata_tombstone(const std::string& group, const std::string& member) {
    ConsumerGroupMemberMetadata record;
    record.key = {group, member};
    return record;
}

Record current_assignment_record(const std::string& group, const std::string& member,
                                 const ConsumerMember& value) {
    ConsumerGroupCurrentMemberAssignment record;
    record.key = {group, member};
    auto& stored = record.value.emplace();
    stored.member_epoch = value.epoch;
    stored.previous_member_epoch = value.previous_epoch;
    stored.state = static_cast<std::int8_t>(value.state);
    stored.assigned_partitions = stored_from(value.assigned);
    stored.partitions_pending_revocation = stored_from(value.revoking);
    return record;
}

Record current_assignment_tombstone(const std::string& group, const std::string& member) {
    ConsumerGroupCurrentMemberAssignment record;
    record.key = {group, member};
    return record;
}

Record target_assignment_record(const std::string& group, const std::string& member,
                                const MemberAssignment& value) {
    ConsumerGroupTargetAssignmentMember record;
    record.key = {group, member};
    auto& stored = record.value.emplace();
    for (const auto& [topic, partitions] : value) {
        auto& entry = stored.topic_partitions.emplace_back();
        entry.topic_id = topic;
        entry.partitions = partitions;
    }
    return record;
}

Record target_assignment_tombstone(const std::string& group, const std::string& member) {
    ConsumerGroupTargetAssignmentMember record;
    record.key = {group, member};
    return record;
}

void write_member_tombstones(const std::string& group, const std::string& member,
                             std::vector<Record>& records) {
    records.push_back(current_assignment_tombstone(group, member));
    records.push_back(target_assignment_tombstone(group, member));
    records.push_back(member_metadata_tombstone(group, member));
}

Record group_epoch_record(const std::string& group, std::int32_t epoch, std::int64_t hash) {
    ConsumerGroupMetadata record;
    record.key = {group};
    auto& stored = record.value.emplace();
    stored.epoch = epoch;
    stored.metadata_hash = hash;
    return record;
}

Record group_epoch_tombstone(const std::string& group) {
    ConsumerGroupMetadata record;
    record.key = {group};
    return record;
}

Record target_metadata_record(const std::string& group, std::int32_t epoch,
                              std::int64_t timestamp_ms) {
    ConsumerGroupTargetAssignmentMetadata record;
    record.key = {group};
    auto& stored = record.value.emplace();
    stored.assignment_epoch = epoch;
    stored.assignment_timestamp = timestamp_ms;
    return record;
}

Record target_metadata_tombstone(const std::string& group) {
    ConsumerGroupTargetAssignmentMetadata record;
    record.key = {group};
    return record;
}

Record partition_metadata_tombstone(const std::string& group) {
    ConsumerGroupPartitionMetadata record;
    record.key = {group};
    return record;
}

Record regex_tombstone(const std::string& group, const std::string& regex) {
    ConsumerGroupRegularExpression record;
    record.key = {group, regex};
    return record;
}

} // namespace orrery::group
