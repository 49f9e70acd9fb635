// One look at a world with the checks' memory at hand. Not for headers of other rooms: it brings
// the whole node with it.
#pragma once

#include "core/node/node.hpp"
#include "sim/checks/checks.hpp"

namespace orrery::sim {

/// Whether it is about data that a partition may lack once Kafka does not promise its data.
bool may_lack_data(Invariant invariant);

class Checker {
public:
    Checker(Checks& checks, const World& world) : checks_(checks), world_(world) {}

    void on_notes(std::span<const Told> told);
    void sweep();

private:
    // checker.cpp: which fact asks for which look; faults; what the controller decides
    void fail(Invariant invariant, std::string what, const Excuse& excuse = {});
    void fail(Invariant invariant, const PartitionMemory& memory, std::string what);
    void looked(Invariant invariant) { ++checks_.looks_[static_cast<std::size_t>(invariant)]; }
    void excuse(PartitionMemory& memory, std::string why) const;
    const node::Node* node_on(ActorId actor) const { return world_.process<node::Node>(actor); }
    std::string name(ActorId actor) const { return world_.name(actor); }
    PartitionMemory& memory_of(const Note& note);
    void on_partition_note(const Told& told);
    void on_fault(const Told& told);
    void lost_data(const node::Node& node);
    std::size_t min_isr_of(const PartitionKey& key) const;
    void lost_voter(NodeId id);
    void caught_up(const metadata::Image& image, const metadata::Partition& partition,
                   PartitionMemory& memory) const;
    void decided(const Told& told);
    void isr_rules(const metadata::Image& image, const metadata::Topic& topic, std::size_t index);

    // check_partitions.cpp: replicas and their logs
    void new_leader(const Told& told, const replica::Partition& replica, PartitionMemory& memory);
    void high_watermark(const Told& told, const replica::Partition& replica,
                        PartitionMemory& memory);
    void commit(const replica::Partition& replica, PartitionMemory& memory);
    std::size_t first_difference(const log::Log& log, const PartitionMemory& memory,
                                 std::size_t from) const;
    void in_sync_has_committed(const replica::Partition& replica, const PartitionMemory& memory);
    void bounds(ActorId actor, const replica::Partition& replica, PartitionMemory& memory);
    void appended(const Told& told, const replica::Partition& replica);
    void matches(ActorId actor, const replica::Partition& replica, const log::StoredBatch& batch);
    void truncated(const Told& told, PartitionMemory& memory);
    void consumed(const Told& told, const PartitionMemory& memory);
    void acknowledged(const Told& told, PartitionMemory& memory);
    void acknowledged_is_kept(const Told& told, const replica::Partition& replica,
                              PartitionMemory& memory);
    void sweep_replica(ActorId actor, const replica::Partition& replica);

    // check_quorum.cpp: elections, the metadata log, snapshots
    void on_quorum_note(const Told& told);
    void voted(NodeId voter, NodeId candidate, LeaderEpoch epoch);
    void new_quorum_leader(const Told& told, const raft::Quorum& quorum);
    void metadata_committed(const Told& told, const raft::Quorum& quorum);
    void sweep_quorum();

    Checks& checks_;
    const World& world_;
};

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
