// BrokerHeartbeat and fencing: a broker's way from fenced to unfenced, into controlled shutdown and
// out of the cluster (KIP-631, KIP-841), and its log directories that fail or are cordoned.
#include "core/controller/brokers.hpp"
#include "core/metadata/versions.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

using wire::Error;

wire::BrokerRegistrationChangeRecord change_of(const metadata::Broker& broker) {
    wire::BrokerRegistrationChangeRecord record;
    record.broker_id = broker.id.value;
    record.broker_epoch = broker.epoch.value;
    return record;
}

void unfence(const Basis& basis, const metadata::Broker& broker, Records& records) {
    wire::BrokerRegistrationChangeRecord record = change_of(broker);
    record.fenced = -1;
    records.push_back({std::move(record), 0});
    shift_partitions(basis, {no_node, broker.id, no_node}, Concerned::leaderless, no_node, records);
}

void begin_shutdown(const Basis& basis, const metadata::Broker& broker, Records& records) {
    if (!broker.in_controlled_shutdown) {
        wire::BrokerRegistrationChangeRecord record = change_of(broker);
        record.in_controlled_shutdown = 1;
        records.push_back({std::move(record), 1});
    }
    shift_partitions(basis, {broker.id, no_node, no_node}, Concerned::in_isr, broker.id, records);
}

BrokerState state_of(const Heard& heard) {
    if (heard.shutting_down())
        return BrokerState::controlled_shutdown;
    return heard.fenced ? BrokerState::fenced : BrokerState::unfenced;
}

/// The transition table:
///   fenced               wants shutdown -> shutdown_now; wants to be unfenced and has read its own
///                        registration -> unfenced
///   unfenced             wants fence -> fenced, or shutdown_now with wants shutdown; wants
///                        shutdown -> controlled_shutdown while it leads anything, else
///                        shutdown_now
///   controlled_shutdown  leads nothing, and all active brokers know that -> shutdown_now
BrokerState next_state(const Basis& basis, const Heard& heard,
                       const wire::BrokerHeartbeatRequest& request, bool caught_up) {
    const BrokerState present = state_of(heard);
    const NodeId id{request.broker_id};
    switch (present) {
    case BrokerState::fenced:
        if (request.want_shut_down)
            return BrokerState::shutdown_now;
        return !request.want_fence && caught_up ? BrokerState::unfenced : BrokerState::fenced;
    case BrokerState::unfenced:
        if (request.want_fence)
            return request.want_shut_down ? BrokerState::shutdown_now : BrokerState::fenced;
        if (!request.want_shut_down)
            return BrokerState::unfenced;
        return leads_any(basis.image, id) ? BrokerState::controlled_shutdown
                                          : BrokerState::shutdown_now;
    case BrokerState::controlled_shutdown:
        return !leads_any(basis.image, id) &&
                       heard.shutdown_offset <= lowest_active_offset(basis.heartbeats)
                   ? BrokerState::shutdown_now
                   : BrokerState::controlled_shutdown;
    case BrokerState::shutdown_now: break;
    }
    return BrokerState::shutdown_now;
}

/// Replicas in directories that failed leave their ISRs. A directory that is offline stays so for
/// this registration.
void take_dirs_offline(const Basis& basis, const metadata::Broker& broker,
                       const std::vector<Uuid>& offline, Records& records) {
    std::vector<Uuid> online = broker.log_dirs;
    for (const Uuid& directory : offline) {
        const auto at = std::lower_bound(online.begin(), online.end(), directory);
        if (at == online.end() || *at != directory)
            continue;
        online.erase(at);
        shift_partitions(basis, {broker.id, no_node, no_node}, Concerned::in_isr, broker.id,
                         records, &directory);
    }
    if (online.size() == broker.log_dirs.size())
        return;
    wire::BrokerRegistrationChangeRecord record = change_of(broker);
    record.log_dirs = std::move(online);
    records.push_back({std::move(record), 2});
}

void cordon_dirs(const Basis& basis, const metadata::Broker& broker, std::vector<Uuid> cordoned,
                 Records& records) {
    std::sort(cordoned.begin(), cordoned.end());
    if (!metadata::cordoned_dirs_supported(basis.metadata_version()) ||
        cordoned == broker.cordoned_log_dirs.value_or(std::vector<Uuid>{}))
        return;
    wire::BrokerRegistrationChangeRecord record = change_of(broker);
    record.cordoned_log_dirs = std::move(cordoned);
    records.push_back({std::move(record), 3});
}

} // namespace

void fence(const Basis& basis, NodeId broker, Records& records) {
    shift_partitions(basis, {broker, no_node, no_node}, Concerned::in_isr, broker, records);
    wire::BrokerRegistrationChangeRecord record = change_of(*basis.image.broker(broker));
    record.fenced = 1;
    records.push_back({std::move(record), 0});
}

HeartbeatDecision decide_heartbeat(const Basis& basis,
                                   const wire::BrokerHeartbeatRequest& request) {
    HeartbeatDecision decision;
    const NodeId id{request.broker_id};
    const Refusal stale = check_broker_epoch(basis, id, request.broker_epoch);
    if (stale) {
        decision.refused = true;
        decision.response.error_code = wire::code(stale.error);
        return decision;
    }
    const metadata::Broker& broker = *basis.image.broker(id);
    const Heard& heard = *basis.heartbeats.find(id);
    // It must have read its own registration, or it would not know itself.
    const bool caught_up = Offset{request.current_metadata_offset} >= heard.registered_at;
    decision.next = next_state(basis, heard, request, caught_up);
    if (decision.next != state_of(heard)) {
        switch (decision.next) {
        case BrokerState::unfenced: unfence(basis, broker, decision.records); break;
        case BrokerState::controlled_shutdown:
            begin_shutdown(basis, broker, decision.records);
            break;
        case BrokerState::shutdown_now:
            decision.fenced_for = FencedFor::shut_down;
            fence(basis, id, decision.records);
            break;
        case BrokerState::fenced: fence(basis, id, decision.records); break;
        }
    }
    if (metadata::directories_supported(basis.metadata_version()))
        take_dirs_offline(basis, broker, request.offline_log_dirs, decision.records);
    if (request.cordoned_log_dirs)
        cordon_dirs(basis, broker, *request.cordoned_log_dirs, decision.records);
    decision.response.is_caught_up = caught_up;
    decision.response.is_fenced =
        decision.next == BrokerState::fenced || decision.next == BrokerState::shutdown_now;
    decision.response.should_shut_down = decision.next == BrokerState::shutdown_now;
    return decision;
}

} // namespace orrery::controller
