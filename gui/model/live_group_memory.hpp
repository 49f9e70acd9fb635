// What the window remembers of consumer groups, by the facts that coordinators and members tell:
// who owns which partition, since when nobody does, when a group rebalanced, and how its lag went.
// A value, part of the Memory.
//
// A partition that was owned is idle from when its owner gave it up, lost it or died until it is
// assigned again: that is the gap in consumption which a rebalance makes.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/cow_vector.hpp"
#include "core/base/fact.hpp"
#include "core/base/flat_map.hpp"
#include "gui/model/groups.hpp"
#include "gui/model/live_people.hpp"
#include "gui/model/story.hpp"
#include "sim/world/world.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::gui::model {

struct RememberedOwner {
    sim::ActorId owner = sim::no_actor;
    std::optional<Instant> idle_from; ///< it had an owner, and has none since then
    std::optional<Span> last_gap;
    bool operator==(const RememberedOwner&) const = default;
    ORRERY_FIELDS(owner, idle_from, last_gap)
};

struct RememberedGroup {
    std::size_t lane = 0; ///< in Timeline::groups
    FlatMap<GroupPlace, RememberedOwner> places;
    std::int32_t idle = 0;     ///< of `places`
    bool rebalances = false;   ///< now
    std::int64_t rounds = 0;   ///< rebalances that were seen to begin
    std::int64_t stirred = -1; ///< the last fact, by index, that changed its members
    std::int64_t started = -1; ///< by which it left its quiet state
    std::int64_t done = -1;    ///< by which it came back to it
    std::int64_t revoked = -1; ///< by which a partition was given up, lost
    CowVector<Sample> lag;
    bool operator==(const RememberedGroup&) const = default;
    ORRERY_FIELDS(lane, places, idle, rebalances, rounds, stirred, started, done, revoked, lag)
};

class GroupMemory {
public:
    const RememberedGroup* find(std::string_view id) const {
        const Cow<RememberedGroup>* found = groups_.find(id);
        return found == nullptr ? nullptr : &**found;
    }
    /// The group that a fact is about; empty for other facts.
    std::string group_in(const Note& note) const;
    /// What led to a fact of a group, of what was told so far: an index of facts, -1 none.
    std::int64_t cause_of(const Note& note, const std::string& group) const;
    /// A fact of a group, told as the line of that index.
    void on_fact(Instant now, sim::ActorId actor, const Note& note, const std::string& group,
                 std::int64_t index, Timeline& timeline);
    /// The process ended: what it owned is idle.
    void on_death(Instant now, sim::ActorId actor, Timeline& timeline);
    void on_lag(Instant now, const std::string& group, std::int64_t lag, Timeline& timeline);

    bool operator==(const GroupMemory&) const = default;
    ORRERY_FIELDS(groups_)

private:
    RememberedGroup& make(const std::string& id, Timeline& timeline);
    static void step(Instant now, const RememberedGroup& group, Timeline& timeline);
    static void set_state(Instant now, RememberedGroup& group, const Note& note, std::int64_t index,
                          Timeline& timeline);

    FlatMap<std::string, Cow<RememberedGroup>> groups_;
};

/// The partitions of "billing orders-0, orders-3", which begins with the group's id.
std::vector<GroupPlace> places_in(std::string_view text, std::string_view group);

// live_groups.cpp, which knows coordinators from the inside.

/// Each group's records that are not committed yet, as its coordinator has them.
std::vector<std::pair<std::string, std::int64_t>> group_lags(const sim::World& world);
/// The client that has, or had when it died, that member id; no_actor for none.
sim::ActorId client_with_member(const sim::World& world, const People& people,
                                std::string_view member_id);

} // namespace orrery::gui::model
