#include "core/group/java_walks.hpp"

#include "core/wire/java_order.hpp"

#include <algorithm>

namespace orrery::group {

void sort_topics(std::vector<std::size_t>& numbers, const NumberedTopics& topics,
                 std::uint32_t buckets) {
    std::sort(numbers.begin(), numbers.end());
    wire::sort_as_java_table(
        numbers, buckets, [&](std::size_t number) { return wire::java_hash(topics[number].id); });
}

std::vector<TopicPartition> held_by(const AssignableMember& member, const NumberedTopics& topics,
                                    const std::vector<bool>& of) {
    std::vector<std::size_t> numbers;
    for (const auto& entry : member.current)
        if (const auto topic = topics.find(entry.first); topic && of[*topic])
            numbers.push_back(*topic);
    sort_topics(numbers, topics, wire::java_table_grown(member.current.size()));
    std::vector<TopicPartition> held;
    for (const std::size_t topic : numbers) {
        std::vector<std::int32_t> partitions = *member.current.find(topics[topic].id);
        wire::sort_as_java_table(partitions, wire::java_table_copied(partitions.size()),
                                 [](std::int32_t partition) { return partition; });
        for (const std::int32_t partition : partitions)
            if (partition >= 0 && partition < topics[topic].partitions)
                held.push_back({topic, partition});
    }
    return held;
}

} // namespace orrery::group
