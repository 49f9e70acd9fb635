#include "core/group/offsets.hpp"

#include <utility>

namespace orrery::group {

const CommittedOffset* GroupOffsets::find(std::string_view topic, std::int32_t partition) const {
    const auto* offsets = topics_.find(topic);
    return offsets ? (*offsets)->find(partition) : nullptr;
}

std::size_t GroupOffsets::size() const {
    std::size_t count = 0;
    for (const auto& entry : topics_)
        count += entry.second->size();
    return count;
}

void GroupOffsets::apply(const OffsetCommit& record) {
    auto* topic = topics_.find(record.key.topic);
    if (!record.value) {
        if (!topic || !(*topic)->contains(record.key.partition))
            return;
        topic->edit().erase(record.key.partition);
        if ((*topic)->empty())
            topics_.erase(record.key.topic);
        return;
    }
    if (!topic)
        topic = &topics_[record.key.topic];
    CommittedOffset& offset = topic->edit()[record.key.partition];
    offset.offset = record.value->offset;
    offset.leader_epoch = record.value->leader_epoch;
    offset.metadata = record.value->metadata;
    offset.commit_wall_ms = record.value->commit_timestamp;
    offset.expire_wall_ms = record.value->expire_timestamp;
    offset.topic_id = record.value->topic_id;
}

OffsetCommit commit_record(std::string_view group, std::string_view topic, std::int32_t partition,
                           CommittedOffset offset) {
    OffsetCommit record;
    record.key.group = group;
    record.key.topic = topic;
    record.key.partition = partition;
    auto& value = record.value.emplace();
    value.offset = offset.offset;
    value.leader_epoch = offset.leader_epoch;
    value.metadata = std::move(offset.metadata);
    value.commit_timestamp = offset.commit_wall_ms;
    value.expire_timestamp = offset.expire_wall_ms;
    value.topic_id = offset.topic_id;
    record.version = offset.expire_wall_ms == no_wall_ms ? std::int16_t{4} : std::int16_t{1};
    return record;
}

OffsetCommit commit_tombstone(std::string_view group, std::string_view topic,
                              std::int32_t partition) {
    OffsetCommit record;
    record.key.group = group;
    record.key.topic = topic;
    record.key.partition = partition;
    return record;
}

} // namespace orrery::group
