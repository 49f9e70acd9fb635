// The metadata quorum: elections, its log, its images and snapshots.
#include "core/node/snapshots.hpp"
#include "core/record/records.hpp"
#include "sim/checks/checker.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

std::string text(std::int64_t number) {
    return std::to_string(number);
}

/// Applies the batch's records of [from, last].
Result<void> apply_batch(const record::Batch& batch, Offset from, Offset last,
                         metadata::Image& image) {
    if (batch.header.is_control())
        return {};
    record::Records records(batch);
    for (record::Record record; records.next(record);) {
        if (record.offset < from || record.offset > last)
            continue;
        const auto decoded = node::decode_record(record, batch);
        if (!decoded)
            return failure(decoded.error());
        const auto done = image.apply(*decoded, record.offset, batch.header.leader_epoch, nullptr);
        if (!done)
            return done;
    }
    return {};
}

/// The image that the snapshot and the log's records from its end to `last` give.
Result<metadata::Image> rebuilt_from(const raft::Snapshot& snapshot, const log::Log& log,
                                     Offset last) {
    const auto records = node::snapshot_records_in(snapshot.content);
    if (!records)
        return failure(records.error());
    metadata::Image image;
    const Offset end = snapshot.id.end_offset;
    if (const auto loaded = image.load(*records, end - 1, snapshot.id.epoch); !loaded)
        return failure(loaded.error());
    for (Offset at = end; at <= last;) {
        const auto read = log.read(at, {std::int64_t{1} << 40U, last + 1, true});
        if (!read || read->records.empty())
            return failure(ParseError{"the log does not go on where it ends", 0});
        record::BatchReader batches(read->records);
        for (auto next = batches.next(); next && *next; next = batches.next()) {
            if (const auto done = apply_batch(**next, at, last, image); !done)
                return failure(done.error());
            at = std::max(at, (*next)->header.next_offset());
        }
    }
    return image;
}

} // namespace

void Checker::on_quorum_note(const Told& told) {
    const node::Node* node = node_on(told.actor);
    if (node == nullptr || node->quorum() == nullptr)
        return;
    const raft::Quorum& quorum = *node->quorum();
    MemberMemory& seen = checks_.quorum_.members[node->id()];
    const std::uint32_t life = world_.machine(told.actor).lives;
    looked(Invariant::quorum_elections);
    if (quorum.epoch() < seen.epoch)
        fail(Invariant::quorum_elections, name(told.actor) + " goes back from quorum epoch " +
                                              text(seen.epoch.value) + " to " +
                                              text(quorum.epoch().value));
    if (seen.life == life && quorum.high_watermark() < seen.high_watermark)
        fail(Invariant::metadata_commit, "the metadata high watermark of " + name(told.actor) +
                                             " goes back from " + text(seen.high_watermark.value) +
                                             " to " + text(quorum.high_watermark().value));
    seen.life = life;
    seen.epoch = quorum.epoch();
    seen.high_watermark = quorum.high_watermark();
    const auto& numbers = told.note.numbers;
    if (told.note.fact == Fact::voted)
        voted(node->id(), {static_cast<std::int32_t>(numbers[0])},
              {static_cast<std::int32_t>(numbers[1])});
    else if (told.note.fact == Fact::candidate)
        voted(node->id(), node->id(), {static_cast<std::int32_t>(numbers[0])});
    else if (told.note.fact == Fact::quorum_leader)
        new_quorum_leader(told, quorum);
    else if (told.note.fact == Fact::metadata_truncated)
        metadata_truncated(told, quorum);
    else
        metadata_committed(told, quorum);
}

void Checker::voted(NodeId voter, NodeId candidate, LeaderEpoch epoch) {
    NodeId& choice = checks_.quorum_.votes[{voter, epoch}];
    const bool first = choice == NodeId{};
    if (!first && choice != candidate)
        fail(Invariant::quorum_elections,
             "voter " + text(voter.value) + " votes for " + text(choice.value) + " and for " +
                 text(candidate.value) + " in quorum epoch " + text(epoch.value));
    checks_.quorum_.votes[{voter, epoch}] = candidate;
}

void Checker::new_quorum_leader(const Told& told, const raft::Quorum& quorum) {
    QuorumMemory& memory = checks_.quorum_;
    const NodeId id = node_on(told.actor)->id();
    const NodeId* other = memory.leaders.find(quorum.epoch());
    if (other != nullptr && *other != id)
        fail(Invariant::quorum_elections, text(other->value) + " and " + text(id.value) +
                                              " both lead quorum epoch " +
                                              text(quorum.epoch().value));
    memory.leaders[quorum.epoch()] = id;
    // Leader completeness: it has all that any leader before it called committed.
    looked(Invariant::metadata_logs_match);
    for (const CommittedMetadata& committed : memory.committed) {
        if (committed.last < quorum.log().start_offset())
            continue;
        const log::StoredBatch* stored = batch_at(quorum.log(), committed.base);
        if (stored != nullptr && stored->base_offset == committed.base &&
            stored->header().crc == committed.crc &&
            stored->header().leader_epoch == committed.epoch)
            continue;
        fail(Invariant::metadata_logs_match,
             name(told.actor) + " leads the quorum without the metadata committed at " +
                 text(committed.base.value) + " in epoch " + text(committed.epoch.value));
        return;
    }
}

