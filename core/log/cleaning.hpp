// Cleaning: compaction of a log, Kafka's log cleaner. Of each key only the latest record stays, at
// its offset; batches keep their first and last offsets, whatever goes from between. A tombstone
// stays for delete.retention.ms after the first cleaning that sees it, by a time in its batch's
// header (KIP-534: the delete horizon), so that who reads along hears of the deletion.
//
//     first dirty             end           active segment
//     |---- clean ----|------ dirty ------|--- not yet ---
//     all keys of the dirty part, each with its latest offset, are gathered; then every segment
//     below the end is written anew without the records that a later one supersedes.
//
// What is never cleaned: the active segment, what is not below the high watermark, what is younger
// than min.compaction.lag.ms. Small segments become one, up to segment.bytes. The last batch of a
// new segment stays, if need be without records, so that one segment begins where the one before
// ends (Kafka leaves a gap; after a crash ours takes that for a loss).
//
// On disk a new segment is first a whole `.swap` file. When that is durable it takes the old ones'
// place in one step, and when that is durable the `.swap` file goes. A start that finds one goes
// through with it, unless the log has been cut since.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/process.hpp"
#include "core/log/config.hpp"
#include "core/log/segment.hpp"
#include "core/record/records.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace orrery::log {

/// What of a log a cleaning would take on.
struct Cleanable {
    Offset first_dirty;
    Offset end; ///< no cleaning reaches here
    std::int64_t clean_bytes = 0;
    std::int64_t dirty_bytes = 0;
    bool overdue = false; ///< max.compaction.lag.ms is over for some of it
    bool operator==(const Cleanable&) const = default;
    ORRERY_FIELDS(first_dirty, end, clean_bytes, dirty_bytes, overdue)

    /// Dirty bytes of all, in millionths.
    std::int64_t dirty_ratio() const;
    /// Worth it by min.cleanable.dirty.ratio, or overdue.
    bool is_due(const LogConfig& config) const;
};

/// Keys with their latest offsets. (Kafka keeps hashes of keys, and as many as fit into its buffer;
/// so many we take, too.)
struct LatestOffsets {
    std::map<std::string, Offset, std::less<>> by_key;
    Offset end; ///< all of the dirty part below is in it
};

/// Which records of a batch stay, and the batch that they make.
class BatchCleaner {
public:
    BatchCleaner(const LatestOffsets& latest, const LogConfig& config, std::int64_t now_ms)
        : latest_(latest), config_(config), now_ms_(now_ms) {}

    /// The batch with what stays; none if nothing does.
    std::optional<record::Batch> clean(const StoredBatch& stored) const;

private:
    bool stays(const record::BatchHeader& header, const record::Record& record) const;

    const LatestOffsets& latest_;
    const LogConfig& config_;
    std::int64_t now_ms_;
};

/// Adds the keys of a batch that lie in [from, end). False if there is no room for all of them;
/// `latest.end` tells how far it came.
bool add_keys(LatestOffsets& latest, const StoredBatch& stored, Offset from, Offset end,
              std::size_t most);

/// A segment that is to take the place of those between `base_offset` and `end`.
struct CleanedSegment {
    Cow<Segment> segment;
    Offset end;
    std::vector<std::int32_t> old_sizes; ///< of the segments it was made from
    bool operator==(const CleanedSegment&) const = default;
    ORRERY_FIELDS(segment, end, old_sizes)
};

/// A `.swap` file that recovery went through with: it stays until what it made is durable.
struct OldSwap {
    Offset base;
    Offset end; ///< of the segment that it made
    bool operator==(const OldSwap&) const = default;
    ORRERY_FIELDS(base, end)
};

/// A cleaning on its way to the disk.
struct Swap {
    std::vector<CleanedSegment> segments; ///< none: only old swaps wait for their flushes
    WriteId id;                           ///< of the flushes that are waited for
    std::int32_t waits = 0;               ///< how many of them
    bool installed = false; ///< the log has the new segments; their `.swap` files are still there
    Offset cleaned;         ///< all below is clean once it is done
    bool operator==(const Swap&) const = default;
    ORRERY_FIELDS(segments, id, waits, installed, cleaned)
};

} // namespace orrery::log
