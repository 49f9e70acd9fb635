// Decisions about brokers and controllers: registration, heartbeats, fencing.
#pragma once

#include "core/controller/decision.hpp"
#include "core/controller/messages.hpp"

#include <optional>

namespace orrery::controller {

/// What a broker is to be after a heartbeat.
enum class BrokerState : std::uint8_t { fenced, unfenced, controlled_shutdown, shutdown_now };

struct HeartbeatDecision {
    wire::BrokerHeartbeatResponse response;
    Records records;
    bool refused = false; ///< nothing but the contact is to be noted
    BrokerState next = BrokerState::fenced;
    FencedFor fenced_for = FencedFor::asked;
};

/// Registers a broker, in epoch `epoch` when it is a new incarnation (the offset of its first
/// record). Its session and the former incarnation's are the caller's to reset.
struct RegistrationDecision {
    wire::BrokerRegistrationResponse response;
    Records records;
    bool new_incarnation = false;
};
RegistrationDecision decide_registration(const Basis& basis,
                                         const wire::BrokerRegistrationRequest& request,
                                         std::int64_t epoch);
HeartbeatDecision decide_heartbeat(const Basis& basis, const wire::BrokerHeartbeatRequest& request);
Decision<wire::UnregisterBrokerResponse>
decide_unregister(const Basis& basis, const wire::UnregisterBrokerRequest& request);
Decision<wire::ControllerRegistrationResponse>
decide_controller_registration(const Basis& basis,
                               const wire::ControllerRegistrationRequest& request);
/// The broker loses its leaderships and its places in ISRs, and is fenced.
void fence(const Basis& basis, NodeId broker, Records& records);

} // namespace orrery::controller
