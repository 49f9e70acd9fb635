// The order in which Java's HashMap and HashSet hand out what they hold. Kafka's assignors walk
// such tables, so the order decides which partition a member keeps; who wants the assignment that a
// real broker makes, has to walk in it, too.
//
// A table has a power of two of buckets, at least 16, and doubles when it is over three quarters
// full. An entry lies in the bucket that the low bits of its hash name, after the high half was
// folded onto the low one. Buckets are walked in order, and within one bucket the oldest comes
// first (buckets of eight and more, which Java turns into trees, are too rare to be followed).
#pragma once

#include "core/wire/java_hash.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace orrery::wire {

/// The buckets of a table that was given its entries one at a time.
inline std::uint32_t java_table_grown(std::size_t entries) {
    const auto room = static_cast<std::uint32_t>((entries * 4 + 2) / 3);
    return std::bit_ceil(std::max(room, 16U));
}

/// The buckets of a table that was made as the copy of another collection, which leaves room.
inline std::uint32_t java_table_copied(std::size_t entries) {
    const auto room = static_cast<std::uint32_t>(entries * 4 / 3 + 1);
    return std::bit_ceil(std::max(room, 16U));
}

/// The buckets of a table that was told how many entries to expect. Such a one can be small.
inline std::uint32_t java_table_expecting(std::size_t entries) {
    return std::bit_ceil(static_cast<std::uint32_t>(entries * 4 / 3 + 1));
}

/// The bucket of an entry with this hash.
inline std::uint32_t java_bucket(std::int32_t hash, std::uint32_t buckets) {
    const auto bits = static_cast<std::uint32_t>(hash);
    return (bits ^ bits >> 16U) & (buckets - 1);
}

/// Sorts items from the order in which they were put in to that in which the table hands them out.
/// `hash_of(item)` is Java's hash code of it.
template <class T, class HashOf>
void sort_as_java_table(std::vector<T>& items, std::uint32_t buckets, HashOf&& hash_of) {
    std::stable_sort(items.begin(), items.end(), [&](const T& a, const T& b) {
        return java_bucket(hash_of(a), buckets) < java_bucket(hash_of(b), buckets);
    });
}

} // namespace orrery::wire
