// What a group has committed: per topic and partition an offset with its metadata. Topics are
// shared between copies until one of their offsets changes.
//
// Sources: OffsetMetadataManager, OffsetAndMetadata; KIP-211 (retention), KIP-848 (topic ids).
#pragma once

#include "core/base/cow.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/reflect.hpp"
#include "core/base/uuid.hpp"
#include "core/group/record.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::group {

/// What a response says where nothing is committed.
inline constexpr std::int64_t invalid_offset = -1;
/// No instant was given: commits without one count from when they came (KIP-211).
inline constexpr std::int64_t no_wall_ms = -1;

struct CommittedOffset {
    std::int64_t offset = invalid_offset;
    std::int32_t leader_epoch = -1;
    std::string metadata;
    std::int64_t commit_wall_ms = 0;
    std::int64_t expire_wall_ms = no_wall_ms; ///< only of commits of versions 2-4 that asked for it
    Uuid topic_id;                            ///< zero: committed by a name that had no id
    bool operator==(const CommittedOffset&) const = default;
    ORRERY_FIELDS(offset, leader_epoch, metadata, commit_wall_ms, expire_wall_ms, topic_id)

    /// Whether `topic` is another topic of the same name than the one this was committed for.
    bool is_of_another(const Uuid& topic) const {
        return !topic_id.is_zero() && !topic.is_zero() && topic_id != topic;
    }
};

using TopicOffsets = FlatMap<std::int32_t, CommittedOffset>;

class GroupOffsets {
public:
    /// Null when nothing is committed there.
    const CommittedOffset* find(std::string_view topic, std::int32_t partition) const;
    const FlatMap<std::string, Cow<TopicOffsets>>& topics() const { return topics_; }
    bool empty() const { return topics_.empty(); }
    std::size_t size() const;
    /// A record of this group: a commit, or a tombstone.
    void apply(const OffsetCommit& record);
    bool operator==(const GroupOffsets&) const = default;
    ORRERY_FIELDS(topics_)

private:
    FlatMap<std::string, Cow<TopicOffsets>> topics_; ///< none is empty
};

/// The record of a commit: version 1 if it has an expiry of its own, else 4.
OffsetCommit commit_record(std::string_view group, std::string_view topic, std::int32_t partition,
                           CommittedOffset offset);
/// The record by which the log forgets a commit.
OffsetCommit commit_tombstone(std::string_view group, std::string_view topic,
                              std::int32_t partition);

} // namespace orrery::group
