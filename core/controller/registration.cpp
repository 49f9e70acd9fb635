// BrokerRegistration, ControllerRegistration and UnregisterBroker (KIP-631, KIP-858, KIP-966).
#include "core/controller/brokers.hpp"
#include "core/metadata/versions.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

using wire::Error;

/// Ids below 100 are kept for what is not a directory: unassigned, lost, migrating, those to come.
bool is_reserved(const Uuid& directory) {
    return directory.high == 0 && directory.low < 100;
}

Error check_directories(const Basis& basis, const wire::BrokerRegistrationRequest& request) {
    if (!metadata::directories_supported(basis.metadata_version()))
        return Error::none;
    std::vector<Uuid> directories = request.log_dirs;
    if (directories.empty() || std::any_of(directories.begin(), directories.end(), is_reserved))
        return Error::invalid_registration;
    std::sort(directories.begin(), directories.end());
    if (std::adjacent_find(directories.begin(), directories.end()) != directories.end())
        return Error::invalid_registration;
    for (const auto& entry : basis.image.brokers()) {
        const metadata::Broker& other = *entry.second;
        if (other.id.value == request.broker_id)
            continue;
        for (const Uuid& directory : other.log_dirs)
            if (std::binary_search(directories.begin(), directories.end(), directory))
                return Error::invalid_registration;
    }
    return Error::none;
}

/// Every finalized feature must lie in the range that the broker supports; what it doesn't name it
/// supports at level 0 only.
Error check_features(const Basis& basis, const wire::BrokerRegistrationRequest& request) {
    const auto names = [&](std::string_view name) {
        return std::any_of(request.features.begin(), request.features.end(),
                           [&](const auto& feature) { return feature.name == name; });
    };
    if (!names(metadata::metadata_version_feature))
        return Error::invalid_registration;
    for (const auto& feature : request.features) {
        // kraft.version is finalized by a control record of the quorum, not by the image.
        if (feature.name == metadata::kraft_version_feature)
            continue;
        const std::int16_t level = basis.image.feature(feature.name);
        if (level < feature.min_supported_version || level > feature.max_supported_version)
            return Error::unsupported_version;
    }
    for (const auto& [name, level] : basis.image.features())
        if (level != 0 && !names(name))
            return Error::unsupported_version;
    return Error::none;
}

Error check_registration(const Basis& basis, const wire::BrokerRegistrationRequest& request,
                         const metadata::Broker* existing) {
    if (request.cluster_id != basis.settings.cluster_id)
        return Error::inconsistent_cluster_id;
    if (existing && existing->incarnation != request.incarnation_id) {
        const Heard* heard = basis.heartbeats.find(existing->id);
        if (heard && heard->has_session(basis.now, basis.settings.session_timeout))
            return Error::duplicate_broker_registration;
    }
    if (request.is_migrating_zk_broker)
        return Error::broker_id_not_registered;
    const Error directories = check_directories(basis, request);
    return directories != Error::none ? directories : check_features(basis, request);
}

/// Where a node listens and what it supports, from its request into its record.
template <class Request, class Record>
void copy_terms(const Request& request, Record& record) {
    for (const auto& from : request.listeners) {
        auto& to = record.end_points.emplace_back();
        to.name = from.name;
        to.host = from.host;
        to.port = from.port;
        to.security_protocol = from.security_protocol;
    }
    for (const auto& from : request.features) {
        auto& to = record.features.emplace_back();
        to.name = from.name;
        to.min_supported_version = from.min_supported_version;
        to.max_supported_version = from.max_supported_version;
    }
}

wire::RegisterBrokerRecord record_of(const Basis& basis,
                                     const wire::BrokerRegistrationRequest& request) {
    wire::RegisterBrokerRecord record;
    record.broker_id = request.broker_id;
    record.incarnation_id = request.incarnation_id;
    record.rack = request.rack;
    copy_terms(request, record);
    if (metadata::directories_supported(basis.metadata_version()))
        record.log_dirs = request.log_dirs;
    return record;
}

/// What a former incarnation leaves behind. Without a clean stop (the broker does not know the
/// epoch it was last registered with) what it had not flushed may be gone, so it is taken out of
/// ISRs and ELRs alike. After a clean one it is merely not in sync any more.
void clean_up(const Basis& basis, NodeId broker, bool clean_stop, Records& records) {
    if (basis.image.elr_enabled() && !clean_stop) {
        const Shift shift{no_node, no_node, broker};
        shift_partitions(basis, shift, Concerned::in_isr, broker, records);
        shift_partitions(basis, shift, Concerned::in_elr, broker, records);
        return;
    }
    shift_partitions(basis, {broker, no_node, no_node}, Concerned::in_isr, broker, records);
}

} // namespace

RegistrationDecision decide_registration(const Basis& basis,
                                         const wire::BrokerRegistrationRequest& request,
                                         std::int64_t epoch) {
    RegistrationDecision decision;
    const NodeId id{request.broker_id};
    const metadata::Broker* existing = basis.image.broker(id);
    const Error error = check_registration(basis, request, existing);
    if (error != Error::none) {
        decision.response.error_code = wire::code(error);
        return decision;
    }
    wire::RegisterBrokerRecord record = record_of(basis, request);
    decision.new_incarnation = !existing || existing->incarnation != request.incarnation_id;
    if (decision.new_incarnation) {
        const bool clean_stop = existing && existing->epoch.value == request.previous_broker_epoch;
        clean_up(basis, id, clean_stop, decision.records);
        record.broker_epoch = epoch;
    } else {
        record.fenced = existing->fenced;
        record.in_controlled_shutdown = existing->in_controlled_shutdown;
        record.broker_epoch = existing->epoch.value;
    }
    decision.response.broker_epoch = record.broker_epoch;
    decision.records.push_back(
        {std::move(record), metadata::register_broker_version(basis.metadata_version())});
    return decision;
}

Decision<wire::UnregisterBrokerResponse>
decide_unregister(const Basis& basis, const wire::UnregisterBrokerRequest& request) {
    Decision<wire::UnregisterBrokerResponse> decision;
    const NodeId id{request.broker_id};
    const metadata::Broker* broker = basis.image.broker(id);
    if (!broker) {
        decision.response.error_code = wire::code(Error::broker_id_not_registered);
        decision.response.error_message =
            "Broker ID " + std::to_string(request.broker_id) + " is not currently registered";
        return decision;
    }
    const Shift shift{id, no_node, no_node};
    shift_partitions(basis, shift, Concerned::in_isr, id, decision.records);
    shift_partitions(basis, shift, Concerned::in_elr, id, decision.records);
    wire::UnregisterBrokerRecord record;
    record.broker_id = request.broker_id;
    record.broker_epoch = broker->epoch.value;
    decision.records.push_back({std::move(record), 0});
    return decision;
}

Decision<wire::ControllerRegistrationResponse>
decide_controller_registration(const Basis& basis,
                               const wire::ControllerRegistrationRequest& request) {
    Decision<wire::ControllerRegistrationResponse> decision;
    if (!metadata::controller_registration_supported(basis.metadata_version())) {
        decision.response.error_code = wire::code(Error::unsupported_version);
        decision.response.error_message =
            "The current MetadataVersion is too old to support controller registrations.";
        return decision;
    }
    wire::RegisterControllerRecord record;
    record.controller_id = request.controller_id;
    record.incarnation_id = request.incarnation_id;
    copy_terms(request, record);
    decision.records.push_back({std::move(record), 0});
    return decision;
}

} // namespace orrery::controller
