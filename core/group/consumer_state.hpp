// What the log says of a consumer group, and what follows from it: apply() is the only one that
// changes it, so that the same log gives the same group anywhere.
//
// A compacted log may begin in the middle of a story: a member's assignment before the member, a
// target of somebody who is gone, tombstones of what was never there. Each record is taken for what
// it says by itself.
//
// Sources: ModernGroup, ConsumerGroup, GroupMetadataManager.replay.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/reflect.hpp"
#include "core/base/uuid.hpp"
#include "core/group/consumer_member.hpp"
#include "core/group/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::group {

/// Who wants a topic: members by its name, and regular expressions that found it.
struct TopicWanted {
    std::int32_t by_name = 0;
    std::int32_t by_regex = 0;
    bool operator==(const TopicWanted&) const = default;
    ORRERY_FIELDS(by_name, by_regex)
};
using WantedTopics = FlatMap<std::string, TopicWanted>;
using Counts = FlatMap<std::string, std::int32_t>;

/// Adds to a count; one of zero is not kept.
void count(Counts& counts, const std::string& what, std::int32_t more);
void count_by_name(WantedTopics& topics, const std::string& topic, std::int32_t more);
void count_by_regex(WantedTopics& topics, const std::string& topic, std::int32_t more);

/// The topics that a regular expression found, as of one offset of the metadata log.
struct ResolvedRegex {
    std::vector<std::string> topics; ///< in order
    std::int64_t version = 0;        ///< that offset
    std::int64_t timestamp_ms = 0;   ///< Unix time
    bool operator==(const ResolvedRegex&) const = default;
    ORRERY_FIELDS(topics, version, timestamp_ms)
};

/// Epochs of a group that the log says nothing of yet, as Kafka begins.
inline constexpr std::int32_t first_group_epoch = 1;

class ConsumerState {
public:
    using Members = FlatMap<std::string, Cow<ConsumerMember>>;
    using Targets = FlatMap<std::string, MemberAssignment>;

    // --- what the records say
    std::int32_t epoch() const { return epoch_; }
    std::int64_t metadata_hash() const { return metadata_hash_; }
    std::int32_t assignment_epoch() const { return assignment_epoch_; }
    /// Unix time in ms at which the target assignment was made; 0: it need not be waited for.
    std::int64_t assignment_timestamp_ms() const { return assignment_timestamp_ms_; }
    const Members& members() const { return *members_; }
    const Targets& targets() const { return *targets_; }
    const FlatMap<std::string, ResolvedRegex>& resolved_regexes() const { return resolved_; }
    /// A record of Kafka 4.0 is in the log and wants a tombstone.
    bool has_partition_metadata() const { return has_partition_metadata_; }

    // --- what follows
    /// Null: it is none. Holds until the next record is applied.
    const ConsumerMember* member(std::string_view id) const;
    /// Nothing for a member that nothing was made for.
    MemberAssignment target(std::string_view member) const;
    const ResolvedRegex* resolved(std::string_view regex) const { return resolved_.find(regex); }
    /// The member that has the instance id; null: nobody.
    const std::string* static_member(std::string_view instance_id) const {
        return static_members_.find(instance_id);
    }
    /// The epoch of the member that has the partition, or has yet to give it up; none: it is free.
    std::optional<std::int32_t> partition_epoch(const Uuid& topic, std::int32_t partition) const;
    const WantedTopics& wanted_topics() const { return wanted_; }
    const Counts& regexes() const { return regexes_; }
    const Counts& assignors() const { return assignors_; }
    std::int32_t classic_members() const { return classic_members_; }
    const Counts& classic_protocols() const { return classic_protocols_; }
    /// Members that have what the assignment gives them.
    std::size_t reconciled() const { return reconciled_; }
    /// Whether the member is subscribed to the topic, by name or pattern.
    bool subscribes(const ConsumerMember& member, std::string_view topic) const;

    /// False: the record is of no type of ours.
    bool apply(const Record& record);
    /// The log holds nothing of this group (any more).
    bool is_blank() const { return members_->empty() && *this == ConsumerState{}; }

    bool operator==(const ConsumerState&) const = default;
    ORRERY_FIELDS(epoch_, metadata_hash_, assignment_epoch_, assignment_timestamp_ms_, members_,
                  targets_, resolved_, has_partition_metadata_, static_members_, wanted_, regexes_,
                  assignors_, classic_members_, classic_protocols_, partition_epochs_, reconciled_)

private:
    void apply_member(const ConsumerGroupMemberMetadata& record);
    void apply_current(const ConsumerGroupCurrentMemberAssignment& record);
    void apply_target_metadata(const ConsumerGroupTargetAssignmentMetadata& record);
    void apply_regex(const ConsumerGroupRegularExpression& record);
    void remove_member(const std::string& id);
    void count_subscription(const std::string& id, const ConsumerMember& member, std::int32_t more);
    void count_owned(const ConsumerMember& member);
    void uncount_owned(const ConsumerMember& member);

    std::int32_t epoch_ = first_group_epoch;
    std::int64_t metadata_hash_ = 0;
    std::int32_t assignment_epoch_ = first_group_epoch;
    std::int64_t assignment_timestamp_ms_ = 0;
    Cow<Members> members_;
    Cow<Targets> targets_;
    FlatMap<std::string, ResolvedRegex> resolved_; ///< by the regular expression
    bool has_partition_metadata_ = false;

    FlatMap<std::string, std::string> static_members_; ///< instance id to member id
    WantedTopics wanted_;
    Counts regexes_; ///< members by the regular expression they are subscribed with
    Counts assignors_;
    std::int32_t classic_members_ = 0;
    Counts classic_protocols_;
    Cow<FlatMap<Uuid, PartitionEpochs>> partition_epochs_;
    std::size_t reconciled_ = 0;
};

} // namespace orrery::group
