#include "core/client/membership_modern.hpp"

#include "core/base/backoff.hpp"
#include "core/client/decode.hpp"
#include "core/wire/messages/consumer_group_heartbeat_request.hpp"
#include "core/wire/messages/consumer_group_heartbeat_response.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

constexpr std::int32_t joining_epoch = 0;
constexpr std::int32_t leaving_epoch = -1;
constexpr std::int32_t static_leaving_epoch = -2; ///< it will be back: keep its partitions
constexpr std::int16_t regex_from = 1;

std::vector<wire::ConsumerGroupHeartbeatRequest::TopicPartitions>
on_wire(const IdPartitions& partitions) {
    std::vector<wire::ConsumerGroupHeartbeatRequest::TopicPartitions> all;
    for (const auto& [id, indexes] : partitions) {
        auto& entry = all.emplace_back();
        entry.topic_id = id;
        entry.partitions = indexes;
    }
    return all;
}

} // namespace

void ModernMembership::join(Random& random) {
    if (member_id_.empty())
        member_id_ = random.uuid().to_text();
    rejoin();
}

void ModernMembership::rejoin() {
    state_ = MemberState::joining;
    epoch_ = joining_epoch;
    target_.clear();
    current_.clear();
    says_all_ = true;
}

void ModernMembership::reconciled(IdPartitions current) {
    current_ = std::move(current);
    state_ = MemberState::acknowledging;
}

void ModernMembership::leave(GroupTurn& group, CoordinatorLink& link) {
    const bool is_static = !group.config.group.instance_id.empty();
    if (beats() && link.known() && group.network.can_send(link.channel())) {
        const auto version =
            group.network.version_for<wire::ConsumerGroupHeartbeatRequest>(link.channel());
        wire::ConsumerGroupHeartbeatRequest request;
        request.group_id = group.config.group.id;
        request.member_id = member_id_;
        request.member_epoch = is_static ? static_leaving_epoch : leaving_epoch;
        if (is_static)
            request.instance_id = group.config.group.instance_id;
        const std::uint64_t tag = group.next_tag++;
        if (version && group.network.send(group.turn, link.channel(), request, *version, tag,
                                          group.config.common.request_timeout))
            leave_tag_ = tag;
    }
    state_ = MemberState::out;
    epoch_ = joining_epoch;
    beat_tag_.reset();
}

void ModernMembership::beat(GroupTurn& group, CoordinatorLink& link, const Wanted& wanted,
                            Instant poll_deadline) {
    if (!beats() || !fatal_.empty())
        return;
    if (group.now() >= poll_deadline) {
        last_error_ = "the application did not poll for max.poll.interval.ms";
        leave(group, link);
        state_ = MemberState::stale;
        return;
    }
    if (!link.known()) {
        link.ready(group);
        return;
    }
    const bool at_once = state_ == MemberState::joining || state_ == MemberState::acknowledging;
    if (beat_tag_ || group.now() < not_before_ || (!at_once && group.now() < next_beat_) ||
        !link.ready(group))
        return;
    send(group, link, wanted);
}

void ModernMembership::send(GroupTurn& group, CoordinatorLink& link, const Wanted& wanted) {
    const auto version =
        group.network.version_for<wire::ConsumerGroupHeartbeatRequest>(link.channel());
    const GroupConfig& config = group.config.group;
    const bool joins = state_ == MemberState::joining;
    const bool all = joins || says_all_;
    wire::ConsumerGroupHeartbeatRequest request;
    request.group_id = config.id;
    request.member_id = member_id_;
    request.member_epoch = epoch_;
    if (!config.instance_id.empty())
        request.instance_id = config.instance_id;
    if (all) {
        if (!group.config.common.client_rack.empty())
            request.rack_id = group.config.common.client_rack;
        request.rebalance_timeout_ms = static_cast<std::int32_t>(config.max_poll_interval.ms());
        if (!config.remote_assignor.empty())
            request.server_assignor = config.remote_assignor;
    }
    if (all || wanted != said_) {
        if (wanted.regex.empty())
            request.subscribed_topic_names = wanted.topics;
        else if (version.value_or(0) >= regex_from)
            request.subscribed_topic_regex = wanted.regex;
    }
    if (all || current_ != said_current_)
        request.topic_partitions = on_wire(joins ? IdPartitions{} : current_);
    const std::uint64_t tag = group.next_tag++;
    if (!version || !group.network.send(group.turn, link.channel(), request, *version, tag,
                                        group.config.common.request_timeout)) {
        fatal_ = "the broker does not speak the consumer group protocol";
        return;
    }
    beat_tag_ = tag;
    next_beat_ = group.now() + interval_;
    says_all_ = false;
    said_ = wanted;
    said_current_ = current_;
    if (state_ == MemberState::acknowledging)
        state_ = current_ == target_ ? MemberState::stable : MemberState::reconciling;
}

