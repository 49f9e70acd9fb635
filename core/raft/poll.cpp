// What time brings: the one place that looks at deadlines and sends requests. Each public step ends
// here. `turn` does what the present role has to do now and says whether it became another role,
// which then has its turn at once:
//
//     Unattached   election timeout -> Prospective; else asks any voter who leads, by a fetch
//     Follower     fetch timeout -> Prospective (observers look for another leader); else fetches
//     Prospective  majority would vote -> Candidate; refused or timed out -> back; else asks
//     Candidate    majority voted -> Leader; election timeout -> Prospective; else asks
//     Leader       no majority fetches, or shutting down -> Resigned; else appends, begins epoch
//     Resigned     election timeout -> Unattached, an epoch up; else ends its epoch
//
// While quorum-state is being written nothing happens: nobody may hear from us what we might
// forget.
#include "core/base/expect.hpp"
#include "core/raft/quorum.hpp"

#include <utility>

namespace orrery::raft {

void Quorum::poll(const Now& now, Out& out) {
    if (halted_)
        return;
    connections_.expire(now.instant, config_->retry_backoff);
    expire_fetches(now, out);
    if (const auto due = next_cleaning(); due && *due <= now.instant)
        clean_snapshots(now, out);
    constexpr int turns_max = 8; // Prospective, Candidate, Leader of a single voter need three
    for (int turns = 0; !election_write_ && !halted_ && turn(now, out); ++turns)
        expect(turns < turns_max, "roles that settle");
}

void Quorum::lose_patience(const Now& now, Out& out) {
    if (!is_voter())
        return;
    const Instant at = now.instant;
    if (auto* unattached = std::get_if<Unattached>(&state_))
        unattached->election_deadline = at;
    else if (auto* follower = std::get_if<Follower>(&state_))
        follower->fetch_deadline = at;
    else if (auto* prospective = std::get_if<Prospective>(&state_))
        prospective->election_deadline = at;
    else if (auto* candidate = std::get_if<Candidate>(&state_))
        candidate->election_deadline = at;
    else if (auto* leader = std::get_if<Leader>(&state_))
        leader->resign_asked = true;
    else if (auto* resigned = std::get_if<Resigned>(&state_))
        resigned->election_deadline = at;
    poll(now, out);
}

bool Quorum::turn(const Now& now, Out& out) {
    switch (role()) {
    case Role::unattached: return turn_unattached(std::get<Unattached>(state_), now, out);
    case Role::follower: return turn_follower(std::get<Follower>(state_), now, out);
    case Role::prospective: return turn_prospective(std::get<Prospective>(state_), now, out);
    case Role::candidate: return turn_candidate(std::get<Candidate>(state_), now, out);
    case Role::leader: return turn_leader(now, out);
    case Role::resigned: return turn_resigned(std::get<Resigned>(state_), now, out);
    }
    return false;
}

bool Quorum::turn_unattached(const Unattached& state, const Now& now, Out& out) {
    if (is_voter() && shutting_down_)
        return false;
    if (is_voter() && state.election_deadline <= now.instant) {
        become_prospective(now, out);
        return true;
    }
    fetch_from_any(now, out);
    return false;
}

bool Quorum::turn_follower(const Follower& state, const Now& now, Out& out) {
    const bool timed_out = state.fetch_deadline <= now.instant;
    if (is_voter() && shutting_down_)
        return false;
    if (is_voter() && timed_out) {
        become_prospective(now, out);
        return true;
    }
    if (timed_out)
        fetch_from_any(now, out);
    else
        fetch_from_leader(state, now, out);
    return false;
}

bool Quorum::turn_prospective(const Prospective& state, const Now& now, Out& out) {
    if (state.ballot.is_granted() || config_->planted.pre_vote == Planted::PreVote::off) {
        become_candidate(now, out);
        return true;
    }
    if (!shutting_down_ && (state.ballot.is_rejected() || state.election_deadline <= now.instant)) {
        lose_pre_vote(now, out);
        return true;
    }
    send_votes(state.ballot, true, now, out);
    return false;
}

void Quorum::lose_pre_vote(const Now& now, Out& out) {
    const NodeId last_known = leader();
    if (is_peer(last_known))
        become_follower(Turn::lost_pre_vote, epoch_, last_known, now, out);
    else
        become_unattached(Turn::lost_pre_vote, epoch_, last_known, now, out);
}

bool Quorum::turn_candidate(const Candidate& state, const Now& now, Out& out) {
    if (state.ballot.is_granted()) {
        become_leader(now, out);
        return true;
    }
    if (!shutting_down_ && state.election_deadline <= now.instant) {
        become_prospective(now, out);
        return true;
    }
    // A lost election is waited out: the others get a chance before we raise the epoch again.
    if (!state.ballot.is_rejected())
        send_votes(state.ballot, false, now, out);
    return false;
}

bool Quorum::turn_leader(const Now& now, Out& out) {
    const auto& state = std::get<Leader>(state_);
    if (shutting_down_ || state.resign_asked) {
        become_resigned(shutting_down_ ? "shutting down" : "asked to resign", now, out);
        return true;
    }
    if (config_->voters.size() > 1 && state.check_quorum_deadline <= now.instant &&
        config_->planted.check_quorum == Planted::CheckQuorum::as_kafka) {
        become_resigned("no majority of the voters has fetched for " +
                            std::to_string(check_quorum_timeout().ms()) + " ms",
                        now, out);
        return true;
    }
    announce_epoch(now, out);
    drain(now, out);
    send_begin_epoch(now, out);
    return false;
}

bool Quorum::turn_resigned(const Resigned& state, const Now& now, Out& out) {
    if (!shutting_down_ && state.election_deadline <= now.instant) {
        become_unattached(Turn::timed_out, epoch_ + 1, no_node, now, out);
        return true;
    }
    for (const NodeId voter : state.unacknowledged)
        if (connections_.ready(voter))
            ask(voter,
                end_epoch_request(config_->cluster_id, epoch_, config_->id,
                                  state.preferred_successors),
                now, out);
    return false;
}

void Quorum::send_votes(const Ballot& ballot, bool pre_vote, const Now& now, Out& out) {
    const VoteAsk what{epoch_, self(), last_epoch(), log_.end_offset(), pre_vote};
    for (const NodeId voter : ballot.unrecorded())
        if (connections_.ready(voter))
            ask(voter, vote_request(config_->cluster_id, config_->voter(voter)->key(), what), now,
                out);
}

void Quorum::fetch_from_leader(const Follower& state, const Now& now, Out& out) {
    // An ask for offset n says that all below n is safe here; so the disk comes first.
    if (log_is_flushing() || snapshot_write_)
        return;
    if (connections_.resting(state.leader)) {
        fetch_from_any(now, out);
    } else if (!connections_.any_asked()) {
        if (state.download)
            ask(state.leader, snapshot_request(*state.download), now, out);
        else
            ask(state.leader, fetch_request(), now, out);
    }
}

void Quorum::fetch_from_any(const Now& now, Out& out) {
    if (connections_.any_asked() || log_is_flushing() || snapshot_write_)
        return;
    const auto& voters = config_->voters;
    std::size_t at = static_cast<std::size_t>(random_.below(voters.size()));
    for (std::size_t i = 0; i < voters.size(); ++i, ++at) {
        const NodeId voter = voters[at % voters.size()].id;
        if (!is_peer(voter) || !connections_.ready(voter))
            continue;
        ask(voter, fetch_request(), now, out);
        return;
    }
}

wire::FetchRequest Quorum::fetch_request() const {
    const auto* leader = std::get_if<Leader>(&state_);
    expect(leader == nullptr, "a leader fetches from nobody");
    return raft::fetch_request({config_->cluster_id, self(), epoch_, log_.end_offset(),
                                last_epoch(), known_high_watermark(), config_->fetch_max_wait,
                                config_->fetch_max_bytes});
}

std::optional<Instant> Quorum::wakeup() const {
    if (halted_)
        return std::nullopt;
    std::optional<Instant> first;
    if (const auto* leader = std::get_if<Leader>(&state_))
        for (const ParkedFetch& fetch : leader->fetches)
            first = earlier(first, fetch.deadline);
    first = earlier(first, next_cleaning());
    if (election_write_)
        return first;
    first = earlier(first, connections_.wakeup());
    if (const auto* unattached = std::get_if<Unattached>(&state_)) {
        if (is_voter() && !shutting_down_)
            first = earlier(first, unattached->election_deadline);
    } else if (const auto* follower = std::get_if<Follower>(&state_)) {
        if (is_voter() && !shutting_down_)
            first = earlier(first, follower->fetch_deadline);
    } else if (const auto* prospective = std::get_if<Prospective>(&state_)) {
        if (!shutting_down_)
            first = earlier(first, prospective->election_deadline);
    } else if (const auto* candidate = std::get_if<Candidate>(&state_)) {
        if (!shutting_down_)
            first = earlier(first, candidate->election_deadline);
    } else if (const auto* leader = std::get_if<Leader>(&state_)) {
        first = earlier(first, leader->accumulator.wakeup());
        if (config_->voters.size() > 1) {
            first = earlier(first, leader->begin_epoch_deadline);
            if (config_->planted.check_quorum == Planted::CheckQuorum::as_kafka)
                first = earlier(first, leader->check_quorum_deadline);
        }
    } else if (const auto* resigned = std::get_if<Resigned>(&state_)) {
        if (!shutting_down_)
            first = earlier(first, resigned->election_deadline);
    }
    return first;
}

} // namespace orrery::raft
