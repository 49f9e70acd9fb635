// Who is in a classic group: sessions, leaving, and what all steps share.
#include "core/group/classic_turn.hpp"
#include "core/wire/messages/consumer_protocol_assignment.hpp"
#include "core/wire/reader.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

// --- leaving

std::vector<wire::LeaveGroupResponse::MemberResponse>
ClassicGroup::leave(const Context& context,
                    const std::vector<wire::LeaveGroupRequest::MemberIdentity>& members,
                    ClassicOutcome& out) {
    ClassicTurn turn{*this, context, out};
    std::vector<wire::LeaveGroupResponse::MemberResponse> results;
    bool any = false;
    for (const auto& member : members) {
        auto& result = results.emplace_back();
        result.member_id = member.member_id;
        result.group_instance_id = member.group_instance_id;
        std::string id = member.member_id;
        wire::Error error = wire::Error::none;
        if (id.empty()) {
            // An admin takes a static member out by its instance id.
            const std::string* known = member.group_instance_id
                                           ? static_members_.find(*member.group_instance_id)
                                           : nullptr;
            error = known ? wire::Error::none : wire::Error::unknown_member_id;
            id = known ? *known : "";
        } else if (!pending_.contains(id)) {
            error = turn.check_member(id, member.group_instance_id);
        }
        result.error_code = wire::code(error);
        if (error != wire::Error::none)
            continue;
        any = true;
        if (auto* found = members_.find(id)) {
            turn.refuse_waiting_join(found->edit());
            turn.note(Fact::member_left,
                      id_ + " " + id + " leaves" + (member.reason ? ": " + *member.reason : ""));
        }
        turn.remove(id);
    }
    if (any && (in(ClassicState::stable) || in(ClassicState::completing_rebalance)))
        turn.prepare_or_complete("members left");
    else if (any && in(ClassicState::preparing_rebalance))
        turn.maybe_complete_join();
    return results;
}

void ClassicTurn::refuse_waiting_join(ClassicMember& member) {
    wire::JoinGroupResponse response;
    response.error_code = wire::code(wire::Error::unknown_member_id);
    complete_join_of(member, std::move(response));
}

void ClassicTurn::remove(const std::string& id) {
    if (const auto* found = group.members_.find(id)) {
        const ClassicMember& member = **found;
        count_protocols(member, -1);
        if (member.join)
            --group.waiting_;
        if (member.sync) {
            // It is out: nobody else would answer.
            wire::SyncGroupResponse response;
            response.error_code = wire::code(wire::Error::unknown_member_id);
            out.at_once.push_back({member.sync->request, std::move(response)});
        }
        if (member.instance_id)
            group.static_members_.erase(*member.instance_id);
        group.members_.erase(id);
    }
    if (group.leader_ == id)
        group.leader_ =
            group.members_.empty() ? std::nullopt : std::optional(group.members_.begin()->first);
    group.pending_.erase(id);
    group.pending_sync_.erase(id);
}

// --- time

void ClassicGroup::loaded(const Context& context, ClassicOutcome& out) {
    ClassicTurn turn{*this, context, out};
    for (auto& entry : members_)
        turn.session(entry.second.edit());
    if (static_cast<std::int64_t>(members_.size()) > context.settings.max_size)
        turn.prepare_rebalance("more members than group.max.size");
}

void ClassicGroup::wake(const Context& context, ClassicOutcome& out) {
    const Instant now = context.now.instant;
    if (now < next_)
        return;
    ClassicTurn turn{*this, context, out};
    std::vector<std::string> silent;
    for (const auto& entry : members_)
        if (entry.second->session_end <= now)
            silent.push_back(entry.first);
    for (const auto& entry : pending_)
        if (entry.second <= now)
            silent.push_back(entry.first);
    for (const std::string& id : silent)
        turn.expire(id);
    if (join_deadline_ && *join_deadline_ <= now && in(ClassicState::preparing_rebalance))
        turn.join_round_over();
    if (sync_deadline_ && *sync_deadline_ <= now)
        turn.expire_pending_sync();
    next_ = std::min(join_deadline_.value_or(never), sync_deadline_.value_or(never));
    for (const auto& entry : members_)
        next_ = std::min(next_, entry.second->session_end);
    for (const auto& entry : pending_)
        next_ = std::min(next_, entry.second);
}

void ClassicTurn::expire(const std::string& id) {
    if (group.pending_.contains(id)) {
        remove(id);
        if (group.in(ClassicState::preparing_rebalance) && all_joined())
            complete_join();
        return;
    }
    auto* found = group.members_.find(id);
    // It may have gone, or got a new session, with the member before it.
    if (!found || (*found)->session_end > context.now.instant)
        return;
    ClassicMember& member = found->edit();
    member.session_end = never;
    // Who waits for the others is not silent; but a new member can wait for ever without knowing.
    if (!member.is_new && (member.join || member.sync))
        return;
    refuse_waiting_join(member);
    note(Fact::member_fenced, group.id_ + " " + id + " its session timed out");
    remove(id);
    if (group.in(ClassicState::stable) || group.in(ClassicState::completing_rebalance))
        prepare_or_complete("member " + id + " was silent");
    else if (group.in(ClassicState::preparing_rebalance) && all_joined())
        complete_join();
}

