// A group of the consumer protocol (KIP-848): members heartbeat, the coordinator decides who shall
// own what (the target assignment, by an assignor) and leads each member there step by step: a
// partition goes to its new owner only when the old one has said that it gave it up.
//
//     group epoch        rises with each change of members, subscriptions or topics
//     assignment epoch   the group epoch that the target assignment was made for
//     member epoch       the epoch of the assignment that the member has
//
// Members of the classic protocol may be among them while a group migrates.
//
// Deciding (all that returns a Decision) changes only what the log does not hold: timers. What the
// log holds changes by apply() alone, in the log's order, while loading and after.
//
// Sources: GroupMetadataManager, ConsumerGroup, CurrentAssignmentBuilder, TargetAssignmentBuilder;
// KIP-848, KIP-1043.
#pragma once

#include "core/base/reflect.hpp"
#include "core/group/consumer_state.hpp"
#include "core/group/consumer_timers.hpp"
#include "core/group/consumer_update.hpp"
#include "core/group/decision.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::group {

class ConsumerGroup {
public:
    explicit ConsumerGroup(std::string id);

    // --- asked
    /// ConsumerGroupHeartbeat of a member that joins, lives, leaves or confirms what it gave up.
    /// The reply is in the decision.
    Decision heartbeat(const Context& context, const Caller& caller,
                       const wire::ConsumerGroupHeartbeatRequest& request);
    /// Whether the member may commit offsets: UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH,
    /// ILLEGAL_GENERATION (for members of the classic protocol), UNSUPPORTED_VERSION (a member of
    /// the consumer protocol before version 9), or none. An empty member id with epoch -1 is an
    /// admin, who may while the group is empty. An epoch that the member has left may be good yet:
    /// then each partition has to be asked for by check_commit_of().
    wire::Error check_commit(std::string_view member_id, std::int32_t epoch,
                             std::int16_t version) const;
    /// Whether a commit that check_commit() lets pass may be of this partition (KIP-1251): the
    /// member has had it since that epoch or an earlier one. STALE_MEMBER_EPOCH, or
    /// ILLEGAL_GENERATION; one bad partition spoils the whole request, as in Kafka.
    wire::Error check_commit_of(std::string_view member_id, std::int32_t epoch, const Uuid& topic,
                                std::int32_t partition) const;
    /// Whether the member may ask for offsets: UNKNOWN_MEMBER_ID or STALE_MEMBER_EPOCH.
    wire::Error check_fetch(std::string_view member_id, std::int32_t epoch) const;
    wire::ConsumerGroupDescribeResponse::DescribedGroup describe(const Context& context) const;
    /// NON_EMPTY_GROUP while it has members.
    wire::Error check_delete() const;
    /// True if any member is subscribed to the topic: its offsets do not expire, and can't be
    /// deleted.
    bool subscribes(std::string_view topic) const;
    bool empty() const;
    /// "Empty", "Assigning", "Reconciling", "Stable", "Dead".
    std::string_view state() const;
    /// The records by which the log forgets the group.
    void write_tombstones(std::vector<Record>& records) const;

    // --- asked by members that still speak the classic protocol (online migration): they join,
    // sync and heartbeat as ever, and are moved along with the others
    Decision classic_join(const Context& context, const Caller& caller,
                          const wire::JoinGroupRequest& request);
    Decision classic_sync(const Context& context, const Caller& caller,
                          const wire::SyncGroupRequest& request);
    Decision classic_heartbeat(const Context& context, const Caller& caller,
                               const wire::HeartbeatRequest& request);
    Decision classic_leave(const Context& context, const Caller& caller,
                           const wire::LeaveGroupRequest& request);
    /// The group was just made from a classic one: its members' sessions go on.
    void start_classic_sessions(const Context& context);

    // --- what time does: sessions and revocations that took too long, delayed assignments, regular
    // expressions to resolve again. One thing at a time: while wakeup() is due, call again.
    Decision wake(const Context& context);
    std::optional<Instant> wakeup() const;
    /// Topics were created, deleted, or got more partitions.
    void on_topics_changed(const Context& context, const metadata::Changes& changes);
    /// All of the log was read: every member gets a fresh session.
    void loaded(const Context& context);

    // --- applied
    /// A record about this group. True if the record was of a type that is ours.
    bool apply(const Record& record);

    // --- to read
    const std::string& id() const { return id_; }
    /// What the log says of it.
    const ConsumerState& logged() const { return state_; }
    /// When a silent member is taken out; `never` if no such time runs.
    Instant session_end(std::string_view member) const {
        return timers_.deadline_of(member, ConsumerDeadline::session);
    }
    /// The log says nothing of it: it was never joined, or is deleted.
    bool is_blank() const { return state_.is_blank(); }

    bool operator==(const ConsumerGroup&) const = default;
    ORRERY_FIELDS(id_, state_, timers_)

private:
    Decision join_or_live(const Context& context, const Caller& caller,
                          const wire::ConsumerGroupHeartbeatRequest& request);
    /// Finds the member that asks, or makes it.
    OrRefusal<void> admit(MemberUpdate& update, const Context& context,
                          const wire::ConsumerGroupHeartbeatRequest& request) const;
    Decision leave(const Context& context, const Caller& caller,
                   const wire::ConsumerGroupHeartbeatRequest& request);
    /// The static member goes, but will be back.
    Decision leave_for_now(const Context& context, const Caller& caller, const std::string& member);
    /// Takes members out of the group.
    void remove(const Context& context, const std::vector<std::string>& members, Fact fact,
                std::string_view why, Decision& decision);
    Decision fence(const Context& context, const ExpiredMember& expired);
    /// Whether a member of the classic protocol must join again to be moved on.
    bool must_rejoin(const std::string& id, const ConsumerMember& member) const;
    Decision resolve_regexes(const Context& context);
    ConsumerGroupView view() { return {id_, state_, timers_}; }

    std::string id_;
    ConsumerState state_;
    ConsumerTimers timers_;
};

} // namespace orrery::group
