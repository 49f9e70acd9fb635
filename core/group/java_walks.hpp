// How Kafka's assignors walk a group: topics and what members hold come out of Java's hash tables.
#pragma once

#include "core/group/numbered_topics.hpp"

namespace orrery::group {

/// A partition, by the number of its topic.
struct TopicPartition {
    std::size_t topic = 0;
    std::int32_t partition = 0;
    bool operator==(const TopicPartition&) const = default;
};

/// Sorts topics into the order in which a table with so many buckets gives them. Those in one
/// bucket come as the group lists them.
void sort_topics(std::vector<std::size_t>& numbers, const NumberedTopics& topics,
                 std::uint32_t buckets);

/// What a member holds of these topics (by number: true) and as far as it is there, in Java's
/// order.
std::vector<TopicPartition> held_by(const AssignableMember& member, const NumberedTopics& topics,
                                    const std::vector<bool>& of);

} // namespace orrery::group
