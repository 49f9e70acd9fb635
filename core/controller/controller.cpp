#include "core/controller/controller.hpp"

#include "core/base/expect.hpp"
#include "core/controller/alter_configs.hpp"
#include "core/controller/brokers.hpp"
#include "core/controller/facts.hpp"
#include "core/controller/features.hpp"
#include "core/controller/partitions.hpp"
#include "core/controller/topics.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

/// When there may be more elections to hold than one round of them: very soon.
constexpr Duration again_soon = milliseconds(10);

Duration session_check_interval(Duration session_timeout) {
    return std::max(milliseconds(1), session_timeout / 8);
}

/// The first point of the grid (`at`, `at` + step, ...) after `moment`.
Instant first_after(Instant at, Duration step, Instant moment) {
    if (at > moment)
        return at;
    const std::int64_t steps = (moment - at).ns / step.ns + 1;
    return at + step * steps;
}

} // namespace

/// One call to an active controller: decides, writes, parks.
struct Term {
    Controller& controller;
    Controller::Active& active;
    const Now& now;
    Out& out;

    Basis basis() const {
        return {active.latest, controller.settings_, active.heartbeats, now.instant};
    }

    /// Writes the records: the latest image has them at once.
    void write(Records records) {
        if (records.empty())
            return;
        const Offset first = active.log_end;
        for (const metadata::Record& record : records) {
            const auto applied = active.latest.apply(record, active.log_end, active.epoch, nullptr);
            expect(applied.has_value(), "a decision whose records follow from the latest image");
            active.last_written = active.log_end;
            active.log_end = active.log_end + 1;
        }
        out.appends.push_back({first, active.epoch, std::move(records)});
    }

    /// Answers when all that was written is committed: also what wrote nothing may have read what
    /// is not committed yet.
    void reply(RequestId id, Response response) {
        if (active.last_written > controller.stable_.offset())
            active.parked.push_back({active.last_written, id, std::move(response)});
        else
            out.replies.push_back({id, std::move(response)});
    }

    template <class R>
    void settle(RequestId id, Decision<R> decision) {
        write(std::move(decision.records));
        reply(id, std::move(decision.response));
    }

    // --- requests

    void handle(RequestId id, const wire::BrokerRegistrationRequest& request) {
        auto decision = decide_registration(basis(), request, active.log_end.value);
        if (decision.records.empty()) {
            reply(id, std::move(decision.response));
            return;
        }
        write(std::move(decision.records));
        const NodeId broker{request.broker_id};
        if (decision.new_incarnation)
            active.heartbeats.erase(broker);
        Heard& heard = active.heartbeats[broker];
        heard.registered_at = active.last_written;
        heard.metadata_offset = no_offset;
        heard.fenced = active.latest.broker(broker)->fenced;
        reply(id, std::move(decision.response));
    }

    void handle(RequestId id, const wire::BrokerHeartbeatRequest& request) {
        const NodeId broker{request.broker_id};
        Heard* heard = active.heartbeats.find(broker);
        const metadata::Broker* registered = active.latest.broker(broker);
        if (heard && registered && registered->epoch.value == request.broker_epoch)
            heard->contact = now.instant;
        HeartbeatDecision decision = decide_heartbeat(basis(), request);
        if (!decision.refused) {
            note_heartbeat(*heard, request, decision);
            write(std::move(decision.records));
            if (decision.next == BrokerState::controlled_shutdown && !heard->shutting_down())
                heard->shutdown_offset = active.log_end - 1;
        }
        reply(id, std::move(decision.response));
    }

    static void note_heartbeat(Heard& heard, const wire::BrokerHeartbeatRequest& request,
                               const HeartbeatDecision& decision) {
        const bool fenced = decision.response.is_fenced;
        if (fenced && !heard.fenced)
            heard.fenced_for = decision.fenced_for;
        heard.fenced = fenced;
        heard.metadata_offset = Offset{request.current_metadata_offset};
        if (fenced)
            heard.shutdown_offset = no_offset;
    }

