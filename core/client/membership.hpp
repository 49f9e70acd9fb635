// A consumer's membership in a group of the classic protocol, as far as it needs no partitions:
// joining, syncing, heartbeats, leaving, and what each refusal means. Which partitions are given up
// before joining and what the leader decides is the consumer's matter (consumer_group.cpp).
//
//     unjoined --join()--> joining --answer--> [leader: assigning --sync()-->] syncing --> stable
//        ^                    |                                                   |          |
//        +----- refused ------+------------------------- refused, left ----------+----------+
//
// stable goes to joining when a rejoin is needed: a heartbeat said that the group rebalances, the
// metadata or the subscription changed, or partitions were given up (KIP-429).
//
// Sources: AbstractCoordinator, Heartbeat; KIP-62 (heartbeats beside the application), KIP-345
// (static members), KIP-394 (member id first), KIP-800 (reasons), KIP-814 (skipped assignment).
#pragma once

#include "core/client/assignor.hpp"
#include "core/client/coordinator_link.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery::client {

enum class JoinState : std::uint8_t { unjoined, joining, assigning, syncing, stable };
constexpr std::string_view name_of(JoinState state) {
    switch (state) {
    case JoinState::unjoined: return "unjoined";
    case JoinState::joining: return "joining";
    case JoinState::assigning: return "assigning";
    case JoinState::syncing: return "syncing";
    case JoinState::stable: return "stable";
    }
    return "?";
}

class Membership {
public:
    JoinState state() const { return state_; }
    std::int32_t generation() const { return generation_; }
    const std::string& member_id() const { return member_id_; }
    bool leader() const { return leader_; }
    /// What the group chose with its last generation.
    std::optional<Assignor> assignor() const { return assignor_; }
    /// What the group did with the generation or the id that we had: they are gone.
    bool lost_generation() const { return generation_ == no_generation || member_id_.empty(); }
    bool rejoin_needed() const { return rejoin_needed_ || state_ != JoinState::stable; }
    void ask_rejoin(std::string why);
    /// What ended the membership for good; empty if nothing did.
    const std::string& fatal() const { return fatal_; }
    const std::string& last_error() const { return last_error_; }

    /// True if join() may be called: nothing is under way and no backoff runs.
    bool may_join(Instant now) const;
    /// Asks to join, offering each assignor with what we say to its leader.
    void join(GroupTurn& group, CoordinatorLink& link,
              const std::vector<std::pair<Assignor, Bytes>>& offers);
    /// While assigning: what the members said.
    const std::vector<Subscription>& members() const { return members_; }
    /// While assigning: the coordinator wants no assignment, a static leader came back.
    bool skips_assignment() const { return skips_assignment_; }
    /// Hands in the leader's decision, in the order of members(); empty if it is skipped.
    void sync(GroupTurn& group, CoordinatorLink& link,
              const std::vector<TopicPartitions>& decision);
    /// The assignment of the generation that was joined, once.
    std::optional<Bytes> take_assignment() { return std::exchange(assignment_, std::nullopt); }

    /// What goes on beside the application: heartbeats, and leaving when it polled last before
    /// `poll_deadline`. True if that made us leave.
    bool beat(GroupTurn& group, CoordinatorLink& link, Instant poll_deadline);
    /// Leaves. A static member only forgets that it was one.
    void leave(GroupTurn& group, CoordinatorLink& link, std::string why);
    bool leaving() const { return leave_tag_.has_value(); }

    bool on_answer(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                   const wire::AnsweredRequest& answer);
    bool on_failed(GroupTurn& group, CoordinatorLink& link, const wire::FailedRequest& failed);
    /// A commit or a heartbeat was refused with what ends this generation, or the membership.
    void forget_generation(wire::Error error);
    std::optional<Instant> wakeup(Instant now) const;

private:
    void on_joined(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                   const wire::AnsweredRequest& answer);
    void on_synced(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                   const wire::AnsweredRequest& answer);
    void on_beaten(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                   const wire::AnsweredRequest& answer);
    void send_sync(GroupTurn& group, CoordinatorLink& link,
                   const std::vector<TopicPartitions>& decision);
    void refused(GroupTurn& group, CoordinatorLink& link, wire::Error error, const char* what);
    void join_later(GroupTurn& group);
    bool beats() const {
        return state_ == JoinState::assigning || state_ == JoinState::syncing ||
               state_ == JoinState::stable;
    }

    JoinState state_ = JoinState::unjoined;
    std::int32_t generation_ = no_generation;
    std::string member_id_;
    std::optional<Assignor> assignor_;
    bool leader_ = false;
    bool skips_assignment_ = false;
    std::vector<Subscription> members_; ///< while assigning
    std::optional<Bytes> assignment_;   ///< came and not taken yet
    bool rejoin_needed_ = true;
    std::string rejoin_why_; ///< goes with JoinGroup, for the coordinator's log
    std::int32_t failed_joins_ = 0;
    Instant join_not_before_;
    std::uint64_t join_tag_ = 0; ///< of JoinGroup or SyncGroup, while joining or syncing
    std::optional<std::uint64_t> beat_tag_;
    std::int32_t beat_generation_ = no_generation; ///< of the heartbeat under way
    std::optional<std::uint64_t> leave_tag_;
    std::int32_t failed_beats_ = 0;
    Instant next_beat_;
    Instant session_deadline_;
    std::string fatal_;
    std::string last_error_;

public:
    bool operator==(const Membership&) const = default;
    ORRERY_FIELDS(state_, generation_, member_id_, assignor_, leader_, skips_assignment_, members_,
                  assignment_, rejoin_needed_, rejoin_why_, failed_joins_, join_not_before_,
                  join_tag_, beat_tag_, beat_generation_, leave_tag_, failed_beats_, next_beat_,
                  session_deadline_, fatal_, last_error_)
};

} // namespace orrery::client
