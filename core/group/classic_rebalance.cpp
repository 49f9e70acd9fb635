// The phases of a classic rebalance: all join again, the leader assigns, all are told.
#include "core/base/expect.hpp"
#include "core/group/classic_turn.hpp"
#include "core/wire/java_hash.hpp"
#include "core/wire/java_order.hpp"

#include <algorithm>

namespace orrery::group {

// --- from the first wish to the new generation

void ClassicTurn::prepare_or_complete(const std::string& reason) {
    const bool can_begin = group.in(ClassicState::stable) ||
                           group.in(ClassicState::completing_rebalance) ||
                           group.in(ClassicState::empty);
    if (can_begin)
        prepare_rebalance(reason);
    else
        maybe_complete_join();
}

void ClassicTurn::prepare_rebalance(const std::string& reason) {
    if (group.in(ClassicState::completing_rebalance)) {
        for (auto& entry : group.members_)
            if (!entry.second->assignment.empty())
                entry.second.edit().assignment = Bytes{};
        propagate_assignments(wire::Error::rebalance_in_progress);
    }
    group.pending_sync_.clear();
    group.sync_deadline_.reset();
    note(Fact::group_rebalance_started, group.id_ + " " + reason);
    const bool initial = group.empty();
    if (initial) {
        // More members are likely to come with the first: better one rebalance than many
        // (KIP-134).
        group.initial_delay_ = context.settings.initial_rebalance_delay;
        group.initial_remaining_ =
            std::max(Duration{}, rebalance_timeout() - context.settings.initial_rebalance_delay);
        group.join_deadline_ = context.now.instant + group.initial_delay_;
    } else {
        group.join_deadline_ = context.now.instant + rebalance_timeout();
    }
    deadline(*group.join_deadline_);
    transition(ClassicState::preparing_rebalance);
    if (!initial && all_joined())
        complete_join();
}

void ClassicTurn::maybe_complete_join() {
    if (group.in(ClassicState::preparing_rebalance) && group.previous_ != ClassicState::empty &&
        all_joined())
        complete_join();
}

void ClassicTurn::join_round_over() {
    const bool initial = group.previous_ == ClassicState::empty;
    if (initial && group.new_member_added_ && group.initial_remaining_ > Duration{}) {
        group.new_member_added_ = false;
        const Duration last = group.initial_delay_;
        group.initial_delay_ =
            std::min(context.settings.initial_rebalance_delay, group.initial_remaining_);
        group.initial_remaining_ = std::max(Duration{}, group.initial_remaining_ - last);
        group.join_deadline_ = context.now.instant + group.initial_delay_;
        deadline(*group.join_deadline_);
        return;
    }
    complete_join();
}

void ClassicTurn::remove_not_rejoined() {
    std::vector<std::string> gone;
    for (const auto& entry : group.members_)
        if (!entry.second->join && !entry.second->is_static())
            gone.push_back(entry.first);
    for (const std::string& id : gone) {
        note(Fact::member_fenced, group.id_ + " " + id + " did not join in time");
        remove(id);
    }
}

bool ClassicTurn::elect_joined_leader() {
    if (!group.leader_)
        return false;
    if ((*group.members_.find(*group.leader_))->join)
        return true;
    for (const auto& entry : group.members_) {
        if (entry.second->join) {
            group.leader_ = entry.first;
            return true;
        }
    }
    return false;
}

void ClassicTurn::complete_join() {
    group.join_deadline_.reset();
    group.new_member_added_ = false;
    remove_not_rejoined();
    if (!elect_joined_leader() && !group.members_.empty()) {
        // Only static members that stay away: they have until their sessions end.
        group.join_deadline_ = context.now.instant + rebalance_timeout();
        deadline(*group.join_deadline_);
        return;
    }
    next_generation();
    if (group.empty()) {
        out.decision.records.push_back(group.record());
        note(Fact::group_rebalance_done, group.id_);
        return;
    }
    for (auto& entry : group.members_) {
        ClassicMember& member = entry.second.edit();
        complete_join_of(member, generation_response(member.id, group.leader_ == member.id));
        session(member);
        member.is_new = false;
        group.pending_sync_[member.id] = true;
    }
    group.sync_deadline_ = context.now.instant + rebalance_timeout();
    deadline(*group.sync_deadline_);
}

void ClassicTurn::next_generation() {
    if (!context.settings.planted.keep_generation || group.generation_ == 0)
        ++group.generation_;
    group.pending_sync_.clear();
    if (group.members_.empty())
        group.protocol_.reset();
    else
        group.protocol_ = select_protocol();
    compute_subscribed();
    transition(group.members_.empty() ? ClassicState::empty : ClassicState::completing_rebalance);
}

std::string ClassicTurn::select_protocol() const {
    const auto all = static_cast<std::int32_t>(group.members_.size());
    // Each member votes for the best that all can; among equals Kafka takes the first that its
    // table of votes hands out.
    FlatMap<std::string, std::int32_t> votes;
    std::vector<std::string> names;
    for (const auto& entry : group.members_) {
        for (const ClassicProtocol& protocol : entry.second->protocols) {
            const std::int32_t* members = group.supported_.find(protocol.name);
            if (!members || *members != all)
                continue;
            if (!votes.contains(protocol.name))
                names.push_back(protocol.name);
            ++votes[protocol.name];
            break;
        }
    }
    wire::sort_as_java_table(names, wire::java_table_grown(names.size()),
                             [](const std::string& name) { return wire::java_hash(name); });
    std::string best;
    std::int32_t most = 0;
    for (const std::string& name : names) {
        if (votes[name] > most) {
            most = votes[name];
            best = name;
        }
    }
    expect(most > 0, "members that have a protocol in common: others were not let in");
    return best;
}

// --- SyncGroup

void ClassicGroup::sync(const Context& context, const Caller& caller,
                        const wire::SyncGroupRequest& request, ClassicOutcome& out) {
    ClassicTurn{*this, context, out}.sync(caller, request);
}

namespace {

bool contradicts(const std::optional<std::string>& asked, const std::optional<std::string>& ours) {
    return asked && ours && *asked != *ours;
}

wire::Error error_of_sync(const ClassicTurn& turn, const wire::SyncGroupRequest& request) {
    const ClassicGroup& group = turn.group;
    if (group.in(ClassicState::dead))
        return wire::Error::coordinator_not_available;
    const wire::Error error = turn.check_member(request.member_id, request.group_instance_id);
    if (error != wire::Error::none)
        return error;
    if (request.generation_id != group.generation() &&
        !turn.context.settings.planted.accept_any_epoch)
        return wire::Error::illegal_generation;
    if (contradicts(request.protocol_type, group.protocol_type()) ||
        contradicts(request.protocol_name, group.protocol()))
        return wire::Error::inconsistent_group_protocol;
    if (group.in(ClassicState::preparing_rebalance))
        return wire::Error::rebalance_in_progress;
    return group.empty() ? wire::Error::unknown_member_id : wire::Error::none;
}

} // namespace

void ClassicTurn::sync(const Caller& caller, const wire::SyncGroupRequest& request) {
    wire::SyncGroupResponse response;
    const wire::Error error = error_of_sync(*this, request);
    if (error != wire::Error::none) {
        response.error_code = wire::code(error);
        out.at_once.push_back({caller.request, std::move(response)});
        return;
    }
    ClassicMember& member = group.members_.find(request.member_id)->edit();
    group.pending_sync_.erase(request.member_id);
    if (group.pending_sync_.empty())
        group.sync_deadline_.reset();
    if (group.in(ClassicState::stable)) {
        response.protocol_type = group.protocol_type_;
        response.protocol_name = group.protocol_;
        response.assignment = member.assignment;
        out.at_once.push_back({caller.request, std::move(response)});
        return;
    }
    if (member.sync) {
        response.error_code = wire::code(wire::Error::unknown_member_id);
        complete_sync_of(member, std::move(response));
    }
    member.sync = Waiting{caller.request, caller.version};
    if (group.leader_ == request.member_id)
        sync_leader(request);
}

void ClassicTurn::sync_leader(const wire::SyncGroupRequest& request) {
    AssignmentWritten what;
    what.generation = group.generation_;
    GroupMetadata record = group.record();
    for (auto& stored : record.value->members) {
        stored.assignment = Bytes{};
        for (const auto& given : request.assignments)
            if (given.member_id == stored.member_id)
                stored.assignment = given.assignment;
        what.assignments.emplace_back(stored.member_id, stored.assignment);
    }
    out.decision.records.push_back(std::move(record));
    out.written = std::move(what);
}

void ClassicTurn::assignment_written(const AssignmentWritten& what, wire::Error error) {
    // Somebody may have joined meanwhile: then there will be another assignment.
    if (!group.in(ClassicState::completing_rebalance) || what.generation != group.generation_)
        return;
    if (error != wire::Error::none) {
        for (auto& entry : group.members_)
            entry.second.edit().assignment = Bytes{};
        propagate_assignments(error);
        prepare_or_complete("the assignment could not be stored");
        return;
    }
    for (const auto& [id, assignment] : what.assignments)
        if (auto* member = group.members_.find(id))
            member->edit().assignment = assignment;
    propagate_assignments(wire::Error::none);
    transition(ClassicState::stable);
    note_assignment();
    note(Fact::group_rebalance_done, group.id_);
}

void ClassicTurn::propagate_assignments(wire::Error error) {
    for (auto& entry : group.members_) {
        if (!entry.second->sync)
            continue;
        ClassicMember& member = entry.second.edit();
        wire::SyncGroupResponse response;
        response.error_code = wire::code(error);
        response.assignment = member.assignment;
        if (error == wire::Error::none) {
            response.protocol_type = group.protocol_type_;
            response.protocol_name = group.protocol_;
        }
        // Its session may have ended while it waited: it begins anew.
        if (complete_sync_of(member, std::move(response)))
            session(member);
    }
}

void ClassicTurn::expire_pending_sync() {
    group.sync_deadline_.reset();
    if (group.pending_sync_.empty() ||
        !(group.in(ClassicState::completing_rebalance) || group.in(ClassicState::stable)))
        return;
    const auto late = group.pending_sync_;
    for (const auto& entry : late) {
        note(Fact::member_fenced, group.id_ + " " + entry.first + " sent no SyncGroup in time");
        remove(entry.first);
    }
    prepare_rebalance("members sent no SyncGroup in time");
}

} // namespace orrery::group
