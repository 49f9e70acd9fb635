// The assignors of the classic group protocol, which run on a client: the member that the
// coordinator makes leader gets every member's subscription with JoinGroup's answer, decides who
// reads which partition, and hands the decision in with SyncGroup. All members have to offer the
// same assignor. Each is a function of what the leader got and of nothing else; the order in which
// members or topics come does not matter.
//
//   range               each topic is cut into ranges; partition n of topics of one size meet at
//   one
//                       member, as a join needs it
//   roundrobin          all partitions of all topics are dealt out one by one
//   sticky              as even as can be, and then as few moves as can be (KIP-54)
//   cooperative-sticky  the same, but a partition that moves is left out of the assignment until
//   its
//                       owner has given it up; a second rebalance follows at once (KIP-429)
//
// All but roundrobin prefer members in a rack that has a replica of the partition (KIP-881), unless
// that would be at the cost of balance, or racks make no difference.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/reflect.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::client {

/// Partitions by topic, ascending; no topic is there without any.
using TopicPartitions = FlatMap<std::string, std::vector<std::int32_t>>;

/// A topic, as the leader knows it from metadata.
struct AssignableTopic {
    std::string name;
    std::int32_t partitions = 0;
    /// The racks of each partition's replicas; may be empty, or end early, where none is known.
    std::vector<std::vector<std::string>> racks;
    bool operator==(const AssignableTopic&) const = default;
    ORRERY_FIELDS(name, partitions, racks)
};

inline constexpr std::int32_t no_generation = -1;

/// What a member says when it joins.
struct Subscription {
    std::string member_id;
    std::optional<std::string> instance_id; ///< of a static member
    std::optional<std::string> rack;        ///< empty means none
    std::vector<std::string> topics;
    TopicPartitions owned;                   ///< what it had, or has; for the sticky ones
    std::int32_t generation = no_generation; ///< in which it got them
    bool operator==(const Subscription&) const = default;
    ORRERY_FIELDS(member_id, instance_id, rack, topics, owned, generation)
};

enum class Assignor : std::uint8_t { range, round_robin, sticky, cooperative_sticky };

/// As Kafka names it, in JoinGroup's protocols: "cooperative-sticky".
std::string_view name_of(Assignor assignor);
/// The assignor of that name, if there is one.
std::optional<Assignor> assignor_named(std::string_view name);

/// Decides what each of `members` shall have: the i-th of the answer is for the i-th of them.
/// Topics that nobody wants may be among `topics`; those that somebody wants and that are not there
/// are left out, and so is what members own of them or beyond their partitions. Topics and members
/// come once each.
std::vector<TopicPartitions> assign(Assignor assignor, const std::vector<AssignableTopic>& topics,
                                    const std::vector<Subscription>& members);

} // namespace orrery::client
