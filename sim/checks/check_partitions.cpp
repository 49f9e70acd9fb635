// Replicas: what is committed or acknowledged stays, and marks move as they may.
#include "sim/checks/checker.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

std::string place_of(const Note& note) {
    return note.topic + "-" + std::to_string(note.partition);
}

/// Compaction may take records of a batch: what is left keeps its extent and epoch.
bool same(const CommittedBatch& committed, const log::StoredBatch& stored, bool compacted) {
    const record::BatchHeader header = stored.header();
    return stored.base_offset == committed.base && stored.last_offset() == committed.last &&
           header.leader_epoch == committed.epoch && (compacted || header.crc == committed.crc);
}

} // namespace

/// The first committed batch from that one on, and wholly below that offset, that the log lacks;
/// committed.size() if none. What lies below the log's start was deleted, not lost.
std::size_t Checker::first_difference(const log::Log& log, const PartitionMemory& memory,
                                      std::size_t from, Offset below) const {
    for (std::size_t i = from; i < memory.committed.size(); ++i) {
        const CommittedBatch& committed = memory.committed[i];
        if (committed.last >= below)
            break;
        if (committed.last < log.start_offset())
            continue;
        const log::StoredBatch* stored = batch_at(log, committed.base);
        if (stored == nullptr && memory.compacted && committed.last < log.end_offset())
            continue; // all of it may be superseded; keys_are_kept() knows more
        if (stored == nullptr || !same(committed, *stored, memory.compacted))
            return i;
    }
    return memory.committed.size();
}

void Checker::new_leader(const Told& told, const replica::Partition& replica,
                         PartitionMemory& memory) {
    const NodeId id = node_on(told.actor)->id();
    looked(Invariant::one_leader);
    const NodeId* other = memory.leaders.find(replica.leader_epoch);
    if (other != nullptr && *other != id)
        fail(Invariant::one_leader, "brokers " + std::to_string(other->value) + " and " +
                                        std::to_string(id.value) + " both lead " +
                                        place_of(replica) + " in leader epoch " +
                                        std::to_string(replica.leader_epoch.value));
    memory.leaders[replica.leader_epoch] = id;
    acknowledged_is_kept(told, replica, memory);
    keys_are_kept(told.actor, replica, memory);
    const std::size_t kept = first_difference(replica.log, memory, 0, memory.committed_end);
    if (kept == memory.committed.size())
        return;
    const CommittedBatch& gone = memory.committed[kept];
    fail(Invariant::committed_is_kept, memory,
         name(told.actor) + " leads " + place_of(replica) + " without what was committed at " +
             text_of(gone.base) + ".." + text_of(gone.last) + " in leader epoch " +
             std::to_string(gone.epoch.value));
    // It is told once; from here on this leader's log is what counts.
    const Offset gone_from = gone.base;
    memory.committed_end = gone_from;
    memory.committed.truncate(kept);
    forget_keys(gone_from, memory);
}

void Checker::high_watermark(const Told& told, const replica::Partition& replica,
                             PartitionMemory& memory) {
    if (!replica.leads())
        return;
    looked(Invariant::high_watermark);
    // As it is now: one event may tell several marks, of which the last counts.
    const Offset mark = replica.high_watermark;
    // Taking over a mark from the time as a follower commits nothing new.
    if (mark > memory.committed_end && told.note.numbers[2] == replica.leader_epoch.value) {
        looked(Invariant::min_isr);
        if (replica.isr.size() < replica.effective_min_isr())
            fail(Invariant::min_isr, place_of(replica) + " commits up to " + text_of(mark) +
                                         " with an ISR of " + std::to_string(replica.isr.size()) +
                                         ", min.insync.replicas is " +
                                         std::to_string(replica.effective_min_isr()));
        commit(replica, memory);
    }
    // One that was paused may not know yet that it is deposed, and who is in sync now.
    if (replica.leader_epoch >= memory.leader_epoch)
        in_sync_has_committed(replica, memory);
}

