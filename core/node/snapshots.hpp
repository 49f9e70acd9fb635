// When a node makes a snapshot of its image (KIP-630), as Kafka's SnapshotGenerator has it: with
// the first news that come once so many bytes of the metadata log were replayed, or so much time
// has passed, since the last one. No timer: without news a snapshot would say nothing new.
#pragma once

#include "core/base/reflect.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/metadata/record.hpp"
#include "core/record/batches.hpp"
#include "core/record/records.hpp"

#include <cstdint>
#include <vector>

namespace orrery::node {

struct SnapshotSchedule {
    std::int64_t bytes_max = 0; ///< metadata.log.max.record.bytes.between.snapshots
    Duration interval;          ///< metadata.log.max.snapshot.interval.ms; zero: not by time
    bool caught_up = false;     ///< what a life replays first is not counted
    std::int64_t bytes = 0;     ///< replayed since the last snapshot was made or loaded
    Instant since;              ///< when that was
    std::int64_t last_timestamp_ms = record::no_timestamp; ///< of the last batch replayed
    bool operator==(const SnapshotSchedule&) const = default;
    ORRERY_FIELDS(bytes_max, interval, caught_up, bytes, since, last_timestamp_ms)

    void replayed(const record::Batch& batch) {
        bytes += static_cast<std::int64_t>(batch.bytes.size());
        last_timestamp_ms = batch.header.max_timestamp;
    }
    void begin_anew(Instant now) {
        bytes = 0;
        since = now;
    }
    bool is_due(Instant now) const {
        return bytes >= bytes_max || (interval > Duration{} && now - since >= interval);
    }
};

/// The metadata records that a snapshot's batches hold; its control records are left out.
Result<std::vector<metadata::Record>> snapshot_records_in(const Chain& content);
/// One record of the metadata log or of a snapshot, its bytes shared with the batch.
Result<metadata::Record> decode_record(const record::Record& record, const record::Batch& batch);

} // namespace orrery::node
