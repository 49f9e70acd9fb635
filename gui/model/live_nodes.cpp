// Nodes and clients as their processes have it, living or as they died.
#include "core/client/client.hpp"
#include "core/metadata/configs.hpp"
#include "core/node/node.hpp"
#include "gui/model/live_cluster.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

const node::Node* node_on(const sim::World& world, std::size_t i) {
    return world.process<node::Node>({static_cast<std::int32_t>(i)});
}

Timer until(Instant deadline, Instant local, Duration whole) {
    if (deadline == never)
        return {};
    const Duration left = std::max(Duration{}, deadline - local);
    return {left, std::max(left, whole)};
}

QuorumRole role_of(const raft::Quorum& quorum) {
    switch (quorum.role()) {
    case raft::Role::unattached:
        return quorum.is_voter() ? QuorumRole::unattached : QuorumRole::observer;
    case raft::Role::follower:
        return quorum.is_voter() ? QuorumRole::follower : QuorumRole::observer;
    case raft::Role::prospective: return QuorumRole::prospective;
    case raft::Role::candidate: return QuorumRole::candidate;
    case raft::Role::leader: return QuorumRole::leader;
    case raft::Role::resigned: return QuorumRole::resigned;
    }
    return QuorumRole::none;
}

void add_votes(const raft::Ballot& ballot, Node& out) {
    for (const auto& [state, vote] : {std::pair{raft::VoteState::granted, Vote::granted},
                                      std::pair{raft::VoteState::rejected, Vote::refused},
                                      std::pair{raft::VoteState::unrecorded, Vote::in_flight}})
        for (const NodeId voter : ballot.with(state))
            out.votes.push_back({voter.value, vote});
    std::sort(out.votes.begin(), out.votes.end(),
              [](const VoterVote& a, const VoterVote& b) { return a.voter < b.voter; });
}

/// The timer that a voter's state hangs on, and the votes of an election.
struct StateTeller {
    const raft::Config& config;
    Instant local;
    Node& out;

    void operator()(const raft::Unattached& state) const {
        out.election = until(state.election_deadline, local, config.election_timeout);
    }
    void operator()(const raft::Follower& state) const {
        if (config.is_voter())
            out.election = until(state.fetch_deadline, local, config.fetch_timeout);
    }
    void operator()(const raft::Prospective& state) const {
        out.election = until(state.election_deadline, local, config.election_timeout);
        add_votes(state.ballot, out);
    }
    void operator()(const raft::Candidate& state) const {
        out.election = until(state.election_deadline, local, config.election_timeout);
        add_votes(state.ballot, out);
    }
    void operator()(const raft::Leader& state) const {
        if (!config.is_only_voter())
            out.election = until(state.check_quorum_deadline, local, config.fetch_timeout * 3 / 2);
    }
    void operator()(const raft::Resigned& state) const {
        out.election = until(state.election_deadline, local, config.election_timeout);
    }
};

void fill_quorum_part(const raft::Quorum& quorum, Instant local, bool up, Node& out) {
    out.role = role_of(quorum);
    out.quorum_epoch = quorum.epoch().value;
    out.quorum_leader = quorum.leader().value;
    if (const auto voted = quorum.voted())
        out.voted_for = voted->id.value;
    out.metadata_end = quorum.log().end_offset().value;
    if (up)
        std::visit(StateTeller{quorum.config(), local, out}, quorum.state());
}

