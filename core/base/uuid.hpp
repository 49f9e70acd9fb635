// Kafka's uuid: 16 bytes, written as 22 characters of URL-safe base64 without padding.
#pragma once

#include "core/base/hash.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery {

struct Uuid {
    std::uint64_t high = 0; ///< the first eight bytes, big-endian
    std::uint64_t low = 0;
    auto operator<=>(const Uuid&) const = default;
    constexpr bool is_zero() const { return high == 0 && low == 0; }

    /// 22 characters, as Kafka prints it.
    std::string to_text() const;
    /// Takes what to_text gives; nullopt for anything else (wrong length, alphabet or spare bits).
    static std::optional<Uuid> parse(std::string_view text);
    void hash_into(Hasher& hasher) const {
        hasher.add(high);
        hasher.add(low);
    }
};

/// The topic id of __cluster_metadata.
inline constexpr Uuid metadata_topic_id{0, 1};

} // namespace orrery
