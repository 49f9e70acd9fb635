// A fault, or a healing, as a value: what is done to which actors. Targets are actors by number;
// who "the leader of orders-0" is at the time, the caller knows. apply() does it to a world, tells
// it as a note, and active_faults() lists what is not healed yet.
#pragma once

#include "core/base/fact.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "sim/world/latency.hpp"
#include "sim/world/observer.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace orrery::sim::faults {

// --- processes and machines

/// The process is gone at once; its kernel closes its connections, its page cache lives.
struct Kill {
    ActorId actor;
    bool operator==(const Kill&) const = default;
    ORRERY_FIELDS(actor)
};
/// The machine is off: peers hear nothing, writes that were not confirmed are lost or torn.
struct CutPower {
    ActorId actor;
    bool operator==(const CutPower&) const = default;
    ORRERY_FIELDS(actor)
};
/// The process stands still, as in a long garbage collection; its inputs come late, all at once.
struct Pause {
    ActorId actor;
    bool operator==(const Pause&) const = default;
    ORRERY_FIELDS(actor)
};
struct Resume {
    ActorId actor;
    bool operator==(const Resume&) const = default;
    ORRERY_FIELDS(actor)
};
/// Each step takes `factor` times as long; 1 heals.
struct Slow {
    ActorId actor;
    std::int32_t factor = 10;
    bool operator==(const Slow&) const = default;
    ORRERY_FIELDS(actor, factor)
};
struct Restart {
    ActorId actor;
    bool clean = true; ///< by SIGTERM; else by SIGKILL
    Duration after;    ///< from its end to the new start
    bool operator==(const Restart&) const = default;
    ORRERY_FIELDS(actor, clean, after)
};
struct Start {
    ActorId actor;
    Duration after;
    bool operator==(const Start&) const = default;
    ORRERY_FIELDS(actor, after)
};
/// SIGTERM: a clean shutdown begins.
struct Stop {
    ActorId actor;
    bool operator==(const Stop&) const = default;
    ORRERY_FIELDS(actor)
};
/// Empties the disk; a process that runs is killed first.
struct Wipe {
    ActorId actor;
    bool operator==(const Wipe&) const = default;
    ORRERY_FIELDS(actor)
};

// --- links: from `from` to `to`, and back too where `both_ways`

/// Adds a delay to each message; an `extra` of nothing heals.
struct DelayLink {
    ActorId from;
    ActorId to;
    Latency extra;
    bool both_ways = true;
    bool operator==(const DelayLink&) const = default;
    ORRERY_FIELDS(from, to, extra, both_ways)
};
/// Lets only so many bytes a second through; 0 heals.
struct ThrottleLink {
    ActorId from;
    ActorId to;
    std::int64_t bytes_per_second = 0;
    bool both_ways = true;
    bool operator==(const ThrottleLink&) const = default;
    ORRERY_FIELDS(from, to, bytes_per_second, both_ways)
};
/// Every connection between the two is reset, once.
struct ResetLink {
    ActorId from;
    ActorId to;
    bool operator==(const ResetLink&) const = default;
    ORRERY_FIELDS(from, to)
};
/// Nothing arrives; what is sent waits in the sender's kernel.
struct CutLink {
    ActorId from;
    ActorId to;
    bool both_ways = true;
    bool operator==(const CutLink&) const = default;
    ORRERY_FIELDS(from, to, both_ways)
};
/// Cut for the last `down` of every `period`.
struct FlapLink {
    ActorId from;
    ActorId to;
    Duration period;
    Duration down;
    bool both_ways = true;
    bool operator==(const FlapLink&) const = default;
    ORRERY_FIELDS(from, to, period, down, both_ways)
};
/// Undoes every fault of the link, but not a split.
struct HealLink {
    ActorId from;
    ActorId to;
    bool both_ways = true;
    bool operator==(const HealLink&) const = default;
    ORRERY_FIELDS(from, to, both_ways)
};
/// The nth of the frames in flight from one to the other is lost, and its connection breaks there:
/// bytes come in order or not at all.
struct LoseMessage {
    ActorId from;
    ActorId to;
    std::int32_t nth = 0;
    bool operator==(const LoseMessage&) const = default;
    ORRERY_FIELDS(from, to, nth)
};
/// It stays in the air, and what is behind it on its connection waits for it.
struct HoldMessage {
    ActorId from;
    ActorId to;
    std::int32_t nth = 0;
    bool operator==(const HoldMessage&) const = default;
    ORRERY_FIELDS(from, to, nth)
};
struct ReleaseMessage {
    ActorId from;
    ActorId to;
    std::int32_t nth = 0;
    bool operator==(const ReleaseMessage&) const = default;
    ORRERY_FIELDS(from, to, nth)
};
/// Actors of different groups can't reach each other; one in no group reaches all.
struct Split {
    std::vector<std::vector<ActorId>> groups;
    bool operator==(const Split&) const = default;
    ORRERY_FIELDS(groups)
};
struct HealSplit {
    bool operator==(const HealSplit&) const = default;
    ORRERY_FIELDS()
};
/// Undoes every fault of every link, and the split, and releases every message that is held.
struct HealNetwork {
    bool operator==(const HealNetwork&) const = default;
    ORRERY_FIELDS()
};