    void handle(RequestId id, const wire::UnregisterBrokerRequest& request) {
        settle(id, decide_unregister(basis(), request));
        if (!active.latest.broker(NodeId{request.broker_id}))
            active.heartbeats.erase(NodeId{request.broker_id});
    }
    void handle(RequestId id, const wire::ControllerRegistrationRequest& request) {
        settle(id, decide_controller_registration(basis(), request));
    }
    void handle(RequestId id, const wire::AlterPartitionRequest& request) {
        settle(id, decide_alter_partition(basis(), request));
    }
    void handle(RequestId id, const wire::CreateTopicsRequest& request) {
        settle(id, decide_create_topics(basis(), controller.random_, request));
    }
    void handle(RequestId id, const wire::DeleteTopicsRequest& request) {
        settle(id, decide_delete_topics(basis(), request));
    }
    void handle(RequestId id, const wire::CreatePartitionsRequest& request) {
        settle(id, decide_create_partitions(basis(), controller.random_, request));
    }
    void handle(RequestId id, const wire::IncrementalAlterConfigsRequest& request) {
        settle(id, decide_incremental_alter_configs(basis(), request));
    }
    void handle(RequestId id, const wire::AlterConfigsRequest& request) {
        settle(id, decide_alter_configs(basis(), request));
    }
    void handle(RequestId id, const wire::ElectLeadersRequest& request) {
        settle(id, decide_elect_leaders(basis(), request));
    }
    void handle(RequestId id, const wire::AllocateProducerIdsRequest& request) {
        settle(id, decide_allocate_producer_ids(basis(), request));
    }
    void handle(RequestId id, const wire::UpdateFeaturesRequest& request) {
        settle(id, decide_update_features(basis(), request));
    }

    // --- what comes with time

    /// One broker at a time, so that each sees what became of the one before.
    void end_sessions() {
        const Duration timeout = controller.settings_.session_timeout;
        for (auto& [id, heard] : active.heartbeats) {
            if (!heard.contact || heard.has_session(now.instant, timeout))
                continue;
            heard.contact.reset();
            heard.metadata_offset = heard.fenced ? heard.metadata_offset : no_offset;
            heard.fenced_for = heard.fenced ? heard.fenced_for : FencedFor::session_ended;
            heard.fenced = true;
            heard.shutdown_offset = no_offset;
            Records records;
            fence(basis(), id, records);
            write(std::move(records));
        }
    }

    void wake() {
        const Settings& settings = controller.settings_;
        const auto check = session_check();
        if (check && now.instant >= *check) {
            end_sessions();
            active.next_session_check = *check + session_check_interval(settings.session_timeout);
        }
        if (now.instant >= active.next_rebalance) {
            Elections elections = elect_preferred_leaders(basis());
            write(std::move(elections.records));
            active.next_rebalance =
                now.instant + (elections.more ? again_soon : settings.rebalance_interval);
        }
        if (now.instant >= active.next_unclean) {
            Elections elections = elect_unclean_leaders(basis());
            write(std::move(elections.records));
            active.next_unclean =
                now.instant + (elections.more ? again_soon : settings.unclean_interval);
        }
        if (now.instant >= active.next_no_op) {
            Records records;
            records.push_back({wire::NoOpRecord{}, 0});
            write(std::move(records));
            active.next_no_op = now.instant + settings.no_op_interval;
        }
    }

    std::optional<Instant> session_check() const { return controller.session_check(); }
};

Controller::Controller(Settings settings, Random random)
    : settings_(std::move(settings)), random_(random) {}

