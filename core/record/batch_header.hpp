// The 61 bytes that begin a record batch of format 2 (KIP-98, KIP-32, KIP-101), big-endian:
//
//      at  bytes
//       0      8  base offset              } outside the checksum, so that a leader
//       8      4  batch length (after it)  } can set base offset and leader epoch
//      12      4  partition leader epoch   } without touching the rest
//      16      1  magic, 2
//      17      4  CRC32C of everything from byte 21
//      21      2  attributes: 0-2 codec, 3 log append time, 4 transactional, 5 control,
//                 6 delete horizon (base timestamp is the horizon)
//      23      4  last offset delta
//      27      8  base timestamp
//      35      8  max timestamp
//      43      8  producer id     }
//      51      2  producer epoch  } -1 when not idempotent
//      53      4  base sequence   }
//      57      4  record count
//      61         the records, compressed as one block by the codec
//
// The older formats 0 and 1 share the first twelve bytes and the place of the magic; for them a
// BatchHeader holds what they have (core/record/legacy.hpp reads their records).
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/result.hpp"
#include "core/record/codec.hpp"

#include <cstdint>
#include <span>

namespace orrery::record {

inline constexpr std::size_t offset_and_length_size = 12; ///< what every format begins with
inline constexpr std::size_t magic_at = 16;
inline constexpr std::size_t crc_at = 17;
inline constexpr std::size_t attributes_at = 21; ///< where the bytes under the CRC begin
inline constexpr std::size_t max_timestamp_at = 35;
inline constexpr std::size_t header_size = 61;
/// The smallest length field that any format may carry: format 0's overhead.
inline constexpr std::int32_t smallest_batch_length = 14;

inline constexpr std::int64_t no_timestamp = -1;
inline constexpr std::int64_t no_producer_id = -1;
inline constexpr std::int16_t no_producer_epoch = -1;
inline constexpr std::int32_t no_sequence = -1;

/// Sums of numbers that a peer chose: they wrap as Java's do, rather than being undefined.
constexpr std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// A batch's fixed fields by value.
struct BatchHeader {
    Offset base_offset;
    std::int32_t batch_length = 0;
    LeaderEpoch leader_epoch = no_epoch;
    std::int8_t magic = 2;
    std::uint32_t crc = 0;
    std::int16_t attributes = 0;
    std::int32_t last_offset_delta = 0;
    std::int64_t base_timestamp = no_timestamp;
    std::int64_t max_timestamp = no_timestamp;
    std::int64_t producer_id = no_producer_id;
    std::int16_t producer_epoch = no_producer_epoch;
    std::int32_t base_sequence = no_sequence;
    std::int32_t count = 0;
    bool operator==(const BatchHeader&) const = default;
    ORRERY_FIELDS(base_offset, batch_length, leader_epoch, magic, crc, attributes,
                  last_offset_delta, base_timestamp, max_timestamp, producer_id, producer_epoch,
                  base_sequence, count)

    Offset last_offset() const { return {wrapping_add(base_offset.value, last_offset_delta)}; }
    Offset next_offset() const { return {wrapping_add(last_offset().value, 1)}; }
    /// The whole batch in bytes.
    std::size_t size() const {
        return static_cast<std::size_t>(batch_length) + offset_and_length_size;
    }
    /// The codec's number, 0 to 7; 5 to 7 name no codec.
    int codec_number() const { return attributes & 7; }
    Codec codec() const { return static_cast<Codec>(codec_number()); }
    bool codec_is_known() const { return codec_number() <= 4; }
    TimestampType timestamp_type() const {
        if (magic == 0)
            return TimestampType::none;
        return (attributes & 8) != 0 ? TimestampType::log_append_time : TimestampType::create_time;
    }
    bool is_transactional() const { return magic >= 2 && (attributes & 16) != 0; }
    bool is_control() const { return magic >= 2 && (attributes & 32) != 0; }
    bool has_delete_horizon() const { return magic >= 2 && (attributes & 64) != 0; }
    bool has_producer_id() const { return producer_id > no_producer_id; }
    /// The sequence of the last record, wrapping at 2^31; -1 without sequences.
    std::int32_t last_sequence() const;
};

/// Sequence numbers wrap from 2^31 - 1 to 0.
std::int32_t add_to_sequence(std::int32_t sequence, std::int32_t increment);

/// Reads the header at the start of `bytes`. Magic 2 needs 61 bytes; 0 and 1 need theirs. The
/// length field is not compared with what follows. Errors: too short, unknown magic.
Result<BatchHeader> parse_header(std::span<const std::byte> bytes);

/// Puts the 61 bytes of a format 2 header, `crc` as it stands in `header`.
void put_header(const BatchHeader& header, std::span<std::byte> out);

} // namespace orrery::record
