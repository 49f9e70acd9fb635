// The way to a group's coordinator: FindCoordinator asked of any broker, then a connection of its
// own to the one that was named. A refusal "not the coordinator", a connection that can't be made
// or a session that ran out loses it, and it is looked for again.
//
// Sources: AbstractCoordinator.lookupCoordinator, CoordinatorRequestManager; KIP-699.
#pragma once

#include "core/client/network.hpp"

#include <optional>
#include <string>

namespace orrery::client {

/// What a part of a group's client needs in each call.
struct GroupTurn {
    Turn& turn;
    Network& network;
    const ConsumerConfig& config;
    std::uint64_t& next_tag;

    Instant now() const { return turn.now.instant; }
};

class CoordinatorLink {
public:
    /// True if a request can go to the coordinator now; else does what leads there.
    bool ready(GroupTurn& group);
    /// The id under which the network has the connection; no_node if the coordinator isn't known.
    NodeId channel() const { return channel_; }
    bool known() const { return channel_ != no_node; }
    /// Forgets the coordinator and hangs up; why goes to last_error().
    void lose(GroupTurn& group, std::string why);
    /// True if the answer was to our request.
    bool on_answer(GroupTurn& group, const Chain& frame, const wire::AnsweredRequest& answer);
    /// True if it was our request that failed.
    bool on_failed(GroupTurn& group, const wire::FailedRequest& failed);
    std::optional<Instant> wakeup(Instant now) const;
    const std::string& last_error() const { return last_error_; }
    /// An error that no other try mends: the group's id can't be, or isn't allowed to us.
    wire::Error fatal() const { return fatal_; }

private:
    void ask(GroupTurn& group);
    void try_later(GroupTurn& group);

    NodeId channel_ = no_node;
    bool asking_ = false;
    std::uint64_t tag_ = 0;
    std::int32_t failed_attempts_ = 0;
    Instant retry_at_;
    wire::Error fatal_ = wire::Error::none;
    std::string last_error_;

public:
    bool operator==(const CoordinatorLink&) const = default;
    ORRERY_FIELDS(channel_, asking_, tag_, failed_attempts_, retry_at_, fatal_, last_error_)
};

/// True for the errors by which a broker says that another is the coordinator, or none yet.
bool is_coordinator_lost(wire::Error error);

} // namespace orrery::client
