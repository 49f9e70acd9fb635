// The ledger of consumer groups: how often each record was processed by all members together, and
// for how long nobody was given a partition's records because it changed hands.
//
// Processing is counted by topic, partition and offset: what a member did before it died stays
// done, and who comes after does it again if it was not committed.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/fact.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "sim/world/world.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::sim {

/// "orders", 0
using GroupPlace = std::pair<std::string, std::int32_t>;

/// Offsets from..to (inclusive) were processed so many times.
struct ProcessedRange {
    Offset from;
    Offset to;
    std::int64_t times = 0;
    bool operator==(const ProcessedRange&) const = default;
    ORRERY_FIELDS(from, to, times)
};

/// A partition changed hands (or was given up and had again): the last that was heard of it before,
/// and the first record after.
struct ConsumptionGap {
    GroupPlace place;
    ActorId by = no_actor; ///< who read on
    Instant from;
    Instant to;
    Duration length() const { return to - from; }
    bool operator==(const ConsumptionGap&) const = default;
    ORRERY_FIELDS(place, by, from, to)
};

struct GroupPartition {
    ActorId owner = no_actor; ///< who last said that it is assigned
    Offset begun = no_offset; ///< where the group's reading began
    Instant last_read = never;
    bool moved = false; ///< since its records were last handed over it was given up, or assigned
    Instant moved_from; ///< when it was given up, or last read by somebody who never said so
    std::vector<ProcessedRange> processed; ///< by offset, disjoint
    bool operator==(const GroupPartition&) const = default;
    ORRERY_FIELDS(owner, begun, last_read, moved, moved_from, processed)
};

struct GroupAccount {
    FlatMap<GroupPlace, GroupPartition> partitions;
    std::vector<ConsumptionGap> gaps;
    std::int64_t rebalances = 0; ///< generations, or target assignments, that were completed
    bool operator==(const GroupAccount&) const = default;
    ORRERY_FIELDS(partitions, gaps, rebalances)
};

/// How many records were processed how often.
struct Processed {
    std::int64_t never = 0; ///< below the high watermark, and not yet or never at all
    std::int64_t once = 0;
    std::int64_t again = 0;   ///< twice or more
    std::int64_t skipped = 0; ///< of `never`: below what is committed, so nobody will
};

class GroupLedger {
public:
    /// The client is a member of the group, which reads those topics.
    void add_member(ActorId actor, const std::string& group,
                    const std::vector<std::string>& topics);
    void on_note(ActorId actor, const Note& note, Instant now);

    const FlatMap<std::string, Cow<GroupAccount>>& groups() const { return groups_; }
    /// Null if no client is in it and nothing was told of it.
    const GroupAccount* find(std::string_view group) const;
    /// Of all records of the group's topics, by the leaders' logs and the group's commits as they
    /// are now.
    Processed processed(const World& world, std::string_view group) const;

    bool operator==(const GroupLedger&) const = default;
    ORRERY_FIELDS(groups_, members_)

private:
    void consumed(const std::string& group, ActorId actor, const Note& note, Instant now);
    void changed_hands(ActorId actor, const Note& note, Instant now);

    FlatMap<std::string, Cow<GroupAccount>> groups_;
    FlatMap<ActorId, std::string> members_;
};

/// What is committed by the group of that partition, as its coordinator has it committed; no_offset
/// if nothing is.
Offset committed_offset(const World& world, std::string_view group, const GroupPlace& place);
/// Records behind what is committed, or without it behind the log's start; -1 without a leader.
std::int64_t lag_of(const World& world, std::string_view group, const GroupPlace& place);
/// How old the first of those records is, in ms; 0 without any.
std::int64_t lag_ms_of(const World& world, std::string_view group, const GroupPlace& place);

/// The partitions of "billing orders-0, orders-3", with the group's name before them.
std::vector<GroupPlace> places_in(std::string_view text);
/// Its first word.
std::string_view group_in(std::string_view text);

} // namespace orrery::sim
