// Settling: after an input, the rooms tell each other what it meant, until nobody has anything to
// say.
#include "core/metadata/record.hpp"
#include "core/node/features.hpp"
#include "core/node/node.hpp"
#include "core/node/node_reply.hpp"
#include "core/node/node_step.hpp"
#include "core/record/records.hpp"

namespace orrery::node {

namespace {

constexpr std::int64_t replay_chunk = std::int64_t{4} << 20U;

/// The request of a room's ask, moved out of it.
template <class Request>
PeerRequest peer_request(Ask<Request>& ask) {
    return std::visit([](auto& held) { return PeerRequest(std::move(held)); }, ask.request);
}

} // namespace

void Node::settle(Step& step) {
    bool moved = true;
    while (moved && running()) {
        moved = settle_quorum(step);
        moved = settle_metadata(step) || moved;
        moved = settle_controller(step) || moved;
        moved = settle_replicas(step) || moved;
        moved = settle_groups(step) || moved;
        moved = settle_asks(step) || moved;
        while (!step.resumed.empty()) {
            const ConnectionId connection = step.resumed.back();
            step.resumed.pop_back();
            resume(connection, step);
            moved = true;
        }
    }
}

template <class Asked>
void Node::ask_peer(Purpose purpose, Asked& ask, const Endpoint& at, Step& step) {
    peers_.ask(purpose, ask.id, ask.to, at, ask.timeout, peer_request(ask), step.instant(),
               step.out);
}

bool Node::settle_quorum(Step& step) {
    bool moved = take_each(step.raft.replies, [&](const auto& ready) { answer(ready, step); });
    moved |= take_each(step.raft.asks, [&](auto& ask) {
        const raft::Voter* voter = quorum_->config().voter(ask.to);
        expect(voter != nullptr, "the quorum to ask voters only");
        ask_peer(Purpose::quorum, ask, voter->endpoint, step);
    });
    const raft::Leadership seen = quorum_->leadership();
    if (seen != seen_leadership_) {
        seen_leadership_ = seen;
        registration_retry_ = step.instant();
        moved = true;
    }
    if (controller_ && controller_->active() &&
        (!quorum_->is_leader() || controller_->epoch() != quorum_->epoch())) {
        controller_->resign(step.now, step.controller());
        moved = true;
    }
    if (stopping_ && !replicas_ && quorum_->may_stop() && !closing_) {
        closing_ = true;
        finish_stop(step);
    }
    return moved;
}

/// Applies what the quorum has committed since. Control batches are the quorum's own business.
void Node::replay(metadata::Changes& changes, Step& step) {
    if (const raft::Snapshot* snapshot = snapshot_to_load())
        load_snapshot(*snapshot, changes, step);
    while (running() && replayed_ < quorum_->high_watermark()) {
        const auto read =
            quorum_->log().read(replayed_, {replay_chunk, quorum_->high_watermark(), true});
        if (!read || read->records.empty())
            return;
        record::BatchReader batches(read->records);
        while (true) {
            const auto next = batches.next();
            if (!next || !*next)
                break;
            const record::Batch& batch = **next;
            if (!batch.header.is_control()) {
                record::Records records(batch);
                record::Record record;
                while (records.next(record)) {
                    if (record.offset < replayed_)
                        continue;
                    const auto decoded = decode_record(record, batch);
                    const auto applied = decoded ? image_.apply(*decoded, record.offset,
                                                                batch.header.leader_epoch, &changes)
                                                 : failure(decoded.error());
                    if (!applied)
                        return halt("metadata record " + std::to_string(record.offset.value) +
                                        ": " + applied.error().what,
                                    step);
                }
            }
            replayed_ = std::max(replayed_, batch.header.next_offset());
            snapshots_.replayed(batch);
        }
    }
}

bool Node::settle_metadata(Step& step) {
    if (replayed_ >= quorum_->high_watermark())
        return false;
    const Offset before = replayed_;
    metadata::Changes changes = std::exchange(pending_changes_, {});
    replay(changes, step);
    if (exited_)
        return false;
    if (image_.in_transaction()) { // KIP-868: nobody sees half of it
        pending_changes_ = std::move(changes);
        return replayed_ != before;
    }
    if (controller_)
        controller_->on_committed(step.now, image_, changes, step.controller());
    if (replicas_) {
        const metadata::Broker* self = image_.broker(config_->id);
        const bool ours = self != nullptr && self->incarnation == incarnation_;
        publish(changes, ours, step);
        lifecycle_.replayed(replayed_, ours ? self->epoch : BrokerEpoch{-1}, step.instant());
    }
    make_snapshot_if_due(step);
    return replayed_ != before;
}

/// The partitions hear of metadata only from our own registration on, as in Kafka. What was decided
/// about the life before must not be acted upon: a leader that came back within its old session
/// with an empty disk would lead, and its followers would cut what was committed.
void Node::publish(metadata::Changes& changes, bool registered, Step& step) {
    const bool first = registered && !published_;
    if (first) {
        published_ = true;
        changes.everything = true;
    }
    if (published_ && !changes.empty()) {
        replicas_->apply(image_, changes, step.now, step.replica);
        apply_to_groups(changes, step);
    }
    if (first) // all that was decided before this life is known: what nobody speaks of is a stray
        replicas_->erase_strays(step.now, step.replica);
}

bool Node::settle_controller(Step& step) {
    if (!controller_)
        return false;
    bool moved = false;
    if (quorum_->is_leader() && !controller_->active() && replayed_ > quorum_->epoch_start()) {
        controller_->become_active(step.now, quorum_->epoch(), image_, quorum_->next_offset(),
                                   step.controller());
        moved = true;
    }
    moved |= take_each(step.appends, [&](controller::Append& append) {
        std::vector<Bytes> values;
        values.reserve(append.records.size());
        for (const metadata::Record& record : append.records)
            values.push_back(metadata::encode(record));
        const bool same_term = quorum_->is_leader() && quorum_->epoch() == append.epoch;
        const auto last = same_term ? quorum_->append(values, step.now, step.raft)
                                    : failure(wire::Error::not_leader_or_follower);
        if (!last) {
            if (controller_->active())
                controller_->resign(step.now, step.controller());
            quorum_->resign(step.now, step.raft);
            return;
        }
        expect(*last == append.first + (static_cast<std::int64_t>(values.size()) - 1),
               "the controller to know the offsets of its records");
    });
    moved |= take_each(step.decisions, [&](const auto& ready) { answer(ready, step); });
    return moved;
}

bool Node::settle_replicas(Step& step) {
    if (!replicas_)
        return false;
    bool moved = take_each(step.replica.replies, [&](const auto& ready) { answer(ready, step); });
    moved |= take_each(step.replica.unanswered, [&](RequestId done) {
        ServedConnection* served = served_.find(connection_of(done));
        if (served == nullptr)
            return;
        served->open.reset();
        step.resumed.push_back(connection_of(done));
    });
    moved |= take_each(step.replica.hang_ups,
                       [&](RequestId failed) { hang_up(connection_of(failed), step); });
    moved |= take_each(step.replica.asks, [&](auto& ask) {
        if (ask.to == no_node)
            ask_controller(Purpose::alter_partition, ask.id, ask.timeout, peer_request(ask), step);
        else if (const auto at = broker_endpoint(ask.to))
            ask_peer(Purpose::replica_fetch, ask, *at, step);
        else
            replicas_->on_no_answer(ask.id, step.now, step.replica);
    });
    if (stopping_ && lifecycle_.phase() == LifecyclePhase::done && !closing_) {
        closing_ = true;
        stop_groups(step);
        replicas_->shut_down(closing_writes, last_write, step.now, step.replica);
        moved = true;
    }
    return moved;
}

/// What the node itself asks: lifecycle, forwards, registration; and the asks that came to nothing.
bool Node::settle_asks(Step& step) {
    bool moved = false;
    const Instant now = step.instant();
    if (replicas_) {
        replicas_->registered(lifecycle_.epoch());
        if (auto ask = lifecycle_.due(now)) {
            ask_controller(Purpose::lifecycle, ask->id, ask->timeout, peer_request(*ask), step);
            moved = true;
        }
    }
    const auto forward_due = forwarding_.wakeup();
    if (forward_due && *forward_due <= now) {
        for (const Forwarded& late : forwarding_.expired(now))
            refuse_forwarded(late, step);
        for (auto& ask : forwarding_.due(now))
            ask_controller(Purpose::forwarding, ask.id, ask.timeout, std::move(ask.request), step);
        moved = true;
    }
    if (config_->controller && registration_retry_ <= now)
        register_controller(step);
    if (peers_.any_failed())
        for (const PeerAnswer& failed : peers_.take_failed()) {
            unanswered(failed, step);
            moved = true;
        }
    return moved;
}

void Node::ask_controller(Purpose purpose, AskId id, Duration timeout, PeerRequest request,
                          Step& step) {
    const NodeId leader = quorum_->leader();
    const auto at = controller_endpoint(leader);
    if (at) {
        peers_.ask(purpose, id, leader, *at, timeout, std::move(request), step.instant(), step.out);
        return;
    }
    const PeerAnswer nobody{purpose, id, no_node, false, 0, 0, 0};
    unanswered(nobody, step);
}

/// A controller makes itself known to the active one once in each life (KIP-919).
void Node::register_controller(Step& step) {
    registration_retry_ = never;
    const auto& known = image_.controllers();
    const metadata::ControllerNode* self = known.find(config_->id);
    if ((self != nullptr && self->incarnation == incarnation_) || registration_ask_ != 0)
        return;
    if (quorum_->leader() == no_node)
        return;
    wire::ControllerRegistrationRequest request;
    request.controller_id = config_->id.value;
    request.incarnation_id = incarnation_;
    for (const Listener& listener : config_->listeners) {
        if (!listener.controller)
            continue;
        wire::ControllerRegistrationRequest::Listener made;
        made.name = listener.name;
        made.host = listener.at.host;
        made.port = static_cast<std::uint16_t>(listener.at.port);
        request.listeners.push_back(std::move(made));
    }
    for (const FeatureRange& feature : supported_features) {
        wire::ControllerRegistrationRequest::Feature made;
        made.name = std::string(feature.name);
        made.min_supported_version = feature.lowest;
        made.max_supported_version = feature.highest;
        request.features.push_back(std::move(made));
    }
    registration_ask_ = random_.next() | 1U;
    ask_controller(Purpose::lifecycle, AskId{registration_ask_}, seconds(5), std::move(request),
                   step);
}

std::optional<Endpoint> Node::controller_endpoint(NodeId id) const {
    const raft::Voter* voter = id == no_node ? nullptr : quorum_->config().voter(id);
    return voter == nullptr ? std::nullopt : std::optional(voter->endpoint);
}

/// Brokers reach each other by the first listener that isn't a controller's, of the same name on
/// all.
std::optional<Endpoint> Node::broker_endpoint(NodeId id) const {
    const metadata::Broker* broker = image_.broker(id);
    if (broker == nullptr)
        return std::nullopt;
    for (const Listener& own : config_->listeners) {
        if (own.controller)
            continue;
        if (const metadata::Listener* at = broker->listener(own.name))
            return Endpoint{at->host, at->port};
    }
    return std::nullopt;
}

} // namespace orrery::node
