// The snapshots of the metadata log that a node holds (KIP-630): files
// <end offset, 20 digits>-<epoch, 10 digits>.checkpoint beside the log. Each is record batches of
// Kafka's form: a control batch with a SnapshotHeader, batches of metadata records, a control batch
// with a SnapshotFooter.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::raft {

/// The name of a snapshot: it stands for everything below end_offset, the last record of which is
/// of `epoch`.
struct SnapshotId {
    Offset end_offset = no_offset;
    LeaderEpoch epoch = no_epoch;
    auto operator<=>(const SnapshotId&) const = default;
    ORRERY_FIELDS(end_offset, epoch)
};

/// "00000000000000000012-0000000003.checkpoint"
std::string file_name_of(const SnapshotId& id);
std::optional<SnapshotId> parse_snapshot_name(std::string_view file_name);

struct Snapshot {
    SnapshotId id;
    Chain content;
    bool operator==(const Snapshot&) const = default;
    ORRERY_FIELDS(id, content)
};

/// Sorted by id; the last is the one that counts.
using Snapshots = std::vector<Snapshot>;

} // namespace orrery::raft
