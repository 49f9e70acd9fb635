// One call to a classic group: what it needs beside the group, and the steps that calls share.
#pragma once

#include "core/group/classic_group.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::group {

struct ClassicTurn {
    ClassicGroup& group;
    const Context& context;
    ClassicOutcome& out;

    // --- joining
    void join(const Caller& caller, const wire::JoinGroupRequest& request);
    void join_new(const Caller& caller, const wire::JoinGroupRequest& request);
    void join_known(const Caller& caller, const wire::JoinGroupRequest& request);
    void add_member(const Caller& caller, const wire::JoinGroupRequest& request, std::string id);
    void update_member(const wire::JoinGroupRequest& request, std::string_view id,
                       std::optional<Waiting> join);
    void rejoin(const Caller& caller, const wire::JoinGroupRequest& request, std::string reason);
    void replace_static(const Caller& caller, const wire::JoinGroupRequest& request,
                        const std::string& old_id, const std::string& new_id);
    void rename_static(const std::string& instance, const std::string& old_id,
                       const std::string& new_id);
    bool accepts(std::string_view member) const;
    bool supports(const wire::JoinGroupRequest& request) const;

    // --- migration.cpp
    /// The group was a consumer group until now.
    void downgraded(const Downgrade& downgrade);

    // --- the phases of a rebalance
    void prepare_or_complete(const std::string& reason);
    void prepare_rebalance(const std::string& reason);
    void maybe_complete_join();
    void complete_join();
    void remove_not_rejoined();
    bool elect_joined_leader();
    void next_generation();
    void join_round_over();
    void expire_pending_sync();
    void sync(const Caller& caller, const wire::SyncGroupRequest& request);
    void sync_leader(const wire::SyncGroupRequest& request);
    void propagate_assignments(wire::Error error);
    void assignment_written(const AssignmentWritten& what, wire::Error error);
    void replacement_written(const ReplacementWritten& what, wire::Error error);

    // --- members
    void remove(const std::string& id);
    /// It goes before it was told of a generation: it shall join anew.
    void refuse_waiting_join(ClassicMember& member);
    /// Of a member that was silent too long.
    void expire(const std::string& id);
    void session(ClassicMember& member, Duration timeout);
    void session(ClassicMember& member) {
        session(member, milliseconds(member.session_timeout_ms));
    }
    wire::Error check_member(std::string_view id, const std::optional<std::string>& instance) const;
    bool all_joined() const;
    Duration rebalance_timeout() const;
    std::string select_protocol() const;
    void count_protocols(const ClassicMember& member, std::int32_t by);
    void compute_subscribed();

    // --- telling
    void transition(ClassicState to);
    void deadline(Instant at);
    void note(Fact fact, std::string text);
    void note_assignment();
    void answer_join(const Waiting& to, wire::JoinGroupResponse response);
    void refuse_join(const Waiting& to, std::string_view member, wire::Error error);
    /// The member's join, if it waits for one.
    void complete_join_of(ClassicMember& member, wire::JoinGroupResponse response);
    /// Its sync; false if it does not wait for one.
    bool complete_sync_of(ClassicMember& member, wire::SyncGroupResponse response);
    wire::JoinGroupResponse generation_response(std::string_view member, bool with_members) const;
};

} // namespace orrery::group
