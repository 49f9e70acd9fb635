// A consumer's membership in a group of the consumer protocol (KIP-848): one kind of request, the
// heartbeat, says what the member wants and has, and its answer what it shall have. The member
// gives up what is not its any more, takes in the rest and says so with the next heartbeat; only
// then may another have what it gave up.
//
//     out --join()--> joining --assignment--> reconciling --reconciled()--> acknowledging -->
//     stable
//      ^                 ^                        ^                                             |
//      |                 |                        +--------------- another assignment ----------+
//      |                 +--- rejoin() --- fenced, stale (polled too late, left by itself)
//      +--- leave(): a last heartbeat with epoch -1, or -2 of a static member
//
// A heartbeat says all only when it joins or after a try that failed; else only what changed.
//
// Sources: ConsumerMembershipManager, AbstractHeartbeatRequestManager.
#pragma once

#include "core/client/assignor.hpp"
#include "core/client/coordinator_link.hpp"

#include <optional>
#include <string>
#include <vector>

namespace orrery::client {

enum class MemberState : std::uint8_t {
    out,
    joining,
    reconciling,
    acknowledging,
    stable,
    fenced,
    stale
};
constexpr std::string_view name_of(MemberState state) {
    switch (state) {
    case MemberState::out: return "out";
    case MemberState::joining: return "joining";
    case MemberState::reconciling: return "reconciling";
    case MemberState::acknowledging: return "acknowledging";
    case MemberState::stable: return "stable";
    case MemberState::fenced: return "fenced";
    case MemberState::stale: return "stale";
    }
    return "?";
}

/// Partitions by topic id, as heartbeats name them; ascending.
using IdPartitions = FlatMap<Uuid, std::vector<std::int32_t>>;

/// What a member wants to read.
struct Wanted {
    std::vector<std::string> topics;
    std::string regex; ///< of RE2, matched by the coordinator
    bool operator==(const Wanted&) const = default;
    ORRERY_FIELDS(topics, regex)
};

class ModernMembership {
public:
    MemberState state() const { return state_; }
    std::int32_t epoch() const { return epoch_; }
    const std::string& member_id() const { return member_id_; }
    bool in_group() const { return epoch_ > 0; }
    const std::string& fatal() const { return fatal_; }
    const std::string& last_error() const { return last_error_; }

    /// Joins with the next heartbeat. The id is made once and kept for all of the process's life.
    void join(Random& random);
    /// The same again, after it was fenced or had left by itself.
    void rejoin();
    /// What the coordinator wants us to have.
    const IdPartitions& target() const { return target_; }
    /// While reconciling: we have this now. The next heartbeat says so, at once.
    void reconciled(IdPartitions current);
    /// Leaves with a last heartbeat, if it can be sent now.
    void leave(GroupTurn& group, CoordinatorLink& link);
    bool leaving() const { return leave_tag_.has_value(); }
    /// What goes on beside the application: heartbeats that are due, and leaving when it polled
    /// last before `poll_deadline`.
    void beat(GroupTurn& group, CoordinatorLink& link, const Wanted& wanted, Instant poll_deadline);

    bool on_answer(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                   const wire::AnsweredRequest& answer);
    bool on_failed(GroupTurn& group, CoordinatorLink& link, const wire::FailedRequest& failed);
    std::optional<Instant> wakeup(Instant now) const;

private:
    bool beats() const {
        return state_ != MemberState::out && state_ != MemberState::fenced &&
               state_ != MemberState::stale;
    }
    void send(GroupTurn& group, CoordinatorLink& link, const Wanted& wanted);
    void on_beaten(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                   const wire::AnsweredRequest& answer);
    void refused(GroupTurn& group, CoordinatorLink& link, wire::Error error);
    void later(GroupTurn& group);

    MemberState state_ = MemberState::out;
    std::int32_t epoch_ = 0;
    std::string member_id_;
    IdPartitions target_;
    IdPartitions current_;
    std::optional<std::uint64_t> beat_tag_;
    std::optional<std::uint64_t> leave_tag_;
    bool says_all_ = true; ///< the next heartbeat is a full one
    Wanted said_;
    IdPartitions said_current_;
    Duration interval_{};
    Instant next_beat_;
    Instant not_before_; ///< end of the backoff after a failed try
    std::int32_t failed_ = 0;
    std::string fatal_;
    std::string last_error_;

public:
    bool operator==(const ModernMembership&) const = default;
    ORRERY_FIELDS(state_, epoch_, member_id_, target_, current_, beat_tag_, leave_tag_, says_all_,
                  said_, said_current_, interval_, next_beat_, not_before_, failed_, fatal_,
                  last_error_)
};

} // namespace orrery::client
