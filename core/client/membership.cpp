#include "core/client/membership.hpp"

#include "core/base/backoff.hpp"
#include "core/client/consumer_protocol.hpp"
#include "core/client/decode.hpp"
#include "core/wire/messages/heartbeat_request.hpp"
#include "core/wire/messages/heartbeat_response.hpp"
#include "core/wire/messages/join_group_request.hpp"
#include "core/wire/messages/join_group_response.hpp"
#include "core/wire/messages/leave_group_request.hpp"
#include "core/wire/messages/sync_group_request.hpp"
#include "core/wire/messages/sync_group_response.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

constexpr std::string_view consumer_protocol_type = "consumer";
/// JoinGroup is answered when all members came or the rebalance timeout is over; the answer may
/// come a little later than that.
constexpr Duration join_grace = seconds(5);
constexpr std::int16_t instance_in_join_from = 5;
constexpr std::int16_t reason_in_join_from = 8;
constexpr std::int16_t instance_in_sync_from = 3;
constexpr std::int16_t protocol_in_sync_from = 5;
constexpr std::int16_t many_leave_from = 3;
constexpr std::int16_t reason_in_leave_from = 5;

std::optional<std::string> instance_of(const GroupTurn& group) {
    const std::string& id = group.config.group.instance_id;
    return id.empty() ? std::nullopt : std::optional(id);
}

Duration backoff_of(GroupTurn& group, std::int32_t failed) {
    const CommonConfig& common = group.config.common;
    return exponential_backoff(common.retry_backoff, common.retry_backoff_max, failed,
                               group.network.random());
}

} // namespace

void Membership::ask_rejoin(std::string why) {
    if (!rejoin_needed_)
        rejoin_why_ = std::move(why);
    rejoin_needed_ = true;
}

bool Membership::may_join(Instant now) const {
    return fatal_.empty() && now >= join_not_before_ &&
           (state_ == JoinState::unjoined || (state_ == JoinState::stable && rejoin_needed_));
}

// --- joining
// --------------------------------------------------------------------------------------

void Membership::join(GroupTurn& group, CoordinatorLink& link,
                      const std::vector<std::pair<Assignor, Bytes>>& offers) {
    const auto version = group.network.version_for<wire::JoinGroupRequest>(link.channel());
    const GroupConfig& config = group.config.group;
    wire::JoinGroupRequest request;
    request.group_id = config.id;
    request.session_timeout_ms = static_cast<std::int32_t>(config.session_timeout.ms());
    request.rebalance_timeout_ms = static_cast<std::int32_t>(config.max_poll_interval.ms());
    request.member_id = member_id_;
    if (version.value_or(0) >= instance_in_join_from)
        request.group_instance_id = instance_of(group);
    request.protocol_type = consumer_protocol_type;
    for (const auto& [assignor, bytes] : offers) {
        auto& offer = request.protocols.emplace_back();
        offer.name = name_of(assignor);
        offer.metadata = bytes;
    }
    if (version.value_or(0) >= reason_in_join_from && !rejoin_why_.empty())
        request.reason = rejoin_why_;
    const Duration timeout =
        std::max(group.config.common.request_timeout, config.max_poll_interval + join_grace);
    join_tag_ = group.next_tag++;
    if (!version ||
        !group.network.send(group.turn, link.channel(), request, *version, join_tag_, timeout))
        return join_later(group);
    state_ = JoinState::joining;
    leader_ = false;
    assignment_.reset();
}

void Membership::on_joined(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                           const wire::AnsweredRequest& answer) {
    const auto response = decode_answer<wire::JoinGroupResponse>(frame, answer);
    const wire::Error error =
        response ? wire::error_of(response->error_code) : wire::Error::unknown_server_error;
    if (error == wire::Error::member_id_required) {
        member_id_ = response->member_id; // and again at once, with it
        state_ = JoinState::unjoined;
        rejoin_needed_ = true;
        return;
    }
    if (error != wire::Error::none)
        return refused(group, link, error, "JoinGroup");
    generation_ = response->generation_id;
    member_id_ = response->member_id;
    assignor_ = assignor_named(response->protocol_name.value_or(std::string{}));
    leader_ = response->leader == member_id_;
    skips_assignment_ = response->skip_assignment;
    members_.clear();
    next_beat_ = group.now() + group.config.group.heartbeat_interval;
    session_deadline_ = group.now() + group.config.group.session_timeout;
    if (!leader_)
        return send_sync(group, link, {});
    for (const auto& theirs : response->members) {
        Subscription said;
        if (assignor_)
            if (auto read = read_subscription(*assignor_, theirs.metadata))
                said = std::move(*read);
        said.member_id = theirs.member_id;
        said.instance_id = theirs.group_instance_id;
        members_.push_back(std::move(said));
    }
    state_ = JoinState::assigning;
}

