// What each replica's log holds, seen over the lives of its process. A replica that comes back has
// forgotten its high watermark, but not the log below it: what is committed may go from it only by
// a disk that loses it, and never from all.
#include "sim/checks/checker.hpp"

#include <algorithm>
#include <limits>

namespace orrery::sim {

namespace {

bool holds(const KeptLog& kept, const CommittedBatch& batch) {
    if (kept.unread || batch.last < kept.start) // perhaps; or deleted, which is not lost
        return true;
    return batch.last < kept.end && kept.epochs.epoch_of(batch.base) == batch.epoch;
}

/// The first committed batch that ends at or behind the offset; committed.size() if none.
std::size_t first_behind(const CowVector<CommittedBatch>& committed, Offset offset) {
    std::size_t from = 0;
    std::size_t end = committed.size();
    while (from < end) {
        const std::size_t middle = from + (end - from) / 2;
        if (committed[middle].last < offset)
            from = middle + 1;
        else
            end = middle;
    }
    return from;
}

} // namespace

/// The process lives and has its log open.
void Checker::saw_kept(NodeId id, const replica::Partition& replica,
                       PartitionMemory& memory) const {
    KeptLog& kept = memory.kept[id];
    kept.start = replica.log_start();
    kept.end = replica.log_end();
    if (!(kept.epochs == replica.log.epochs()))
        kept.epochs = replica.log.epochs();
    kept.min_isr = sim::min_isr_of(replica);
    kept.unread = false;
    kept.lost = kept.lost && !memory.committed.empty() && !holds(kept, memory.committed.back());
}

/// The node's disk lost what was not flushed of its logs, or all.
void Checker::lost_kept(NodeId id, bool all) const {
    for (auto& [key, held] : checks_.partitions_) {
        if (held->kept.find(id) == nullptr)
            continue;
        KeptLog& kept = held.edit().kept[id];
        kept.lost = true;
        kept.unread = !all;
        if (all)
            kept.end = kept.start = Offset{0};
    }
}

/// Its next life has read its log: a process that was only killed finds all that it wrote.
void Checker::came_back_with(const Told& told) {
    PartitionMemory& memory = memory_of(told.note);
    const NodeId id = node_on(told.actor)->id();
    if (memory.kept.find(id) == nullptr)
        return;
    const Offset end{told.note.numbers[0]};
    KeptLog& kept = memory.kept[id];
    if (!kept.unread)
        cut_keeps_committed(told, memory, end, " comes back with ");
    kept.unread = false;
    kept.end = std::min(kept.end, end);
    kept.start = std::min(kept.start, kept.end);
    somebody_holds({told.note.topic, told.note.partition}, memory);
}

void Checker::kept_is_deleted(const Told& told) {
    PartitionMemory& memory = memory_of(told.note);
    memory.kept.erase(node_on(told.actor)->id());
    somebody_holds({told.note.topic, told.note.partition}, memory);
}

/// The log ends at `to` now. What it held of what is committed is still there.
void Checker::cut_keeps_committed(const Told& told, PartitionMemory& memory, Offset to,
                                  const std::string& how) {
    looked(Invariant::log_bounds);
    const KeptLog* kept = memory.kept.find(node_on(told.actor)->id());
    const std::size_t gone = first_behind(memory.committed, to);
    if (kept == nullptr || gone == memory.committed.size())
        return;
    const CommittedBatch& batch = memory.committed[gone];
    if (batch.last >= kept->start && holds(*kept, batch))
        fail(Invariant::log_bounds, memory,
             name(told.actor) + how + text_of({told.note.topic, told.note.partition}) + " up to " +
                 text_of(to) + ", and had what is committed at " + text_of(batch.base) + ".." +
                 text_of(batch.last));
}

/// Whatever dies, and whoever leads: the last that was committed, and with it all before it, is in
/// the log of some replica.
void Checker::somebody_holds(const PartitionKey& key, PartitionMemory& memory) {
    if (memory.committed.empty())
        return;
    looked(Invariant::committed_is_kept);
    const CommittedBatch& last = memory.committed.back();
    std::size_t losers = 0;
    std::size_t min_isr = std::numeric_limits<std::size_t>::max();
    for (const auto& [id, kept] : memory.kept) {
        if (holds(kept, last))
            return;
        losers += kept.lost ? 1U : 0U;
        min_isr = std::min(min_isr, kept.min_isr);
    }
    if (losers > 0 && losers >= min_isr)
        excuse(memory, std::to_string(losers) + (losers == 1 ? " replica has" : " replicas have") +
                           " lost data that was not flushed, and min.insync.replicas is " +
                           std::to_string(min_isr));
    fail(Invariant::committed_is_kept, memory,
         "no replica of " + text_of(key) + " has what was committed at " + text_of(last.base) +
             ".." + text_of(last.last) + " in leader epoch " + std::to_string(last.epoch.value));
}

} // namespace orrery::sim
