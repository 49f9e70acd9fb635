// A batch as a leader stores it: offsets and epoch lie outside the checksum and are simply set;
// another timestamp type or max timestamp lies inside, so the checksum is computed anew.
#pragma once

#include "core/record/batches.hpp"

namespace orrery::record {

/// The batch with base offset and leader epoch set, all else equal. One copy.
Batch with_offset_and_epoch(const Batch& batch, Offset base_offset, LeaderEpoch epoch);

/// The same, and with the timestamp type and the max timestamp. If one of the two changes, the
/// attributes' unused bits are cleared, as Kafka does, and the checksum is new.
Batch rewritten(const Batch& batch, Offset base_offset, LeaderEpoch epoch,
                TimestampType timestamp_type, std::int64_t max_timestamp);

/// The batch without its records: offsets, epoch, producer and timestamps stay. What compaction
/// leaves where only the offset of the last record must not be forgotten.
Batch emptied(const Batch& batch);

} // namespace orrery::record