void Controller::become_active(const Now& now, LeaderEpoch epoch, const metadata::Image& committed,
                               Offset log_end, Out out) {
    expect(!active_.has_value(), "a controller that is not active yet");
    stable_ = committed;
    Active active;
    active.epoch = epoch;
    active.latest = committed;
    active.log_end = log_end;
    for (const auto& entry : committed.brokers()) {
        const metadata::Broker& broker = *entry.second;
        Heard& heard = active.heartbeats[entry.first];
        heard.registered_at = Offset{broker.epoch.value};
        heard.fenced = broker.fenced;
        if (!broker.fenced)
            heard.contact = now.instant;
    }
    active.next_session_check = now.instant + session_check_interval(settings_.session_timeout);
    if (settings_.no_op_interval > Duration{})
        active.next_no_op = now.instant + settings_.no_op_interval;
    if (settings_.rebalance)
        active.next_rebalance = now.instant + settings_.rebalance_interval;
    active.next_unclean = now.instant + settings_.unclean_interval;
    active_ = std::move(active);
    Note note;
    note.fact = Fact::controller_active;
    note.numbers[0] = epoch.value;
    out.effects.emplace_back(std::move(note));
    Term term{*this, *active_, now, out};
    term.write(activation_records(term.basis()));
}

void Controller::resign(const Now&, Out out) {
    if (!active_)
        return;
    for (Parked& parked : active_->parked) {
        withdraw(parked.response, wire::Error::not_controller);
        out.replies.push_back({parked.request, std::move(parked.response)});
    }
    Note note;
    note.fact = Fact::controller_inactive;
    note.numbers[0] = active_->epoch.value;
    out.effects.emplace_back(std::move(note));
    active_.reset();
}

void Controller::on_request(const Now& now, RequestId id, const Request& request, Out out) {
    if (!active_) {
        out.replies.push_back({id, refuse(request, wire::Error::not_controller)});
        return;
    }
    Term term{*this, *active_, now, out};
    std::visit([&](const auto& held) { term.handle(id, held); }, request);
}

void Controller::forget(RequestId id) {
    if (active_)
        std::erase_if(active_->parked, [&](const Parked& p) { return p.request == id; });
}

void Controller::on_committed(const Now&, const metadata::Image& image,
                              const metadata::Changes& changes, Out out) {
    stable_ = image;
    if (!active_)
        return;
    tell(image, changes, active_->heartbeats, out.effects);
    auto& parked = active_->parked;
    std::size_t given = 0;
    while (given < parked.size() && parked[given].last <= image.offset()) {
        out.replies.push_back({parked[given].request, std::move(parked[given].response)});
        ++given;
    }
    parked.erase(parked.begin(), parked.begin() + static_cast<std::ptrdiff_t>(given));
}

void Controller::log_end_is(Offset log_end) {
    if (!active_)
        return;
    expect(log_end >= active_->log_end, "a log that only grows while this controller is active");
    active_->log_end = log_end;
}

void Controller::wake(const Now& now, Out out) {
    if (!active_)
        return;
    Term term{*this, *active_, now, out};
    term.wake();
}

std::optional<Instant> Controller::session_check() const {
    const auto contact = earliest_contact(active_->heartbeats);
    if (!contact)
        return std::nullopt;
    return first_after(active_->next_session_check,
                       session_check_interval(settings_.session_timeout),
                       *contact + settings_.session_timeout);
}

std::optional<Instant> Controller::wakeup() const {
    if (!active_)
        return std::nullopt;
    const Instant next =
        std::min({active_->next_no_op, active_->next_rebalance, active_->next_unclean});
    const auto check = session_check();
    if (!check && next == never)
        return std::nullopt;
    return check ? std::min(next, *check) : next;
}

std::optional<LeaderEpoch> Controller::epoch() const {
    return active_ ? std::optional(active_->epoch) : std::nullopt;
}

const metadata::Image& Controller::latest() const {
    return active_ ? active_->latest : stable_;
}

std::size_t Controller::parked() const {
    return active_ ? active_->parked.size() : 0;
}

} // namespace orrery::controller
