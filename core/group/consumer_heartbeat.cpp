// ConsumerGroupHeartbeat of a member that joins or lives.
#include "core/group/consumer_group.hpp"
#include "core/group/consumer_notes.hpp"
#include "core/group/consumer_requests.hpp"

#include <utility>

namespace orrery::group {

namespace {

using HeartbeatRequest = wire::ConsumerGroupHeartbeatRequest;
using HeartbeatResponse = wire::ConsumerGroupHeartbeatResponse;

std::string epoch_sentence(const char* word, std::int32_t said, std::int32_t known) {
    return std::string("The consumer group member has a ") + word + " member epoch (" +
           std::to_string(said) + ") than the one known by the group coordinator (" +
           std::to_string(known) + "). The member must abandon all its partitions and rejoin.";
}

/// A member may be one epoch behind: the reply that moved it on may be lost. It must not own more
/// than that reply gave it then.
OrRefusal<void> check_member_epoch(const ConsumerMember& member, const HeartbeatRequest& request,
                                   const Planted& planted) {
    const std::int32_t said = request.member_epoch;
    if (said == joining_epoch || said == member.epoch || planted.accept_any_epoch)
        return {};
    if (said > member.epoch)
        return failure(Refusal{wire::Error::fenced_member_epoch,
                               epoch_sentence("greater", said, member.epoch)});
    if (said != member.previous_epoch ||
        !owns_no_more_than(request.topic_partitions, member.assigned))
        return failure(Refusal{wire::Error::fenced_member_epoch,
                               epoch_sentence("smaller", said, member.epoch)});
    return {};
}

/// Takes over what the request says; what it leaves out stays.
void take_request(ConsumerMember& member, const HeartbeatRequest& request, const Caller& caller) {
    if (request.instance_id)
        member.instance_id = request.instance_id;
    if (request.rack_id)
        member.rack_id = request.rack_id;
    if (request.rebalance_timeout_ms != -1)
        member.rebalance_timeout_ms = request.rebalance_timeout_ms;
    if (request.server_assignor)
        member.assignor = request.server_assignor;
    if (request.subscribed_topic_names)
        member.topics = as_subscription(*request.subscribed_topic_names);
    if (request.subscribed_topic_regex)
        member.regex = *request.subscribed_topic_regex;
    member.client_id = caller.client_id;
    member.client_host = caller.client_host;
    member.classic.reset();
}

HeartbeatResponse::Assignment assignment_of(const OwnedPartitions& owned) {
    HeartbeatResponse::Assignment assignment;
    for (const auto& [topic, partitions] : owned) {
        auto& entry = assignment.topic_partitions.emplace_back();
        entry.topic_id = topic;
        for (const auto& [partition, epoch] : partitions)
            entry.partitions.push_back(partition);
    }
    return assignment;
}

/// A request that says all there is to say asks for all there is to be told.
bool is_full(const HeartbeatRequest& request) {
    return request.rebalance_timeout_ms != -1 &&
           (request.subscribed_topic_names || request.subscribed_topic_regex) &&
           request.topic_partitions;
}

} // namespace

Decision ConsumerGroup::heartbeat(const Context& context, const Caller& caller,
                                  const HeartbeatRequest& request) {
    if (const auto wrong = heartbeat_refusal(request, caller.version, context.settings))
        return refuse_heartbeat(caller, *wrong);
    if (request.member_epoch == leaving_epoch || request.member_epoch == static_leaving_epoch)
        return leave(context, caller, request);
    return join_or_live(context, caller, request);
}

OrRefusal<void> ConsumerGroup::admit(MemberUpdate& update, const Context& context,
                                     const HeartbeatRequest& request) const {
    const bool joins = request.member_epoch == joining_epoch;
    const std::string* holder =
        request.instance_id ? state_.static_member(*request.instance_id) : nullptr;
    const auto limit = static_cast<std::size_t>(context.settings.consumer_max_size);
    if (!holder && update.is_new() && state_.members().size() >= limit)
        return failure(Refusal{wire::Error::group_max_size_reached,
                               "The consumer group has reached its maximum capacity of " +
                                   std::to_string(limit) + " members."});
    if (!request.instance_id) {
        if (!joins && update.is_new())
            return failure(unknown_member(id_, request.member_id));
        return check_member_epoch(update.before(), request, context.settings.planted);
    }
    if (!holder) {
        if (joins)
            return {};
        return failure(Refusal{wire::Error::unknown_member_id,
                               "Instance id " + *request.instance_id + " is unknown."});
    }
    const ConsumerMember& known = *state_.member(*holder);
    if (!joins) {
        if (*holder != request.member_id)
            return failure(fenced_instance(request.member_id, *request.instance_id, *holder));
        return check_member_epoch(known, request, context.settings.planted);
    }
    if (known.epoch != static_leaving_epoch && !known.uses_classic_protocol())
        return failure(Refusal{wire::Error::unreleased_instance_id,
                               "Static member " + update.id() + " with instance id " +
                                   *request.instance_id +
                                   " cannot join the group because the instance id is owned by " +
                                   *holder + " member."});
    update.replace(*holder);
    return {};
}

Decision ConsumerGroup::join_or_live(const Context& context, const Caller& caller,
                                     const HeartbeatRequest& request) {
    const bool joins = request.member_epoch == joining_epoch;
    if (!joins && is_blank())
        return refuse_heartbeat(
            caller, {wire::Error::group_id_not_found, "Consumer group " + id_ + " not found."});
    Decision decision;
    const std::string before(state());
    const ConsumerGroupView group = view();
    MemberUpdate update(
        context, group,
        request.member_id.empty() ? context.random.uuid().to_text() : request.member_id, decision);
    const auto refused = [&](const Refusal& why) { return refuse_heartbeat(caller, why); };
    if (const auto ok = admit(update, context, request); !ok)
        return refused(ok.error());
    take_request(update.after(), request, caller);
    const OwnedPartitions assigned_before = update.before().assigned;

    const bool topics_changed = update.write_subscription();
    const auto regex = update.update_regex();
    if (!regex)
        return refused(regex.error());
    update.update_epoch(topics_changed || *regex == RegexChange::changed_and_resolved ||
                        update.changes_assignor());
    if (const auto ok = update.update_target(); !ok)
        return refused(ok.error());
    const bool subscription_changed = topics_changed || *regex != RegexChange::none;
    if (const auto ok = update.move_on(subscription_changed, request.topic_partitions); !ok)
        return refused(ok.error());

    timers_.set(update.id(), ConsumerDeadline::session,
                context.now.instant + session_timeout(context, id_));
    if (joins)
        note_member(decision, Fact::member_joined, id_, update.group_epoch(),
                    update.members_after(), update.id());
    note_state(decision, id_, before, update.state_after(), update.group_epoch(),
               update.target_epoch(), update.members_after());
    HeartbeatResponse response;
    response.member_id = update.id();
    response.member_epoch = update.after().epoch;
    response.heartbeat_interval_ms =
        static_cast<std::int32_t>(heartbeat_interval(context, id_).ms());
    if (joins || is_full(request) || update.after().assigned != assigned_before)
        response.assignment = assignment_of(update.after().assigned);
    decision.replies.push_back({caller.request, std::move(response)});
    return decision;
}

} // namespace orrery::group
