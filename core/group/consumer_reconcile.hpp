// Reconciliation: one step of a member from what it has to what the target assignment gives it.
//
//     what it has and must not keep   it is asked to give up; until it says that it did, it stays
//     in
//                                     its epoch (UNREVOKED_PARTITIONS)
//     what it shall have              it gets as far as nobody else has it; while somebody has, it
//                                     waits (UNRELEASED_PARTITIONS)
//
// The order is what keeps a partition from having two owners: first the one gives up, then the
// other gets.
//
// Source: CurrentAssignmentBuilder.
#pragma once

#include "core/group/consumer_state.hpp"
#include "core/metadata/image.hpp"
#include "core/wire/messages/consumer_group_heartbeat_request.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace orrery::group {

/// What a member says that it has; null: it does not say.
using SaidToOwn = std::optional<std::vector<wire::ConsumerGroupHeartbeatRequest::TopicPartitions>>;

/// What the step depends on.
struct ReconcileInput {
    const ConsumerState& group;
    const metadata::Image& image;
    std::int32_t target_epoch = 0;
    const MemberAssignment& target;
    bool subscription_changed = false; ///< what it no longer wants is taken from it at once
    const SaidToOwn& owned;
    bool assign_before_revoked = false; ///< a planted bug: does not wait for the others
};

/// The member after the step; none: it must start anew (FENCED_MEMBER_EPOCH), since its state is
/// one that this release does not know.
std::optional<ConsumerMember> reconcile(const ConsumerMember& member, const ReconcileInput& input);

/// All that the member says to own is among what it is assigned. False if it says nothing.
bool owns_no_more_than(const SaidToOwn& owned, const OwnedPartitions& assigned);

} // namespace orrery::group