/// What the active controller thinks of a broker, and until when.
void fill_broker_part(const Sights& sights, const node::Node& process, const node::Node* active,
                      Instant local, Node& out) {
    const metadata::Image* image =
        active != nullptr ? &active->controller()->latest() : furthest_image(sights.world);
    const metadata::Broker* broker = image == nullptr ? nullptr : image->broker(process.id());
    out.broker_epoch = broker != nullptr ? broker->epoch.value : process.lifecycle().epoch().value;
    const bool fenced = broker == nullptr || broker->fenced;
    const Duration whole =
        active != nullptr ? active->controller()->settings().session_timeout : seconds(9);
    if (broker != nullptr && !fenced && process.lifecycle().epoch() == broker->epoch)
        out.session = until(process.lifecycle().session_end(), local, whole);
    if (const replica::Replicas* replicas = process.replicas())
        out.offline = replicas->log_dir_failed() ? static_cast<std::int32_t>(replicas->size()) : 0;
    switch (out.state) {
    case NodeState::up:
        if (process.lifecycle().phase() == node::LifecyclePhase::registering ||
            process.lifecycle().phase() == node::LifecyclePhase::catching_up)
            out.state = NodeState::starting;
        else if (fenced)
            out.state = NodeState::fenced;
        else if (broker->in_controlled_shutdown)
            out.state = NodeState::shutting_down;
        if (out.state == NodeState::starting)
            out.state_text = node::name_of(process.lifecycle().phase());
        break;
    case NodeState::down:
        if (broker != nullptr)
            out.state_text = fenced ? "fenced" : "session still runs";
        break;
    default: break;
    }
}

void fill_rates(const Sights& sights, sim::ActorId actor, Node& out) {
    for (std::size_t i = 0; i < sights.people.size(); ++i) {
        const sim::ActorId other{static_cast<std::int32_t>(i)};
        out.bytes_in_per_s += sights.memory.link_rate(sights.world.now(), other, actor);
        out.bytes_out_per_s += sights.memory.link_rate(sights.world.now(), actor, other);
    }
}

// --- clients

void fill_producer(const client::ProducerProcess& producer, Client& out) {
    const std::int16_t acks = producer.config().acks;
    out.summary = "acks=" + (acks < 0 ? std::string("all") : std::to_string(acks));
    out.topic = producer.load().topic;
    const client::ProducerCounters& counters = producer.counters();
    out.records_done = counters.acknowledged;
    out.records_failed = counters.failed;
    out.records_waiting = counters.sent - counters.acknowledged - counters.failed;
}

void fill_consumer(const client::ConsumerProcess& consumer, Client& out) {
    out.summary = "from " + std::string(name_of(consumer.config().reset));
    out.group = consumer.config().group.id;
    if (!out.group.empty())
        out.summary = "group " + out.group + ", " + out.summary;
    out.stuck = consumer.application().stuck;
    out.records_done = consumer.counters().consumed;
    for (const client::ConsumerPartition& at : consumer.partitions()) {
        if (!at.owned)
            continue;
        Position position;
        position.topic = consumer.topic_of(at);
        position.partition = at.partition;
        position.position = std::max<std::int64_t>(0, at.position.value);
        position.committed = at.committed.value;
        position.lag = std::max<std::int64_t>(0, at.lag());
        out.lag += position.lag;
        out.positions.push_back(std::move(position));
    }
}

/// What it asked for last, and what came of it.
void fill_admin(const client::AdminProcess& admin, Client& out) {
    out.summary = "nothing to do yet";
    for (const client::AdminCall& call : admin.calls()) {
        if (call.state == client::ActionState::planned)
            continue;
        out.summary = client::text_of(call.action);
        out.outcome = name_of(call.state);
        const bool failed = call.state == client::ActionState::failed;
        out.records_done += call.state == client::ActionState::done ? 1 : 0;
        out.records_failed += failed ? 1 : 0;
        out.last_error = failed ? call.result : "";
    }
}

Client client_from(const Sights& sights, sim::ActorId actor) {
    const Person& person = sights.people.of(actor);
    Client out;
    out.id = person.id;
    out.name = person.name;
    out.kind = person.kind == PersonKind::producer   ? ClientKind::producer
               : person.kind == PersonKind::consumer ? ClientKind::consumer
                                                     : ClientKind::admin;
    out.state = state_of(sights.world.machine(actor));
    out.records_per_s = sights.memory.client_rate(sights.world.now(), actor);
    const auto* process = sights.world.process<client::Client>(actor);
    if (process == nullptr) // never started: what it is going to be
        process = sights.world.machine(actor).spec->prototype.as<client::Client>();
    if (process == nullptr)
        return out;
    if (const auto* producer = process->producer())
        fill_producer(*producer, out);
    else if (const auto* consumer = process->consumer())
        fill_consumer(*consumer, out);
    else if (const auto* admin = process->admin()) {
        fill_admin(*admin, out);
        return out;
    }
    // An error that was got over is past; one that holds everything up is what to see.
    const bool stuck = out.kind == ClientKind::producer ? out.records_waiting > 0
                                                        : out.kind == ClientKind::consumer;
    if (out.records_per_s == 0 && stuck)
        out.last_error = process->last_error();
    return out;
}

} // namespace

