// The checkpoint files. All have a version line, a count line, and one line per entry:
//
//     0
//     2
//     orders 0 4711
//     orders 1 0
//
// Offset checkpoints of a node: `recovery-point-offset-checkpoint`, `replication-offset-checkpoint`
// (high watermarks), `log-start-offset-checkpoint`, `cleaner-offset-checkpoint` (how far compacted
// logs are clean): topic, partition, offset.
// `leader-epoch-checkpoint` of a log: epoch, first offset.
#pragma once

#include "core/log/leader_epochs.hpp"
#include "core/log/text_file.hpp"

#include <span>
#include <string>
#include <vector>

namespace orrery::log {

struct PartitionOffset {
    std::string topic;
    std::int32_t partition = 0;
    Offset offset;
    bool operator==(const PartitionOffset&) const = default;
    ORRERY_FIELDS(topic, partition, offset)
};

/// The file in the order of the entries.
Bytes encode_offsets(std::span<const PartitionOffset> entries);
FileResult<std::vector<PartitionOffset>> decode_offsets(const Chain& content);
/// The entry for a partition; nullopt if there is none.
std::optional<Offset> find_offset(std::span<const PartitionOffset> entries, std::string_view topic,
                                  std::int32_t partition);

Bytes encode_epochs(std::span<const EpochStart> entries);
FileResult<std::vector<EpochStart>> decode_epochs(const Chain& content);

} // namespace orrery::log
