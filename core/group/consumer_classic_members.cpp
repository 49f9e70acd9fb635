// Members of the classic protocol in a consumer group. They are led by what they know: a heartbeat
// that says REBALANCE_IN_PROGRESS makes one join, joining moves it on, SyncGroup gives it what it
// has then. What it must give up it has given up when it says in JoinGroup what it still owns.
#include "core/group/consumer_embedded.hpp"
#include "core/group/consumer_group.hpp"
#include "core/group/consumer_notes.hpp"
#include "core/group/migration.hpp"
#include "core/group/refuse.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

namespace {

/// From this version of JoinGroup on a member must come back with the id that it is given
/// (KIP-394).
constexpr std::int16_t known_member_version = 4;

Decision classic_answer(const Caller& caller, Response response) {
    Decision decision;
    decision.replies.push_back({caller.request, std::move(response)});
    return decision;
}

Decision refuse_classic(const Caller& caller, const Request& request, wire::Error error) {
    return classic_answer(caller, refuse(request, caller.version, error));
}

/// A protocol that all classic members of the group know must be among the member's.
bool supports_protocols(const ConsumerState& state, const wire::JoinGroupRequest& request) {
    const auto everybody = [&](const auto& protocol) {
        const std::int32_t* members = state.classic_protocols().find(protocol.name);
        return (members ? *members : 0) == state.classic_members();
    };
    return request.protocol_type == "consumer" &&
           std::any_of(request.protocols.begin(), request.protocols.end(), everybody);
}

void take_join(ConsumerMember& member, const wire::JoinGroupRequest& request,
               const wire::ConsumerProtocolSubscription& subscription, const Caller& caller) {
    if (request.group_instance_id)
        member.instance_id = request.group_instance_id;
    if (subscription.rack_id && !subscription.rack_id->empty())
        member.rack_id = subscription.rack_id;
    if (request.rebalance_timeout_ms != -1)
        member.rebalance_timeout_ms = request.rebalance_timeout_ms;
    member.topics = as_subscription(subscription.topics);
    member.regex.clear();
    member.client_id = caller.client_id;
    member.client_host = caller.client_host;
    member.classic.emplace().session_timeout_ms = request.session_timeout_ms;
    for (const auto& protocol : request.protocols)
        member.classic->supported_protocols.push_back({protocol.name, protocol.metadata, {}});
}

SaidToOwn owned_by(const wire::ConsumerProtocolSubscription& subscription,
                   const metadata::Image& image) {
    SaidToOwn owned;
    owned.emplace();
    for (const auto& topic : subscription.owned_partitions)
        if (const metadata::Topic* known = image.topic(std::string_view(topic.topic)))
            owned->push_back({known->id, topic.partitions, {}});
    return owned;
}

/// The member that a request of the classic protocol is about: UNKNOWN_MEMBER_ID,
/// FENCED_INSTANCE_ID.
wire::Error find_member(const ConsumerState& state, const std::string& id,
                        const std::optional<std::string>& instance_id) {
    if (!instance_id)
        return state.member(id) ? wire::Error::none : wire::Error::unknown_member_id;
    const std::string* holder = state.static_member(*instance_id);
    if (!holder)
        return wire::Error::unknown_member_id;
    return *holder == id ? wire::Error::none : wire::Error::fenced_instance_id;
}

/// As find_member(), and the member must be of the classic protocol and in that generation.
wire::Error check_classic_member(const ConsumerState& state, const std::string& id,
                                 const std::optional<std::string>& instance_id,
                                 std::int32_t generation) {
    if (const auto error = find_member(state, id, instance_id); error != wire::Error::none)
        return error;
    const ConsumerMember& member = *state.member(id);
    if (!member.uses_classic_protocol())
        return wire::Error::unknown_member_id;
    return member.epoch == generation ? wire::Error::none : wire::Error::illegal_generation;
}

/// Whether the group takes a member of the classic protocol in, and such a one.
wire::Error check_join(const Settings& settings, const ConsumerState& state, const std::string& id,
                       const wire::JoinGroupRequest& request) {
    if (settings.migration == MigrationPolicy::disabled)
        return wire::Error::inconsistent_group_protocol;
    const bool is_held =
        request.group_instance_id && state.static_member(*request.group_instance_id);
    if (!is_held && !state.member(id) &&
        state.members().size() >= static_cast<std::size_t>(settings.consumer_max_size))
        return wire::Error::group_max_size_reached;
    return supports_protocols(state, request) ? wire::Error::none
                                              : wire::Error::inconsistent_group_protocol;
}

/// It has joined; next it has to sync.
void watch_joined(ConsumerTimers& timers, Instant now, const std::string& id,
                  const wire::JoinGroupRequest& request) {
    timers.cancel(id, ConsumerDeadline::join);
    timers.set(id, ConsumerDeadline::session, now + milliseconds(request.session_timeout_ms));
    timers.set(id, ConsumerDeadline::sync, now + milliseconds(request.rebalance_timeout_ms));
}

} // namespace

