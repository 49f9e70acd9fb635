// raft::Quorum: how it takes up a role and how it keeps what it must not forget.
#include "core/raft/quorum.hpp"

#include "core/base/expect.hpp"

#include <utility>

namespace orrery::raft {

namespace {

template <class... F>
struct Overload : F... {
    using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

} // namespace

// --- queries
// ------------------------------------------------------------------------------------------------

NodeId Quorum::leader() const {
    return std::visit(Overload{[](const Unattached& s) { return s.leader; },
                               [](const Follower& s) { return s.leader; },
                               [](const Prospective& s) { return s.leader; },
                               [](const Candidate&) { return no_node; },
                               [this](const Leader&) { return config_->id; },
                               [this](const Resigned&) { return config_->id; }},
                      state_);
}

std::optional<ReplicaKey> Quorum::voted() const {
    using Voted = std::optional<ReplicaKey>;
    return std::visit(Overload{[](const Unattached& s) { return s.voted; },
                               [](const Follower& s) { return s.voted; },
                               [](const Prospective& s) { return s.voted; },
                               [this](const Candidate&) { return Voted(self()); },
                               [](const Leader&) { return Voted(); },
                               [](const Resigned&) { return Voted(); }},
                      state_);
}

Offset Quorum::epoch_start() const {
    const auto* leader = std::get_if<Leader>(&state_);
    expect(leader != nullptr, "only a leader knows where its epoch starts");
    return leader->epoch_start;
}

Offset Quorum::next_offset() const {
    const auto* leader = std::get_if<Leader>(&state_);
    expect(leader != nullptr, "only a leader gives offsets to records");
    return leader->accumulator.next_offset();
}

bool Quorum::owns(WriteId id) const {
    return id.value >= config_->first_write_id && id.value < next_write_;
}

bool Quorum::may_stop() const {
    if (!shutting_down_)
        return false;
    return !is_voter() || config_->is_only_voter() ||
           (leader() != no_node && leader() != config_->id);
}

// --- transitions
// ------------------------------------------------------------------------------------------------

void Quorum::enter(Turn turn, LeaderEpoch epoch, State next, const Now& now, Out& out) {
    const Transition* row = transition(role(), turn, role_of(next));
    expect(row != nullptr, "a transition of the table");
    expect(row->observer || is_voter(), "a transition that observers may take");
    expect(epoch >= epoch_ && (row->epochs != 0 || epoch == epoch_) &&
               (row->epochs != 1 || epoch > epoch_),
           "an epoch as the transition has it");
    std::vector<ParkedFetch> orphans;
    if (auto* leader = std::get_if<Leader>(&state_))
        orphans = std::move(leader->fetches);
    state_ = std::move(next);
    epoch_ = epoch;
    if (turn != Turn::granted_vote)
        connections_.forget_all();
    persist(out);
    refuse_fetches(std::move(orphans), out);
    static_cast<void>(now);
}

void Quorum::tell(Fact fact, std::array<std::int64_t, fact_numbers> numbers, Out& out,
                  std::string text) {
    Note note;
    note.fact = fact;
    note.numbers = numbers;
    note.text = std::move(text);
    out.effects.emplace_back(std::move(note));
}

Duration Quorum::random_election_timeout() {
    const std::int64_t ms = config_->election_timeout.ms();
    if (ms <= 0)
        return {};
    return milliseconds(ms +
                        static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(ms))));
}

void Quorum::become_unattached(Turn turn, LeaderEpoch epoch, NodeId leader, const Now& now,
                               Out& out) {
    Unattached next;
    next.leader = leader;
    if (epoch == epoch_)
        next.voted = voted();
    // Whoever was already waiting to stand goes on waiting, not anew: else a stream of higher
    // epochs from a node that can't win would keep all others from standing.
    std::optional<Instant> kept;
    if (const auto* s = std::get_if<Unattached>(&state_))
        kept = s->election_deadline;
    else if (const auto* c = std::get_if<Candidate>(&state_))
        kept = c->election_deadline;
    else if (const auto* r = std::get_if<Resigned>(&state_))
        kept = r->election_deadline;
    else if (const auto* p = std::get_if<Prospective>(&state_); p && !p->ballot.is_rejected())
        kept = p->election_deadline;
    if (!is_voter())
        next.election_deadline = never;
    else
        next.election_deadline = kept ? *kept : now.instant + random_election_timeout();
    enter(turn, epoch, std::move(next), now, out);
}