void ModernMembership::on_beaten(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                                 const wire::AnsweredRequest& answer) {
    const auto response = decode_answer<wire::ConsumerGroupHeartbeatResponse>(frame, answer);
    const wire::Error error =
        response ? wire::error_of(response->error_code) : wire::Error::unknown_server_error;
    if (error != wire::Error::none)
        return refused(group, link, error);
    failed_ = 0;
    interval_ = milliseconds(response->heartbeat_interval_ms);
    next_beat_ = std::max(group.now(), next_beat_);
    if (next_beat_ < group.now() + interval_)
        next_beat_ = group.now() + interval_;
    if (!beats())
        return;
    epoch_ = response->member_epoch;
    if (response->assignment) {
        target_.clear();
        for (const auto& topic : response->assignment->topic_partitions)
            if (!topic.partitions.empty()) {
                auto& indexes = target_[topic.topic_id] = topic.partitions;
                std::sort(indexes.begin(), indexes.end());
            }
        if (target_ != current_)
            state_ = MemberState::reconciling;
    }
    if (target_ == current_ &&
        (state_ == MemberState::joining || state_ == MemberState::reconciling))
        state_ = MemberState::stable;
}

void ModernMembership::refused(GroupTurn& group, CoordinatorLink& link, wire::Error error) {
    last_error_ = "ConsumerGroupHeartbeat: " + std::string(wire::name_of(error));
    says_all_ = true;
    switch (error) {
    case wire::Error::not_coordinator:
    case wire::Error::coordinator_not_available:
        link.lose(group, last_error_);
        next_beat_ = group.now(); // the new one is told at once
        return;
    case wire::Error::coordinator_load_in_progress: return later(group);
    case wire::Error::unknown_member_id:
    case wire::Error::fenced_member_epoch:
        state_ = MemberState::fenced;
        epoch_ = joining_epoch;
        return;
    default:
        if (wire::is_retriable(error))
            return later(group);
        fatal_ = last_error_;
    }
}

void ModernMembership::later(GroupTurn& group) {
    const CommonConfig& common = group.config.common;
    not_before_ = group.now() + exponential_backoff(common.retry_backoff, common.retry_backoff_max,
                                                    failed_++, group.network.random());
    next_beat_ = not_before_;
}

bool ModernMembership::on_answer(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                                 const wire::AnsweredRequest& answer) {
    if (leave_tag_ == answer.tag) {
        leave_tag_.reset();
        return true;
    }
    if (beat_tag_ != answer.tag)
        return false;
    beat_tag_.reset();
    on_beaten(group, link, frame, answer);
    return true;
}

bool ModernMembership::on_failed(GroupTurn& group, CoordinatorLink& link,
                                 const wire::FailedRequest& failed) {
    if (leave_tag_ == failed.tag) {
        leave_tag_.reset();
    } else if (beat_tag_ == failed.tag) {
        beat_tag_.reset();
        says_all_ = true;
        later(group);
    } else {
        return false;
    }
    link.lose(group, "the connection to the coordinator was lost");
    return true;
}

std::optional<Instant> ModernMembership::wakeup(Instant now) const {
    std::optional<Instant> at;
    if (beats() && !beat_tag_ && next_beat_ > now)
        at = earlier(at, next_beat_);
    if (beats() && not_before_ > now)
        at = earlier(at, not_before_);
    return at;
}

} // namespace orrery::client
