#include "core/log/segment.hpp"

#include "core/base/expect.hpp"
#include "core/record/big_endian.hpp"

#include <limits>

namespace orrery::log {

namespace {

constexpr std::int64_t largest_relative = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t offset_digits = 20;

} // namespace

record::BatchHeader StoredBatch::header() const {
    auto parsed = record::parse_header(bytes);
    expect(parsed.has_value(), "a stored batch has a whole header");
    return *parsed;
}

std::int64_t StoredBatch::max_timestamp() const {
    return record::load<std::int64_t>(bytes.data() + record::max_timestamp_at);
}

void StoredBatch::hash_into(Hasher& hasher) const {
    // The checksum stands for the bytes it covers; what lies before it is hashed itself.
    hasher.add(static_cast<std::uint64_t>(base_offset.value));
    hasher.add(record::load<std::uint64_t>(bytes.data() + 8)); // length and leader epoch
    hasher.add(record::load<std::uint32_t>(bytes.data() + record::crc_at));
}

Segment::Indexed Segment::append(record::Batch batch, const LogConfig& config) {
    const record::BatchHeader& header = batch.header;
    const Offset last = header.last_offset();
    expect(last - base_offset <= largest_relative, "an offset that fits its segment");
    Indexed indexed;
    if (batches.empty())
        first_timestamp = header.max_timestamp;
    if (header.max_timestamp > max_timestamp) {
        max_timestamp = header.max_timestamp;
        max_timestamp_offset = last;
    }
    if (bytes_since_index_entry > config.index_interval_bytes) {
        offset_index.push_back({static_cast<std::int32_t>(last - base_offset), size});
        indexed.offset_entry = true;
        indexed.time_entry = add_last_time_entry();
        bytes_since_index_entry = 0;
    }
    const auto bytes = static_cast<std::int32_t>(batch.bytes.size());
    batches.push_back({std::move(batch.bytes), header.base_offset, size, header.last_offset_delta});
    size += bytes;
    bytes_since_index_entry += bytes;
    return indexed;
}

bool Segment::add_last_time_entry() {
    const std::int64_t indexed =
        time_index.empty() ? record::no_timestamp : time_index.back().timestamp;
    if (max_timestamp <= indexed)
        return false;
    time_index.push_back(
        {max_timestamp, static_cast<std::int32_t>(max_timestamp_offset - base_offset)});
    return true;
}

void Segment::rebuild(std::size_t batch_count, const LogConfig& config) {
    CowVector<StoredBatch> kept = std::move(batches);
    kept.truncate(batch_count);
    *this = Segment{base_offset,          created_ms, roll_jitter_ms,      {}, {}, {}, 0, 0,
                    record::no_timestamp, no_offset,  record::no_timestamp};
    for (const StoredBatch& batch : kept)
        append({batch.header(), batch.bytes}, config);
    batches = std::move(kept); // the same batches, in the blocks that copies of this log share
}

bool Segment::should_roll(const LogConfig& config, std::size_t bytes, Offset last,
                          std::int64_t batch_max_timestamp, std::int64_t now_ms) const {
    if (last - base_offset > largest_relative)
        return true;
    if (batches.empty())
        return false; // nothing would be gained
    if (size > config.segment_bytes - static_cast<std::int64_t>(bytes))
        return true;
    // By the records' own time where they have one, so that replicas roll alike.
    const std::int64_t waited =
        first_timestamp >= 0 ? record::wrapping_subtract(batch_max_timestamp, first_timestamp)
                             : now_ms - created_ms;
    if (waited > config.segment_ms - roll_jitter_ms)
        return true;
    const auto room = static_cast<std::size_t>(config.segment_index_bytes);
    return offset_index.size() >= room / offset_index_entry_size ||
           time_index.size() + 1 >= room / time_index_entry_size;
}

std::size_t Segment::find(Offset offset) const {
    std::size_t low = 0;
    std::size_t high = batches.size();
    // Nearly all who ask want the end of the log, or what is a few batches before it.
    for (std::size_t back = 1; back <= batches.size(); back *= 2) {
        const std::size_t seen = batches.size() - back;
        if (batches[seen].last_offset() < offset) {
            low = seen + 1;
            break;
        }
        high = seen;
    }
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (batches[middle].last_offset() < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

std::string segment_file(std::string_view directory, Offset base, std::string_view suffix) {
    std::string name;
    name.reserve(directory.size() + 1 + offset_digits + suffix.size());
    name += directory;
    name += '/';
    const std::size_t digits = name.size();
    name.append(offset_digits, '0');
    auto rest = static_cast<std::uint64_t>(base.value);
    for (std::size_t i = offset_digits; rest > 0; rest /= 10)
        name[digits + --i] = static_cast<char>('0' + rest % 10);
    name += suffix;
    return name;
}

std::optional<Offset> parse_segment_file(std::string_view name, std::string_view suffix) {
    if (name.size() != offset_digits + suffix.size() || name.substr(offset_digits) != suffix)
        return std::nullopt;
    std::uint64_t value = 0;
    for (const char digit : name.substr(0, offset_digits)) {
        if (digit < '0' || digit > '9')
            return std::nullopt;
        if (value > (std::numeric_limits<std::int64_t>::max() - 9) / 10)
            return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return Offset{static_cast<std::int64_t>(value)};
}

} // namespace orrery::log
