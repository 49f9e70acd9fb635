// Which partitions a consumer in a group has: taking in what it was assigned, giving up what was
// revoked or is lost, and telling of it as the callbacks of a ConsumerRebalanceListener would.
#include "core/client/consumer.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

/// "billing orders-0, orders-3"
std::string spoken(const std::string& group, const TopicPartitions& partitions) {
    std::string text = group;
    for (const auto& [topic, indexes] : partitions)
        for (const std::int32_t index : indexes)
            text +=
                (text.size() == group.size() ? " " : ", ") + topic + "-" + std::to_string(index);
    return text;
}

std::int64_t count_of(const TopicPartitions& partitions) {
    std::int64_t count = 0;
    for (const auto& [topic, indexes] : partitions)
        count += static_cast<std::int64_t>(indexes.size());
    return count;
}

} // namespace

TopicPartitions ConsumerProcess::without(const TopicPartitions& all, const TopicPartitions& gone) {
    TopicPartitions rest;
    for (const auto& [topic, indexes] : all) {
        const auto* less = gone.find(topic);
        for (const std::int32_t index : indexes)
            if (less == nullptr || std::find(less->begin(), less->end(), index) == less->end())
                rest[topic].push_back(index);
    }
    return rest;
}

TopicPartitions ConsumerProcess::owned() const {
    TopicPartitions ours;
    for (const ConsumerPartition& partition : partitions_)
        if (partition.owned)
            ours[topic_of(partition)].push_back(partition.partition);
    for (auto& [topic, indexes] : ours)
        std::sort(indexes.begin(), indexes.end());
    return ours;
}

bool ConsumerProcess::owns_any() const {
    return std::any_of(partitions_.begin(), partitions_.end(),
                       [](const ConsumerPartition& partition) { return partition.owned; });
}

/// Takes the partitions in; they begin without a position, whatever was known of them before.
void ConsumerProcess::own(Turn& turn, const TopicPartitions& fresh, std::int32_t generation) {
    if (!fresh.empty())
        group_->committed.tag.reset(); // an answer under way may be older than this assignment
    for (const auto& [name, indexes] : fresh) {
        const std::size_t topic = network_.want_topic(name);
        for (const std::int32_t index : indexes) {
            ConsumerPartition* known = find(topic, index);
            ConsumerPartition& partition = known != nullptr ? *known : partitions_.emplace_back();
            const std::int64_t consumed = partition.consumed;
            partition = {};
            partition.topic = topic;
            partition.partition = index;
            partition.phase = Phase::initializing;
            partition.consumed = consumed;
        }
    }
    Note note{Fact::partitions_assigned, {}, -1, {}, spoken(config_->group.id, fresh)};
    note.numbers = {generation, count_of(fresh), count_of(owned())};
    turn.out.push_back(std::move(note));
}

/// Gives the partitions up, with what was fetched of them and not handed over.
void ConsumerProcess::disown(Turn& turn, Fact how, const TopicPartitions& gone,
                             std::int32_t generation) {
    for (const auto& [name, indexes] : gone) {
        const std::size_t topic = network_.metadata().find_topic({}, name);
        for (const std::int32_t index : indexes) {
            ConsumerPartition* partition = find(topic, index);
            if (partition == nullptr)
                continue;
            const auto place = static_cast<std::size_t>(partition - partitions_.data());
            std::erase(buffered_, place);
            partition->owned = false;
            partition->leaving = false;
            partition->buffered = {};
            partition->position = no_offset;
            partition->phase = Phase::initializing;
        }
    }
    Note note{how, {}, -1, {}, spoken(config_->group.id, gone)};
    note.numbers = {generation, count_of(gone), count_of(owned())};
    turn.out.push_back(std::move(note));
}

} // namespace orrery::client
