// Coordinator records: what __consumer_offsets holds, and nothing else changes a group. Each has a
// key that says of what it speaks and a value that says what holds now; without a value it says
// that nothing does (a tombstone, which compaction takes to mean "forget it").
//
//     key   00 01  ...     type 1 (OffsetCommit), then the key, always in version 0
//     value 00 04  ...     version 4, then the value in that version
//
// Types this project does not apply (share and streams groups, the legacy commit), or does not
// know, are kept as their bytes.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/reflect.hpp"
#include "core/base/result.hpp"
#include "core/wire/messages/consumer_group_current_member_assignment_key.hpp"
#include "core/wire/messages/consumer_group_current_member_assignment_value.hpp"
#include "core/wire/messages/consumer_group_member_metadata_key.hpp"
#include "core/wire/messages/consumer_group_member_metadata_value.hpp"
#include "core/wire/messages/consumer_group_metadata_key.hpp"
#include "core/wire/messages/consumer_group_metadata_value.hpp"
#include "core/wire/messages/consumer_group_partition_metadata_key.hpp"
#include "core/wire/messages/consumer_group_partition_metadata_value.hpp"
#include "core/wire/messages/consumer_group_regular_expression_key.hpp"
#include "core/wire/messages/consumer_group_regular_expression_value.hpp"
#include "core/wire/messages/consumer_group_target_assignment_member_key.hpp"
#include "core/wire/messages/consumer_group_target_assignment_member_value.hpp"
#include "core/wire/messages/consumer_group_target_assignment_metadata_key.hpp"
#include "core/wire/messages/consumer_group_target_assignment_metadata_value.hpp"
#include "core/wire/messages/group_metadata_key.hpp"
#include "core/wire/messages/group_metadata_value.hpp"
#include "core/wire/messages/offset_commit_key.hpp"
#include "core/wire/messages/offset_commit_value.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace orrery::group {

/// A record of one type: its key, and its value or a tombstone.
template <class Key, class Value>
struct Keyed {
    using ValueType = Value;
    Key key;
    std::optional<Value> value;
    std::int16_t version = Value::highest_version; ///< the value's: as read, or to be written
    bool operator==(const Keyed&) const = default;
    ORRERY_FIELDS(key, value, version)
};

using OffsetCommit = Keyed<wire::OffsetCommitKey, wire::OffsetCommitValue>;
using GroupMetadata = Keyed<wire::GroupMetadataKey, wire::GroupMetadataValue>;
using ConsumerGroupMetadata =
    Keyed<wire::ConsumerGroupMetadataKey, wire::ConsumerGroupMetadataValue>;
using ConsumerGroupPartitionMetadata =
    Keyed<wire::ConsumerGroupPartitionMetadataKey, wire::ConsumerGroupPartitionMetadataValue>;
using ConsumerGroupMemberMetadata =
    Keyed<wire::ConsumerGroupMemberMetadataKey, wire::ConsumerGroupMemberMetadataValue>;
using ConsumerGroupTargetAssignmentMetadata =
    Keyed<wire::ConsumerGroupTargetAssignmentMetadataKey,
          wire::ConsumerGroupTargetAssignmentMetadataValue>;
using ConsumerGroupTargetAssignmentMember = Keyed<wire::ConsumerGroupTargetAssignmentMemberKey,
                                                  wire::ConsumerGroupTargetAssignmentMemberValue>;
using ConsumerGroupCurrentMemberAssignment = Keyed<wire::ConsumerGroupCurrentMemberAssignmentKey,
                                                   wire::ConsumerGroupCurrentMemberAssignmentValue>;
using ConsumerGroupRegularExpression =
    Keyed<wire::ConsumerGroupRegularExpressionKey, wire::ConsumerGroupRegularExpressionValue>;

/// A record as the log holds it. Without a value it is a tombstone.
struct StoredRecord {
    Bytes key;
    std::optional<Bytes> value;
    bool operator==(const StoredRecord&) const = default;
    ORRERY_FIELDS(key, value)
};

using Record =
    std::variant<OffsetCommit, GroupMetadata, ConsumerGroupMetadata, ConsumerGroupPartitionMetadata,
                 ConsumerGroupMemberMetadata, ConsumerGroupTargetAssignmentMetadata,
                 ConsumerGroupTargetAssignmentMember, ConsumerGroupCurrentMemberAssignment,
                 ConsumerGroupRegularExpression, StoredRecord>;

/// As the log keeps it. A field that the value's version can't say is the writer's bug: expect().
StoredRecord encode(const Record& record);
/// The same of what a client had a hand in: nullopt for strings that are too long for a record. A
/// request may name a group of 64 KiB, a record one of 32 KiB at most.
std::optional<StoredRecord> try_encode(const Record& record);
/// What the log keeps. Types that are not applied come back as StoredRecord; an error is a version
/// of a known type that Kafka 4.4 doesn't know, or a damaged key or value. Bytes left over are no
/// error, as in Kafka.
Result<Record> decode(const StoredRecord& stored);
/// "OffsetCommit": the name of the record's type, "unknown" for what is not applied.
std::string_view name_of(const Record& record);

} // namespace orrery::group
