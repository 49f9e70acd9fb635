// The varints of records: seven bits a byte, low bits first, zig-zag for the sign. Read as Kafka
// reads them: an int takes up to five bytes, a long up to ten, and bits beyond its width are
// dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace orrery::record {

/// Reads from the front of a span, in order. After a failure every read fails and gives 0.
class VarintReader {
public:
    explicit VarintReader(std::span<const std::byte> bytes)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    bool ok() const { return !failed_; }
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    const std::byte* at() const { return at_; }

    std::int8_t int8() {
        if (at_ == end_)
            return static_cast<std::int8_t>(fail());
        return std::to_integer<std::int8_t>(*at_++);
    }
    std::int32_t varint() {
        const auto raw = static_cast<std::uint32_t>(unsigned_varint(5));
        return static_cast<std::int32_t>((raw >> 1U) ^ (~(raw & 1U) + 1U));
    }
    std::int64_t varlong() {
        const std::uint64_t raw = unsigned_varint(10);
        return static_cast<std::int64_t>((raw >> 1U) ^ (~(raw & 1U) + 1U));
    }
    /// The next `count` bytes; a negative count is null and reads nothing.
    std::span<const std::byte> take(std::int64_t count) {
        if (count <= 0)
            return {};
        if (static_cast<std::uint64_t>(count) > left()) {
            fail();
            return {};
        }
        const std::byte* from = at_;
        at_ += count;
        return {from, static_cast<std::size_t>(count)};
    }

private:
    std::uint64_t unsigned_varint(unsigned longest) {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < longest; ++i) {
            if (at_ == end_)
                return fail();
            const auto byte = std::to_integer<std::uint64_t>(*at_++);
            value |= (byte & 127U) << (7U * i);
            if (byte < 128)
                return value;
        }
        return fail();
    }
    std::uint64_t fail() {
        failed_ = true;
        at_ = end_;
        return 0;
    }

    const std::byte* at_;
    const std::byte* end_;
    bool failed_ = false;
};

inline constexpr std::size_t longest_varint = 5;
inline constexpr std::size_t longest_varlong = 10;

/// Writes at `to`, which has room, and returns the byte after.
inline std::byte* put_unsigned_varint(std::byte* to, std::uint64_t value) {
    for (; value >= 128; value >>= 7U)
        *to++ = static_cast<std::byte>((value & 127U) | 128U);
    *to++ = static_cast<std::byte>(value);
    return to;
}
inline std::uint64_t zig_zag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}
/// An int32 and an int64 of the same value have the same varint.
inline std::byte* put_varint(std::byte* to, std::int64_t value) {
    return put_unsigned_varint(to, zig_zag(value));
}
inline std::size_t varint_size(std::int64_t value) {
    std::size_t size = 1;
    for (std::uint64_t raw = zig_zag(value); raw >= 128; raw >>= 7U)
        ++size;
    return size;
}

} // namespace orrery::record
