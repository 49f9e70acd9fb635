// How a world's connections begin and end: dials, hang-ups, resets, and the ends of processes and
// machines. Also the commands that act on links.
#include "core/base/expect.hpp"
#include "sim/world/watching.hpp"
#include "sim/world/world.hpp"

namespace orrery::sim {

ActorId World::find_listener(const Endpoint& endpoint, std::int32_t& listener) const {
    for (std::size_t i = 0; i < machines_.size(); ++i) {
        const auto& listeners = machines_[i].spec->listeners;
        for (std::size_t j = 0; j < listeners.size(); ++j)
            if (listeners[j].at == endpoint) {
                listener = static_cast<std::int32_t>(j);
                return {static_cast<std::int32_t>(i)};
            }
    }
    return no_actor;
}

void World::dial(ActorId actor, Instant at, const Dial& effect) {
    Machine& machine = edit(actor);
    const std::int64_t number = effect.connection.value;
    expect(number < first_accepted_connection, "a dialed connection's number is the dialer's own");
    expect(!machine.sockets.contains(number), "a connection number that is not in use");
    trace(static_cast<std::uint64_t>(Traced::dialed), actor,
          hash_text(effect.to.host) + static_cast<std::uint64_t>(effect.to.port));
    const std::uint32_t made = network_.take_connection();
    machine.sockets[number] = made;
    Connection& connection = network_.connections[made];
    connection.end[0] = {actor, effect.connection, EndState::open, true};
    connection.end[1].actor = find_listener(effect.to, connection.listener);
    if (connection.end[1].actor == no_actor) {
        // There is no such host or port: its own machine says so.
        connection.end[1].actor = actor;
        return put(made, 0, PacketKind::close, {}, at);
    }
    connection.towards[0].give_up = (at + network_.transport.dial_timeout).ns;
    reschedule_channel(made, 0);
    put(made, 1, PacketKind::dial, {}, at);
}

void World::hang_up(ActorId actor, Instant at, ConnectionId number) {
    const std::uint32_t* socket = machine(actor).sockets.find(number.value);
    if (!socket)
        return;
    trace(static_cast<std::uint64_t>(Traced::hung_up), actor,
          static_cast<std::uint64_t>(number.value));
    const std::uint32_t connection = *socket;
    const End& first = network_.connections[connection].end[0];
    close_end(connection, first.actor == actor && first.number == number ? 0 : 1, at);
    forget_socket(actor, number);
}

/// The end's process is done with it: the peer's kernel is told, after what was sent before.
void World::close_end(std::uint32_t connection, std::size_t side, Instant at) {
    Connection& on = network_.connections[connection];
    if (on.end[side].state != EndState::open)
        return;
    on.end[side].state = EndState::closed;
    if (side == 0 && !on.answered) {
        forget_dial(connection);
    }
    if (!on.towards[1 - side].ended)
        put(connection, 1 - side, PacketKind::close, {}, at);
}

/// Nobody waits for this dial any more; only a kernel that tries to send the answer has a limit.
void World::forget_dial(std::uint32_t connection) {
    Channel& channel = network_.connections[connection].towards[0];
    const bool stalled = channel.retry != never.ns;
    channel.give_up = stalled ? (now_ + network_.transport.retransmission_limit).ns : never.ns;
    reschedule_channel(connection, 0);
}

/// The process has ended: its kernel hangs up for it.
void World::close_sockets(ActorId actor) {
    Machine& machine = edit(actor);
    const auto sockets = machine.sockets;
    for (const auto& [number, connection] : sockets) {
        const End& first = network_.connections[connection].end[0];
        const bool dialed = first.actor == actor && first.number.value == number;
        close_end(connection, dialed ? 0 : 1, now_);
        forget_socket(actor, {number});
    }
}

/// The machine has lost its power: nobody is told, and what has not left it is gone.
void World::lose_sockets(ActorId actor) {
    edit(actor).sockets.clear();
    for (std::uint32_t i = 0; i < network_.connections.size(); ++i)
        for (std::size_t side = 0; side < 2; ++side) {
            Connection& on = network_.connections[i];
            if (!on.in_use || on.end[side].actor != actor)
                continue;
            on.end[side].state = EndState::lost;
            on.end[side].known = false;
            if (side == 0 && !on.answered)
                forget_dial(i);
            drop_unsent(i, 1 - side);
            reschedule_channel(i, side);
            release_if_done(i);
        }
}

/// The process has heard the last of this connection.
void World::forget_socket(ActorId actor, ConnectionId number) {
    Machine& machine = edit(actor);
    const std::uint32_t* socket = machine.sockets.find(number.value);
    if (!socket)
        return;
    const std::uint32_t connection = *socket;
    machine.sockets.erase(number.value);
    Connection& on = network_.connections[connection];
    const bool dialed = on.end[0].actor == actor && on.end[0].number == number;
    on.end[dialed ? 0 : 1].known = false;
    release_if_done(connection);
}

void World::tell_closed(std::uint32_t connection, std::size_t side, Event& event) {
    const End& end = network_.connections[connection].end[side];
    event.actor = end.actor;
    event.connection = end.number;
    if (end.known && machine(end.actor).up())
        take(end.actor, Closed{end.number}, event);
}

/// Nothing got through for too long: to a dialer in towards[0], to a sender's kernel elsewhere.
void World::lose_patience(std::uint32_t connection, std::size_t side, Event& event) {
    event.kind = EventKind::gave_up;
    Connection& on = network_.connections[connection];
    const bool dialing = side == 0 && !on.answered;
    on.towards[side].give_up = never.ns;
    drop_all(connection, side);
    const std::size_t tired = dialing ? 0 : 1 - side;
    if (dialing) {
        drop_all(connection, 1);
        if (on.end[1].state == EndState::open)
            put(connection, 1, PacketKind::close, {}, now_);
    }
    if (on.end[tired].state == EndState::open) {
        on.end[tired].state = EndState::closed;
        tell_closed(connection, tired, event);
    }
    release_if_done(connection);
}

/// Frees the connection when both processes have forgotten it and nothing is under way.
void World::release_if_done(std::uint32_t connection) {
    Connection& on = network_.connections[connection];
    for (std::size_t side = 0; side < 2; ++side)
        if (on.end[side].known || on.towards[side].head != nothing)
            return;
    if (!on.in_use)
        return;
    schedule_.remove(source_of_channel(connection, 0));
    schedule_.remove(source_of_channel(connection, 1));
    on = Connection{};
    network_.free_connections.push_back(connection);
}

// --- commands ------------------------------------------------------------------------------------

void World::set_link_model(ActorId from, ActorId to, const LinkModel& model) {
    link_of(from, to).model = model;
}

void World::set_link_fault(ActorId from, ActorId to, const LinkFault& fault) {
    const Flap& flap = fault.flap;
    expect(flap.period.ns == 0 || (flap.down.ns > 0 && flap.down < flap.period),
           "a flap that is up and down within its period");
    link_of(from, to).fault = fault;
    link_of(from, to).fault_since = now_;
}

void World::reset(ActorId a, ActorId b, Observer* observer) {
    const Watching watching(*this, observer);
    for (std::uint32_t i = 0; i < network_.connections.size(); ++i) {
        const Connection& on = network_.connections[i];
        const ActorId dialer = on.end[0].actor;
        const ActorId other = on.end[1].actor;
        if (!on.in_use || !((dialer == a && other == b) || (dialer == b && other == a)))
            continue;
        for (std::size_t side = 0; side < 2; ++side) {
            drop_all(i, side);
            if (network_.connections[i].end[side].state == EndState::open)
                put(i, side, PacketKind::close, {}, now_);
        }
        release_if_done(i);
    }
}

void World::split(std::span<const std::vector<ActorId>> groups) {
    network_.groups.assign(groups.begin(), groups.end());
    network_.split_since = now_;
    std::vector<std::size_t> group(machines_.size(), groups.size());
    for (std::size_t i = 0; i < groups.size(); ++i)
        for (const ActorId actor : groups[i])
            group[index(actor)] = i;
    for (std::size_t from = 0; from < machines_.size(); ++from)
        for (std::size_t to = 0; to < machines_.size(); ++to) {
            const bool grouped = group[from] != groups.size() && group[to] != groups.size();
            network_.links[from * machines_.size() + to].split =
                grouped && group[from] != group[to];
        }
}

} // namespace orrery::sim