void Membership::sync(GroupTurn& group, CoordinatorLink& link,
                      const std::vector<TopicPartitions>& decision) {
    if (link.ready(group))
        return send_sync(group, link, decision);
    state_ = JoinState::unjoined; // the coordinator went away meanwhile
    rejoin_needed_ = true;
}

void Membership::send_sync(GroupTurn& group, CoordinatorLink& link,
                           const std::vector<TopicPartitions>& decision) {
    const auto version = group.network.version_for<wire::SyncGroupRequest>(link.channel());
    wire::SyncGroupRequest request;
    request.group_id = group.config.group.id;
    request.generation_id = generation_;
    request.member_id = member_id_;
    if (version.value_or(0) >= instance_in_sync_from)
        request.group_instance_id = instance_of(group);
    if (version.value_or(0) >= protocol_in_sync_from) {
        request.protocol_type = consumer_protocol_type;
        request.protocol_name = assignor_ ? std::string(name_of(*assignor_)) : std::string{};
    }
    for (std::size_t i = 0; i < decision.size(); ++i) {
        auto& theirs = request.assignments.emplace_back();
        theirs.member_id = members_[i].member_id;
        if (auto bytes = assignment_bytes(decision[i]))
            theirs.assignment = std::move(*bytes);
    }
    members_.clear();
    join_tag_ = group.next_tag++;
    if (!version || !group.network.can_send(link.channel()) ||
        !group.network.send(group.turn, link.channel(), request, *version, join_tag_,
                            group.config.common.request_timeout))
        return join_later(group);
    state_ = JoinState::syncing;
}

void Membership::on_synced(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                           const wire::AnsweredRequest& answer) {
    auto response = decode_answer<wire::SyncGroupResponse>(frame, answer);
    const wire::Error error =
        response ? wire::error_of(response->error_code) : wire::Error::unknown_server_error;
    if (error != wire::Error::none)
        return refused(group, link, error, "SyncGroup");
    state_ = JoinState::stable;
    rejoin_needed_ = false;
    rejoin_why_.clear();
    failed_joins_ = 0;
    assignment_ = std::move(response->assignment);
}

/// JoinGroup or SyncGroup was refused.
void Membership::refused(GroupTurn& group, CoordinatorLink& link, wire::Error error,
                         const char* what) {
    last_error_ = std::string(what) + ": " + std::string(wire::name_of(error));
    state_ = JoinState::unjoined;
    ask_rejoin("rebalance failed due to " + std::string(wire::name_of(error)));
    members_.clear();
    switch (error) {
    case wire::Error::unknown_member_id:
    case wire::Error::illegal_generation: return forget_generation(error); // and again at once
    case wire::Error::rebalance_in_progress: return;                       // the same
    case wire::Error::not_coordinator:
    case wire::Error::coordinator_not_available:
        link.lose(group, last_error_);
        return join_later(group);
    case wire::Error::coordinator_load_in_progress: return join_later(group);
    default:
        if (wire::is_retriable(error))
            return join_later(group);
        fatal_ = last_error_;
    }
}

void Membership::join_later(GroupTurn& group) {
    state_ = JoinState::unjoined;
    rejoin_needed_ = true;
    join_not_before_ = group.now() + backoff_of(group, failed_joins_++);
}

void Membership::forget_generation(wire::Error error) {
    last_error_ = wire::name_of(error);
    if (error == wire::Error::fenced_instance_id)
        fatal_ = last_error_;
    generation_ = no_generation;
    if (error != wire::Error::illegal_generation)
        member_id_.clear();
    state_ = JoinState::unjoined;
    ask_rejoin("the generation is gone: " + last_error_);
}

// --- staying and leaving
// --------------------------------------------------------------------------

bool Membership::beat(GroupTurn& group, CoordinatorLink& link, Instant poll_deadline) {
    if (!beats() || !fatal_.empty())
        return false;
    if (!link.known()) {
        session_deadline_ = group.now() + group.config.group.session_timeout;
        link.ready(group);
        return false;
    }
    if (group.now() >= session_deadline_) {
        link.lose(group, "no heartbeat was answered in session.timeout.ms");
        return false;
    }
    if (group.now() >= poll_deadline) {
        leave(group, link, "consumer poll timeout has expired.");
        return true;
    }
    if (beat_tag_ || group.now() < next_beat_ || !link.ready(group))
        return false;
    const auto version = group.network.version_for<wire::HeartbeatRequest>(link.channel());
    wire::HeartbeatRequest request;
    request.group_id = group.config.group.id;
    request.generation_id = generation_;
    request.member_id = member_id_;
    if (version.value_or(0) >= instance_in_sync_from)
        request.group_instance_id = instance_of(group);
    const std::uint64_t tag = group.next_tag++;
    next_beat_ = group.now() + group.config.group.heartbeat_interval;
    if (version && group.network.send(group.turn, link.channel(), request, *version, tag,
                                      group.config.common.request_timeout)) {
        beat_tag_ = tag;
        beat_generation_ = generation_;
    }
    return false;
}