void Quorum::become_follower(Turn turn, LeaderEpoch epoch, NodeId leader, const Now& now,
                             Out& out) {
    expect(is_peer(leader), "a leader that is another voter");
    Follower next;
    next.leader = leader;
    if (epoch == epoch_)
        next.voted = voted();
    next.fetch_deadline = now.instant + config_->fetch_timeout;
    enter(turn, epoch, std::move(next), now, out);
    tell(Fact::quorum_follower, {leader.value, epoch.value}, out);
}

void Quorum::become_prospective(const Now& now, Out& out) {
    Prospective next;
    next.leader = leader();
    next.voted = voted();
    next.ballot = Ballot(config_->voters);
    next.ballot.record(config_->id, true);
    next.election_deadline = now.instant + random_election_timeout();
    enter(Turn::timed_out, epoch_, std::move(next), now, out);
    tell(Fact::prospective, {epoch_.value}, out);
}

void Quorum::become_candidate(const Now& now, Out& out) {
    Candidate next;
    next.ballot = Ballot(config_->voters);
    next.ballot.record(config_->id, true);
    next.election_deadline = now.instant + random_election_timeout();
    enter(Turn::won_pre_vote, epoch_ + 1, std::move(next), now, out);
    tell(Fact::candidate, {epoch_.value}, out);
}

void Quorum::become_leader(const Now& now, Out& out) {
    const auto& candidate = std::get<Candidate>(state_);
    expect(candidate.ballot.is_granted(), "a candidate with a majority of the votes");
    Leader next;
    next.epoch_start = log_.end_offset();
    next.granting_voters = candidate.ballot.granting();
    for (const Voter& voter : config_->voters) {
        ReplicaProgress progress;
        progress.key = voter.id == config_->id ? self() : voter.key();
        if (voter.id == config_->id)
            progress.end = durable_end_;
        next.voters.push_back(progress);
    }
    next.check_quorum_deadline = now.instant + check_quorum_timeout();
    next.begin_epoch_deadline = now.instant;
    next.accumulator =
        Accumulator(next.epoch_start + 1, static_cast<std::size_t>(config_->batch_max_bytes));
    enter(Turn::won_election, epoch_, std::move(next), now, out);
    tell(Fact::quorum_leader, {epoch_.value}, out);
}

void Quorum::become_resigned(std::string why, const Now& now, Out& out) {
    auto& leader = std::get<Leader>(state_);
    std::vector<ReplicaProgress> successors = leader.voters;
    std::erase_if(successors, [this](const auto& p) { return p.key.id == config_->id; });
    sort_by_end(successors);
    Resigned next;
    next.election_deadline = now.instant + random_election_timeout();
    for (const ReplicaProgress& progress : successors)
        next.preferred_successors.push_back(progress.key);
    for (const Voter& voter : config_->voters)
        if (voter.id != config_->id)
            next.unacknowledged.push_back(voter.id);
    enter(Turn::stood_down, epoch_, std::move(next), now, out);
    tell(Fact::quorum_resigned, {epoch_.value}, out, std::move(why));
}

void Quorum::add_vote(const ReplicaKey& candidate, const Now& now, Out& out) {
    if (const auto* unattached = std::get_if<Unattached>(&state_)) {
        Unattached next = *unattached;
        next.voted = candidate;
        // Whom we vote for has at least our chance of winning: give it the time.
        if (is_voter())
            next.election_deadline = now.instant + random_election_timeout();
        enter(Turn::granted_vote, epoch_, std::move(next), now, out);
    } else {
        Prospective next = std::get<Prospective>(state_);
        next.voted = candidate;
        next.ballot = Ballot(config_->voters);
        next.ballot.record(config_->id, true);
        next.election_deadline = now.instant + random_election_timeout();
        enter(Turn::granted_vote, epoch_, std::move(next), now, out);
    }
    tell(Fact::voted, {candidate.id.value, epoch_.value}, out);
}

