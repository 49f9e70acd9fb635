// One look at a world with the checks' memory at hand. Not for headers of other rooms: it brings
// the whole node with it.
#pragma once

#include "core/node/node.hpp"
#include "sim/checks/checks.hpp"

#include <algorithm>
#include <utility>

namespace orrery::sim {

/// Whether it is about data that a partition may lack once Kafka does not promise its data.
bool may_lack_data(Invariant invariant);

class Checker {
public:
    Checker(Checks& checks, const World& world) : checks_(checks), world_(world) {}

    void on_notes(std::span<const Told> told);
    void sweep();
    void sweep_whole();

private:
    // checker.cpp: which fact asks for which look; faults; what the controller decides
    void fail(Invariant invariant, std::string what, const Excuse& excuse = {});
    void fail(Invariant invariant, const PartitionMemory& memory, std::string what);
    void looked(Invariant invariant) { ++checks_.looks_[static_cast<std::size_t>(invariant)]; }
    void excuse(PartitionMemory& memory, std::string why) const;
    const node::Node* node_on(ActorId actor) const { return world_.process<node::Node>(actor); }
    std::string name(ActorId actor) const { return world_.name(actor); }
    PartitionMemory& memory_of(const Note& note);
    /// What is remembered of the replica's partition; null if its topic is deleted.
    PartitionMemory* memory_of(const replica::Partition& replica);
    const replica::Partition* replica_on(const node::Node& node, const PartitionKey& key) const;
    void on_partition_note(const Told& told);
    void topic_deleted(const Note& note);

    // check_faults.cpp: what a fault takes from what Kafka promises
    void on_fault(const Told& told);
    void lost_data(const node::Node& node);
    void lost_voter(NodeId id);
    std::pair<std::size_t, std::size_t> min_isr_of(const PartitionKey& key) const;
    void caught_up(const metadata::Image& image, const metadata::Partition& partition,
                   PartitionMemory& memory) const;

    // check_isr.cpp: what the controller decides
    void decided(const Told& told);
    void epochs_grow(const Told& told, PartitionMemory& memory);
    void isr_rules(const metadata::Image& image, const metadata::Topic& topic, std::size_t index);
    void elr_rules(const metadata::Partition& partition, const PartitionKey& key);
    void eligible_stay(const metadata::Image& image, const metadata::Partition& partition,
                       const PartitionKey& key, PartitionMemory& memory);
    void remember_eligible(const metadata::Image& image, const metadata::Partition& partition,
                           PartitionMemory& memory) const;
    void members_have_committed(const metadata::Image& image, const metadata::Partition& partition,
                                const PartitionKey& key, const PartitionMemory& memory);
    void came_in_this_life(const metadata::Image& image, const metadata::Partition& partition,
                           const PartitionKey& key, const PartitionMemory& memory);
    void leader_counts_all(const metadata::Partition& partition, const PartitionKey& key);
    const replica::Partition* leading(const metadata::Partition& partition,
                                      const PartitionKey& key) const;
    void sweep_controller();

    // check_partitions.cpp: replicas and their logs
    void new_leader(const Told& told, const replica::Partition& replica, PartitionMemory& memory);
    void high_watermark(const Told& told, const replica::Partition& replica,
                        PartitionMemory& memory);
    void commit(const replica::Partition& replica, PartitionMemory& memory);
    std::size_t first_difference(const log::Log& log, const PartitionMemory& memory,
                                 std::size_t from, Offset below) const;
    void in_sync_has_committed(const replica::Partition& replica, const PartitionMemory& memory);
    void bounds(ActorId actor, const replica::Partition& replica, PartitionMemory& memory);
    void truncated(const Told& told, PartitionMemory& memory);
    void consumed(const Told& told, const PartitionMemory& memory);
    void acknowledged(const Told& told, PartitionMemory& memory);
    void acknowledged_is_kept(const Told& told, const replica::Partition& replica,
                              PartitionMemory& memory);
    void sweep_replica(ActorId actor, const replica::Partition& replica);
    void has_committed(ActorId actor, const replica::Partition& replica,
                       const PartitionMemory& memory, std::size_t newest);

