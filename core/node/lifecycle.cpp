#include "core/node/lifecycle.hpp"

#include "core/node/features.hpp"
#include "core/wire/error.hpp"

#include <algorithm>

namespace orrery::node {

namespace {

// initial.broker.registration.timeout.ms bounds the whole attempt; single tries back off like this.
constexpr Duration retry_first = milliseconds(100);
constexpr Duration retry_longest = seconds(1);
constexpr Duration heartbeat_while_stopping = milliseconds(100);

} // namespace

Lifecycle::Lifecycle(const Config& node, LifecycleConfig config, Registration registration,
                     Instant now)
    : node_(node), config_(config), registration_(registration), next_(now), last_contact_(now) {}

void Lifecycle::replayed(Offset end, BrokerEpoch registered, Instant now) {
    replayed_end_ = end;
    seen_epoch_ = registered;
    catch_up(now);
}

/// Only once the image has our own registration do we know the cluster as it was when we joined;
/// serving earlier would show the past. Either may come first, the image or the controller's
/// answer.
void Lifecycle::catch_up(Instant now) {
    if (phase_ != LifecyclePhase::catching_up || epoch_.value < 0 || seen_epoch_ != epoch_)
        return;
    phase_ = LifecyclePhase::fenced;
    ready_to_unfence_ = true;
    heartbeat_at(now);
}

void Lifecycle::stop(Instant now) {
    if (phase_ == LifecyclePhase::registering || phase_ == LifecyclePhase::catching_up) {
        phase_ = LifecyclePhase::done; // never unfenced: there is nothing to move away
        return;
    }
    if (phase_ == LifecyclePhase::done)
        return;
    phase_ = LifecyclePhase::shutting_down;
    heartbeat_at(now);
}

/// A heartbeat that is under way can't say what has happened since: another follows its answer.
void Lifecycle::heartbeat_at(Instant when) {
    if (open_.value != 0)
        once_more_ = true;
    else
        next_ = std::min(next_, when);
}

std::optional<LifecycleAsk> Lifecycle::due(Instant now) {
    if (open_.value != 0 || phase_ == LifecyclePhase::done || now < next_)
        return std::nullopt;
    open_ = {next_ask_++};
    next_ = never;
    const Duration timeout = config_.session_timeout / 2;
    if (phase_ == LifecyclePhase::registering)
        return LifecycleAsk{open_, no_node, timeout, registration_request()};
    return LifecycleAsk{open_, no_node, timeout, heartbeat_request()};
}

wire::BrokerRegistrationRequest Lifecycle::registration_request() const {
    wire::BrokerRegistrationRequest request;
    request.broker_id = node_->id.value;
    request.cluster_id = node_->cluster_id;
    request.incarnation_id = registration_.incarnation;
    for (const Listener& listener : node_->listeners) {
        if (listener.controller)
            continue;
        wire::BrokerRegistrationRequest::Listener made;
        made.name = listener.name;
        made.host = listener.at.host;
        made.port = static_cast<std::uint16_t>(listener.at.port);
        request.listeners.push_back(std::move(made));
    }
    for (const FeatureRange& feature : supported_features) {
        wire::BrokerRegistrationRequest::Feature made;
        made.name = std::string(feature.name);
        made.min_supported_version = feature.lowest;
        made.max_supported_version = feature.highest;
        request.features.push_back(std::move(made));
    }
    request.rack = node_->rack;
    request.log_dirs.push_back(registration_.log_directory);
    request.previous_broker_epoch = registration_.previous_epoch.value;
    return request;
}

wire::BrokerHeartbeatRequest Lifecycle::heartbeat_request() const {
    wire::BrokerHeartbeatRequest request;
    request.broker_id = node_->id.value;
    request.broker_epoch = epoch_.value;
    request.current_metadata_offset = replayed_end_.value - 1;
    request.want_fence = !ready_to_unfence_;
    request.want_shut_down = phase_ == LifecyclePhase::shutting_down;
    return request;
}

void Lifecycle::on_answer(AskId id, const wire::BrokerRegistrationResponse& response, Instant now) {
    if (id != open_)
        return;
    open_ = {};
    if (response.error_code != code(wire::Error::none)) {
        // DUPLICATE_BROKER_REGISTRATION is usually our own last life, which ends with its session.
        retry_later(now);
        return;
    }
    failures_ = 0;
    epoch_ = {response.broker_epoch};
    last_contact_ = now;
    if (phase_ == LifecyclePhase::registering)
        phase_ = LifecyclePhase::catching_up;
    next_ = now;
    catch_up(now);
}

void Lifecycle::on_answer(AskId id, const wire::BrokerHeartbeatResponse& response, Instant now) {
    if (id != open_)
        return;
    open_ = {};
    if (response.error_code == code(wire::Error::stale_broker_epoch) ||
        response.error_code == code(wire::Error::broker_id_not_registered)) {
        // The controller does not know this life: it restarted from an older log, or forgot us.
        if (phase_ != LifecyclePhase::shutting_down)
            phase_ = LifecyclePhase::registering;
        retry_later(now);
        return;
    }
    if (response.error_code != code(wire::Error::none)) {
        retry_later(now);
        return;
    }
    failures_ = 0;
    last_contact_ = now;
    if (phase_ == LifecyclePhase::shutting_down) {
        if (response.should_shut_down)
            phase_ = LifecyclePhase::done;
        next_ = now + heartbeat_while_stopping;
        return;
    }
    if (phase_ == LifecyclePhase::fenced && !response.is_fenced)
        phase_ = LifecyclePhase::running;
    if (phase_ == LifecyclePhase::running && response.is_fenced)
        phase_ = LifecyclePhase::fenced;
    next_ = once_more_ ? now : now + config_.heartbeat_interval;
    once_more_ = false;
}

void Lifecycle::on_no_answer(AskId id, Instant now) {
    if (id != open_)
        return;
    open_ = {};
    retry_later(now);
}

void Lifecycle::retry_later(Instant now) {
    const std::int32_t doublings = std::min(failures_, 4);
    ++failures_;
    next_ = now + std::min(retry_first * (std::int64_t{1} << doublings), retry_longest);
}

std::optional<Instant> Lifecycle::wakeup() const {
    if (open_.value != 0 || phase_ == LifecyclePhase::done)
        return std::nullopt;
    return next_;
}

} // namespace orrery::node