bool Quorum::maybe_transition(NodeId leader_id, LeaderEpoch epoch, const Now& now, Out& out) {
    // A leader that is no voter of ours can't be reached or believed; and that we ourselves lead a
    // later epoch is news that only a wiped disk can bring. Both tell of the epoch alone. (Kafka
    // halts on the second.)
    const bool known = is_peer(leader_id);
    if (epoch > epoch_) {
        if (known)
            become_follower(Turn::learned_leader, epoch, leader_id, now, out);
        else
            become_unattached(Turn::learned_epoch, epoch, no_node, now, out);
        return true;
    }
    if (epoch == epoch_ && known && leader() == no_node) {
        become_follower(Turn::learned_leader, epoch, leader_id, now, out);
        return true;
    }
    return false;
}

// --- durability
// ------------------------------------------------------------------------------------------------

log::QuorumState Quorum::election() const {
    const ReplicaKey key = voted().value_or(ReplicaKey{});
    return {leader(), epoch_, key.id, key.directory_id};
}

void Quorum::persist(Out& out) {
    const log::QuorumState wanted = election();
    if (wanted == persisted_)
        return;
    persisted_ = wanted;
    const bool forgets = config_->planted.vote_durability == Planted::VoteDurability::forgotten;
    const WriteId id = forgets ? unwatched : new_write();
    out.effects.emplace_back(
        Replace{id, config_->directory + "/quorum-state", log::encode(persisted_)});
    if (!forgets)
        election_write_ = id;
}

void Quorum::reply(RequestId id, Response response, Out& out) {
    if (election_write_)
        parked_replies_.push_back({id, std::move(response)});
    else
        out.replies.push_back({id, std::move(response)});
}

void Quorum::ask(NodeId to, Question question, const Now& now, Out& out) {
    expect(!election_write_, "nothing is asked before quorum-state is durable");
    const AskId id{next_ask_++};
    connections_.asked(to, id, now.instant + config_->request_timeout);
    out.asks.push_back({id, to, config_->request_timeout, std::move(question)});
}

void Quorum::halt(std::string why, Out& out) {
    halted_ = true;
    out.effects.emplace_back(Exit{false, std::move(why)});
}

void Quorum::flush_log(WriteId id) {
    flushes_.push_back({id, log_.end_offset(), false});
}

/// Flushes the segments [from, to), each watched. The log flushes what it rolls too, but unwatched:
/// that one segment is safe says nothing of the one before it.
void Quorum::flush_segments(std::size_t from, std::size_t to, Out& out) {
    for (std::size_t i = from; i < to; ++i) {
        const log::Segment& segment = log_.segment(i);
        const WriteId id = new_write();
        out.effects.emplace_back(
            Flush{id, log::segment_file(config_->directory, segment.base_offset, ".log")});
        flushes_.push_back({id, std::min(segment.end_offset(), log_.end_offset()), false});
    }
}

/// The segment before the active one has just been closed.
void Quorum::flush_closed_segment(Out& out) {
    const std::size_t count = log_.segment_count();
    if (count >= 2)
        flush_segments(count - 2, count - 1, out);
}

void Quorum::log_confirmed(const Now& now, Out& out) {
    Offset confirmed = durable_end_;
    while (!flushes_.empty() && flushes_.front().confirmed) {
        confirmed = std::max(confirmed, flushes_.front().end);
        flushes_.erase(flushes_.begin());
    }
    if (confirmed == durable_end_)
        return;
    durable_end_ = confirmed;
    log_.flushed(confirmed);
    if (auto* leader = std::get_if<Leader>(&state_)) {
        for (ReplicaProgress& progress : leader->voters)
            if (progress.key.id == config_->id)
                progress.end = durable_end_;
        update_high_watermark(now, out);
    }
}

void Quorum::on_wrote(WriteId id, DiskFault fault, const Now& now, Out& out) {
    if (halted_)
        return;
    if (fault != DiskFault::none) {
        halt("a write to the metadata log failed: " + std::string(name_of(fault)), out);
        return;
    }
    if (election_write_ == id) {
        election_write_.reset();
        for (auto& parked : parked_replies_)
            out.replies.push_back(std::move(parked));
        parked_replies_.clear();
    } else if (snapshot_write_ && snapshot_write_->write == id) {
        snapshot_confirmed(now, out);
    } else {
        for (LogFlush& flush : flushes_)
            flush.confirmed = flush.confirmed || flush.write == id;
        log_confirmed(now, out);
    }
    poll(now, out);
}

void Quorum::on_woke(const Now& now, Out& out) {
    poll(now, out);
}

} // namespace orrery::raft