void Membership::on_beaten(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                           const wire::AnsweredRequest& answer) {
    const auto response = decode_answer<wire::HeartbeatResponse>(frame, answer);
    const wire::Error error =
        response ? wire::error_of(response->error_code) : wire::Error::unknown_server_error;
    const bool ours = beat_generation_ == generation_ && beats();
    switch (error) {
    case wire::Error::none:
    case wire::Error::rebalance_in_progress: // the group knows us and waits for us
        failed_beats_ = 0;
        session_deadline_ = group.now() + group.config.group.session_timeout;
        if (error != wire::Error::none && state_ == JoinState::stable)
            ask_rejoin("group is already rebalancing");
        return;
    case wire::Error::illegal_generation:
    case wire::Error::unknown_member_id:
    case wire::Error::fenced_instance_id:
        if (ours)
            forget_generation(error);
        return;
    default:
        last_error_ = "Heartbeat: " + std::string(wire::name_of(error));
        if (is_coordinator_lost(error))
            link.lose(group, last_error_);
        next_beat_ = group.now() + backoff_of(group, failed_beats_++);
    }
}

void Membership::leave(GroupTurn& group, CoordinatorLink& link, std::string why) {
    const bool is_static = !group.config.group.instance_id.empty();
    if (!is_static && !member_id_.empty() && link.known() &&
        group.network.can_send(link.channel())) {
        const auto version = group.network.version_for<wire::LeaveGroupRequest>(link.channel());
        wire::LeaveGroupRequest request;
        request.group_id = group.config.group.id;
        if (version.value_or(0) >= many_leave_from) {
            auto& us = request.members.emplace_back();
            us.member_id = member_id_;
            if (*version >= reason_in_leave_from)
                us.reason = std::move(why);
        } else {
            request.member_id = member_id_;
        }
        const std::uint64_t tag = group.next_tag++;
        if (version && group.network.send(group.turn, link.channel(), request, *version, tag,
                                          group.config.common.request_timeout))
            leave_tag_ = tag;
    }
    generation_ = no_generation;
    member_id_.clear();
    state_ = JoinState::unjoined;
    ask_rejoin("consumer pro-actively leaving the group");
}

// --- what arrives
// ---------------------------------------------------------------------------------

bool Membership::on_answer(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                           const wire::AnsweredRequest& answer) {
    if (beat_tag_ == answer.tag) {
        beat_tag_.reset();
        on_beaten(group, link, frame, answer);
    } else if (leave_tag_ == answer.tag) {
        leave_tag_.reset(); // whatever it says: we are gone
    } else if (state_ == JoinState::joining && join_tag_ == answer.tag) {
        on_joined(group, link, frame, answer);
    } else if (state_ == JoinState::syncing && join_tag_ == answer.tag) {
        on_synced(group, link, frame, answer);
    } else {
        return false;
    }
    return true;
}

bool Membership::on_failed(GroupTurn& group, CoordinatorLink& link,
                           const wire::FailedRequest& failed) {
    if (beat_tag_ == failed.tag) {
        beat_tag_.reset();
        next_beat_ = group.now() + backoff_of(group, failed_beats_++);
    } else if (leave_tag_ == failed.tag) {
        leave_tag_.reset();
    } else if ((state_ == JoinState::joining || state_ == JoinState::syncing) &&
               join_tag_ == failed.tag) {
        last_error_ = "the connection to the coordinator was lost";
        join_later(group);
    } else {
        return false;
    }
    link.lose(group, "the connection to the coordinator was lost");
    return true;
}

std::optional<Instant> Membership::wakeup(Instant now) const {
    std::optional<Instant> at;
    if (beats() && !beat_tag_ && next_beat_ > now)
        at = earlier(at, next_beat_);
    if (beats() && session_deadline_ > now)
        at = earlier(at, session_deadline_);
    if (rejoin_needed_ && join_not_before_ > now)
        at = earlier(at, join_not_before_);
    return at;
}

} // namespace orrery::client
