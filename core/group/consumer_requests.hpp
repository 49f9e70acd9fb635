// What ConsumerGroupHeartbeat must say, and how Kafka refuses it.
#pragma once

#include "core/group/consumer_update.hpp"
#include "core/group/decision.hpp"

#include <optional>
#include <string>

namespace orrery::group {

/// What is wrong with the request by itself, whatever the group is: INVALID_REQUEST,
/// UNSUPPORTED_ASSIGNOR. None: it is well formed.
std::optional<Refusal> heartbeat_refusal(const wire::ConsumerGroupHeartbeatRequest& request,
                                         std::int16_t version, const Settings& settings);

/// A decision that writes nothing and answers with the error.
Decision refuse_heartbeat(const Caller& caller, const Refusal& why);

/// UNKNOWN_MEMBER_ID
Refusal unknown_member(const std::string& group, const std::string& member);
/// FENCED_INSTANCE_ID
Refusal fenced_instance(const std::string& member, const std::string& instance,
                        const std::string& holder);

} // namespace orrery::group
