// The states of a quorum member, as Kafka 4's QuorumState has them, and the one table of how they
// follow each other. A state owns only its own data: a follower has no ballot to miscount.
//
// Unattached   knows an epoch and, perhaps, whom it voted for; no leader to fetch from
// Follower     knows the epoch's leader and fetches from it
// Prospective  has heard of no leader for a while and asks for pre-votes (KIP-996), raising no
// epoch Candidate    has raised the epoch, voted for itself and asks for votes Leader       has a
// majority of the votes of its epoch Resigned     was leader of this epoch (before a restart, a
// shutdown, or for lack of a majority)
//
// An observer is only ever Unattached or Follower. The table is KIP-595's with KIP-996's additions.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/raft/accumulator.hpp"
#include "core/raft/ballot.hpp"
#include "core/raft/config.hpp"
#include "core/raft/progress.hpp"
#include "core/raft/snapshots.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace orrery::raft {

struct Unattached {
    NodeId leader = no_node; ///< known by name only: it can't be fetched from
    std::optional<ReplicaKey> voted;
    Instant election_deadline = never; ///< never, for an observer
    bool operator==(const Unattached&) const = default;
    ORRERY_FIELDS(leader, voted, election_deadline)
};

/// A snapshot on its way here in pieces (KIP-630).
struct SnapshotDownload {
    SnapshotId id;
    Chain content; ///< what has arrived
    bool operator==(const SnapshotDownload&) const = default;
    ORRERY_FIELDS(id, content)
};

struct Follower {
    NodeId leader = no_node;
    std::optional<ReplicaKey> voted; ///< in this epoch, before the leader was known
    Instant fetch_deadline;          ///< a voter stands for leader after this
    /// Whether a fetch from this leader has succeeded; from then on no pre-vote is granted.
    bool has_fetched = false;
    std::optional<SnapshotDownload> download;
    bool operator==(const Follower&) const = default;
    ORRERY_FIELDS(leader, voted, fetch_deadline, has_fetched, download)
};

struct Prospective {
    NodeId leader = no_node; ///< the last known leader of this epoch: it returns there if it loses
    std::optional<ReplicaKey> voted;
    Ballot ballot;
    Instant election_deadline;
    bool operator==(const Prospective&) const = default;
    ORRERY_FIELDS(leader, voted, ballot, election_deadline)
};

struct Candidate {
    Ballot ballot;
    Instant election_deadline;
    bool operator==(const Candidate&) const = default;
    ORRERY_FIELDS(ballot, election_deadline)
};

/// A fetch that waits at the leader for news: data past its offset, or a high watermark past its
/// own. It owns all that its answer needs.
struct ParkedFetch {
    RequestId request;
    std::int16_t version = 0;
    ReplicaKey replica;
    LeaderEpoch leader_epoch; ///< the replica's, which was ours when it was parked
    Offset offset;
    LeaderEpoch last_fetched_epoch;
    std::int32_t max_bytes = 0;
    Instant deadline;
    bool operator==(const ParkedFetch&) const = default;
    ORRERY_FIELDS(request, version, replica, leader_epoch, offset, last_fetched_epoch, max_bytes,
                  deadline)
};

struct Leader {
    Offset epoch_start; ///< where this epoch's LeaderChange record stands
    std::vector<NodeId> granting_voters;
    std::vector<ReplicaProgress> voters;    ///< sorted by id; holds the leader's own durable end
    std::vector<ReplicaProgress> observers; ///< sorted by key
    std::vector<NodeId> fetched_voters;     ///< since check_quorum_deadline was last set
    Instant check_quorum_deadline;
    Instant begin_epoch_deadline; ///< when BeginQuorumEpoch is next sent
    /// What this leader tells: unlike the node's own, it starts anew with each epoch, so that
    /// nobody sees it go back when the old leader was ahead of us in knowing it.
    Offset high_watermark = no_offset;
    bool resign_asked = false;
    bool epoch_announced = false; ///< the LeaderChange record is in the log
    Accumulator accumulator;
    std::vector<ParkedFetch> fetches; ///< in order of arrival
    bool operator==(const Leader&) const = default;
    ORRERY_FIELDS(epoch_start, granting_voters, voters, observers, fetched_voters,
                  check_quorum_deadline, begin_epoch_deadline, high_watermark, resign_asked,
                  epoch_announced, accumulator, fetches)
};

