#include "core/record/batch_header.hpp"

#include "core/base/expect.hpp"
#include "core/record/big_endian.hpp"

#include <limits>

namespace orrery::record {

std::int32_t add_to_sequence(std::int32_t sequence, std::int32_t increment) {
    const auto sum = static_cast<std::uint32_t>(sequence) + static_cast<std::uint32_t>(increment);
    return static_cast<std::int32_t>(sum & 0x7FFFFFFFU);
}

std::int32_t BatchHeader::last_sequence() const {
    return base_sequence == no_sequence ? no_sequence
                                        : add_to_sequence(base_sequence, last_offset_delta);
}

Result<BatchHeader> parse_header(std::span<const std::byte> bytes) {
    if (bytes.size() <= magic_at)
        return failure(ParseError{"a batch header ends before its magic", bytes.size()});
    const std::byte* at = bytes.data();
    BatchHeader header;
    header.base_offset = {load<std::int64_t>(at)};
    header.batch_length = load<std::int32_t>(at + 8);
    header.magic = load<std::int8_t>(at + magic_at);
    if (header.magic < 0 || header.magic > 2)
        return failure(ParseError{"the magic of a batch is none of 0, 1, 2", magic_at});
    if (header.magic < 2) {
        const std::size_t needed = header.magic == 0 ? 18 : 26;
        if (bytes.size() < needed)
            return failure(ParseError{"a batch header is cut short", bytes.size()});
        header.crc = load<std::uint32_t>(at + 12);
        header.attributes = load<std::int8_t>(at + 17);
        if (header.magic == 1)
            header.max_timestamp = load<std::int64_t>(at + 18);
        return header;
    }
    if (bytes.size() < header_size)
        return failure(ParseError{"a batch header is cut short", bytes.size()});
    header.leader_epoch = {load<std::int32_t>(at + 12)};
    header.crc = load<std::uint32_t>(at + crc_at);
    header.attributes = load<std::int16_t>(at + attributes_at);
    header.last_offset_delta = load<std::int32_t>(at + 23);
    header.base_timestamp = load<std::int64_t>(at + 27);
    header.max_timestamp = load<std::int64_t>(at + max_timestamp_at);
    header.producer_id = load<std::int64_t>(at + 43);
    header.producer_epoch = load<std::int16_t>(at + 51);
    header.base_sequence = load<std::int32_t>(at + 53);
    header.count = load<std::int32_t>(at + 57);
    return header;
}

void put_header(const BatchHeader& header, std::span<std::byte> out) {
    expect(header.magic == 2 && out.size() >= header_size, "room for a header of format 2");
    std::byte* at = out.data();
    store(at, header.base_offset.value);
    store(at + 8, header.batch_length);
    store(at + 12, header.leader_epoch.value);
    store(at + magic_at, header.magic);
    store(at + crc_at, header.crc);
    store(at + attributes_at, header.attributes);
    store(at + 23, header.last_offset_delta);
    store(at + 27, header.base_timestamp);
    store(at + max_timestamp_at, header.max_timestamp);
    store(at + 43, header.producer_id);
    store(at + 51, header.producer_epoch);
    store(at + 53, header.base_sequence);
    store(at + 57, header.count);
}

} // namespace orrery::record
