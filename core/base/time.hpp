// Time as a node sees it: a monotonic instant that runs its timers and a wall clock that stamps its
// records. Both are handed in with each step; nothing in core asks a clock.
#pragma once

#include "core/base/reflect.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>

namespace orrery {

/// A length of time in nanoseconds.
struct Duration {
    std::int64_t ns = 0;
    auto operator<=>(const Duration&) const = default;
    constexpr std::int64_t ms() const { return ns / 1'000'000; }
    constexpr std::int64_t us() const { return ns / 1'000; }
    ORRERY_FIELDS(ns)
};

/// A point on a monotonic clock: nanoseconds since that clock began.
struct Instant {
    std::int64_t ns = 0;
    auto operator<=>(const Instant&) const = default;
    constexpr std::int64_t ms() const { return ns / 1'000'000; }
    ORRERY_FIELDS(ns)
};

inline constexpr Instant never{std::numeric_limits<std::int64_t>::max()};

constexpr Duration nanoseconds(std::int64_t n) {
    return {n};
}
constexpr Duration microseconds(std::int64_t n) {
    return {n * 1'000};
}
constexpr Duration milliseconds(std::int64_t n) {
    return {n * 1'000'000};
}
constexpr Duration seconds(std::int64_t n) {
    return {n * 1'000'000'000};
}

/// Saturates at `never`: waiting Kafka's Long.MAX_VALUE milliseconds is waiting for ever.
constexpr Instant operator+(Instant a, Duration d) {
    if (d.ns > 0 && a.ns > never.ns - d.ns)
        return never;
    return {a.ns + d.ns};
}
constexpr Instant operator-(Instant a, Duration d) {
    return {a.ns - d.ns};
}
constexpr Duration operator-(Instant a, Instant b) {
    return {a.ns - b.ns};
}
constexpr Duration operator+(Duration a, Duration b) {
    return {a.ns + b.ns};
}
constexpr Duration operator-(Duration a, Duration b) {
    return {a.ns - b.ns};
}
constexpr Duration operator*(Duration a, std::int64_t n) {
    return {a.ns * n};
}
constexpr Duration operator/(Duration a, std::int64_t n) {
    return {a.ns / n};
}

/// What a node is told of time when it is stepped.
struct Now {
    Instant instant;          ///< runs timers; never goes back while a process lives
    std::int64_t wall_ms = 0; ///< Unix time in milliseconds, stamps records; may jump
    bool operator==(const Now&) const = default;
    ORRERY_FIELDS(instant, wall_ms)
};

/// The earlier of two deadlines, where nullopt is "none".
constexpr std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
    if (!a)
        return b;
    if (!b)
        return a;
    return *a < *b ? a : b;
}

} // namespace orrery
