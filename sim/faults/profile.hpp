// Random faults. A profile says which kinds of fault happen at all and how often, drawn first, so
// that seeds differ in kind and not only in order (swarm testing). A forecast is the plan that a
// profile and a seed make: faults and their healings at times, known in advance, so that a failing
// run is its decision log, and a shorter log can be tried.
//
// Every kind draws from a stream of its own: a kind that is switched off moves nothing elsewhere.
#pragma once

#include "sim/faults/fault.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace orrery::sim::faults {

enum class Kind : std::uint8_t {
    kill,
    power_cut,
    restart,
    pause,
    slow,
    delay_link,
    throttle_link,
    reset_link,
    cut_link,
    cut_link_one_way,
    flap_link,
    split,
    slow_disk,
    stall_disk,
    fill_disk,
    fail_disk,
    skew_clock,
    drift_clock,
    jump_clock,
};
inline constexpr std::size_t kinds = 19;
/// As in scenario files: "power_cut".
std::string_view name_of(Kind kind);

/// One kind's weather.
struct Rate {
    Kind kind{};
    Duration every; ///< mean time between two of them
    Duration lasts; ///< mean time until each is healed
    bool operator==(const Rate&) const = default;
    ORRERY_FIELDS(kind, every, lasts)
};

struct Profile {
    std::vector<Rate> rates;
    std::int32_t down_max = 1; ///< so many actors at most are down or paused by us at a time
    bool operator==(const Profile&) const = default;
    ORRERY_FIELDS(rates, down_max)
};

/// Each kind with a chance of a third (at least one), its rates between half a second and two
/// minutes, small ones as likely as large ones.
Profile draw_profile(std::uint64_t seed);

struct Timed {
    Instant at;
    Fault fault;
    bool operator==(const Timed&) const = default;
    ORRERY_FIELDS(at, fault)
};

/// The faults from `begin` until `end` on these targets, sorted by time, each with its healing; all
/// is healed by `end`. Links are those among the targets.
std::vector<Timed> forecast(const Profile& profile, std::uint64_t seed,
                            const std::vector<ActorId>& targets, Instant begin, Instant end);

} // namespace orrery::sim::faults
