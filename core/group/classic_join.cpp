// JoinGroup of the classic protocol: who may come in, and what that does to the group.
#include "core/group/classic_turn.hpp"

#include <utility>

namespace orrery::group {

namespace {

/// Members of the first round have no id to send heartbeats with: their join itself is what must
/// not wait for ever (KAFKA-7610).
constexpr Duration new_member_join_timeout = seconds(300);
/// From this version on, members without an id are given one and come again with it (KIP-394).
constexpr std::int16_t first_with_member_id_round = 4;
/// From this version on, a leader can be told that there is nothing to assign (KIP-814).
constexpr std::int16_t first_with_skip_assignment = 9;

/// As Java prints a UUID: 8-4-4-4-12 digits.
std::string hyphenated(const Uuid& id) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int nibble = 0; nibble < 32; ++nibble) {
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
            text += '-';
        const std::uint64_t half = nibble < 16 ? id.high : id.low;
        text += digits[half >> static_cast<unsigned>(60 - nibble % 16 * 4) & 15U];
    }
    return text;
}

Waiting waiting(const Caller& caller) {
    return {caller.request, caller.version};
}

std::vector<ClassicProtocol> protocols_of(const wire::JoinGroupRequest& request) {
    std::vector<ClassicProtocol> protocols;
    for (const auto& asked : request.protocols)
        protocols.push_back({asked.name, asked.metadata});
    return protocols;
}

bool same_protocols(const ClassicMember& member, const wire::JoinGroupRequest& request) {
    return member.protocols == protocols_of(request);
}

/// Version 0 has one timeout for both.
std::int32_t rebalance_timeout_of(const wire::JoinGroupRequest& request) {
    return request.rebalance_timeout_ms == -1 ? request.session_timeout_ms
                                              : request.rebalance_timeout_ms;
}

std::string reason_of(const wire::JoinGroupRequest& request, std::string what) {
    if (request.reason && !request.reason->empty())
        what += "; client reason: " + *request.reason;
    return what;
}

} // namespace

void ClassicGroup::join(const Context& context, const Caller& caller,
                        const wire::JoinGroupRequest& request, ClassicOutcome& out) {
    ClassicTurn{*this, context, out}.join(caller, request);
}

void ClassicTurn::join(const Caller& caller, const wire::JoinGroupRequest& request) {
    if (!accepts(request.member_id)) {
        remove(request.member_id);
        refuse_join(waiting(caller), "", wire::Error::group_max_size_reached);
    } else if (group.in(ClassicState::dead)) {
        refuse_join(waiting(caller), request.member_id, wire::Error::coordinator_not_available);
    } else if (!supports(request)) {
        refuse_join(waiting(caller), request.member_id, wire::Error::inconsistent_group_protocol);
    } else if (request.member_id.empty()) {
        join_new(caller, request);
    } else {
        join_known(caller, request);
    }
}

bool ClassicTurn::accepts(std::string_view member) const {
    const std::int32_t most = context.settings.max_size;
    const auto* known = group.members_.find(member);
    switch (group.state_) {
    case ClassicState::empty:
    case ClassicState::dead: return true;
    // Those who wait count, not those who are in: the last to come back are left out.
    case ClassicState::preparing_rebalance:
        return (known && (*known)->join) || group.waiting_ < most;
    case ClassicState::completing_rebalance:
    case ClassicState::stable:
        return known || static_cast<std::int64_t>(group.members_.size()) < most;
    }
    return true;
}

bool ClassicTurn::supports(const wire::JoinGroupRequest& request) const {
    if (group.empty())
        return !request.protocol_type.empty() && !request.protocols.empty();
    if (group.protocol_type_ != request.protocol_type)
        return false;
    const auto all = static_cast<std::int32_t>(group.members_.size());
    for (const auto& protocol : request.protocols) {
        const std::int32_t* members = group.supported_.find(protocol.name);
        if ((members ? *members : 0) == all)
            return true;
    }
    return false;
}

