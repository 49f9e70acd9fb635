#include "core/record/rewrite.hpp"

#include "core/base/expect.hpp"
#include "core/record/big_endian.hpp"
#include "core/record/checksum.hpp"

#include <algorithm>

namespace orrery::record {

namespace {

constexpr int log_append_time_bit = 8;
constexpr int attributes_in_use = 127;

Batch copy_with(const Batch& batch, Offset base_offset, LeaderEpoch epoch, std::byte** fill) {
    expect(batch.header.magic == 2 && batch.bytes.size() >= header_size,
           "only batches of format 2 are stored");
    Batch made;
    made.header = batch.header;
    made.header.base_offset = base_offset;
    made.header.leader_epoch = epoch;
    made.bytes = Bytes::allocate(batch.bytes.size(), fill);
    std::copy_n(batch.bytes.data(), batch.bytes.size(), *fill);
    store(*fill, base_offset.value);
    store(*fill + 12, epoch.value);
    return made;
}

} // namespace

Batch with_offset_and_epoch(const Batch& batch, Offset base_offset, LeaderEpoch epoch) {
    std::byte* fill = nullptr;
    return copy_with(batch, base_offset, epoch, &fill);
}

Batch rewritten(const Batch& batch, Offset base_offset, LeaderEpoch epoch,
                TimestampType timestamp_type, std::int64_t max_timestamp) {
    std::byte* fill = nullptr;
    Batch made = copy_with(batch, base_offset, epoch, &fill);
    BatchHeader& header = made.header;
    if (header.timestamp_type() == timestamp_type && header.max_timestamp == max_timestamp)
        return made;
    int attributes = header.attributes & attributes_in_use & ~log_append_time_bit;
    if (timestamp_type == TimestampType::log_append_time)
        attributes |= log_append_time_bit;
    header.attributes = static_cast<std::int16_t>(attributes);
    header.max_timestamp = max_timestamp;
    store(fill + attributes_at, header.attributes);
    store(fill + max_timestamp_at, max_timestamp);
    header.crc = crc32c(made.bytes.span().subspan(attributes_at));
    store(fill + crc_at, header.crc);
    return made;
}

Batch emptied(const Batch& batch) {
    constexpr int kept_attributes = 8 | 16 | 32; // timestamp type, transactional, control
    std::byte* fill = nullptr;
    Batch made;
    made.header = batch.header;
    made.header.attributes = static_cast<std::int16_t>(batch.header.attributes & kept_attributes);
    made.header.batch_length = static_cast<std::int32_t>(header_size - offset_and_length_size);
    made.header.count = 0;
    made.bytes = Bytes::allocate(header_size, &fill);
    const std::span<std::byte> bytes(fill, header_size);
    put_header(made.header, bytes);
    made.header.crc = crc32c(made.bytes.span().subspan(attributes_at));
    put_header(made.header, bytes);
    return made;
}

} // namespace orrery::record
