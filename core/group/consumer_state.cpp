#include "core/group/consumer_state.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace orrery::group {

void count(Counts& counts, const std::string& what, std::int32_t more) {
    if ((counts[what] += more) <= 0)
        counts.erase(what);
}

void count_by_name(WantedTopics& topics, const std::string& topic, std::int32_t more) {
    TopicWanted& wanted = topics[topic];
    wanted.by_name += more;
    if (wanted.by_name <= 0 && wanted.by_regex <= 0)
        topics.erase(topic);
}

void count_by_regex(WantedTopics& topics, const std::string& topic, std::int32_t more) {
    TopicWanted& wanted = topics[topic];
    wanted.by_regex += more;
    if (wanted.by_name <= 0 && wanted.by_regex <= 0)
        topics.erase(topic);
}

const ConsumerMember* ConsumerState::member(std::string_view id) const {
    const Cow<ConsumerMember>* found = members_->find(id);
    return found ? &**found : nullptr;
}

MemberAssignment ConsumerState::target(std::string_view member) const {
    const MemberAssignment* found = targets_->find(member);
    return found ? *found : MemberAssignment{};
}

std::optional<std::int32_t> ConsumerState::partition_epoch(const Uuid& topic,
                                                           std::int32_t partition) const {
    const PartitionEpochs* epochs = partition_epochs_->find(topic);
    const std::int32_t* epoch = epochs ? epochs->find(partition) : nullptr;
    return epoch ? std::optional(*epoch) : std::nullopt;
}

bool ConsumerState::subscribes(const ConsumerMember& member, std::string_view topic) const {
    if (std::binary_search(member.topics.begin(), member.topics.end(), topic))
        return true;
    const ResolvedRegex* found = member.regex.empty() ? nullptr : resolved(member.regex);
    return found && std::binary_search(found->topics.begin(), found->topics.end(), topic);
}

bool ConsumerState::apply(const Record& record) {
    if (const auto* member = std::get_if<ConsumerGroupMemberMetadata>(&record)) {
        apply_member(*member);
    } else if (const auto* current = std::get_if<ConsumerGroupCurrentMemberAssignment>(&record)) {
        apply_current(*current);
    } else if (const auto* target = std::get_if<ConsumerGroupTargetAssignmentMember>(&record)) {
        if (!target->value) {
            targets_.edit().erase(target->key.member_id);
            return true;
        }
        MemberAssignment& partitions = targets_.edit()[target->key.member_id];
        partitions.clear();
        for (const auto& topic : target->value->topic_partitions)
            if (!topic.partitions.empty()) {
                partitions[topic.topic_id] = topic.partitions;
                std::sort(partitions[topic.topic_id].begin(), partitions[topic.topic_id].end());
            }
    } else if (const auto* made = std::get_if<ConsumerGroupTargetAssignmentMetadata>(&record)) {
        apply_target_metadata(*made);
    } else if (const auto* group = std::get_if<ConsumerGroupMetadata>(&record)) {
        if (!group->value) {
            *this = ConsumerState{}; // the last of a group's tombstones
            return true;
        }
        epoch_ = group->value->epoch;
        metadata_hash_ = group->value->metadata_hash;
    } else if (const auto* regex = std::get_if<ConsumerGroupRegularExpression>(&record)) {
        apply_regex(*regex);
    } else if (const auto* topics = std::get_if<ConsumerGroupPartitionMetadata>(&record)) {
        has_partition_metadata_ = topics->value.has_value();
    } else {
        return false;
    }
    return true;
}

void ConsumerState::apply_member(const ConsumerGroupMemberMetadata& record) {
    const std::string& id = record.key.member_id;
    if (!record.value)
        return remove_member(id);
    Members& members = members_.edit();
    const bool is_new = !members.contains(id);
    ConsumerMember& member = members[id].edit();
    if (!is_new)
        count_subscription(id, member, -1);
    member.take(*record.value);
    count_subscription(id, member, +1);
    if (is_new && member.has_reconciled_to(assignment_epoch_))
        ++reconciled_;
}

