// A moment in a history. Along a branch, positions only grow: events happen, time passes, acts are
// done.
#pragma once

#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <limits>

namespace orrery::sim::history {

using BranchId = std::size_t;

inline constexpr std::uint64_t everything = std::numeric_limits<std::uint64_t>::max();

struct Position {
    std::uint64_t events = 0; ///< so many have happened
    Instant at;               ///< and so late it is
    std::uint64_t acts = 0;   ///< and so many commands were given
    bool operator==(const Position&) const = default;
    ORRERY_FIELDS(events, at, acts)
};

/// Whether `a` is later than `limit` in any respect. A limit can leave a respect open, with
/// `everything` or `never`.
constexpr bool beyond(const Position& a, const Position& limit) {
    return a.events > limit.events || a.at > limit.at || a.acts > limit.acts;
}

/// The limit, but no further than the tip of a branch. An open time stays open: it means "as soon
/// as the events have happened".
constexpr Position clamped(const Position& limit, const Position& tip) {
    return {limit.events < tip.events ? limit.events : tip.events,
            limit.at < tip.at || limit.at == never ? limit.at : tip.at,
            limit.acts < tip.acts ? limit.acts : tip.acts};
}

} // namespace orrery::sim::history