void Checker::metadata_committed(const Told& told, const raft::Quorum& quorum) {
    QuorumMemory& memory = checks_.quorum_;
    const Offset mark = quorum.high_watermark();
    looked(Invariant::metadata_logs_match);
    // What is known to be committed is the same here; what is new, a leader says.
    const Offset shared = mark < memory.committed_end ? mark : memory.committed_end;
    for (std::size_t i = memory.committed.size(); i-- > 0;) {
        const CommittedMetadata& committed = memory.committed[i];
        if (committed.last >= shared)
            continue;
        const log::StoredBatch* stored = batch_at(quorum.log(), committed.base);
        if (stored != nullptr && (stored->header().crc != committed.crc ||
                                  stored->header().leader_epoch != committed.epoch))
            fail(Invariant::metadata_logs_match, name(told.actor) +
                                                     " has other committed metadata at " +
                                                     text(committed.base.value) + " than others");
        break;
    }
    if (!quorum.is_leader() || mark <= memory.committed_end)
        return;
    looked(Invariant::metadata_commit);
    std::int64_t have = 0;
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const node::Node* node = node_on({static_cast<std::int32_t>(i)});
        have += node != nullptr && node->quorum() != nullptr && node->quorum()->is_voter() &&
                        node->quorum()->log().end_offset() >= mark
                    ? 1U
                    : 0U;
    }
    const auto voters = static_cast<std::int64_t>(quorum.voters().size());
    if (have * 2 <= voters)
        fail(Invariant::metadata_commit,
             name(told.actor) + " calls metadata below " + text(mark.value) +
                 " committed, but only " + text(have) + " of " + text(voters) + " voters have it");
    const log::StoredBatch* newest = batch_at(quorum.log(), mark - 1);
    if (newest != nullptr && newest->header().leader_epoch != quorum.epoch())
        fail(Invariant::metadata_commit,
             name(told.actor) + " leads quorum epoch " + text(quorum.epoch().value) +
                 " and commits by a record of epoch " + text(newest->header().leader_epoch.value));
    Offset at = memory.committed_end;
    if (at < quorum.log().start_offset())
        at = quorum.log().start_offset();
    while (at < mark) {
        const log::StoredBatch* stored = batch_at(quorum.log(), at);
        if (stored == nullptr || stored->last_offset() >= mark)
            break;
        const record::BatchHeader header = stored->header();
        memory.committed.push_back(
            {stored->base_offset, stored->last_offset(), header.leader_epoch, header.crc});
        at = stored->last_offset() + 1;
    }
    memory.committed_end = at;
}

/// A leader only appends, and nobody cuts what it knows to be committed (KAFKA-12460).
void Checker::metadata_truncated(const Told& told, const raft::Quorum& quorum) {
    looked(Invariant::metadata_logs_match);
    if (quorum.is_leader())
        fail(Invariant::metadata_logs_match,
             name(told.actor) + " leads the quorum and cuts its log");
    if (Offset{told.note.numbers[1]} < quorum.high_watermark())
        fail(Invariant::metadata_logs_match,
             name(told.actor) + " cuts its metadata log to " + text(told.note.numbers[1]) +
                 ", below its high watermark " + text(quorum.high_watermark().value));
}

/// What a snapshot holds, and after it the records of the log, is what the node's image holds that
/// was built record by record.
void Checker::snapshot_kept(ActorId actor) {
    const node::Node* node = node_on(actor);
    const raft::Snapshot* snapshot =
        node != nullptr && node->quorum() != nullptr ? node->quorum()->latest_snapshot() : nullptr;
    if (snapshot == nullptr || node->image().offset() < snapshot->id.end_offset - 1)
        return; // it has fetched one, and will begin from it
    looked(Invariant::snapshots);
    const auto rebuilt = rebuilt_from(*snapshot, node->quorum()->log(), node->image().offset());
    if (!rebuilt)
        fail(Invariant::snapshots, "the snapshot of " + name(actor) + " below " +
                                       text(snapshot->id.end_offset.value) +
                                       " can't be read: " + rebuilt.error().what);
    else if (!(*rebuilt == node->image()))
        fail(Invariant::snapshots, "the snapshot of " + name(actor) + " below " +
                                       text(snapshot->id.end_offset.value) +
                                       " holds other metadata than its log gave");
}

/// A leader has all that is committed in its log: it builds its image record by record, and what
/// it has decided since would be lost with the image.
void Checker::snapshot_loaded(ActorId actor) {
    const node::Node* node = node_on(actor);
    if (node == nullptr)
        return;
    looked(Invariant::snapshots);
    if (node->controller() != nullptr && node->controller()->epoch())
        fail(Invariant::snapshots, name(actor) + " is the active controller of epoch " +
                                       text(node->controller()->epoch()->value) +
                                       " and begins anew from a snapshot");
}

void Checker::sweep_quorum() {
    std::vector<std::pair<ActorId, const node::Node*>> nodes;
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const node::Node* node = world_.machine(actor).up() ? node_on(actor) : nullptr;
        if (node == nullptr || node->quorum() == nullptr)
            continue;
        looked(Invariant::snapshots);
        const Offset start = node->quorum()->log().start_offset();
        const raft::Snapshot* snapshot = node->quorum()->oldest_snapshot();
        if (start > Offset{0} && (snapshot == nullptr || snapshot->id.end_offset < start))
            fail(Invariant::snapshots, "the metadata log of " + name(actor) + " begins at " +
                                           text(start.value) + " without a snapshot there");
        // Images at one offset are equal, whoever built them.
        for (const auto& [other, built] : nodes) {
            if (built->image().offset() != node->image().offset())
                continue;
            looked(Invariant::metadata_logs_match);
            if (!(built->image() == node->image()))
                fail(Invariant::metadata_logs_match, name(actor) + " and " + name(other) +
                                                         " have different images of metadata " +
                                                         text(node->image().offset().value));
            break;
        }
        nodes.emplace_back(actor, node);
    }
}

} // namespace orrery::sim
