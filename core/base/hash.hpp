// The fingerprint: 64 bits that are equal for equal values on every compiler, build and machine.
// Numbers are mixed by their value, never by their bytes in memory, so padding and byte order can't
// enter; byte strings go through XXH3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace orrery {

std::uint64_t hash_bytes(std::span<const std::byte> bytes);
std::uint64_t hash_text(std::string_view text);

/// A running hash over a sequence of numbers. Order matters; equal sequences give equal values.
class Hasher {
public:
    constexpr void add(std::uint64_t word) {
        state_ ^= word;
        state_ *= 0x9FB21C651E98DF25ULL;
        state_ ^= state_ >> 35U;
        state_ *= 0xD6E8FEB86659FD93ULL;
        state_ ^= state_ >> 32U;
    }
    constexpr std::uint64_t value() const { return state_; }
    bool operator==(const Hasher&) const = default;

private:
    std::uint64_t state_ = 0x243F6A8885A308D3ULL; // pi: a start that nobody chose
};

} // namespace orrery
