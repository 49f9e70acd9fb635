// Logs, batch by batch: which epoch appends, what the bytes are, what comes before, and whether the
// indexes are those that the batches give.
#include "core/log/index.hpp"
#include "core/record/batches.hpp"
#include "core/record/records.hpp"
#include "sim/checks/checker.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

/// The epoch as text.
std::string text(LeaderEpoch epoch) {
    return std::to_string(epoch.value);
}

/// Each entry of the offset index names a batch by its last offset and its place, and between two
/// of them lies no more than the interval and a batch.
bool names_its_batches(const log::Segment& segment, std::int32_t interval) {
    std::size_t entry = 0;
    std::int32_t since = 0;
    for (const log::StoredBatch& batch : segment.batches) {
        const std::int64_t relative = batch.last_offset() - segment.base_offset;
        if (entry < segment.offset_index.size() &&
            segment.offset_index[entry].position == batch.position) {
            if (segment.offset_index[entry++].relative_offset != relative)
                return false;
            since = 0;
        } else if (since > interval) {
            return false;
        }
        since += static_cast<std::int32_t>(batch.bytes.size());
    }
    return entry == segment.offset_index.size();
}

/// Each entry of the time index is the largest timestamp so far, with the batch that first had it.
bool knows_its_times(const log::Segment& segment) {
    std::size_t entry = 0;
    std::int64_t largest = record::no_timestamp;
    for (const log::StoredBatch& batch : segment.batches) {
        if (batch.max_timestamp() <= largest)
            continue;
        largest = batch.max_timestamp();
        const log::TimeIndexEntry now{
            largest, static_cast<std::int32_t>(batch.last_offset() - segment.base_offset)};
        if (entry < segment.time_index.size() && segment.time_index[entry] == now)
            ++entry;
    }
    return entry == segment.time_index.size();
}

/// What two replicas hold of one batch. Each compacts its log by itself, at its own time: then the
/// batches agree if their extent is one and no record that both have is another.
bool agree(const log::StoredBatch& a, const log::StoredBatch& b, bool compacted) {
    if (a.base_offset != b.base_offset)
        return false;
    if (a.bytes == b.bytes)
        return true;
    if (!compacted || a.last_offset() != b.last_offset())
        return false;
    const auto mine = record::read_records({a.header(), a.bytes});
    const auto theirs = record::read_records({b.header(), b.bytes});
    if (!mine || !theirs)
        return false;
    auto at = theirs->begin();
    for (const record::OwnedRecord& one : *mine) {
        while (at != theirs->end() && at->offset < one.offset)
            ++at;
        if (at != theirs->end() && at->offset == one.offset && !(*at == one))
            return false;
    }
    return true;
}

} // namespace

void Checker::appended(const Told& told, const replica::Partition& replica,
                       const PartitionMemory& memory) {
    const log::StoredBatch* batch = batch_at(replica.log, {told.note.numbers[0]});
    const Offset last{told.note.numbers[1]};
    while (batch != nullptr) {
        const record::BatchHeader header = batch->header();
        looked(Invariant::fencing);
        const bool own = replica.leads() && header.leader_epoch != replica.leader_epoch;
        if (own || header.leader_epoch > replica.leader_epoch)
            fail(Invariant::fencing, name(told.actor) + " appends in leader epoch " +
                                         text(header.leader_epoch) + " to " + place_of(replica) +
                                         ", whose epoch it knows to be " +
                                         text(replica.leader_epoch));
        looked(Invariant::storage);
        if (!record::crc_is_valid({header, batch->bytes}))
            fail(Invariant::storage, name(told.actor) + " holds " + place_of(replica) + " " +
                                         text_of(batch->base_offset) + " with a wrong checksum");
        follows(told.actor, replica, *batch, memory);
        matches(told.actor, replica, *batch, memory);
        if (batch->last_offset() >= last)
            return;
        batch = batch_at(replica.log, batch->last_offset() + 1);
    }
}

/// Offsets go on where the batch before ends, epochs only grow, and the epoch cache says the same.
void Checker::follows(ActorId actor, const replica::Partition& replica,
                      const log::StoredBatch& batch, const PartitionMemory& memory) {
    looked(Invariant::logs_match);
    const LeaderEpoch epoch = batch.header().leader_epoch;
    const log::StoredBatch* before = batch_at(replica.log, batch.base_offset - 1);
    const std::string where = name(actor) + " has " + place_of(replica) + " " +
                              text_of(batch.base_offset) + " in leader epoch " + text(epoch);
    if (before != nullptr && before->header().leader_epoch > epoch)
        fail(Invariant::logs_match, memory,
             where + " behind epoch " + text(before->header().leader_epoch));
    if (replica.log.epoch_of(batch.base_offset) != epoch)
        fail(Invariant::logs_match, memory, where + ", but its epoch cache says otherwise");
}

