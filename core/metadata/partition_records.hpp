// Partitions into records and back: the one place that knows what the fields of PartitionRecord and
// PartitionChangeRecord mean for a Partition.
#pragma once

#include "core/metadata/topics.hpp"
#include "core/wire/messages/partition_change_record.hpp"
#include "core/wire/messages/partition_record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::metadata {

/// PartitionChangeRecord's leader: no change of leader, and so none of leader epoch.
inline constexpr std::int32_t no_leader_change = -2;
/// ... and its leader recovery state.
inline constexpr std::int8_t no_recovery_change = -1;

std::vector<NodeId> node_ids(const std::vector<std::int32_t>& numbers);
std::vector<std::int32_t> numbers(const std::vector<NodeId>& ids);
/// "[1, 2, 3]"
std::string list_text(const std::vector<NodeId>& ids);

/// The partition that a record creates. Without directories (versions before 1) all are
/// directory_migrating.
Partition partition_of(const wire::PartitionRecord& record);
/// The record that creates the partition, for version `version` of it.
wire::PartitionRecord record_of(const Partition& partition, const TopicPartitionId& id,
                                std::int16_t version);
/// The partition after the change: partition epoch one up, leader epoch one up when the record
/// names a leader, even the same.
Partition changed(const Partition& before, const wire::PartitionChangeRecord& change);
/// A change that changes nothing but the epochs it would bump: not worth writing.
bool changes_nothing(const wire::PartitionChangeRecord& change);

} // namespace orrery::metadata
