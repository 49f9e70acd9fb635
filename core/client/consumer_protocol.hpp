// The consumer protocol: what members of a classic group say to their leader when they join, and
// the leader to them when they sync. The coordinator passes these bytes on and, mostly, does not
// read them: a version of two bytes, then ConsumerProtocolSubscription or
// ConsumerProtocolAssignment.
//
// The sticky assignor is older than the field for owned partitions, and its members give up all
// they have before they join, so what a member had travels in the user data:
//
//     previous_assignment  [ topic string, [ partition int32 ] ]   arrays counted by int32
//     generation           int32                                   missing in the first version
//
// The cooperative-sticky one uses the field, and repeats the generation in its user data (int32)
// for leaders that read subscriptions of version 1 only.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/client/assignor.hpp"

namespace orrery::client {

/// The metadata under this assignor's name in JoinGroup. Error: a name that is too long.
Result<Bytes> subscription_bytes(Assignor assignor, const Subscription& member);

/// What a member said with subscription_bytes(), or another client's bytes of any version; the ids
/// come beside it in JoinGroup's answer. User data that can't be read is as if there were none.
Result<Subscription> read_subscription(Assignor assignor, const Bytes& bytes);

/// The assignment in SyncGroup.
Result<Bytes> assignment_bytes(const TopicPartitions& partitions);
/// What the leader said with assignment_bytes(). No bytes at all are no partitions.
Result<TopicPartitions> read_assignment(const Bytes& bytes);

} // namespace orrery::client
