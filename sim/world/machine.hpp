// A machine of the world: the actor that runs on it, its clock, its disk, what waits for it, and
// what state it is in.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "sim/world/actor.hpp"
#include "sim/world/clock.hpp"
#include "sim/world/disk.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::sim {

/// Where others dial to reach an actor, and what the actor calls it ("PLAINTEXT", "CONTROLLER").
struct Listener {
    Endpoint at;
    std::string name;
    bool operator==(const Listener&) const = default;
    ORRERY_FIELDS(at, name)
};

/// What a step costs the processor: while it computes, inputs wait, and its effects leave when it
/// is done.
struct ServiceModel {
    Duration per_step = microseconds(5);
    Duration per_kib = microseconds(1); ///< of the frames received
    bool operator==(const ServiceModel&) const = default;
    ORRERY_FIELDS(per_step, per_kib)
};

/// What World::add needs to know of an actor.
struct ActorSpec {
    std::string name; ///< unique in the world: "broker-1"
    std::string kind; ///< "broker", "controller", "producer": for people and for aiming faults
    std::vector<Listener> listeners;
    AnyActor prototype; ///< cloned for each life
    ServiceModel service;
    DiskModel disk;
    std::vector<BootFile> files; ///< on the disk, durable, before the first life
    bool operator==(const ActorSpec&) const = default;
    ORRERY_FIELDS(name, kind, listeners, prototype, service, disk, files)
};

enum class Life : std::uint8_t {
    not_started,
    running,
    stopping, ///< was told to stop and has not exited yet
    stopped,  ///< exited cleanly
    halted,   ///< exited by itself, not cleanly
    killed,
    no_power,
};
constexpr std::string_view name_of(Life life) {
    switch (life) {
    case Life::not_started: return "not started";
    case Life::running: return "running";
    case Life::stopping: return "stopping";
    case Life::stopped: return "stopped";
    case Life::halted: return "halted";
    case Life::killed: return "killed";
    case Life::no_power: return "no power";
    }
    return "?";
}
constexpr bool is_up(Life life) {
    return life == Life::running || life == Life::stopping;
}

/// Inputs that wait, first in first out.
class Inbox {
public:
    bool empty() const { return taken_ == inputs_.size(); }
    std::size_t size() const { return inputs_.size() - taken_; }
    void push(Input input) { inputs_.push_back(std::move(input)); }
    Input pop() {
        Input first = std::exchange(inputs_[taken_++], Woke{});
        if (empty())
            clear();
        return first;
    }
    void clear() {
        inputs_.clear();
        taken_ = 0;
    }
    bool operator==(const Inbox&) const = default;
    ORRERY_FIELDS(inputs_, taken_)

private:
    std::vector<Input> inputs_;
    std::size_t taken_ = 0;
};

struct Machine {
    Machine() = default; // no aggregate, so that generic code does not count its fields

    Cow<ActorSpec> spec;
    Cow<AnyActor> process; ///< the living process, or what the last one was when it died
    Cow<Disk> disk;
    Clock clock;
    Random random{0, ""}; ///< what Started hands out
    Life life = Life::not_started;
    Instant life_since;
    bool paused = false;
    Instant paused_since;
    bool restarts = false; ///< start again, this long after it has ended
    Duration restart_delay;
    std::int32_t slow = 1; ///< a step costs this many times as much
    Instant slow_since;
    Instant clock_since;       ///< when a hand was last laid on its clock
    std::uint32_t lives = 0;   ///< how often it was started
    Instant wakes_at = never;  ///< its next deadline, in the world's time
    Instant busy_until;        ///< its processor computes until then
    Instant starts_at = never; ///< a start that is to come
    Inbox inbox;
    FlatMap<std::int64_t, std::uint32_t> sockets; ///< its connection numbers -> connections
    std::int64_t next_accepted = first_accepted_connection;

    bool up() const { return is_up(life); }
    bool operator==(const Machine&) const = default;
    ORRERY_FIELDS(spec, process, disk, clock, random, life, life_since, paused, paused_since,
                  restarts, restart_delay, slow, slow_since, clock_since, lives, wakes_at,
                  busy_until, starts_at, inbox, sockets, next_accepted)
};

} // namespace orrery::sim
