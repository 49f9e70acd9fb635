// A group of the classic protocol: members join, one of them (the leader) is told who there is and
// says who gets what, all others are given their part of that. Whatever changes the members makes
// all of them join again, in a new generation.
//
//     Empty ──join──> PreparingRebalance ──all joined, or time is up──> CompletingRebalance
//       ^                 ^   ^                                            │   leader's SyncGroup
//       │ nobody left     │   └── join, leave, silence, no SyncGroup ──────┤   is in the log
//       └─────────────────┘                                                v
//                         └────── join, leave, silence ────────────────  Stable
//
// The coordinator keeps all this in memory; the log gets the group as it is when it has become
// Stable or Empty, so that another coordinator can go on from there. Members that wait for the
// others are held here, by the number of their request.
//
// Sources: ClassicGroup, ClassicGroupMember, GroupMetadataManager; KIP-134 (initial delay), KIP-345
// (static members), KIP-394 (member ids first), KIP-559 (protocol in SyncGroup), KIP-814.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/cow.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/reflect.hpp"
#include "core/group/decision.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace orrery::group {

enum class ClassicState : std::uint8_t {
    empty,
    preparing_rebalance,
    completing_rebalance,
    stable,
    dead,
};
/// "PreparingRebalance", as Kafka shows it.
std::string_view name_of(ClassicState state);

/// A way of assigning that a member can (an assignor's name), and what its leader must know then.
struct ClassicProtocol {
    std::string name;
    Bytes metadata; ///< of consumers: a ConsumerProtocolSubscription
    bool operator==(const ClassicProtocol&) const = default;
    ORRERY_FIELDS(name, metadata)
};

/// A request that is answered when the group has come so far.
struct Waiting {
    RequestId request;
    std::int16_t version = 0;
    bool operator==(const Waiting&) const = default;
    ORRERY_FIELDS(request, version)
};

struct ClassicMember {
    std::string id;
    std::optional<std::string> instance_id; ///< a static member's group.instance.id
    std::string client_id;
    std::string client_host;
    std::int32_t rebalance_timeout_ms = 0;
    std::int32_t session_timeout_ms = 0;
    std::vector<ClassicProtocol> protocols; ///< the best first
    Bytes assignment;
    std::optional<Waiting> join;
    std::optional<Waiting> sync;
    Instant session_end = never; ///< silent until then: it is taken out
    bool is_new = false;         ///< has not heard of a generation yet
    bool operator==(const ClassicMember&) const = default;
    ORRERY_FIELDS(id, instance_id, client_id, client_host, rebalance_timeout_ms, session_timeout_ms,
                  protocols, assignment, join, sync, session_end, is_new)

    bool is_static() const { return instance_id.has_value(); }
    /// What it said under that protocol; null if it does not know it.
    const Bytes* metadata(std::string_view protocol) const;
};

/// What waits for records to be committed: it is handed back to the group then, or when they could
/// not be written.
struct AssignmentWritten {
    std::int32_t generation = 0;
    std::vector<std::pair<std::string, Bytes>> assignments; ///< by member
    bool operator==(const AssignmentWritten&) const = default;
    ORRERY_FIELDS(generation, assignments)
};
struct ReplacementWritten {
    std::string old_member;
    std::string new_member;
    std::optional<std::string> old_leader;
    std::vector<ClassicProtocol> old_protocols;
    std::int32_t old_rebalance_timeout_ms = 0;
    std::int32_t old_session_timeout_ms = 0;
    bool operator==(const ReplacementWritten&) const = default;
    ORRERY_FIELDS(old_member, new_member, old_leader, old_protocols, old_rebalance_timeout_ms,
                  old_session_timeout_ms)
};
/// The group itself is new: when it can't be written, it never was.
struct GroupWritten {
    RequestId join; ///< that made it
    bool operator==(const GroupWritten&) const = default;
    ORRERY_FIELDS(join)
};
using ClassicWritten =
    std::variant<std::monostate, AssignmentWritten, ReplacementWritten, GroupWritten>;

/// What became of a call: the decision, what waits for its records, and what is answered at once,
/// whatever becomes of them.
struct ClassicOutcome {
    Decision decision;
    ClassicWritten written;
    std::vector<Reply<Response>> at_once;
};

class ClassicGroup {
public:
    using Members = FlatMap<std::string, Cow<ClassicMember>>;
    /// A new one, Empty since then.
    explicit ClassicGroup(std::string id, std::optional<std::int64_t> since_wall_ms = {});
    /// As a record of the log says it: Empty or Stable.
    explicit ClassicGroup(const GroupMetadata& record);

