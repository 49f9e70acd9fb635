// A group of the consumer protocol (KIP-848): members heartbeat, the coordinator decides who shall
// own what (the target assignment, by an assignor) and leads each member there step by step: a
// partition goes to its new owner only when the old one has said that it gave it up.
//
//     group epoch        rises with each change of members, subscriptions or topics
//     assignment epoch   the group epoch that the target assignment was made for
//     member epoch       the epoch of the assignment that the member has
//
// Deciding (all that returns a Decision) changes only what the log does not hold: timers. What the
// log holds changes by apply() alone, in the log's order, while loading and after.
//
// Sources: GroupMetadataManager, ConsumerGroup, CurrentAssignmentBuilder, TargetAssignmentBuilder;
// KIP-848, KIP-1043.
#pragma once

#include "core/base/reflect.hpp"
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
    /// ILLEGAL_GENERATION (for members of the classic protocol), or none. An empty member id with
    /// epoch -1 is an admin, who may while the group is empty.
    wire::Error check_commit(std::string_view member_id, std::int32_t epoch,
                             std::int16_t version) const;
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

    // --- what time does: sessions and revocations that took too long, delayed assignments, regular
    // expressions to resolve again
    Decision wake(const Context& context);
    std::optional<Instant> wakeup() const;
    /// Topics were created, deleted, or got more partitions.
    void on_topics_changed(const Context& context, const metadata::Changes& changes);
    /// All of the log was read: every member gets a fresh session.
    void loaded(const Context& context);

    // --- applied
    /// A record about this group. True if the record was of a type that is ours.
    bool apply(const Record& record);

    const std::string& id() const { return id_; }
    bool operator==(const ConsumerGroup&) const = default;
    ORRERY_FIELDS(id_)

private:
    std::string id_;
};

} // namespace orrery::group