/// Remembers what has come below the leader's high watermark.
void Checker::commit(const replica::Partition& replica, PartitionMemory& memory) {
    Offset at = std::max(memory.committed_end, replica.log_start());
    while (at < replica.high_watermark) {
        const log::StoredBatch* stored = batch_at(replica.log, at);
        if (stored == nullptr || stored->last_offset() >= replica.high_watermark)
            break;
        const record::BatchHeader header = stored->header();
        memory.committed.push_back(
            {stored->base_offset, stored->last_offset(), header.leader_epoch, header.crc});
        if (memory.compacted)
            remember_keys(*stored, memory);
        at = stored->last_offset() + 1;
    }
    memory.committed_end = at;
}

void Checker::in_sync_has_committed(const replica::Partition& replica,
                                    const PartitionMemory& memory) {
    looked(Invariant::in_sync_has_committed);
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const node::Node* node = world_.machine(actor).up() ? node_on(actor) : nullptr;
        if (node == nullptr || node->replicas() == nullptr || !replica.in_isr(node->id()) ||
            memory.losers.find(node->id()) != nullptr)
            continue;
        const auto* member = node->replicas()->find(replica.topic, replica.id.partition);
        if (member != nullptr && member->id == replica.id &&
            member->log_end() < memory.committed_end)
            fail(Invariant::in_sync_has_committed, memory,
                 name(actor) + " is in the ISR of " + place_of(replica) + " and ends at " +
                     text_of(member->log_end()) + ", but " + text_of(memory.committed_end) +
                     " is committed");
    }
}

void Checker::bounds(ActorId actor, const replica::Partition& replica, PartitionMemory& memory) {
    looked(Invariant::log_bounds);
    if (replica.log_start() > replica.high_watermark || replica.high_watermark > replica.log_end())
        fail(Invariant::log_bounds, memory,
             place_of(replica) + " on " + name(actor) + " has log start " +
                 text_of(replica.log_start()) + ", high watermark " +
                 text_of(replica.high_watermark) + ", log end " + text_of(replica.log_end()));
    ReplicaMemory& seen = memory.replicas[node_on(actor)->id()];
    const std::uint32_t life = world_.machine(actor).lives;
    if (seen.life != life)
        seen = {};
    else if (replica.log_start() < seen.log_start)
        fail(Invariant::log_bounds, memory,
             "the log start of " + place_of(replica) + " goes back on " + name(actor));
    if (seen.leads && replica.leads() && seen.leader_epoch == replica.leader_epoch &&
        replica.high_watermark < seen.high_watermark)
        fail(Invariant::high_watermark, memory,
             "the high watermark of " + place_of(replica) + " goes back on its leader " +
                 name(actor) + " from " + text_of(seen.high_watermark) + " to " +
                 text_of(replica.high_watermark));
    looked(Invariant::one_leader);
    if (replica.leader_epoch < seen.leader_epoch ||
        replica.partition_epoch.value < seen.partition_epoch)
        fail(Invariant::one_leader,
             name(actor) + " goes back to leader epoch " +
                 std::to_string(replica.leader_epoch.value) + ", partition epoch " +
                 std::to_string(replica.partition_epoch.value) + " of " + place_of(replica));
    seen.life = life;
    seen.leader_epoch = replica.leader_epoch;
    seen.partition_epoch = replica.partition_epoch.value;
    seen.leads = replica.leads();
    seen.high_watermark = replica.high_watermark;
    seen.log_start = replica.log_start();
    seen.log_end = replica.log_end();
    saw_kept(node_on(actor)->id(), replica, memory);
}

/// A replica knows that all below its own high watermark is committed: it may not cut there.
void Checker::truncated(const Told& told, PartitionMemory& memory) {
    looked(Invariant::log_bounds);
    const Offset to{told.note.numbers[1]};
    const ReplicaMemory* before = memory.replicas.find(node_on(told.actor)->id());
    if (before != nullptr && before->life == world_.machine(told.actor).lives &&
        to < before->high_watermark && to < memory.committed_end)
        fail(Invariant::log_bounds, memory,
             name(told.actor) + " cuts " + place_of(told.note) + " to " + text_of(to) +
                 ", below its high watermark " + text_of(before->high_watermark));
    cut_keeps_committed(told, memory, to, " cuts ");
}

void Checker::consumed(const Told& told, const PartitionMemory& memory) {
    looked(Invariant::high_watermark);
    const Offset last{told.note.numbers[1]};
    if (last >= memory.committed_end)
        fail(Invariant::high_watermark, memory,
             name(told.actor) + " reads " + place_of(told.note) + " up to " + text_of(last) +
                 ", but only what is below " + text_of(memory.committed_end) + " is committed");
}

