// Exponential backoff with jitter, as Kafka's clients and nodes draw it (KIP-144, KIP-580): the
// wait doubles with each attempt up to `max`, then moves by up to 20 % either way, never beyond
// `max`. A pair with initial >= max is a constant wait without jitter.
#pragma once

#include "core/base/random.hpp"
#include "core/base/time.hpp"

#include <algorithm>
#include <cstdint>

namespace orrery {

/// The wait before the attempt after `attempts` (>= 0) failed ones. At most one draw.
inline Duration exponential_backoff(Duration initial, Duration max, std::int64_t attempts,
                                    Random& random) {
    if (initial >= max || initial.ns <= 0)
        return initial;
    std::int64_t ns = initial.ns;
    for (std::int64_t i = 0; i < attempts && ns < max.ns; ++i)
        ns = ns > max.ns / 2 ? max.ns : ns * 2;
    const std::int64_t jitter = random.between(-200'000, 200'000); // millionths
    const std::int64_t share = ns / 1'000'000;
    ns = jitter > 0 && share > (max.ns - ns) / jitter
             ? max.ns
             : ns + share * jitter + ns % 1'000'000 * jitter / 1'000'000;
    return {std::min(ns, max.ns)};
}

} // namespace orrery
