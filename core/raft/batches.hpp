// The record batches that the quorum writes: metadata records, and the control records LeaderChange
// (of an epoch's first batch), SnapshotHeader and SnapshotFooter. A control record's key is its
// version and its type, two int16; its value is the message's body.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/id.hpp"
#include "core/record/batches.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace orrery::raft {

/// Kafka's ControlRecordType, as far as the metadata log has them.
enum class ControlType : std::int16_t {
    leader_change = 2,
    snapshot_header = 3,
    snapshot_footer = 4,
    kraft_version = 5,
    kraft_voters = 6,
};

/// Where a batch begins, its epoch and its wall clock.
struct BatchPlace {
    Offset base_offset;
    LeaderEpoch epoch;
    std::int64_t timestamp_ms = 0;
};

record::Batch data_batch(const BatchPlace& place, std::span<const Bytes> values);
record::Batch leader_change_batch(const BatchPlace& place, NodeId leader,
                                  const std::vector<NodeId>& voters,
                                  const std::vector<NodeId>& granting_voters);
record::Batch snapshot_header_batch(const BatchPlace& place,
                                    std::int64_t last_contained_log_timestamp_ms);
record::Batch snapshot_footer_batch(const BatchPlace& place);

/// The type of a control batch's first record; nullopt for a batch of data or one that can't be
/// read. What applies metadata records passes over control batches.
std::optional<ControlType> control_type(const record::Batch& batch);
/// The time that a snapshot's header bears; nullopt if it does not begin with one.
std::optional<std::int64_t> last_contained_log_timestamp(const Chain& snapshot);

} // namespace orrery::raft