/// What a producer was told. With acks=all it is committed by then; what less was asked for is kept
/// in mind, to be held against the next leader's log.
void Checker::acknowledged(const Told& told, PartitionMemory& memory) {
    const std::int64_t acks = told.note.numbers[2];
    const Offset end{told.note.numbers[1] + 1};
    AcknowledgedEnds& ends = memory.acknowledged;
    if (acks == 1) {
        ends.by_leader = std::max(ends.by_leader, end);
        return;
    }
    if (acks == 0) {
        // It was sent and has no offset yet: it will get one at or beyond the leader's end.
        const ReplicaMemory* leader = nullptr;
        for (const auto& [id, replica] : memory.replicas)
            if (replica.leads && (leader == nullptr || replica.leader_epoch > leader->leader_epoch))
                leader = &replica;
        if (leader != nullptr)
            ends.by_nobody = std::max(ends.by_nobody, leader->log_end + 1);
        return;
    }
    ends.by_isr = std::max(ends.by_isr, end);
    looked(Invariant::min_isr);
    if (end > memory.committed_end)
        fail(Invariant::min_isr,
             name(told.actor) + " is told that " + place_of(told.note) + " is safe up to " +
                 text_of(end) + ", but only what is below " + text_of(memory.committed_end) +
                 " is committed",
             memory.excuse);
}

/// A new leader lacks what producers were told is safe. Kafka promises it for acks=all only.
void Checker::acknowledged_is_kept(const Told& told, const replica::Partition& replica,
                                   PartitionMemory& memory) {
    looked(Invariant::committed_is_kept);
    const Offset end = replica.log_end();
    AcknowledgedEnds& ends = memory.acknowledged;
    const std::string lacks = name(told.actor) + " leads " + place_of(replica) + " from offset " +
                              text_of(end) + " without what was acknowledged ";
    const auto told_of = [&](std::string why) { return Excuse{std::move(why), world_.now()}; };
    if (ends.by_nobody > end)
        fail(Invariant::committed_is_kept, lacks + "beyond it",
             told_of("acks=0: the producer waits for nobody"));
    if (ends.by_leader > end)
        fail(Invariant::committed_is_kept, lacks + "up to " + text_of(ends.by_leader),
             told_of("acks=1: the leader alone acknowledges"));
    if (ends.by_isr > end)
        fail(Invariant::committed_is_kept, memory, lacks + "up to " + text_of(ends.by_isr));
    ends = {std::min(ends.by_nobody, end), std::min(ends.by_leader, end),
            std::min(ends.by_isr, end)};
}

/// Below its own high watermark a replica has what is committed, and nothing else. All of it was
/// looked at when a leader took over; later the newest will do.
void Checker::has_committed(ActorId actor, const replica::Partition& replica,
                            const PartitionMemory& memory, std::size_t newest) {
    const bool leads = leads_latest(replica, memory);
    const Invariant invariant = leads ? Invariant::committed_is_kept : Invariant::logs_match;
    looked(invariant);
    const std::size_t count = memory.committed.size();
    const std::size_t from = count > newest ? count - newest : 0;
    const std::size_t kept =
        first_difference(replica.log, memory, from, committed_below(replica, memory));
    if (kept < count)
        fail(invariant, memory,
             name(actor) + (leads ? " leads " : " has other bytes in ") + place_of(replica) +
                 (leads ? " and has lost what was committed at "
                        : " below its high watermark than were committed at ") +
                 text_of(memory.committed[kept].base));
}

void Checker::sweep_replica(ActorId actor, const replica::Partition& replica) {
    PartitionMemory* memory = memory_of(replica);
    if (memory == nullptr)
        return;
    bounds(actor, replica, *memory);
    constexpr std::size_t newest = 16;
    has_committed(actor, replica, *memory, newest);
    ReplicaMemory& seen = memory->replicas[node_on(actor)->id()];
    indexes_grow(actor, replica, seen);
    if (seen.cleaned != replica.cleaned) {
        seen.cleaned = replica.cleaned;
        keys_are_kept(actor, replica, *memory);
    }
}

} // namespace orrery::sim
