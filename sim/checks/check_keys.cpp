// Compacted topics: whatever each replica's cleaner took away, the last committed record of each
// key is there, with its value. (Not compared: tombstones, which go in the end, and what was
// committed before the topic was compacted.)
#include "core/record/checksum.hpp"
#include "core/record/records.hpp"
#include "sim/checks/checker.hpp"

#include <map>

namespace orrery::sim {

namespace {

/// Keys that share it count as one, whose last record is the later of theirs.
std::uint64_t key_hash(record::View key) {
    return (static_cast<std::uint64_t>(record::crc32c(key)) << 32U) | (key.size() & 0xffffffffU);
}

LastOfKey last_of(const record::Record& record) {
    return {record.offset, record.value ? record::crc32c(*record.value) : 0, !record.value};
}

template <class Look>
void each_with_key(const log::StoredBatch& stored, Look&& look) {
    const record::BatchHeader header = stored.header();
    if (header.is_control())
        return;
    record::Records records({header, stored.bytes});
    for (record::Record record; records.next(record);)
        if (record.key)
            look(record);
}

} // namespace

void Checker::remember_keys(const log::StoredBatch& stored, PartitionMemory& memory) const {
    each_with_key(stored, [&](const record::Record& record) {
        memory.last_of_key.edit()[key_hash(*record.key)] = last_of(record);
    });
}

/// What began at `from` was lost, and somebody was told so.
void Checker::forget_keys(Offset from, PartitionMemory& memory) const {
    memory.last_of_key.edit().erase_if(
        [&](const auto& entry) { return entry.second.offset >= from; });
}

/// A look at the whole log; for when a cleaning is done, a leader elected, a run at its end.
void Checker::keys_are_kept(ActorId actor, const replica::Partition& replica,
                            const PartitionMemory& memory) {
    if (memory.last_of_key->empty())
        return;
    const bool leads = leads_latest(replica, memory);
    const Invariant invariant = leads ? Invariant::committed_is_kept : Invariant::logs_match;
    looked(invariant);
    const Offset below = committed_below(replica, memory);
    std::map<std::uint64_t, LastOfKey> here;
    for (std::size_t s = 0; s < replica.log.segment_count(); ++s)
        for (const log::StoredBatch& stored : replica.log.segment(s).batches)
            if (stored.base_offset < below)
                each_with_key(stored, [&](const record::Record& record) {
                    if (record.offset < below)
                        here[key_hash(*record.key)] = last_of(record);
                });
    for (const auto& [key, last] : *memory.last_of_key) {
        if (last.tombstone || last.offset < replica.log_start() || last.offset >= below)
            continue;
        const auto found = here.find(key);
        if (found == here.end() || !(found->second == last))
            fail(invariant, memory,
                 name(actor) + (leads ? " leads " : " has ") + place_of(replica) +
                     " without the last value of a key, which was committed at " +
                     text_of(last.offset));
    }
}

} // namespace orrery::sim