    // check_keys.cpp: compacted topics
    void remember_keys(const log::StoredBatch& stored, PartitionMemory& memory) const;
    void forget_keys(Offset from, PartitionMemory& memory) const;
    void keys_are_kept(ActorId actor, const replica::Partition& replica,
                       const PartitionMemory& memory);

    // check_kept.cpp: what each replica's log holds over its lives, and that somebody holds all
    void saw_kept(NodeId id, const replica::Partition& replica, PartitionMemory& memory) const;
    void lost_kept(NodeId id, bool all) const;
    void came_back_with(const Told& told);
    void kept_is_deleted(const Told& told);
    void cut_keeps_committed(const Told& told, PartitionMemory& memory, Offset to,
                             const std::string& how);
    void somebody_holds(const PartitionKey& key, PartitionMemory& memory);

    // check_logs.cpp: batches, epochs, checksums, indexes
    void appended(const Told& told, const replica::Partition& replica,
                  const PartitionMemory& memory);
    void follows(ActorId actor, const replica::Partition& replica, const log::StoredBatch& batch,
                 const PartitionMemory& memory);
    void matches(ActorId actor, const replica::Partition& replica, const log::StoredBatch& batch,
                 const PartitionMemory& memory);
    void indexes_grow(ActorId actor, const replica::Partition& replica, ReplicaMemory& seen);
    void indexes_whole(ActorId actor, const replica::Partition& replica);
    bool files_count(ActorId actor, const replica::Partition& replica) const;

    // check_groups.cpp: consumer groups
    void on_group_note(const Told& told);
    void group_state_holds(const std::string& name);
    void changed_hands(const Told& told);
    void rebalance_done(const Note& note);
    void group_committed(const Told& told);
    void commits_were_loaded(const Told& told);
    void handed_over(const Told& told);
    void position_moved(const Note& note);

    // check_quorum.cpp: elections, the metadata log, snapshots
    void on_quorum_note(const Told& told);
    void voted(NodeId voter, NodeId candidate, LeaderEpoch epoch);
    void new_quorum_leader(const Told& told, const raft::Quorum& quorum);
    void metadata_committed(const Told& told, const raft::Quorum& quorum);
    void metadata_truncated(const Told& told, const raft::Quorum& quorum);
    void snapshot_kept(ActorId actor);
    void snapshot_loaded(ActorId actor);
    void sweep_quorum();

    Checks& checks_;
    const World& world_;
};

inline std::string text_of(Offset offset) {
    return std::to_string(offset.value);
}
inline std::string text_of(const PartitionKey& key) {
    return key.topic + "-" + std::to_string(key.partition);
}
inline std::string place_of(const replica::Partition& replica) {
    return replica.topic + "-" + std::to_string(replica.id.partition);
}

/// min.insync.replicas as the replica's broker has it. Not effective_min_isr(): only a leader knows
/// its followers.
inline std::size_t min_isr_of(const replica::Partition& replica) {
    const std::int32_t wanted = std::max(replica.settings->min_in_sync_replicas, 0);
    return std::min(static_cast<std::size_t>(wanted), replica.replicas.size());
}

/// No later epoch was seen to have a leader.
inline bool leads_latest(const replica::Partition& replica, const PartitionMemory& memory) {
    return replica.leads() && !memory.leaders.empty() &&
           (memory.leaders.end() - 1)->first == replica.leader_epoch;
}

/// Up to where the replica must have all that is committed: a leader all of it, others what they
/// know to be.
inline Offset committed_below(const replica::Partition& replica, const PartitionMemory& memory) {
    return leads_latest(replica, memory) ? memory.committed_end
                                         : std::min(memory.committed_end, replica.high_watermark);
}

/// The batch that holds the offset; null if the log has none.
inline const log::StoredBatch* batch_at(const log::Log& log, Offset offset) {
    if (offset < log.start_offset() || offset >= log.end_offset())
        return nullptr;
    for (std::size_t s = log.segment_count(); s-- > 0;) {
        const log::Segment& segment = log.segment(s);
        if (segment.base_offset > offset)
            continue;
        const std::size_t at = segment.find(offset);
        if (at < segment.batches.size() && segment.batches[at].base_offset <= offset)
            return &segment.batches[at];
        return nullptr;
    }
    return nullptr;
}

} // namespace orrery::sim