struct Resigned {
    Instant election_deadline;
    std::vector<NodeId> unacknowledged;           ///< voters that have not answered EndQuorumEpoch
    std::vector<ReplicaKey> preferred_successors; ///< most caught up first
    bool operator==(const Resigned&) const = default;
    ORRERY_FIELDS(election_deadline, unacknowledged, preferred_successors)
};

using State = std::variant<Unattached, Follower, Prospective, Candidate, Leader, Resigned>;

/// The alternatives of State, by name and in order.
enum class Role : std::uint8_t { unattached, follower, prospective, candidate, leader, resigned };

constexpr std::string_view name_of(Role role) {
    switch (role) {
    case Role::unattached: return "unattached";
    case Role::follower: return "follower";
    case Role::prospective: return "prospective";
    case Role::candidate: return "candidate";
    case Role::leader: return "leader";
    case Role::resigned: return "resigned";
    }
    return "?";
}

constexpr Role role_of(const State& state) {
    return static_cast<Role>(state.index());
}

/// Why a state is left.
enum class Turn : std::uint8_t {
    learned_epoch,  ///< a message bears a higher epoch and no leader
    learned_leader, ///< a message names the leader of this or a higher epoch
    granted_vote,   ///< voted for another node in this epoch
    timed_out,      ///< the election or fetch timeout ran out
    won_pre_vote,   ///< a majority would vote for us
    won_election,   ///< a majority has voted for us
    lost_pre_vote,  ///< a majority would not, or too few answered in time
    stood_down,     ///< leader: shutting down, or without a majority that fetches
};

constexpr std::string_view name_of(Turn turn) {
    switch (turn) {
    case Turn::learned_epoch: return "learned epoch";
    case Turn::learned_leader: return "learned leader";
    case Turn::granted_vote: return "granted vote";
    case Turn::timed_out: return "timed out";
    case Turn::won_pre_vote: return "won pre-vote";
    case Turn::won_election: return "won election";
    case Turn::lost_pre_vote: return "lost pre-vote";
    case Turn::stood_down: return "stood down";
    }
    return "?";
}

struct Transition {
    Role from;
    Turn turn;
    Role to;
    bool observer;      ///< whether an observer may take it
    std::int8_t epochs; ///< 0: stays in its epoch; 1: must raise it; 2: may do either
    constexpr bool operator==(const Transition&) const = default;
};

/// Every transition there is. Anything else is a bug, and Quorum::enter() aborts on it.
inline constexpr Transition transitions[] = {
    {Role::unattached, Turn::learned_epoch, Role::unattached, true, 1},
    {Role::unattached, Turn::learned_leader, Role::follower, true, 2},
    {Role::unattached, Turn::granted_vote, Role::unattached, true, 0},
    {Role::unattached, Turn::timed_out, Role::prospective, false, 0},
    {Role::follower, Turn::learned_epoch, Role::unattached, true, 1},
    {Role::follower, Turn::learned_leader, Role::follower, true, 1},
    {Role::follower, Turn::timed_out, Role::prospective, false, 0},
    {Role::prospective, Turn::learned_epoch, Role::unattached, false, 1},
    {Role::prospective, Turn::learned_leader, Role::follower, false, 2},
    {Role::prospective, Turn::granted_vote, Role::prospective, false, 0},
    {Role::prospective, Turn::won_pre_vote, Role::candidate, false, 1},
    {Role::prospective, Turn::lost_pre_vote, Role::follower, false, 0},
    {Role::prospective, Turn::lost_pre_vote, Role::unattached, false, 0},
    {Role::candidate, Turn::learned_epoch, Role::unattached, false, 1},
    {Role::candidate, Turn::learned_leader, Role::follower, false, 2},
    {Role::candidate, Turn::timed_out, Role::prospective, false, 0},
    {Role::candidate, Turn::won_election, Role::leader, false, 0},
    {Role::leader, Turn::learned_epoch, Role::unattached, false, 1},
    {Role::leader, Turn::learned_leader, Role::follower, false, 1},
    {Role::leader, Turn::stood_down, Role::resigned, false, 0},
    {Role::resigned, Turn::learned_epoch, Role::unattached, false, 1},
    {Role::resigned, Turn::learned_leader, Role::follower, false, 1},
    {Role::resigned, Turn::timed_out, Role::unattached, false, 1},
};

/// The table's row for this step, or null.
constexpr const Transition* transition(Role from, Turn turn, Role to) {
    for (const Transition& row : transitions)
        if (row.from == from && row.turn == turn && row.to == to)
            return &row;
    return nullptr;
}

} // namespace orrery::raft
