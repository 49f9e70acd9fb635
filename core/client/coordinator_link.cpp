#include "core/client/coordinator_link.hpp"

#include "core/base/backoff.hpp"
#include "core/wire/messages/find_coordinator_request.hpp"
#include "core/wire/messages/find_coordinator_response.hpp"
#include "core/wire/reader.hpp"

#include <limits>

namespace orrery::client {

namespace {

/// From this version on many coordinators are found with one request.
constexpr std::int16_t find_many_from = 4;
constexpr std::int8_t group_key = 0;

/// What the answer says of the one coordinator that was asked for.
wire::FindCoordinatorResponse::Coordinator only_one(const wire::FindCoordinatorResponse& response) {
    if (!response.coordinators.empty())
        return response.coordinators.front();
    wire::FindCoordinatorResponse::Coordinator found;
    found.error_code = response.error_code;
    found.node_id = response.node_id;
    found.host = response.host;
    found.port = response.port;
    return found;
}

} // namespace

bool is_coordinator_lost(wire::Error error) {
    return error == wire::Error::not_coordinator || error == wire::Error::coordinator_not_available;
}

bool CoordinatorLink::ready(GroupTurn& group) {
    if (known()) {
        if (group.network.ready(group.turn, channel_))
            return true;
        if (!group.network.backing_off(group.now(), channel_))
            return false; // it is being connected
        lose(group, "the coordinator can't be reached");
        try_later(group);
    }
    if (!asking_ && group.now() >= retry_at_ && fatal_ == wire::Error::none)
        ask(group);
    return false;
}

void CoordinatorLink::ask(GroupTurn& group) {
    const NodeId node = group.network.least_loaded(group.now());
    if (node == no_node) {
        group.network.want_metadata();
        return try_later(group);
    }
    if (!group.network.ready(group.turn, node))
        return;
    const auto version = group.network.version_for<wire::FindCoordinatorRequest>(node);
    wire::FindCoordinatorRequest request;
    request.key_type = group_key;
    if (version.value_or(0) >= find_many_from)
        request.coordinator_keys.push_back(group.config.group.id);
    else
        request.key = group.config.group.id;
    tag_ = group.next_tag++;
    asking_ = version && group.network.send(group.turn, node, request, *version, tag_,
                                            group.config.common.request_timeout);
    if (!asking_)
        try_later(group);
}

bool CoordinatorLink::on_answer(GroupTurn& group, const Chain& frame,
                                const wire::AnsweredRequest& answer) {
    if (!asking_ || answer.tag != tag_)
        return false;
    asking_ = false;
    wire::Reader reader(frame);
    reader.skip(answer.body_at);
    const auto response = wire::FindCoordinatorResponse::decode(reader, answer.version);
    if (!response) {
        try_later(group);
        return true;
    }
    const auto found = only_one(*response);
    const wire::Error error = wire::error_of(found.error_code);
    if (error == wire::Error::none) {
        failed_attempts_ = 0;
        channel_ = NodeId{std::numeric_limits<std::int32_t>::max() - found.node_id};
        group.network.learn_coordinator(channel_, {found.host, found.port});
        group.network.ready(group.turn, channel_);
        return true;
    }
    last_error_ = wire::name_of(error);
    if (!wire::is_retriable(error))
        fatal_ = error;
    group.network.want_metadata();
    try_later(group);
    return true;
}

bool CoordinatorLink::on_failed(GroupTurn& group, const wire::FailedRequest& failed) {
    if (!asking_ || failed.tag != tag_)
        return false;
    asking_ = false;
    try_later(group);
    return true;
}

void CoordinatorLink::lose(GroupTurn& group, std::string why) {
    if (!known())
        return;
    last_error_ = std::move(why);
    group.network.hang_up(group.turn, channel_);
    channel_ = no_node;
}

void CoordinatorLink::try_later(GroupTurn& group) {
    const CommonConfig& common = group.config.common;
    retry_at_ = group.now() + exponential_backoff(common.retry_backoff, common.retry_backoff_max,
                                                  failed_attempts_++, group.network.random());
}

std::optional<Instant> CoordinatorLink::wakeup(Instant now) const {
    return !known() && !asking_ && retry_at_ > now ? std::optional(retry_at_) : std::nullopt;
}

} // namespace orrery::client