// --- disks

struct SlowDisk {
    ActorId actor;
    std::int32_t factor = 10;
    bool operator==(const SlowDisk&) const = default;
    ORRERY_FIELDS(actor, factor)
};
/// Nothing becomes durable until it is healed.
struct StallDisk {
    ActorId actor;
    bool operator==(const StallDisk&) const = default;
    ORRERY_FIELDS(actor)
};
/// No space left: nothing may grow.
struct FillDisk {
    ActorId actor;
    bool operator==(const FillDisk&) const = default;
    ORRERY_FIELDS(actor)
};
/// Every write and flush fails with an I/O error.
struct FailDisk {
    ActorId actor;
    bool operator==(const FailDisk&) const = default;
    ORRERY_FIELDS(actor)
};
struct HealDisk {
    ActorId actor;
    bool operator==(const HealDisk&) const = default;
    ORRERY_FIELDS(actor)
};

// --- clocks

/// The wall clock is off by `skew` from now on.
struct SkewClock {
    ActorId actor;
    Duration skew;
    bool operator==(const SkewClock&) const = default;
    ORRERY_FIELDS(actor, skew)
};
/// The clock, timers included, gains `ppm` microseconds a second.
struct DriftClock {
    ActorId actor;
    std::int64_t ppm = 0;
    bool operator==(const DriftClock&) const = default;
    ORRERY_FIELDS(actor, ppm)
};
/// The wall clock is put forward by `by`, or back.
struct JumpClock {
    ActorId actor;
    Duration by;
    bool operator==(const JumpClock&) const = default;
    ORRERY_FIELDS(actor, by)
};
/// The wall clock is right again, and goes right.
struct HealClock {
    ActorId actor;
    bool operator==(const HealClock&) const = default;
    ORRERY_FIELDS(actor)
};

/// Undoes everything that can be undone, and starts every actor that had run and is down.
struct HealAll {
    bool operator==(const HealAll&) const = default;
    ORRERY_FIELDS()
};

using Fault =
    std::variant<Kill, CutPower, Pause, Resume, Slow, Restart, Start, Stop, Wipe, DelayLink,
                 ThrottleLink, ResetLink, CutLink, FlapLink, HealLink, LoseMessage, HoldMessage,
                 ReleaseMessage, Split, HealSplit, HealNetwork, SlowDisk, StallDisk, FillDisk,
                 FailDisk, HealDisk, SkewClock, DriftClock, JumpClock, HealClock, HealAll>;

/// Does it now, and tells it as a note of Fact::fault or Fact::healed whose text is the sentence
/// and whose numbers are the first two actors it is about (-1 for none).
void apply(World& world, const Fault& fault, Observer* observer = nullptr);

/// The third number of a note of Fact::fault that tells of a deed by which nothing goes wrong: a
/// person asked somebody for something.
inline constexpr std::int64_t only_a_deed = 1;

/// Whether it makes things better: Resume, Start, Slow by 1, and all that is called Heal.
bool is_healing(const Fault& fault);

/// "broker-1 is killed", "the link from broker-1 to broker-2 is cut".
std::string sentence_of(const World& world, const Fault& fault);

/// The first two actors it is about; no_actor where there are none.
struct Targets {
    ActorId first = no_actor;
    ActorId second = no_actor;
};
Targets targets_of(const Fault& fault);

/// A frame that a hand holds in the air.
struct HeldMessage {
    Instant sent;
    ReleaseMessage release;
};
std::vector<HeldMessage> held_messages(const World& world);

struct ActiveFault {
    std::string sentence; ///< "broker-1 is paused"
    Instant since;
    Fault healing;
    Targets targets;
};
/// What is wrong in the world right now, by actor and link. It is read from the world itself, so it
/// is true in any copy and at any moment of a history.
std::vector<ActiveFault> active_faults(const World& world);

} // namespace orrery::sim::faults
