// The broker's life with its controller: registration, heartbeats, unfencing once it has caught up
// with the metadata log, controlled shutdown. A phase machine (Kafka's BrokerLifecycleManager):
//
//     starting -> registering -> catching up -> (fenced) -> running -> shutting down -> done
//
// It asks through the node, which knows who the active controller is, and is told the answers.
#pragma once

#include "core/base/exchange.hpp"
#include "core/base/process.hpp"
#include "core/node/config.hpp"
#include "core/wire/messages/broker_heartbeat_request.hpp"
#include "core/wire/messages/broker_heartbeat_response.hpp"
#include "core/wire/messages/broker_registration_request.hpp"
#include "core/wire/messages/broker_registration_response.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace orrery::node {

enum class LifecyclePhase : std::uint8_t {
    registering, ///< no broker epoch yet
    catching_up, ///< registered; the metadata log is not yet replayed up to the registration
    fenced,      ///< caught up; the controller has not unfenced us yet, or has fenced us again
    running,
    shutting_down, ///< leadership is being moved away
    done,
};
constexpr std::string_view name_of(LifecyclePhase phase) {
    switch (phase) {
    case LifecyclePhase::registering: return "registering";
    case LifecyclePhase::catching_up: return "catching up";
    case LifecyclePhase::fenced: return "fenced";
    case LifecyclePhase::running: return "running";
    case LifecyclePhase::shutting_down: return "controlled shutdown";
    case LifecyclePhase::done: return "shut down";
    }
    return "?";
}

using LifecycleAsk =
    Ask<std::variant<wire::BrokerRegistrationRequest, wire::BrokerHeartbeatRequest>>;

struct LifecycleConfig {
    Duration heartbeat_interval = seconds(2); ///< broker.heartbeat.interval.ms
    Duration session_timeout = seconds(9);    ///< broker.session.timeout.ms
    bool operator==(const LifecycleConfig&) const = default;
    ORRERY_FIELDS(heartbeat_interval, session_timeout)
};

/// What the broker registers with; from its config and its disk.
struct Registration {
    Uuid incarnation;   ///< fresh in every life
    Uuid log_directory; ///< directory.id of meta.properties
    BrokerEpoch previous_epoch{
        -1}; ///< of the life before, if that one ended cleanly; else -1 (KIP-966)
    bool operator==(const Registration&) const = default;
    ORRERY_FIELDS(incarnation, log_directory, previous_epoch)
};

class Lifecycle {
public:
    Lifecycle() = default;
    Lifecycle(const Config& node, LifecycleConfig config, Registration registration, Instant now);

    LifecyclePhase phase() const { return phase_; }
    /// -1 before the registration was accepted.
    BrokerEpoch epoch() const { return epoch_; }
    /// The end of the session as the controller counts it, if it heard our last heartbeat at once.
    Instant session_end() const { return last_contact_ + config_.session_timeout; }

    /// The metadata log is replayed below this offset; `registered` is our registration as the
    /// image has it: its epoch, or -1.
    void replayed(Offset end, BrokerEpoch registered, Instant now);
    /// SIGTERM: asks for controlled shutdown; `done` follows.
    void stop(Instant now);

    /// Asks that are due now; at most one is open at a time.
    std::optional<LifecycleAsk> due(Instant now);
    void on_answer(AskId id, const wire::BrokerRegistrationResponse& response, Instant now);
    void on_answer(AskId id, const wire::BrokerHeartbeatResponse& response, Instant now);
    void on_no_answer(AskId id, Instant now);
    std::optional<Instant> wakeup() const;

    bool operator==(const Lifecycle&) const = default;

private:
    wire::BrokerRegistrationRequest registration_request() const;
    wire::BrokerHeartbeatRequest heartbeat_request() const;
    void catch_up(Instant now);
    void retry_later(Instant now);
    void heartbeat_at(Instant when);

    Cow<Config> node_;
    LifecycleConfig config_;
    Registration registration_;
    LifecyclePhase phase_ = LifecyclePhase::registering;
    BrokerEpoch epoch_{-1};
    Offset replayed_end_{0};
    BrokerEpoch seen_epoch_{-1};    ///< of this life's registration in the image
    bool once_more_ = false;        ///< a heartbeat is wanted right after the one under way
    bool ready_to_unfence_ = false; ///< caught up with our own registration
    AskId open_;                    ///< {0}: none
    std::uint64_t next_ask_ = 1;
    Instant next_;              ///< when the next ask is due
    Instant last_contact_;      ///< last heartbeat that the controller answered
    std::int32_t failures_ = 0; ///< asks without a good answer since the last one

public:
    ORRERY_FIELDS(node_, config_, registration_, phase_, epoch_, replayed_end_, seen_epoch_,
                  once_more_, ready_to_unfence_, open_, next_ask_, next_, last_contact_, failures_)
};

} // namespace orrery::node