NodeState state_of(const sim::Machine& machine) {
    if (machine.life == sim::Life::not_started || (!machine.up() && machine.starts_at != never))
        return machine.starts_at == never ? NodeState::down : NodeState::starting;
    if (!machine.up())
        return NodeState::down;
    if (machine.paused)
        return NodeState::paused;
    return machine.life == sim::Life::stopping ? NodeState::shutting_down : NodeState::up;
}

sim::ActorId active_controller(const sim::World& world) {
    sim::ActorId best = sim::no_actor;
    LeaderEpoch epoch = no_epoch;
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        if (!world.machine(actor).up())
            continue;
        const node::Node* process = node_on(world, i);
        if (process == nullptr || process->controller() == nullptr ||
            !process->controller()->active())
            continue;
        if (best == sim::no_actor || *process->controller()->epoch() > epoch) {
            best = actor;
            epoch = *process->controller()->epoch();
        }
    }
    return best;
}

void fill_nodes(const Sights& sights, Snapshot& out) {
    const sim::ActorId active_actor = active_controller(sights.world);
    const node::Node* active =
        active_actor == sim::no_actor ? nullptr : sights.world.process<node::Node>(active_actor);
    for (std::size_t i = 0; i < sights.people.size(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        const Person& person = sights.people.of(actor);
        if (person.kind != PersonKind::node)
            continue;
        const sim::Machine& machine = sights.world.machine(actor);
        Node node;
        node.id = person.id;
        node.is_broker = person.is_broker;
        node.is_controller = person.is_controller;
        node.state = state_of(machine);
        node.clock_skew =
            machine.clock.local_at(sights.world.now()) - sights.world.now() + machine.clock.skew();
        if (machine.up())
            node.up_for = sights.world.now() - machine.life_since;
        fill_rates(sights, actor, node);
        if (const node::Node* process = node_on(sights.world, i)) {
            const Instant local = machine.clock.local_at(sights.world.now());
            node.rack = process->config().rack.value_or("");
            if (const raft::Quorum* quorum = process->quorum())
                fill_quorum_part(*quorum, local, machine.up(), node);
            node.metadata_applied = process->image().offset().value + 1;
            node.active_controller = actor == active_actor;
            if (person.is_broker)
                fill_broker_part(sights, *process, active, local, node);
        }
        out.nodes.push_back(std::move(node));
    }
    std::sort(out.nodes.begin(), out.nodes.end(),
              [](const Node& a, const Node& b) { return a.id < b.id; });
}

void fill_clients(const Sights& sights, Snapshot& out) {
    for (std::size_t i = 0; i < sights.people.size(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        if (!sights.people.is_node(actor))
            out.clients.push_back(client_from(sights, actor));
    }
    std::sort(out.clients.begin(), out.clients.end(),
              [](const Client& a, const Client& b) { return a.id < b.id; });
}

Sampled sampled(const sim::World& world, const People& people) {
    Sampled figures;
    if (const metadata::Image* image = furthest_image(world))
        for (const auto& [id, topic] : image->topics())
            for (const auto& partition : topic->partitions)
                figures.in_sync += static_cast<std::int64_t>(partition->isr.size());
    for (std::size_t i = 0; i < people.size(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        if (people.of(actor).kind != PersonKind::consumer)
            continue;
        const auto* process = world.process<client::Client>(actor);
        if (process == nullptr || process->consumer() == nullptr)
            continue;
        for (const client::ConsumerPartition& at : process->consumer()->partitions())
            if (at.owned)
                figures.lag += std::max<std::int64_t>(0, at.lag());
    }
    return figures;
}

} // namespace orrery::gui::model