void ClassicTurn::join_new(const Caller& caller, const wire::JoinGroupRequest& request) {
    const std::string prefix = request.group_instance_id.value_or(std::string(caller.client_id));
    const Uuid drawn = context.random.uuid();
    const std::string id = prefix + "-" + hyphenated(drawn);
    if (request.group_instance_id) {
        if (const std::string* known = group.static_members_.find(*request.group_instance_id)) {
            const std::string old_id = *known;
            replace_static(caller, request, old_id, id);
        } else {
            add_member(caller, request, id);
        }
        return;
    }
    if (caller.version < first_with_member_id_round) {
        add_member(caller, request, id);
        return;
    }
    const Instant end = context.now.instant + milliseconds(request.session_timeout_ms);
    group.pending_[id] = end;
    deadline(end);
    refuse_join(waiting(caller), id, wire::Error::member_id_required);
}

void ClassicTurn::join_known(const Caller& caller, const wire::JoinGroupRequest& request) {
    const std::string& id = request.member_id;
    if (group.pending_.contains(id)) {
        // Ids are given to dynamic members only; one that comes back as a static one is none of
        // those we know.
        if (request.group_instance_id)
            refuse_join(waiting(caller), id, wire::Error::unknown_member_id);
        else
            add_member(caller, request, id);
        return;
    }
    const wire::Error error = check_member(id, request.group_instance_id);
    if (error != wire::Error::none) {
        wire::JoinGroupResponse response;
        response.protocol_name.reset();
        response.member_id = id;
        response.error_code = wire::code(error);
        answer_join(waiting(caller), std::move(response));
        return;
    }
    const bool same = same_protocols(**group.members_.find(id), request);
    switch (group.state_) {
    case ClassicState::preparing_rebalance:
        rejoin(caller, request, "member " + id + " joins again");
        return;
    case ClassicState::completing_rebalance:
        // With the same metadata: it may not have heard the answer to its first join.
        if (same)
            answer_join(waiting(caller), generation_response(id, group.leader_ == id));
        else
            rejoin(caller, request, "new metadata of member " + id);
        return;
    case ClassicState::stable:
        // A leader that joins wants the assignment made anew: topics may have changed.
        if (group.leader_ == id)
            rejoin(caller, request, "leader " + id + " joins again");
        else if (!same)
            rejoin(caller, request, "new metadata of member " + id);
        else
            answer_join(waiting(caller), generation_response(id, false));
        return;
    case ClassicState::empty:
    case ClassicState::dead:
        refuse_join(waiting(caller), id, wire::Error::unknown_member_id);
        return;
    }
}

void ClassicTurn::rejoin(const Caller& caller, const wire::JoinGroupRequest& request,
                         std::string reason) {
    update_member(request, request.member_id, waiting(caller));
    prepare_or_complete(reason_of(request, std::move(reason)));
}

void ClassicTurn::add_member(const Caller& caller, const wire::JoinGroupRequest& request,
                             std::string id) {
    ClassicMember member;
    member.id = id;
    member.instance_id = request.group_instance_id;
    member.client_id = caller.client_id;
    member.client_host = caller.client_host;
    member.session_timeout_ms = request.session_timeout_ms;
    member.rebalance_timeout_ms = rebalance_timeout_of(request);
    member.protocols = protocols_of(request);
    member.join = waiting(caller);
    member.is_new = true;
    session(member, new_member_join_timeout);
    if (group.in(ClassicState::preparing_rebalance) && group.previous_ == ClassicState::empty)
        group.new_member_added_ = true;
    if (group.members_.empty())
        group.protocol_type_ = request.protocol_type;
    if (!group.leader_)
        group.leader_ = id;
    if (member.instance_id)
        group.static_members_[*member.instance_id] = id;
    count_protocols(member, 1);
    ++group.waiting_;
    group.pending_.erase(id);
    group.members_[id] = Cow<ClassicMember>(std::move(member));
    note(Fact::member_joined, group.id_ + " " + id);
    prepare_or_complete(reason_of(request, "member " + id + " joins"));
}

void ClassicTurn::update_member(const wire::JoinGroupRequest& request, std::string_view id,
                                std::optional<Waiting> join) {
    ClassicMember& member = group.members_.find(id)->edit();
    count_protocols(member, -1);
    member.protocols = protocols_of(request);
    count_protocols(member, 1);
    member.rebalance_timeout_ms = rebalance_timeout_of(request);
    member.session_timeout_ms = request.session_timeout_ms;
    if (join && !member.join)
        ++group.waiting_;
    else if (join && member.join)
        // The same member asks twice: the first question went under with its connection.
        refuse_join(*member.join, member.id, wire::Error::unknown_member_id);
    member.join = join;
}