void ClassicTurn::session(ClassicMember& member, Duration timeout) {
    member.session_end = context.now.instant + timeout;
    deadline(member.session_end);
}

void ClassicTurn::deadline(Instant at) {
    group.next_ = std::min(group.next_, at);
}

// --- written

void ClassicGroup::written(const Context& context, const ClassicWritten& what, wire::Error error,
                           ClassicOutcome& out) {
    ClassicTurn turn{*this, context, out};
    if (const auto* assignment = std::get_if<AssignmentWritten>(&what))
        turn.assignment_written(*assignment, error);
    if (const auto* replacement = std::get_if<ReplacementWritten>(&what))
        turn.replacement_written(*replacement, error);
}

// --- questions

wire::Error ClassicTurn::check_member(std::string_view id,
                                      const std::optional<std::string>& instance) const {
    if (instance) {
        const std::string* known = group.static_members_.find(*instance);
        if (!known)
            return wire::Error::unknown_member_id;
        if (*known != id)
            return wire::Error::fenced_instance_id;
    }
    return group.members_.contains(id) ? wire::Error::none : wire::Error::unknown_member_id;
}

bool ClassicTurn::all_joined() const {
    return static_cast<std::int32_t>(group.members_.size()) == group.waiting_ &&
           group.pending_.empty();
}

Duration ClassicTurn::rebalance_timeout() const {
    std::int32_t longest = 0;
    for (const auto& entry : group.members_)
        longest = std::max(longest, entry.second->rebalance_timeout_ms);
    return milliseconds(longest);
}

void ClassicTurn::count_protocols(const ClassicMember& member, std::int32_t by) {
    for (const ClassicProtocol& protocol : member.protocols) {
        std::int32_t& members = group.supported_[protocol.name];
        members += by;
        if (members <= 0)
            group.supported_.erase(protocol.name);
    }
}

// --- telling

void ClassicTurn::transition(ClassicState to) {
    group.previous_ = group.state_;
    group.state_ = to;
    group.state_since_ms_ = context.now.wall_ms;
    std::string text = group.id_;
    text += " ";
    text += name_of(group.previous_);
    text += " -> ";
    text += name_of(to);
    note(Fact::group_state, std::move(text));
}

void ClassicTurn::note(Fact fact, std::string text) {
    Note made;
    made.fact = fact;
    made.numbers[0] = group.generation_;
    made.numbers[1] = static_cast<std::int64_t>(group.members_.size());
    made.text = std::move(text);
    out.decision.notes.push_back(std::move(made));
}

namespace {

/// "orders-0 orders-1" of a ConsumerProtocolAssignment; "?" for bytes that are none.
std::string partitions_text(const Bytes& assignment) {
    if (assignment.empty())
        return "-";
    wire::Reader in{Chain(assignment)};
    in.int16();
    const auto read = wire::ConsumerProtocolAssignment::decode(in, 0);
    if (!read)
        return "?";
    std::string text;
    for (const auto& topic : read->assigned_partitions) {
        for (const std::int32_t partition : topic.partitions) {
            text += text.empty() ? "" : " ";
            text += topic.topic + "-" + std::to_string(partition);
        }
    }
    return text.empty() ? "-" : text;
}

} // namespace

void ClassicTurn::note_assignment() {
    std::string text = group.id_;
    const char* before = " ";
    for (const auto& entry : group.members_) {
        text += before;
        text += entry.first + ": ";
        text += group.uses_consumer_protocol() ? partitions_text(entry.second->assignment) : "?";
        before = "; ";
    }
    note(Fact::assignment_made, std::move(text));
}

void ClassicTurn::answer_join(const Waiting& to, wire::JoinGroupResponse response) {
    // Versions below 7 have no null for it.
    if (to.version < 7 && !response.protocol_name)
        response.protocol_name = "";
    out.at_once.push_back({to.request, std::move(response)});
}

void ClassicTurn::refuse_join(const Waiting& to, std::string_view member, wire::Error error) {
    wire::JoinGroupResponse response;
    response.member_id = member;
    response.error_code = wire::code(error);
    answer_join(to, std::move(response));
}

void ClassicTurn::complete_join_of(ClassicMember& member, wire::JoinGroupResponse response) {
    if (!member.join)
        return;
    answer_join(*member.join, std::move(response));
    member.join.reset();
    --group.waiting_;
}

bool ClassicTurn::complete_sync_of(ClassicMember& member, wire::SyncGroupResponse response) {
    if (!member.sync)
        return false;
    out.at_once.push_back({member.sync->request, std::move(response)});
    member.sync.reset();
    return true;
}

wire::JoinGroupResponse ClassicTurn::generation_response(std::string_view member,
                                                         bool with_members) const {
    wire::JoinGroupResponse response;
    response.member_id = member;
    response.generation_id = group.generation_;
    response.protocol_type = group.protocol_type_;
    response.protocol_name = group.protocol_;
    response.leader = group.leader_.value_or("");
    if (!with_members)
        return response;
    for (const auto& entry : group.members_) {
        auto& shown = response.members.emplace_back();
        shown.member_id = entry.first;
        shown.group_instance_id = entry.second->instance_id;
        if (const Bytes* metadata = entry.second->metadata(group.protocol_.value_or("")))
            shown.metadata = *metadata;
    }
    return response;
}

} // namespace orrery::group