void ConsumerGroup::start_classic_sessions(const Context& context) {
    for (const auto& [id, member] : state_.members())
        if (member->classic)
            timers_.set(id, ConsumerDeadline::session,
                        context.now.instant + milliseconds(member->classic->session_timeout_ms));
}

Decision ConsumerGroup::classic_join(const Context& context, const Caller& caller,
                                     const wire::JoinGroupRequest& request) {
    const auto refused = [&](wire::Error error) { return refuse_classic(caller, request, error); };
    const bool anonymous = request.member_id.empty();
    const std::string id = anonymous ? context.random.uuid().to_text() : request.member_id;
    const auto& instance = request.group_instance_id;
    const std::string* holder = instance ? state_.static_member(*instance) : nullptr;
    if (const auto error = check_join(context.settings, state_, id, request);
        error != wire::Error::none)
        return refused(error);
    if (anonymous && !instance && caller.version >= known_member_version) {
        wire::JoinGroupResponse response;
        response.member_id = id;
        response.error_code = wire::code(wire::Error::member_id_required);
        return classic_answer(caller, std::move(response));
    }
    if (instance && !anonymous)
        if (const auto error = find_member(state_, id, instance); error != wire::Error::none)
            return refused(error);
    const auto subscription = read_subscription(request.protocols.front().metadata);
    if (!subscription)
        return refused(wire::Error::inconsistent_group_protocol);

    Decision decision;
    const std::string before(state());
    const ConsumerGroupView group = view();
    MemberUpdate update(context, group, id, decision);
    // the static member's id before, if it is of the other protocol and the only one of it
    std::optional<std::string> replaced;
    if (holder && may_downgrade_by(context.settings, state_, *holder))
        replaced = *holder;
    if (holder && anonymous)
        update.replace(std::string(*holder));
    take_join(update.after(), request, *subscription, caller);
    const bool topics_changed = update.write_subscription();
    const auto regex = update.update_regex();
    if (!regex)
        return refused(regex.error().error);
    const bool changed = topics_changed || *regex != RegexChange::none;
    update.update_epoch(changed);
    const bool stale = state_.assignment_epoch() < update.group_epoch();
    if (!replaced) {
        if (const auto ok = update.update_target(); !ok)
            return refused(ok.error().error);
    }
    if (!replaced || !stale)
        if (const auto ok = update.move_on(changed, owned_by(*subscription, context.image)); !ok)
            return refused(ok.error().error);
    note_member(decision, Fact::member_joined, id_, update.group_epoch(), update.members_after(),
                id + " by the classic protocol");
    if (replaced) {
        const ReplacingMember joining{id, update.after(), *replaced};
        write_downgrade({context.image, context.now, id_, state_}, {}, &joining, decision);
        if (stale)
            decision.downgrade->rebalance = "its last member of the consumer protocol is gone";
    } else {
        watch_joined(timers_, context.now.instant, id, request);
        note_state(decision, id_, before, update.state_after(), update.group_epoch(),
                   update.target_epoch(), update.members_after());
    }
    wire::JoinGroupResponse response;
    response.member_id = id;
    response.generation_id = update.after().epoch;
    response.protocol_type = "consumer";
    response.protocol_name = request.protocols.front().name;
    decision.replies.push_back({caller.request, std::move(response)});
    return decision;
}

