// How members go: they leave, for good or (static ones) for now, or are fenced when they were
// silent or kept what they had to give up.
#include "core/group/consumer_group.hpp"
#include "core/group/consumer_notes.hpp"
#include "core/group/consumer_requests.hpp"
#include "core/group/consumer_topics.hpp"
#include "core/group/migration.hpp"

#include <utility>

namespace orrery::group {

namespace {

/// A member that could not be fenced (its records were not taken) is tried again after this.
constexpr Duration fence_again = milliseconds(500);

wire::ConsumerGroupHeartbeatResponse left_response(const std::string& member, std::int32_t epoch) {
    wire::ConsumerGroupHeartbeatResponse response;
    response.member_id = member;
    response.member_epoch = epoch;
    return response;
}

std::string_view reason_of(ConsumerDeadline deadline) {
    switch (deadline) {
    case ConsumerDeadline::session: return "its session expired";
    case ConsumerDeadline::revocation: return "it did not give up partitions in time";
    case ConsumerDeadline::join: return "it did not rejoin in time";
    case ConsumerDeadline::sync: return "it did not sync in time";
    }
    return "?";
}

} // namespace

Decision ConsumerGroup::leave(const Context& context, const Caller& caller,
                              const wire::ConsumerGroupHeartbeatRequest& request) {
    if (is_blank())
        return refuse_heartbeat(caller,
                                {wire::Error::group_id_not_found, "Group " + id_ + " not found."});
    if (request.instance_id) {
        const std::string* holder = state_.static_member(*request.instance_id);
        if (!holder)
            return refuse_heartbeat(caller,
                                    {wire::Error::unknown_member_id,
                                     "Instance id " + *request.instance_id + " is unknown."});
        if (*holder != request.member_id)
            return refuse_heartbeat(
                caller, fenced_instance(request.member_id, *request.instance_id, *holder));
        if (request.member_epoch == static_leaving_epoch)
            return leave_for_now(context, caller, request.member_id);
    } else if (!state_.member(request.member_id)) {
        return refuse_heartbeat(caller, unknown_member(id_, request.member_id));
    }
    Decision decision;
    remove(context, {request.member_id}, Fact::member_left, "", decision);
    decision.replies.push_back(
        {caller.request, left_response(request.member_id, request.member_epoch)});
    return decision;
}

Decision ConsumerGroup::leave_for_now(const Context& context, const Caller& caller,
                                      const std::string& id) {
    ConsumerMember member = *state_.member(id);
    const bool was_reconciled = member.has_reconciled_to(state_.assignment_epoch());
    member.epoch = static_leaving_epoch;
    member.revoking.clear();
    for (auto& [topic, partitions] : member.assigned)
        for (auto& [partition, epoch] : partitions)
            epoch = 0;
    Decision decision;
    decision.records.push_back(current_assignment_record(id_, id, member));
    note_member(decision, Fact::member_left, id_, state_.epoch(), state_.members().size(),
                id + ", a static member that may be back");
    note_reconciled(decision, context.image, id_, id, member);
    note_state(decision, id_, state(),
               consumer_state_name(state_.members().size(), state_.epoch(),
                                   state_.assignment_epoch(),
                                   state_.reconciled() - (was_reconciled ? 1 : 0)),
               state_.epoch(), state_.assignment_epoch(), state_.members().size());
    decision.replies.push_back({caller.request, left_response(id, static_leaving_epoch)});
    return decision;
}

void ConsumerGroup::remove(const Context& context, const std::vector<std::string>& members,
                           Fact fact, std::string_view why, Decision& decision) {
    if (may_downgrade(context.settings, state_, members)) {
        for (const std::string& id : members)
            note_member(decision, fact, id_, state_.epoch(),
                        state_.members().size() - members.size(),
                        why.empty() ? id : id + ": " + std::string(why));
        write_downgrade({context.image, context.now, id_, state_}, members, nullptr, decision);
        decision.downgrade->rebalance = "its last member of the consumer protocol is gone";
        return;
    }
    const std::int32_t epoch = state_.epoch() + 1;
    const std::size_t left = state_.members().size() - members.size();
    const std::int32_t assignment_epoch = left == 0 ? epoch : state_.assignment_epoch();
    WantedTopics wanted = state_.wanted_topics();
    Counts regexes;
    for (const std::string& id : members) {
        const ConsumerMember& member = *state_.member(id);
        write_member_tombstones(id_, id, decision.records);
        for (const std::string& topic : member.topics)
            count_by_name(wanted, topic, -1);
        if (!member.regex.empty())
            count(regexes, member.regex, +1);
        timers_.forget(id);
        note_member(decision, fact, id_, epoch, left,
                    why.empty() ? id : id + ": " + std::string(why));
    }
    for (const auto& [regex, leaving] : regexes) {
        if (*state_.regexes().find(regex) != leaving)
            continue;
        decision.records.push_back(regex_tombstone(id_, regex));
        if (const ResolvedRegex* resolved = state_.resolved(regex))
            for (const std::string& topic : resolved->topics)
                count_by_regex(wanted, topic, -1);
    }
    decision.records.push_back(
        group_epoch_record(id_, epoch, group_hash(context.image, wanted, timers_.topic_hashes())));
    if (left == 0)
        decision.records.push_back(target_metadata_record(id_, epoch, 0));
    note_state(decision, id_, state(), consumer_state_name(left, epoch, assignment_epoch, 0), epoch,
               assignment_epoch, left);
}

Decision ConsumerGroup::fence(const Context& context, const ExpiredMember& expired) {
    const ConsumerMember* member = state_.member(expired.member);
    if (!member) {
        timers_.forget(expired.member);
        return {};
    }
    if (expired.deadline == ConsumerDeadline::revocation &&
        member->epoch != timers_.revocation_epoch(expired.member))
        return {};
    Decision decision;
    remove(context, {expired.member}, Fact::member_fenced, reason_of(expired.deadline), decision);
    timers_.set(expired.member, ConsumerDeadline::session, context.now.instant + fence_again);
    return decision;
}

} // namespace orrery::group
