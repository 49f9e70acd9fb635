#include "core/record/legacy.hpp"

#include "core/record/big_endian.hpp"
#include "core/record/checksum.hpp"

namespace orrery::record {

namespace {

constexpr std::size_t message_at = offset_and_length_size;

/// A message without the offset and size before it, taken apart.
struct Message {
    std::int8_t magic = 0;
    std::int8_t attributes = 0;
    std::int64_t timestamp = no_timestamp;
    std::optional<View> key;
    std::optional<View> value;
};

/// A sized field at `at`; false if it reaches beyond the message.
bool read_sized(View message, std::size_t& at, std::optional<View>& out) {
    if (message.size() < at + 4)
        return false;
    const auto size = load<std::int32_t>(message.data() + at);
    at += 4;
    out.reset();
    if (size < 0)
        return true;
    if (static_cast<std::size_t>(size) > message.size() - at)
        return false;
    out = message.subspan(at, static_cast<std::size_t>(size));
    at += static_cast<std::size_t>(size);
    return true;
}

bool read_message(View message, Message& out) {
    if (message.size() < 6)
        return false;
    out.magic = load<std::int8_t>(message.data() + 4);
    out.attributes = load<std::int8_t>(message.data() + 5);
    out.timestamp = no_timestamp;
    std::size_t at = 6;
    if (out.magic >= 1) {
        if (message.size() < 14)
            return false;
        out.timestamp = load<std::int64_t>(message.data() + 6);
        at = 14;
    }
    return read_sized(message, at, out.key) && read_sized(message, at, out.value);
}

bool crc_fits(View message) {
    return message.size() >= static_cast<std::size_t>(smallest_batch_length) &&
           crc32(message.subspan(4)) == load<std::uint32_t>(message.data());
}

/// What a walk over the messages inside a wrapper found, before any of them is given out: the
/// relative offsets of format 1 count from the last one.
struct Inside {
    RecordsError error = RecordsError::none;
    std::int32_t count = 0;
    std::int64_t last_offset = 0;
};

Inside walk_inside(View rest, std::int8_t wrapper_magic) {
    Inside inside;
    while (rest.size() >= offset_and_length_size) {
        const auto size = load<std::int32_t>(rest.data() + 8);
        if (size < smallest_batch_length) {
            inside.error = RecordsError::corrupt;
            return inside;
        }
        if (static_cast<std::size_t>(size) > rest.size() - message_at)
            break; // cut short: ignored, as outside
        if (load<std::int8_t>(rest.data() + magic_at) != wrapper_magic) {
            inside.error = RecordsError::invalid_record;
            return inside;
        }
        inside.last_offset = load<std::int64_t>(rest.data());
        ++inside.count;
        rest = rest.subspan(message_at + static_cast<std::size_t>(size));
    }
    if (inside.count == 0)
        inside.error = RecordsError::invalid_record;
    return inside;
}

} // namespace

void Records::open_legacy(std::size_t inflated_limit) {
    rest_ = batch_.bytes;
    left_ = 1;
    if (!batch_.header.codec_is_known()) {
        fail(RecordsError::unknown_codec);
        return;
    }
    if (batch_.header.codec() == Codec::none)
        return;
    Message wrapper;
    if (!read_message(rest_.subspan(message_at), wrapper)) {
        fail(RecordsError::unknown_codec);
        return;
    }
    if (batch_.header.codec() == Codec::zstd || !wrapper.value) {
        fail(RecordsError::invalid_record);
        return;
    }
    open_compressed(batch_.header.codec(), *wrapper.value, inflated_limit);
    if (at_end_ != RecordsError::none) {
        fail(at_end_); // Kafka inflates these formats whole before it gives out anything
        return;
    }
    const Inside inside = walk_inside(rest_, batch_.header.magic);
    if (inside.error != RecordsError::none) {
        fail(inside.error);
        return;
    }
    left_ = inside.count;
    if (batch_.header.magic == 1) {
        // Some versions of librdkafka sent 0 as the wrapper's offset.
        const std::int64_t outer = batch_.header.base_offset.value;
        if (outer != 0 && outer < inside.last_offset) {
            fail(RecordsError::invalid_record);
            return;
        }
        legacy_base_ = outer == 0 ? 0 : wrapping_subtract(outer, inside.last_offset);
    }
}

bool Records::next_legacy(Record& out) {
    const bool inner = batch_.header.codec() != Codec::none;
    const auto size = static_cast<std::size_t>(load<std::int32_t>(rest_.data() + 8));
    const View message = rest_.subspan(message_at, size);
    Message read;
    if (!read_message(message, read))
        return fail(RecordsError::unknown_codec);
    out.offset = {wrapping_add(load<std::int64_t>(rest_.data()), legacy_base_)};
    out.timestamp = read.timestamp;
    if (inner && batch_.header.timestamp_type() == TimestampType::log_append_time)
        out.timestamp = batch_.header.max_timestamp;
    out.sequence = no_sequence;
    out.key = read.key;
    out.value = read.value;
    out.headers = {};
    out.size = message_at + size;
    out.checksum_ok = !inner || crc_fits(message);
    out.compressed = inner && (read.attributes & 7) != 0;
    out.magic = read.magic;
    if (out.compressed)
        return fail(RecordsError::invalid_record); // "inner messages must not be compressed"
    rest_ = rest_.subspan(message_at + size);
    --left_;
    return true;
}

Offset first_offset(const Batch& batch) {
    if (batch.header.magic < 2 && batch.header.codec_number() != 0) {
        Records records(batch);
        if (Record first; records.next(first))
            return first.offset;
    }
    return batch.header.base_offset;
}

} // namespace orrery::record
