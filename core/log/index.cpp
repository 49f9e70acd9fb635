#include "core/log/index.hpp"

#include "core/record/big_endian.hpp"

namespace orrery::log {

namespace {

using record::load;
using record::store;

void put(const OffsetIndexEntry& entry, std::byte* to) {
    store(to, entry.relative_offset);
    store(to + 4, entry.position);
}
void put(const TimeIndexEntry& entry, std::byte* to) {
    store(to, entry.timestamp);
    store(to + 8, entry.relative_offset);
}

template <class Index>
Bytes encode_all(const Index& index, std::size_t entry_size) {
    std::byte* fill = nullptr;
    Bytes made = Bytes::allocate(index.size() * entry_size, &fill);
    for (std::size_t i = 0; i < index.size(); ++i)
        put(index[i], fill + i * entry_size);
    return made;
}

} // namespace

Bytes encode(const OffsetIndexEntry& entry) {
    std::byte* fill = nullptr;
    Bytes made = Bytes::allocate(offset_index_entry_size, &fill);
    put(entry, fill);
    return made;
}

Bytes encode(const TimeIndexEntry& entry) {
    std::byte* fill = nullptr;
    Bytes made = Bytes::allocate(time_index_entry_size, &fill);
    put(entry, fill);
    return made;
}

Bytes encode(const OffsetIndex& index) {
    return encode_all(index, offset_index_entry_size);
}
Bytes encode(const TimeIndex& index) {
    return encode_all(index, time_index_entry_size);
}

std::optional<OffsetIndex> decode_offset_index(const Chain& content) {
    const Bytes flat = content.flat();
    if (flat.size() % offset_index_entry_size != 0)
        return std::nullopt;
    OffsetIndex index;
    for (std::size_t at = 0; at < flat.size(); at += offset_index_entry_size) {
        const OffsetIndexEntry entry{load<std::int32_t>(flat.data() + at),
                                     load<std::int32_t>(flat.data() + at + 4)};
        if (entry.position == 0 && entry.relative_offset == 0)
            break; // preallocated: no entry is written for the first batch
        if (entry.relative_offset < 0 || entry.position < 0 ||
            (!index.empty() && (entry.relative_offset <= index.back().relative_offset ||
                                entry.position <= index.back().position)))
            return std::nullopt;
        index.push_back(entry);
    }
    return index;
}

std::optional<TimeIndex> decode_time_index(const Chain& content) {
    const Bytes flat = content.flat();
    if (flat.size() % time_index_entry_size != 0)
        return std::nullopt;
    TimeIndex index;
    for (std::size_t at = 0; at < flat.size(); at += time_index_entry_size) {
        const TimeIndexEntry entry{load<std::int64_t>(flat.data() + at),
                                   load<std::int32_t>(flat.data() + at + 8)};
        if (entry.timestamp == 0 && entry.relative_offset == 0)
            break;
        if (entry.timestamp < 0 || entry.relative_offset < 0 ||
            (!index.empty() && (entry.timestamp <= index.back().timestamp ||
                                entry.relative_offset < index.back().relative_offset)))
            return std::nullopt;
        index.push_back(entry);
    }
    return index;
}

} // namespace orrery::log
