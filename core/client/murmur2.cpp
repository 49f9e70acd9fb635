#include "core/client/murmur2.hpp"

namespace orrery::client {

std::uint32_t murmur2(std::span<const std::byte> key) {
    constexpr std::uint32_t seed = 0x9747B28CU;
    constexpr std::uint32_t multiplier = 0x5BD1E995U;
    const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(key[i]); };

    std::uint32_t hash = seed ^ static_cast<std::uint32_t>(key.size());
    std::size_t at = 0;
    for (; at + 4 <= key.size(); at += 4) {
        std::uint32_t word =
            byte(at) | byte(at + 1) << 8U | byte(at + 2) << 16U | byte(at + 3) << 24U;
        word *= multiplier;
        word ^= word >> 24U;
        word *= multiplier;
        hash *= multiplier;
        hash ^= word;
    }
    const std::size_t left = key.size() - at;
    if (left == 3)
        hash ^= byte(at + 2) << 16U;
    if (left >= 2)
        hash ^= byte(at + 1) << 8U;
    if (left >= 1) {
        hash ^= byte(at);
        hash *= multiplier;
    }
    hash ^= hash >> 13U;
    hash *= multiplier;
    hash ^= hash >> 15U;
    return hash;
}

} // namespace orrery::client
