// What members of the classic protocol tell each other through the coordinator, which Kafka calls
// the embedded consumer protocol: topics wanted and partitions had (in JoinGroup), partitions given
// (in SyncGroup). Each begins with its version; a version that is newer than ours is read as ours.
//
// Source: ConsumerProtocol.
#pragma once

#include "core/base/bytes.hpp"
#include "core/group/assignor.hpp"
#include "core/group/consumer_member.hpp"
#include "core/metadata/image.hpp"
#include "core/wire/messages/consumer_protocol_assignment.hpp"
#include "core/wire/messages/consumer_protocol_subscription.hpp"

#include <cstdint>
#include <optional>

namespace orrery::group {

/// None: the bytes are no subscription.
std::optional<wire::ConsumerProtocolSubscription> read_subscription(const Bytes& bytes);
/// None: the bytes are no assignment.
std::optional<wire::ConsumerProtocolAssignment> read_assignment(const Bytes& bytes);
/// The assignment in the version of the subscription that asks for it. Topics that are gone are
/// left out.
Bytes assignment_bytes(const MemberAssignment& assignment, const metadata::Image& image,
                       const Bytes& subscription);
/// Without the epochs.
MemberAssignment plain_assignment(const OwnedPartitions& owned);

} // namespace orrery::group