void ClassicTurn::rename_static(const std::string& instance, const std::string& old_id,
                                const std::string& new_id) {
    ClassicMember member = **group.members_.find(old_id);
    // Whoever still waits under the old id is another process with the same instance id.
    wire::JoinGroupResponse fenced_join;
    fenced_join.member_id = old_id;
    fenced_join.protocol_name.reset();
    fenced_join.error_code = wire::code(wire::Error::fenced_instance_id);
    complete_join_of(member, std::move(fenced_join));
    wire::SyncGroupResponse fenced_sync;
    fenced_sync.error_code = wire::code(wire::Error::fenced_instance_id);
    complete_sync_of(member, std::move(fenced_sync));
    group.members_.erase(old_id);
    group.pending_sync_.erase(old_id);
    member.id = new_id;
    group.static_members_[instance] = new_id;
    if (group.leader_ == old_id)
        group.leader_ = new_id;
    session(member);
    group.members_[new_id] = Cow<ClassicMember>(std::move(member));
}

void ClassicTurn::replace_static(const Caller& caller, const wire::JoinGroupRequest& request,
                                 const std::string& old_id, const std::string& new_id) {
    const ClassicMember old = **group.members_.find(old_id);
    ReplacementWritten what{old_id,
                            new_id,
                            group.leader_,
                            old.protocols,
                            old.rebalance_timeout_ms,
                            old.session_timeout_ms};
    rename_static(*request.group_instance_id, old_id, new_id);
    note(Fact::member_fenced, group.id_ + " " + old_id + " its instance id " +
                                  *request.group_instance_id + " is " + new_id + " now");
    note(Fact::member_joined, group.id_ + " " + new_id);
    update_member(request, new_id, waiting(caller));
    switch (group.state_) {
    case ClassicState::stable:
        // The same protocol will do: the new process goes on with what the old one had, and
        // nobody else hears of it.
        if (group.protocol_ == select_protocol()) {
            out.decision.records.push_back(group.record());
            out.written = std::move(what);
        } else {
            prepare_or_complete(
                reason_of(request, "static member " + new_id + " changes the protocol"));
        }
        return;
    case ClassicState::completing_rebalance:
        // The leader may be assigning to the old id just now.
        prepare_rebalance(reason_of(request, "static member " + new_id + " joins"));
        return;
    case ClassicState::preparing_rebalance: maybe_complete_join(); return;
    case ClassicState::empty:
    case ClassicState::dead: return;
    }
}

void ClassicTurn::replacement_written(const ReplacementWritten& what, wire::Error error) {
    auto* found = group.members_.find(what.new_member);
    if (!found)
        return;
    ClassicMember& member = found->edit();
    if (error != wire::Error::none) {
        wire::JoinGroupResponse response = generation_response("", false);
        response.leader = what.old_leader.value_or("");
        response.error_code = wire::code(error);
        complete_join_of(member, std::move(response));
        count_protocols(member, -1);
        member.protocols = what.old_protocols;
        count_protocols(member, 1);
        member.rebalance_timeout_ms = what.old_rebalance_timeout_ms;
        member.session_timeout_ms = what.old_session_timeout_ms;
        const std::string instance = member.instance_id.value_or("");
        rename_static(instance, what.new_member, what.old_member);
        return;
    }
    if (!member.join)
        return;
    // Before KIP-814 a leader could only be kept from assigning by not being told that it leads.
    if (member.join->version >= first_with_skip_assignment) {
        const bool leads = group.leader_ == what.new_member;
        wire::JoinGroupResponse response = generation_response(what.new_member, leads);
        response.skip_assignment = leads;
        complete_join_of(member, std::move(response));
    } else {
        wire::JoinGroupResponse response = generation_response(what.new_member, false);
        response.leader = what.old_leader.value_or("");
        complete_join_of(member, std::move(response));
    }
}

} // namespace orrery::group
