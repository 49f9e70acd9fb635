// Segment: a stretch of a log that is one `.log` file with its `.index` and `.timeindex`. Holds the
// batches as shared Bytes; emits nothing itself (Log does).
#pragma once

#include "core/base/cow_vector.hpp"
#include "core/log/config.hpp"
#include "core/log/index.hpp"
#include "core/record/batches.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::log {

/// A batch as the log keeps it; the rest of its header is in its bytes.
struct StoredBatch {
    Bytes bytes;
    Offset base_offset;
    std::int32_t position = 0; ///< where it begins in the file
    std::int32_t last_offset_delta = 0;
    bool operator==(const StoredBatch& other) const {
        return base_offset == other.base_offset && position == other.position &&
               last_offset_delta == other.last_offset_delta && bytes == other.bytes;
    }
    ORRERY_FIELDS(bytes, base_offset, position, last_offset_delta)

    Offset last_offset() const { return base_offset + last_offset_delta; }
    std::int32_t end_position() const { return position + static_cast<std::int32_t>(bytes.size()); }
    /// The whole header, parsed anew.
    record::BatchHeader header() const;
    std::int64_t max_timestamp() const;
    void hash_into(Hasher& hasher) const;
};

struct Segment {
    Offset base_offset;
    std::int64_t created_ms = 0;     ///< wall clock; segment.ms counts from here without timestamps
    std::int64_t roll_jitter_ms = 0; ///< it is closed by segment.ms that much earlier
    CowVector<StoredBatch> batches;
    OffsetIndex offset_index;
    TimeIndex time_index;
    std::int32_t size = 0; ///< of the `.log` file in bytes
    std::int32_t bytes_since_index_entry = 0;
    std::int64_t max_timestamp = record::no_timestamp;
    Offset max_timestamp_offset = no_offset; ///< last offset of the first batch that had it
    std::int64_t first_timestamp = record::no_timestamp; ///< max timestamp of the first batch
    bool operator==(const Segment&) const = default;
    ORRERY_FIELDS(base_offset, created_ms, roll_jitter_ms, batches, offset_index, time_index, size,
                  bytes_since_index_entry, max_timestamp, max_timestamp_offset, first_timestamp)

    /// What an append added to the indexes.
    struct Indexed {
        bool offset_entry = false;
        bool time_entry = false;
    };
    /// Adds the batch at the end; at most one entry to each index, by index.interval.bytes.
    Indexed append(record::Batch batch, const LogConfig& config);
    /// The entry that a closed segment's time index ends with: its largest timestamp. True if it
    /// was not there yet.
    bool add_last_time_entry();
    /// Keeps the first `batch_count` batches and builds indexes and timestamps from them anew.
    void rebuild(std::size_t batch_count, const LogConfig& config);

    /// Must a batch of `bytes` that ends at `last` and has `max_timestamp` go into a new segment?
    bool should_roll(const LogConfig& config, std::size_t bytes, Offset last,
                     std::int64_t batch_max_timestamp, std::int64_t now_ms) const;
    /// The first batch whose last offset is at or beyond `offset`; batches.size() if none.
    std::size_t find(Offset offset) const;
    Offset end_offset() const {
        return batches.empty() ? base_offset : batches.back().last_offset() + 1;
    }
};

/// "00000000000000000042.log": the offset in 20 digits, and the suffix.
std::string segment_file(std::string_view directory, Offset base, std::string_view suffix);
/// The base offset if `name` (without folder) is 20 digits and `suffix`.
std::optional<Offset> parse_segment_file(std::string_view name, std::string_view suffix);

} // namespace orrery::log
