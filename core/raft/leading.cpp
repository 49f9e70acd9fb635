// The leader: its log, its high watermark, its hold on the voters.
#include "core/base/expect.hpp"
#include "core/raft/batches.hpp"
#include "core/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace orrery::raft {

void sort_by_end(std::vector<ReplicaProgress>& replicas) {
    std::sort(replicas.begin(), replicas.end(), [](const auto& a, const auto& b) {
        return a.end != b.end ? a.end > b.end : a.key < b.key;
    });
}

Result<Offset, wire::Error> Quorum::append(std::span<const Bytes> values, const Now& now,
                                           Out& out) {
    auto* leader = std::get_if<Leader>(&state_);
    if (leader == nullptr || halted_ || shutting_down_)
        return failure(wire::Error::not_leader_or_follower);
    if (values.empty())
        return failure(wire::Error::invalid_record);
    if (!leader->accumulator.fits(values))
        return failure(wire::Error::record_list_too_large);
    const Offset last = leader->accumulator.add(values, now, config_->append_linger);
    poll(now, out);
    return last;
}

/// The first batch of an epoch says who leads it and who voted so. Until it is committed nothing
/// older is counted as committed by this leader (Raft 5.4.2).
void Quorum::announce_epoch(const Now& now, Out& out) {
    auto& leader = std::get<Leader>(state_);
    if (leader.epoch_announced)
        return;
    leader.epoch_announced = true;
    expect(log_.end_offset() == leader.epoch_start, "a log that nobody touched since the election");
    std::vector<NodeId> voters;
    for (const Voter& voter : config_->voters)
        voters.push_back(voter.id);
    append_batch(leader_change_batch({leader.epoch_start, epoch_, now.wall_ms}, config_->id, voters,
                                     leader.granting_voters),
                 new_write(), now, out);
    complete_fetches(log_.end_offset(), now, out);
}

void Quorum::drain(const Now& now, Out& out) {
    auto& leader = std::get<Leader>(state_);
    if (!leader.accumulator.due(now.instant))
        return;
    const std::vector<PendingBatch> batches = leader.accumulator.drain();
    for (std::size_t i = 0; i < batches.size(); ++i) {
        const PendingBatch& batch = batches[i];
        expect(log_.end_offset() == batch.base_offset, "the offset that was promised");
        append_batch(data_batch({batch.base_offset, epoch_, batch.created_ms}, batch.values),
                     i + 1 == batches.size() ? new_write() : unwatched, now, out);
    }
    complete_fetches(log_.end_offset(), now, out);
}

void Quorum::append_batch(const record::Batch& batch, WriteId id, const Now& now, Out& out) {
    const log::Appended appended = log_.append(batch, now, out.effects, id);
    if (appended.rolled)
        flush_closed_segment(out);
    if (id != unwatched)
        flush_log(id);
    tell(Fact::metadata_appended, {appended.first.value, appended.last.value, epoch_.value}, out);
}

void Quorum::send_begin_epoch(const Now& now, Out& out) {
    auto& leader = std::get<Leader>(state_);
    if (config_->voters.size() == 1 || leader.begin_epoch_deadline > now.instant)
        return;
    const Duration interval = config_->fetch_timeout / 2;
    leader.begin_epoch_deadline = now.instant + interval;
    for (const ReplicaProgress& voter : leader.voters) {
        const bool fetches = voter.end != no_offset && voter.last_fetch + interval > now.instant;
        if (voter.key.id == config_->id || fetches || !connections_.ready(voter.key.id))
            continue;
        ask(voter.key.id,
            begin_epoch_request(*config_, epoch_, config_->voter(voter.key.id)->key()), now, out);
    }
}

/// The high watermark is the highest offset that a majority of the voters has durably, once that
/// passes the start of this epoch. (A record of an older epoch may sit on a majority and yet be
/// overwritten by a later leader that never had it; one of our own epoch can't.)
void Quorum::update_high_watermark(const Now& now, Out& out) {
    auto& leader = std::get<Leader>(state_);
    std::vector<Offset> ends;
    ends.reserve(leader.voters.size());
    for (const ReplicaProgress& voter : leader.voters)
        ends.push_back(voter.end);
    std::sort(ends.begin(), ends.end(), [](Offset a, Offset b) { return a > b; });
    const bool any_one = config_->planted.commit_quorum == Planted::CommitQuorum::any_one;
    const Offset majority_has = ends[any_one ? 0 : ends.size() / 2];
    const bool any_epoch = config_->planted.commit_epoch == Planted::CommitEpoch::any;
    if (majority_has <= leader.epoch_start && !any_epoch)
        return;
    if (majority_has <= leader.high_watermark || majority_has == Offset{0})
        return;
    leader.high_watermark = majority_has;
    if (majority_has > high_watermark_) {
        high_watermark_ = majority_has;
        tell(Fact::metadata_high_watermark, {high_watermark_.value}, out);
    }
    // Whoever waits knows an older high watermark: tell all (KIP-1166).
    complete_fetches(Offset{std::numeric_limits<std::int64_t>::max()}, now, out);
}

ReplicaProgress* Quorum::find_voter(const ReplicaKey& replica) {
    auto& leader = std::get<Leader>(state_);
    for (ReplicaProgress& voter : leader.voters)
        if (voter.key.matches(replica))
            return &voter;
    return nullptr;
}

bool Quorum::progressed(const ReplicaKey& replica, Offset offset, const Now& now) {
    if (replica.id.value < 0)
        return false;
    heard_of_voter(replica, now);
    if (ReplicaProgress* voter = find_voter(replica)) {
        voter->fetched(offset, log_.end_offset(), now);
        return true;
    }
    auto& observers = std::get<Leader>(state_).observers;
    auto at =
        std::lower_bound(observers.begin(), observers.end(), replica,
                         [](const auto& progress, const auto& key) { return progress.key < key; });
    if (at == observers.end() || at->key != replica) {
        ReplicaProgress progress;
        progress.key = replica;
        at = observers.insert(at, progress);
    }
    at->fetched(offset, log_.end_offset(), now);
    return false;
}

/// Check-quorum: each time that a majority of the voters, we among them, has been heard of, the
/// deadline moves.
void Quorum::heard_of_voter(const ReplicaKey& replica, const Now& now) {
    if (find_voter(replica) == nullptr)
        return;
    auto& leader = std::get<Leader>(state_);
    auto& heard = leader.fetched_voters;
    const auto at = std::lower_bound(heard.begin(), heard.end(), replica.id);
    if (at == heard.end() || *at != replica.id)
        heard.insert(at, replica.id);
    if (heard.size() >= leader.voters.size() / 2) {
        heard.clear();
        leader.check_quorum_deadline = now.instant + check_quorum_timeout();
    }
}

void Quorum::resign(const Now& now, Out& out) {
    if (auto* leader = std::get_if<Leader>(&state_))
        leader->resign_asked = true;
    poll(now, out);
}

void Quorum::begin_shutdown(const Now& now, Out& out) {
    shutting_down_ = true;
    poll(now, out);
}

} // namespace orrery::raft
