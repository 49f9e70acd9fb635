// What the window knows of the past: facts, the timeline's lanes, branches, active faults, checks,
// and the lesson. The long lists are CowVectors, so that a snapshot shares them with its session.
#pragma once

#include "core/base/cow_vector.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::gui::model {

/// The colour and shape of a fact.
enum class Tone : std::uint8_t {
    plain,
    leader,  ///< leadership of a partition, produce
    replica, ///< ISR, fetch, truncation
    good,    ///< committed, healed
    client,  ///< consumers, groups
    control, ///< controller and quorum
    fault    ///< a fault, an error, a person's deed that breaks something
};

/// One line of the event log.
struct FactLine {
    std::uint64_t event = 0; ///< the event that made it; several facts may share one
    Instant at;
    std::int32_t node = -1; ///< who says it; -1: the person at the window, the world
    std::string name;       ///< as in core/base/fact.hpp: "partition_changed"
    std::string text;       ///< its sentence
    Tone tone = Tone::plain;
    bool notable = false;
    std::string topic;
    std::int32_t partition = -1;
    std::string group;         ///< a consumer group that it is about; empty: none
    std::int32_t about = -1;   ///< a node that it is about, if another than `node`
    std::int64_t cause = -1;   ///< index in `facts` of what led to it; -1 unknown
    std::uint64_t message = 0; ///< the message that led to it; 0 none
    std::string config;        ///< a config that decided it: "broker.session.timeout.ms"
    std::string kip;           ///< "KIP-966"; may be empty
    bool operator==(const FactLine&) const = default;
    ORRERY_FIELDS(event, at, node, name, text, tone, notable, topic, partition, group, about, cause,
                  message, config, kip)
};

/// A dot on a lane.
struct Mark {
    Instant at;
    Tone tone = Tone::plain;
    bool operator==(const Mark&) const = default;
    ORRERY_FIELDS(at, tone)
};

struct Span {
    Instant from;
    Instant to; ///< `never`: not over yet
    bool operator==(const Span&) const = default;
    ORRERY_FIELDS(from, to)
};

/// A message as a line between two lanes.
struct Arrow {
    std::int32_t from = 0; ///< index of a lane
    std::int32_t to = 0;
    Instant sent;
    Instant arrived;
    Tone tone = Tone::plain;
    bool operator==(const Arrow&) const = default;
    ORRERY_FIELDS(from, to, sent, arrived, tone)
};

struct Lane {
    std::string name;
    std::vector<std::int32_t> nodes; ///< whose events are on it; empty: the person's
    CowVector<Mark> marks;           ///< by time
    CowVector<Span> down;            ///< by time, apart
    bool operator==(const Lane&) const = default;
    ORRERY_FIELDS(name, nodes, marks, down)
};

/// From `at` on nobody reads `idle` of the `all` partitions that the group reads. While a group
/// rebalances, that is the gap in its consumption.
struct IdleStep {
    Instant at;
    std::int32_t idle = 0;
    std::int32_t all = 0;
    bool operator==(const IdleStep&) const = default;
    ORRERY_FIELDS(at, idle, all)
};

/// A group's line below the lanes.
struct GroupLane {
    std::string group;
    CowVector<IdleStep> steps;  ///< by time
    CowVector<Span> rebalances; ///< by time, apart
    bool operator==(const GroupLane&) const = default;
    ORRERY_FIELDS(group, steps, rebalances)
};

/// A labelled moment. Never more than one label an event and lane.
struct Flag {
    Instant at;
    std::uint64_t event = 0;
    std::int32_t lane = 0;
    std::string text; ///< short: "kill broker 1"
    Tone tone = Tone::plain;
    bool operator==(const Flag&) const = default;
    ORRERY_FIELDS(at, event, lane, text, tone)
};

/// All that is known of the branch, also what lies after the snapshot's moment.
struct Timeline {
    Instant end; ///< as far as this branch was ever run
    std::vector<Lane> lanes;
    CowVector<Flag> flags;         ///< by time
    CowVector<Arrow> arrows;       ///< by arrival; of late only
    std::vector<GroupLane> groups; ///< in the order in which they came
    bool operator==(const Timeline&) const = default;
    ORRERY_FIELDS(end, lanes, flags, arrows, groups)
};

struct Branch {
    std::int32_t id = 0;
    std::string name;
    std::int32_t parent = -1; ///< -1: the trunk
    Instant forked_at;
    Instant end;
    bool operator==(const Branch&) const = default;
    ORRERY_FIELDS(id, name, parent, forked_at, end)
};

/// A fault that is in force.
struct Fault {
    std::uint64_t id = 0; ///< for `Verb::heal_fault`
    Instant since;
    std::string text; ///< "broker 1 - broker 2 cut"
    std::int32_t node = -1;
    std::int32_t other = -1;
    bool operator==(const Fault&) const = default;
    ORRERY_FIELDS(id, since, text, node, other)
};

enum class CheckState : std::uint8_t { holds, not_checked, excused, broken };

/// An invariant.
struct Check {
    std::string name;
    std::string sentence; ///< for the learner
    CheckState state = CheckState::not_checked;
    std::uint64_t times = 0; ///< checked
    Instant broken_at;
    std::uint64_t broken_event = 0;
    std::string detail; ///< what was seen, or why it is excused
    bool operator==(const Check&) const = default;
    ORRERY_FIELDS(name, sentence, state, times, broken_at, broken_event, detail)
};

/// A named figure over time, for the plots: one value a sample.
struct Sample {
    Instant at;
    std::int64_t value = 0;
    bool operator==(const Sample&) const = default;
    ORRERY_FIELDS(at, value)
};

struct Series {
    std::string name; ///< "ISR size"
    std::string unit;
    Tone tone = Tone::plain;
    CowVector<Sample> samples; ///< by time, not after the snapshot's moment
    bool operator==(const Series&) const = default;
    ORRERY_FIELDS(name, unit, tone, samples)
};

struct LessonTitle {
    std::int32_t number = 0;
    std::string title;
    std::string file; ///< its scenario; empty: not there yet
    bool done = false;
    bool operator==(const LessonTitle&) const = default;
    ORRERY_FIELDS(number, title, file, done)
};

/// The lesson that runs: the card says `text`, points at `look_at`.
struct Lesson {
    std::int32_t number = 0;
    std::string title;
    std::int32_t step = 0; ///< from 0
    std::int32_t steps = 0;
    std::string text;
    std::string look_at;
    std::string hint;
    bool can_do = false; ///< "Do it for me" has something to do
    bool passed = false;
    bool operator==(const Lesson&) const = default;
    ORRERY_FIELDS(number, title, step, steps, text, look_at, hint, can_do, passed)
};

} // namespace orrery::gui::model