void ConsumerState::remove_member(const std::string& id) {
    const ConsumerMember* gone = member(id);
    if (!gone)
        return;
    count_subscription(id, *gone, -1);
    uncount_owned(*gone);
    if (gone->has_reconciled_to(assignment_epoch_))
        --reconciled_;
    members_.edit().erase(id);
}

void ConsumerState::apply_current(const ConsumerGroupCurrentMemberAssignment& record) {
    const std::string& id = record.key.member_id;
    const bool is_new = !members_->contains(id);
    if (is_new && !record.value)
        return;
    ConsumerMember& member = members_.edit()[id].edit();
    if (!is_new && member.has_reconciled_to(assignment_epoch_))
        --reconciled_;
    uncount_owned(member);
    if (record.value) {
        member.take(*record.value);
    } else {
        member.epoch = leaving_epoch;
        member.previous_epoch = leaving_epoch;
        member.assigned.clear();
        member.revoking.clear();
    }
    count_owned(member);
    if (member.has_reconciled_to(assignment_epoch_))
        ++reconciled_;
}

void ConsumerState::apply_target_metadata(const ConsumerGroupTargetAssignmentMetadata& record) {
    assignment_epoch_ = record.value ? record.value->assignment_epoch : -1;
    assignment_timestamp_ms_ = record.value ? record.value->assignment_timestamp : 0;
    reconciled_ = 0;
    for (const auto& [id, member] : *members_)
        reconciled_ += member->has_reconciled_to(assignment_epoch_) ? 1U : 0U;
}

void ConsumerState::apply_regex(const ConsumerGroupRegularExpression& record) {
    const std::string& regex = record.key.regular_expression;
    if (const ResolvedRegex* old = resolved_.find(regex))
        for (const std::string& topic : old->topics)
            count_by_regex(wanted_, topic, -1);
    resolved_.erase(regex);
    if (!record.value)
        return;
    ResolvedRegex& found = resolved_[regex];
    found = {as_subscription(record.value->topics), record.value->version, record.value->timestamp};
    for (const std::string& topic : found.topics)
        count_by_regex(wanted_, topic, +1);
}

void ConsumerState::count_subscription(const std::string& id, const ConsumerMember& member,
                                       std::int32_t more) {
    for (const std::string& topic : member.topics)
        count_by_name(wanted_, topic, more);
    if (!member.regex.empty())
        count(regexes_, member.regex, more);
    if (member.assignor)
        count(assignors_, *member.assignor, more);
    if (member.classic) {
        classic_members_ += more;
        for (const auto& protocol : member.classic->supported_protocols)
            count(classic_protocols_, protocol.name, more);
    }
    if (!member.instance_id)
        return;
    const std::string* holder = static_members_.find(*member.instance_id);
    if (more > 0)
        static_members_[*member.instance_id] = id;
    else if (holder && *holder == id)
        static_members_.erase(*member.instance_id);
}

void ConsumerState::count_owned(const ConsumerMember& member) {
    if (member.assigned.empty() && member.revoking.empty())
        return;
    auto& epochs = partition_epochs_.edit();
    for (const OwnedPartitions* owned : {&member.assigned, &member.revoking})
        for (const auto& [topic, partitions] : *owned)
            for (const auto& [partition, since] : partitions)
                epochs[topic][partition] = member.epoch;
}

void ConsumerState::uncount_owned(const ConsumerMember& member) {
    if (member.assigned.empty() && member.revoking.empty())
        return;
    auto& epochs = partition_epochs_.edit();
    for (const OwnedPartitions* owned : {&member.assigned, &member.revoking})
        for (const auto& [topic, partitions] : *owned) {
            PartitionEpochs* of_topic = epochs.find(topic);
            if (!of_topic)
                continue;
            // an epoch that is not the member's is another owner's, who came by a later record
            for (const auto& [partition, since] : partitions)
                if (const std::int32_t* epoch = of_topic->find(partition);
                    epoch && *epoch == member.epoch)
                    of_topic->erase(partition);
            if (of_topic->empty())
                epochs.erase(topic);
        }
}

} // namespace orrery::group
