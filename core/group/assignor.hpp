// The assignors of the consumer group protocol (KIP-848), which run on the group's coordinator: who
// of a group's members shall own which partition. Each is a function of the group and nothing else.
//
// What they see is the target assignment of the last epoch and the subscriptions of now; what they
// give is the target assignment of the next epoch. How members get from one to the other without a
// partition ever being owned twice is the coordinator's affair, not theirs.
//
// Kafka 4.4 has two for consumer groups: `uniform`, the default, which gives everybody as much as
// everybody else and moves as little as it can; and `range`, which cuts each topic into ranges, so
// that partition n of two topics of one size go to one member (a join needs that); and `simple` for
// share groups. None looks at racks.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/reflect.hpp"
#include "core/base/result.hpp"
#include "core/base/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::group {

/// Partitions of each topic, in ascending order; no topic is there without any.
using MemberAssignment = FlatMap<Uuid, std::vector<std::int32_t>>;

struct AssignableTopic {
    Uuid id;
    std::int32_t partitions = 0;
    bool operator==(const AssignableTopic&) const = default;
    ORRERY_FIELDS(id, partitions)
};

struct AssignableMember {
    std::string id;
    std::optional<std::string> instance_id; ///< of a static member
    std::vector<Uuid> topics;               ///< subscribed, each once, in any order
    MemberAssignment current;               ///< its target assignment until now
    bool operator==(const AssignableMember&) const = default;
    ORRERY_FIELDS(id, instance_id, topics, current)
};

/// The orders of both lists decide where nothing else does, so the same group has to come in the
/// same order each time. (Kafka's come as its hash tables have them.)
struct AssignableGroup {
    std::vector<AssignableTopic> topics;   ///< each once; may be more than are subscribed
    std::vector<AssignableMember> members; ///< each once
    bool operator==(const AssignableGroup&) const = default;
    ORRERY_FIELDS(topics, members)
};

/// A member is subscribed to a topic that the group's topics lack.
struct NonexistentTopic {
    Uuid topic;
    bool operator==(const NonexistentTopic&) const = default;
    ORRERY_FIELDS(topic)
};

/// What members[i] shall own, for each i.
using GroupAssignment = std::vector<MemberAssignment>;
using AssignmentResult = Result<GroupAssignment, NonexistentTopic>;

/// Cuts each topic into one range per subscriber, the first ones larger by one where it does not
/// come out even. Static members come first, by instance id, the others by member id, so that a
/// static member that restarts finds its range again. Looks at no current assignment.
AssignmentResult range_assignment(const AssignableGroup& group);

/// Gives each member as many partitions as any other, or one more, and lets it keep what it has as
/// far as that allows. Where subscriptions differ it comes as close to that as they permit. Of what
/// `current` says, only partitions that exist and that no member before it holds are counted.
AssignmentResult uniform_assignment(const AssignableGroup& group);

/// For share groups (KIP-932), whose members may read one partition together: each partition gets
/// as many members as any other, each member as many partitions as any other, or one more. Where
/// subscriptions differ that holds of each topic by itself.
AssignmentResult simple_assignment(const AssignableGroup& group);

} // namespace orrery::group
