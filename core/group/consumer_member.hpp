// A member of a consumer group (KIP-848) as the log describes it: who it is, what it wants, and how
// far it has come with what it shall own.
//
//     STABLE                  it has what the assignment of its epoch gives it
//     UNREVOKED_PARTITIONS    it has yet to say that it gave up what it must not keep
//     UNRELEASED_PARTITIONS   some of what it shall have is still with others
//
// Sources: ConsumerGroupMember, MemberState, GroupCoordinatorRecordHelpers.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/reflect.hpp"
#include "core/base/uuid.hpp"
#include "core/group/assignor.hpp"
#include "core/group/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::group {

/// With Kafka's numbers in the log.
enum class ConsumerMemberState : std::int8_t {
    stable = 0,
    unrevoked_partitions = 1,
    unreleased_partitions = 2,
    unknown = 127, ///< written by a Kafka that knows more
};
constexpr std::string_view name_of(ConsumerMemberState state) {
    switch (state) {
    case ConsumerMemberState::stable: return "STABLE";
    case ConsumerMemberState::unrevoked_partitions: return "UNREVOKED_PARTITIONS";
    case ConsumerMemberState::unreleased_partitions: return "UNRELEASED_PARTITIONS";
    case ConsumerMemberState::unknown: break;
    }
    return "UNKNOWN";
}

/// Partitions of a topic, each with the epoch in which the member got it. An offset commit of that
/// epoch or a later one is good, though the member has moved on since.
using PartitionEpochs = FlatMap<std::int32_t, std::int32_t>;
/// Partitions of each topic; no topic is there without any.
using OwnedPartitions = FlatMap<Uuid, PartitionEpochs>;

bool owns(const OwnedPartitions& owned, const Uuid& topic, std::int32_t partition);

using ClassicMemberMetadata = wire::ConsumerGroupMemberMetadataValue::ClassicMemberMetadata;

/// Member epochs that a request says instead of one.
inline constexpr std::int32_t joining_epoch = 0;
inline constexpr std::int32_t leaving_epoch = -1;
inline constexpr std::int32_t static_leaving_epoch = -2; ///< a static member that will be back

struct ConsumerMember {
    std::int32_t epoch = 0;
    std::int32_t previous_epoch = -1; ///< the one before: a reply may have been lost
    ConsumerMemberState state = ConsumerMemberState::stable;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    std::int32_t rebalance_timeout_ms = -1;
    std::string client_id;
    std::string client_host;
    std::vector<std::string> topics; ///< subscribed by name, in order, each once
    std::string regex;               ///< subscribed by pattern; empty: none
    std::optional<std::string> assignor;
    OwnedPartitions assigned;                     ///< what it has and may keep
    OwnedPartitions revoking;                     ///< what it has and must give up
    std::optional<ClassicMemberMetadata> classic; ///< it speaks the classic protocol
    bool operator==(const ConsumerMember&) const = default;
    ORRERY_FIELDS(epoch, previous_epoch, state, instance_id, rack_id, rebalance_timeout_ms,
                  client_id, client_host, topics, regex, assignor, assigned, revoking, classic)

    bool uses_classic_protocol() const { return classic.has_value(); }
    bool has_reconciled_to(std::int32_t assignment_epoch) const {
        return state == ConsumerMemberState::stable && epoch == assignment_epoch;
    }
    /// Moves on to an epoch and remembers the one before.
    void move_to_epoch(std::int32_t next) {
        previous_epoch = epoch;
        epoch = next;
    }
    /// Takes over what a record says; the rest stays.
    void take(const wire::ConsumerGroupMemberMetadataValue& value);
    void take(const wire::ConsumerGroupCurrentMemberAssignmentValue& value);
};

/// Sorts topic names and drops what is there twice.
std::vector<std::string> as_subscription(std::vector<std::string> names);

// --- the records about one member; without a value: tombstones
Record member_metadata_record(const std::string& group, const std::string& member,
                              const ConsumerMember& value);
Record member_metadata_tombstone(const std::string& group, const std::string& member);
Record current_assignment_record(const std::string& group, const std::string& member,
                                 const ConsumerMember& value);
Record current_assignment_tombstone(const std::string& group, const std::string& member);
Record target_assignment_record(const std::string& group, const std::string& member,
                                const MemberAssignment& value);
Record target_assignment_tombstone(const std::string& group, const std::string& member);
/// The member's three tombstones in the order in which Kafka writes and demands them.
void write_member_tombstones(const std::string& group, const std::string& member,
                             std::vector<Record>& records);

// --- the records about the group
Record group_epoch_record(const std::string& group, std::int32_t epoch, std::int64_t hash);
Record group_epoch_tombstone(const std::string& group);
Record target_metadata_record(const std::string& group, std::int32_t epoch,
                              std::int64_t timestamp_ms);
Record target_metadata_tombstone(const std::string& group);
/// Of the record that held topics before there were hashes of them (Kafka 4.0).
Record partition_metadata_tombstone(const std::string& group);
Record regex_tombstone(const std::string& group, const std::string& regex);

} // namespace orrery::group