    // --- asked. Replies are in the outcome, or come with a later one.
    void join(const Context& context, const Caller& caller, const wire::JoinGroupRequest& request,
              ClassicOutcome& out);
    void sync(const Context& context, const Caller& caller, const wire::SyncGroupRequest& request,
              ClassicOutcome& out);
    wire::Error heartbeat(const Context& context, const wire::HeartbeatRequest& request);
    /// Gives one result a member, in their order.
    std::vector<wire::LeaveGroupResponse::MemberResponse>
    leave(const Context& context,
          const std::vector<wire::LeaveGroupRequest::MemberIdentity>& members, ClassicOutcome& out);
    /// Whether offsets may be committed so: UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID,
    /// ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, or none. A commit is a sign of life, too.
    wire::Error commit(const Context& context, const wire::OffsetCommitRequest& request);
    /// NON_EMPTY_GROUP while it has members.
    wire::Error check_delete() const;
    /// NON_EMPTY_GROUP while it has members whose subscriptions nobody here can read.
    wire::Error check_offset_delete() const;
    bool subscribes(std::string_view topic) const;
    wire::DescribeGroupsResponse::DescribedGroup describe() const;

    // --- what time does
    void wake(const Context& context, ClassicOutcome& out);
    /// Not later than the next deadline (it may be earlier: finding it costs a walk).
    Instant wakeup() const { return next_; }
    /// All of the log was read: every member gets a fresh session.
    void loaded(const Context& context, ClassicOutcome& out);

    // --- what became of records
    /// They are committed (error none), or can't be written or were not committed in time.
    void written(const Context& context, const ClassicWritten& what, wire::Error error,
                 ClassicOutcome& out);
    /// Everybody who waits gets the error; the group is dead.
    void unload(wire::Error error, std::vector<Reply<Response>>& replies);

    // --- read
    const std::string& id() const { return id_; }
    ClassicState state() const { return state_; }
    std::int32_t generation() const { return generation_; }
    const Members& members() const { return members_; }
    const std::optional<std::string>& protocol_type() const { return protocol_type_; }
    const std::optional<std::string>& protocol() const { return protocol_; }
    const std::optional<std::string>& leader() const { return leader_; }
    bool in(ClassicState state) const { return state_ == state; }
    bool empty() const { return state_ == ClassicState::empty; }
    /// Offsets without membership: no protocol, and nobody in it or on the way.
    bool is_simple() const { return !protocol_type_ && empty() && pending_.empty(); }
    bool uses_consumer_protocol() const { return protocol_type_ == "consumer"; }
    /// From when the offsets' retention counts: none while they do not expire. `commit`: when the
    /// offset was committed.
    std::optional<std::int64_t> retention_start(std::int64_t commit_wall_ms) const;
    std::size_t pending_members() const { return pending_.size(); }
    /// The record that says the group as it is.
    GroupMetadata record() const;

    bool operator==(const ClassicGroup&) const = default;
    ORRERY_FIELDS(id_, state_, previous_, state_since_ms_, protocol_type_, protocol_, generation_,
                  leader_, members_, static_members_, pending_, pending_sync_, supported_, waiting_,
                  subscribed_, new_member_added_, join_deadline_, initial_delay_,
                  initial_remaining_, sync_deadline_, next_)

private:
    friend struct ClassicTurn; // classic_turn.hpp: one call

    std::string id_;
    ClassicState state_ = ClassicState::empty;
    ClassicState previous_ = ClassicState::dead;
    std::optional<std::int64_t> state_since_ms_;
    std::optional<std::string> protocol_type_; ///< none: a simple group
    std::optional<std::string> protocol_;
    std::int32_t generation_ = 0;
    std::optional<std::string> leader_; ///< one of members_
    Members members_;
    FlatMap<std::string, std::string> static_members_;   ///< instance id to member id
    FlatMap<std::string, Instant> pending_;              ///< were given an id and may come back
    FlatMap<std::string, bool> pending_sync_;            ///< have not sent SyncGroup yet (a set)
    FlatMap<std::string, std::int32_t> supported_;       ///< how many members can the protocol
    std::int32_t waiting_ = 0;                           ///< members with a waiting join
    std::optional<std::vector<std::string>> subscribed_; ///< sorted; none: not known
    bool new_member_added_ = false;
    std::optional<Instant> join_deadline_;
    Duration initial_delay_;     ///< of the round of the initial delay that is under way
    Duration initial_remaining_; ///< how much longer it may be put off
    std::optional<Instant> sync_deadline_;
    Instant next_ = never; ///< a bound from below of all deadlines
};

} // namespace orrery::group
