// How checks, metrics and reports look at consumer groups: who coordinates one, what that
// coordinator knows to be committed, who is in it and owns what. Not for headers of other rooms: it
// brings the whole node with it.
#pragma once

#include "core/node/node.hpp"
#include "sim/world/world.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::sim {

/// "orders", 3
using OwnedPlace = std::pair<std::string, std::int32_t>;

/// What a coordinator knows of one member.
struct MemberSight {
    std::string id;
    std::string client;   ///< its client.id, which is the client's name in the scenario
    std::string instance; ///< group.instance.id; empty: a dynamic member
    std::int32_t epoch = -1;
    std::vector<OwnedPlace> owned;   ///< what it has, in order
    std::vector<OwnedPlace> leaving; ///< of that, what it was told to give up
};

/// What a coordinator knows of one group.
struct GroupSight {
    bool there = false;
    bool consumer_protocol = false;
    std::string state; ///< "Stable", as Kafka shows it
    std::string assignor;
    std::int32_t epoch = -1; ///< generation, or group epoch
    std::int32_t assignment_epoch = -1;
    std::vector<MemberSight> members; ///< by id
};

/// The living broker that has the group's partition of __consumer_offsets in the highest leader
/// epoch; no_actor if none is.
ActorId coordinator_of(const World& world, std::string_view group);
/// Its shard; null if there is none.
const group::Shard* shard_of(const World& world, std::string_view group);
/// The group as its coordinator has it, with what is not committed yet; an empty one without it.
GroupSight sight_of(const World& world, std::string_view group);
GroupSight sight_of(const node::Node& node, const group::Group& group);

/// The group of a client that is a consumer in one; empty for others.
std::string_view group_of_client(const World& world, ActorId actor);

} // namespace orrery::sim
