#include "core/wire/java_hash.hpp"

#include "core/base/expect.hpp"

#include <limits>

namespace orrery::wire {

namespace {

/// The code point that begins at `at` of valid UTF-8, and `at` moved behind it.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? std::uint32_t{static_cast<unsigned char>(text[i])} : 0U;
    };
    const std::uint32_t first = byte(at);
    const std::size_t length = first < 0x80U ? 1 : first < 0xE0U ? 2 : first < 0xF0U ? 3 : 4;
    std::uint32_t point = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i)
        point = point << 6U | (byte(at + i) & 0x3FU);
    at += length;
    return point;
}

std::int32_t as_signed(std::uint32_t bits) {
    return static_cast<std::int32_t>(bits);
}

} // namespace

std::int32_t java_hash(std::string_view utf8) {
    std::uint32_t hash = 0;
    const auto add = [&](std::uint32_t unit) { hash = hash * 31U + unit; };
    for (std::size_t at = 0; at < utf8.size();) {
        const std::uint32_t point = next_code_point(utf8, at);
        if (point < 0x10000U) {
            add(point);
        } else {
            add(0xD800U + ((point - 0x10000U) >> 10U));
            add(0xDC00U + ((point - 0x10000U) & 0x3FFU));
        }
    }
    return as_signed(hash);
}

std::int32_t java_hash(const Uuid& uuid) {
    const std::uint64_t mixed = uuid.high ^ uuid.low;
    return as_signed(static_cast<std::uint32_t>(mixed >> 32U) ^ static_cast<std::uint32_t>(mixed));
}

std::int32_t coordinator_partition(std::string_view id, std::int32_t partitions) {
    expect(partitions > 0, "a topic with partitions");
    const std::int32_t hash = java_hash(id);
    // Utils.abs: the one number without a positive twin becomes 0.
    if (hash == std::numeric_limits<std::int32_t>::min())
        return 0;
    return (hash < 0 ? -hash : hash) % partitions;
}

} // namespace orrery::wire
