// What the checks remember of the metadata quorum.
#pragma once

#include "core/base/cow_vector.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"

#include <cstdint>
#include <utility>

namespace orrery::sim {

/// A batch of the metadata log that a leader has called committed.
struct CommittedMetadata {
    Offset base;
    Offset last;
    LeaderEpoch epoch;
    std::uint32_t crc = 0;
    bool operator==(const CommittedMetadata&) const = default;
    ORRERY_FIELDS(base, last, epoch, crc)
};

/// What was last seen of one member.
struct MemberMemory {
    std::uint32_t life = 0;
    LeaderEpoch epoch = no_epoch;
    Offset high_watermark;
    bool operator==(const MemberMemory&) const = default;
    ORRERY_FIELDS(life, epoch, high_watermark)
};

struct QuorumMemory {
    FlatMap<LeaderEpoch, NodeId> leaders;
    /// Voter and epoch: whom it voted for.
    FlatMap<std::pair<NodeId, LeaderEpoch>, NodeId> votes;
    FlatMap<NodeId, MemberMemory> members;
    CowVector<CommittedMetadata> committed;
    Offset committed_end{0};
    bool operator==(const QuorumMemory&) const = default;
    ORRERY_FIELDS(leaders, votes, members, committed, committed_end)
};

} // namespace orrery::sim
