// What the checks remember of one consumer group: its generations, its commits, and what its
// members were last given.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "sim/checks/partition_memory.hpp"
#include "sim/world/actor.hpp"

#include <cstdint>
#include <string>

namespace orrery::sim {

/// The last commit for a partition that the coordinator has called committed.
struct CommitMemory {
    Offset offset = no_offset;
    std::int32_t generation = -1; ///< or member epoch; -1: by an admin
    std::string member;
    bool may_go_back = false; ///< since then somebody sought or reset a position there
    bool operator==(const CommitMemory&) const = default;
    ORRERY_FIELDS(offset, generation, member, may_go_back)
};

struct GroupMemory {
    std::int32_t generation = -1; ///< of the last rebalance that was completed (classic protocol)
    FlatMap<PartitionKey, CommitMemory> commits;
    FlatMap<ActorId, std::int32_t> epochs; ///< generation in which a client last got or gave
    FlatMap<PartitionKey, ActorId> fresh;  ///< assigned to it, nothing handed over yet
    bool operator==(const GroupMemory&) const = default;
    ORRERY_FIELDS(generation, commits, epochs, fresh)
};

} // namespace orrery::sim
