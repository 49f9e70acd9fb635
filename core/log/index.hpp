// The two sparse indexes of a segment. Entries and bytes are Kafka's: `.index` has, big-endian, an
// int32 offset relative to the segment's base and an int32 byte position; `.timeindex` has an int64
// timestamp and an int32 relative offset. Kafka preallocates the files of the active segment with
// zeros; ours hold only what is written, and reading stops at the zeros.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/cow_vector.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"

#include <cstdint>
#include <optional>

namespace orrery::log {

/// "The batch that ends with this offset begins at this byte."
struct OffsetIndexEntry {
    std::int32_t relative_offset = 0;
    std::int32_t position = 0;
    bool operator==(const OffsetIndexEntry&) const = default;
    ORRERY_FIELDS(relative_offset, position)
};
/// "No record up to this offset is younger than this timestamp."
struct TimeIndexEntry {
    std::int64_t timestamp = 0;
    std::int32_t relative_offset = 0;
    bool operator==(const TimeIndexEntry&) const = default;
    ORRERY_FIELDS(timestamp, relative_offset)
};

inline constexpr std::int64_t offset_index_entry_size = 8;
inline constexpr std::int64_t time_index_entry_size = 12;

using OffsetIndex = CowVector<OffsetIndexEntry>;
using TimeIndex = CowVector<TimeIndexEntry>;

Bytes encode(const OffsetIndexEntry& entry);
Bytes encode(const TimeIndexEntry& entry);
Bytes encode(const OffsetIndex& index);
Bytes encode(const TimeIndex& index);

/// All entries of a file up to the preallocated zeros. nullopt: its size is no multiple of an
/// entry's, or the entries don't rise.
std::optional<OffsetIndex> decode_offset_index(const Chain& content);
std::optional<TimeIndex> decode_time_index(const Chain& content);

} // namespace orrery::log
