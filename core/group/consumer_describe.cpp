// What others are told about a consumer group: its description, and whether a member's offsets are
// taken and given.
#include "core/group/consumer_group.hpp"

#include <utility>

namespace orrery::group {

namespace {

using Described = wire::ConsumerGroupDescribeResponse;

/// What a description says of MemberType (KIP-1099).
constexpr std::int8_t classic_member_type = 0;
constexpr std::int8_t consumer_member_type = 1;

/// Topics that are gone are not shown.
void describe_topic(Described::Assignment& to, const metadata::Image& image, const Uuid& id,
                    std::vector<std::int32_t> partitions) {
    const metadata::Topic* topic = image.topic(id);
    if (!topic || partitions.empty())
        return;
    auto& entry = to.topic_partitions.emplace_back();
    entry.topic_id = id;
    entry.topic_name = topic->name;
    entry.partitions = std::move(partitions);
}

Described::Assignment describe_owned(const ConsumerMember& member, const metadata::Image& image) {
    OwnedPartitions all = member.assigned;
    for (const auto& [topic, partitions] : member.revoking)
        for (const auto& [partition, epoch] : partitions)
            all[topic][partition] = epoch;
    Described::Assignment described;
    for (const auto& [topic, epochs] : all) {
        std::vector<std::int32_t> partitions;
        for (const auto& [partition, epoch] : epochs)
            partitions.push_back(partition);
        describe_topic(described, image, topic, std::move(partitions));
    }
    return described;
}

Described::Member describe_member(const std::string& id, const ConsumerMember& member,
                                  const MemberAssignment& target, const metadata::Image& image) {
    Described::Member described;
    described.member_id = id;
    described.instance_id = member.instance_id;
    described.rack_id = member.rack_id;
    described.member_epoch = member.epoch;
    described.client_id = member.client_id;
    described.client_host = member.client_host;
    described.subscribed_topic_names = member.topics;
    described.subscribed_topic_regex = member.regex;
    described.assignment = describe_owned(member, image);
    for (const auto& [topic, partitions] : target)
        describe_topic(described.target_assignment, image, topic, partitions);
    described.member_type =
        member.uses_classic_protocol() ? classic_member_type : consumer_member_type;
    return described;
}

wire::Error stale(const ConsumerMember& member) {
    return member.uses_classic_protocol() ? wire::Error::illegal_generation
                                          : wire::Error::stale_member_epoch;
}

/// OffsetCommit knows members of the consumer protocol from this version on.
constexpr std::int16_t consumer_commit_version = 9;

} // namespace

Described::DescribedGroup ConsumerGroup::describe(const Context& context) const {
    Described::DescribedGroup described;
    described.group_id = id_;
    described.group_state = state();
    described.group_epoch = state_.epoch();
    described.assignment_epoch = state_.assignment_epoch();
    described.assignor_name = preferred_assignor(state_.assignors(), context.settings);
    for (const auto& [id, member] : state_.members())
        described.members.push_back(describe_member(id, *member, state_.target(id), context.image));
    return described;
}

wire::Error ConsumerGroup::check_delete() const {
    return empty() ? wire::Error::none : wire::Error::non_empty_group;
}

wire::Error ConsumerGroup::check_commit(std::string_view member_id, std::int32_t epoch,
                                        std::int16_t version) const {
    if (epoch < 0 && empty())
        return wire::Error::none;
    const ConsumerMember* member = state_.member(member_id);
    if (!member)
        return wire::Error::unknown_member_id;
    if (!member->uses_classic_protocol() && version < consumer_commit_version)
        return wire::Error::unsupported_version;
    return epoch > member->epoch ? stale(*member) : wire::Error::none;
}

wire::Error ConsumerGroup::check_commit_of(std::string_view member_id, std::int32_t epoch,
                                           const Uuid& topic, std::int32_t partition) const {
    const ConsumerMember* member = state_.member(member_id);
    if (!member || epoch == member->epoch)
        return wire::Error::none;
    for (const OwnedPartitions* owned : {&member->assigned, &member->revoking}) {
        const PartitionEpochs* partitions = owned->find(topic);
        if (const std::int32_t* since = partitions ? partitions->find(partition) : nullptr)
            return epoch < *since ? stale(*member) : wire::Error::none;
    }
    return stale(*member);
}

wire::Error ConsumerGroup::check_fetch(std::string_view member_id, std::int32_t epoch) const {
    if (member_id.empty() && epoch < 0)
        return wire::Error::none;
    const ConsumerMember* member = state_.member(member_id);
    if (!member)
        return wire::Error::unknown_member_id;
    return epoch == member->epoch ? wire::Error::none : stale(*member);
}

} // namespace orrery::group