Decision ConsumerGroup::classic_sync(const Context& context, const Caller& caller,
                                     const wire::SyncGroupRequest& request) {
    const auto refused = [&](wire::Error error) { return refuse_classic(caller, request, error); };
    const std::string& id = request.member_id;
    const auto error =
        check_classic_member(state_, id, request.group_instance_id, request.generation_id);
    if (error != wire::Error::none)
        return refused(error);
    const ConsumerMember& member = *state_.member(id);
    const auto& chosen = member.classic->supported_protocols.front();
    if (request.protocol_type.value_or("consumer") != "consumer" ||
        request.protocol_name.value_or(chosen.name) != chosen.name)
        return refused(wire::Error::inconsistent_group_protocol);
    if (state_.assignment_epoch() > member.epoch &&
        member.state != ConsumerMemberState::unrevoked_partitions) {
        if (!timers_.is_set(id, ConsumerDeadline::join))
            timers_.set(id, ConsumerDeadline::join,
                        context.now.instant + milliseconds(member.rebalance_timeout_ms));
        return refused(wire::Error::rebalance_in_progress);
    }
    timers_.cancel(id, ConsumerDeadline::sync);
    timers_.set(id, ConsumerDeadline::session,
                context.now.instant + milliseconds(member.classic->session_timeout_ms));
    wire::SyncGroupResponse response;
    response.protocol_type = request.protocol_type;
    response.protocol_name = request.protocol_name;
    response.assignment =
        assignment_bytes(plain_assignment(member.assigned), context.image, chosen.metadata);
    return classic_answer(caller, std::move(response));
}

bool ConsumerGroup::must_rejoin(const std::string& id, const ConsumerMember& member) const {
    if (member.epoch < state_.assignment_epoch() ||
        member.state == ConsumerMemberState::unrevoked_partitions)
        return true;
    if (member.state != ConsumerMemberState::unreleased_partitions)
        return false;
    // it waits for others; once all that it waits for is free, it has to come for it
    for (const auto& [topic, partitions] : state_.target(id))
        for (const std::int32_t partition : partitions)
            if (!owns(member.assigned, topic, partition) &&
                state_.partition_epoch(topic, partition))
                return false;
    return true;
}

Decision ConsumerGroup::classic_heartbeat(const Context& context, const Caller& caller,
                                          const wire::HeartbeatRequest& request) {
    const std::string& id = request.member_id;
    const auto error =
        check_classic_member(state_, id, request.group_instance_id, request.generation_id);
    if (error != wire::Error::none)
        return refuse_classic(caller, request, error);
    const ConsumerMember& member = *state_.member(id);
    const Instant now = context.now.instant;
    timers_.set(id, ConsumerDeadline::session,
                now + milliseconds(member.classic->session_timeout_ms));
    if (!must_rejoin(id, member))
        return classic_answer(caller, wire::HeartbeatResponse{});
    if (!timers_.is_set(id, ConsumerDeadline::join))
        timers_.set(id, ConsumerDeadline::join, now + milliseconds(member.rebalance_timeout_ms));
    return refuse_classic(caller, request, wire::Error::rebalance_in_progress);
}

Decision ConsumerGroup::classic_leave(const Context& context, const Caller& caller,
                                      const wire::LeaveGroupRequest& request) {
    auto asked = request.members;
    if (caller.version < 3)
        asked.assign(1, {request.member_id, std::nullopt, std::nullopt, {}});
    wire::LeaveGroupResponse response;
    std::vector<std::string> leaving;
    for (const auto& member : asked) {
        const std::string* holder =
            member.group_instance_id ? state_.static_member(*member.group_instance_id) : nullptr;
        const std::string id = member.member_id.empty() && holder ? *holder : member.member_id;
        const auto error = find_member(state_, id, member.group_instance_id);
        auto& result = response.members.emplace_back();
        result.member_id = member.member_id;
        result.group_instance_id = member.group_instance_id;
        result.error_code = wire::code(error);
        if (error == wire::Error::none &&
            std::find(leaving.begin(), leaving.end(), id) == leaving.end())
            leaving.push_back(id);
    }
    Decision decision;
    if (!leaving.empty())
        remove(context, leaving, Fact::member_left, "", decision);
    flatten_leave(response, caller.version);
    decision.replies.push_back({caller.request, std::move(response)});
    return decision;
}

} // namespace orrery::group