/// Whoever has the same offset in the same epoch has the same bytes; and the same before it, which
/// the batch before stands for, since each was looked at when it came.
void Checker::matches(ActorId actor, const replica::Partition& replica,
                      const log::StoredBatch& batch, const PartitionMemory& memory) {
    const LeaderEpoch epoch = batch.header().leader_epoch;
    const log::StoredBatch* before = batch_at(replica.log, batch.base_offset - 1);
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const ActorId other{static_cast<std::int32_t>(i)};
        const node::Node* node = other == actor ? nullptr : node_on(other);
        if (node == nullptr || node->replicas() == nullptr)
            continue;
        const auto* peer = node->replicas()->find(replica.topic, replica.id.partition);
        const log::StoredBatch* theirs = peer != nullptr && peer->id == replica.id
                                             ? batch_at(peer->log, batch.base_offset)
                                             : nullptr;
        if (theirs == nullptr || theirs->header().leader_epoch != epoch)
            continue;
        const std::string differ = name(actor) + " and " + name(other) + " differ in " +
                                   place_of(replica) + " at " + text_of(batch.base_offset);
        if (!agree(*theirs, batch, memory.compacted))
            fail(Invariant::logs_match, differ + ", both of leader epoch " + text(epoch));
        const log::StoredBatch* theirs_before = batch_at(peer->log, batch.base_offset - 1);
        if (before != nullptr && theirs_before != nullptr &&
            !agree(*before, *theirs_before, memory.compacted))
            fail(Invariant::logs_match, memory,
                 differ + ", before what both have of leader epoch " + text(epoch));
    }
}

// --- indexes -------------------------------------------------------------------------------------

/// A disk that refuses writes lacks what memory has, until its log directory is given up.
bool Checker::files_count(ActorId actor, const replica::Partition& replica) const {
    return replica.role != replica::Role::offline &&
           world_.machine(actor).disk->condition() == DiskCondition{};
}

/// The entries of the active segment's offset index since the last look: each names a batch that
/// begins there, and the file holds just as many.
void Checker::indexes_grow(ActorId actor, const replica::Partition& replica, ReplicaMemory& seen) {
    looked(Invariant::storage);
    const log::Segment& active = replica.log.segment(replica.log.segment_count() - 1);
    const std::size_t entries = active.offset_index.size();
    for (std::size_t i = entries; i-- > 0;) {
        const log::OffsetIndexEntry& entry = active.offset_index[i];
        const Offset named = active.base_offset + entry.relative_offset;
        if (named <= seen.indexed)
            break;
        const log::StoredBatch* batch = batch_at(replica.log, named);
        if (batch == nullptr || batch->position != entry.position || batch->last_offset() != named)
            fail(Invariant::storage, "the index of " + place_of(replica) + " on " + name(actor) +
                                         " says that offset " + text_of(named) + " is at byte " +
                                         std::to_string(entry.position));
    }
    if (entries > 0)
        seen.indexed = active.base_offset + active.offset_index[entries - 1].relative_offset;
    const FileState* file = world_.machine(actor).disk->find(
        log::segment_file(replica.log.directory(), active.base_offset, ".index"));
    const std::int64_t size = file != nullptr && file->exists ? file->content.size() : 0;
    const auto wanted = static_cast<std::int64_t>(entries) * log::offset_index_entry_size;
    if (size != wanted && files_count(actor, replica))
        fail(Invariant::storage, "the index file of " + place_of(replica) + " on " + name(actor) +
                                     " has " + std::to_string(size) + " bytes, not " +
                                     std::to_string(wanted));
}

/// Every segment's indexes, in memory and on disk, against its batches. They need not be those that
/// index.interval.bytes gives now: it may have been another when the entries were made. But each
/// entry says what is so, and none is missing for longer than the larger of it and its default.
void Checker::indexes_whole(ActorId actor, const replica::Partition& replica) {
    const Disk& disk = *world_.machine(actor).disk;
    const auto on_disk = [&](const log::Segment& segment, std::string_view suffix) {
        const FileState* file =
            disk.find(log::segment_file(replica.log.directory(), segment.base_offset, suffix));
        return file != nullptr && file->exists ? file->content.all() : Chain{};
    };
    const std::int32_t interval =
        std::max(replica.log.config().index_interval_bytes, log::LogConfig{}.index_interval_bytes);
    for (std::size_t i = 0; i < replica.log.segment_count(); ++i) {
        looked(Invariant::storage);
        const log::Segment& segment = replica.log.segment(i);
        const std::string which = " of segment " + text_of(segment.base_offset) + " of " +
                                  place_of(replica) + " on " + name(actor);
        if (!names_its_batches(segment, interval) || !knows_its_times(segment))
            fail(Invariant::storage, "an index" + which + " is not one that its batches give");
        if (files_count(actor, replica) &&
            (!(on_disk(segment, ".index") == Chain(encode(segment.offset_index))) ||
             !(on_disk(segment, ".timeindex") == Chain(encode(segment.time_index)))))
            fail(Invariant::storage, "an index file" + which + " is not the index in memory");
    }
}

} // namespace orrery::sim
