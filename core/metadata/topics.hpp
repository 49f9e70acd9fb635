// Topics and partitions as the records describe them.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/cow_vector.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/uuid.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::metadata {

/// Reserved directory ids (KIP-858).
inline constexpr Uuid directory_unassigned{0, 0};
inline constexpr Uuid directory_lost{0, 1};
inline constexpr Uuid directory_migrating{0, 2};

enum class LeaderRecoveryState : std::int8_t {
    recovered = 0,
    recovering = 1, ///< elected uncleanly; the leader has not yet said that it has coped
};
constexpr std::string_view name_of(LeaderRecoveryState state) {
    return state == LeaderRecoveryState::recovered ? "RECOVERED" : "RECOVERING";
}

struct TopicPartitionId {
    Uuid topic;
    std::int32_t partition = 0;
    auto operator<=>(const TopicPartitionId&) const = default;
    ORRERY_FIELDS(topic, partition)
};

struct Partition {
    std::vector<NodeId> replicas;  ///< the first is the preferred leader
    std::vector<Uuid> directories; ///< one for each of replicas, in their order
    std::vector<NodeId> isr;       ///< in sync: all hold all that is committed; subset of replicas
    std::vector<NodeId> elr; ///< KIP-966 eligible leaders: left the ISR while it was below min ISR;
                             ///< subset of replicas, none of the ISR
    std::vector<NodeId> last_known_elr; ///< who it was before unclean shutdowns emptied both
    std::vector<NodeId> adding;         ///< of a reassignment under way; subset of replicas
    std::vector<NodeId> removing;       ///< likewise
    NodeId leader = no_node;            ///< in the ISR, or nobody
    LeaderRecoveryState leader_recovery_state = LeaderRecoveryState::recovered;
    LeaderEpoch leader_epoch{0};       ///< grows with every change of leader
    PartitionEpoch partition_epoch{0}; ///< grows with every change of the partition
    bool operator==(const Partition&) const = default;
    ORRERY_FIELDS(replicas, directories, isr, elr, last_known_elr, adding, removing, leader,
                  leader_recovery_state, leader_epoch, partition_epoch)

    bool has_replica(NodeId id) const;
    bool in_isr(NodeId id) const;
    bool in_elr(NodeId id) const;
    bool has_leader() const { return leader != no_node; }
    NodeId preferred_leader() const { return replicas.empty() ? no_node : replicas.front(); }
    bool has_preferred_leader() const { return leader == preferred_leader(); }
    bool reassigning() const { return !adding.empty() || !removing.empty(); }
    /// The directory of that replica; directory_migrating when it is none.
    Uuid directory_of(NodeId id) const;
};

struct Topic {
    Uuid id;
    std::string name;
    CowVector<Cow<Partition>> partitions; ///< by number, from 0, without gaps
    bool operator==(const Topic&) const = default;
    ORRERY_FIELDS(id, name, partitions)

    const Partition& partition(std::size_t i) const { return *partitions[i]; }
};

} // namespace orrery::metadata
