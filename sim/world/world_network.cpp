// What travels on a world's connections: how it leaves, waits, stalls, arrives and is lost.
#include "core/base/expect.hpp"
#include "sim/world/watching.hpp"
#include "sim/world/world.hpp"

#include <algorithm>

namespace orrery::sim {

Message World::message_of(std::uint32_t connection, std::size_t side, const Packet& packet) const {
    const Connection& on = network_.connections[connection];
    Message message;
    message.from = on.end[1 - side].actor;
    message.to = on.end[side].actor;
    message.sender_connection = on.end[1 - side].number;
    message.receiver_connection = on.end[side].number;
    message.sent = {packet.sent};
    message.due = {packet.due};
    message.stalled = on.towards[side].retry != never.ns || packet.held;
    message.held = packet.held;
    message.frame = &packet.frame;
    return message;
}

std::vector<Message> World::in_flight() const {
    std::vector<Message> found;
    for (std::uint32_t i = 0; i < network_.connections.size(); ++i)
        for (std::size_t side = 0; side < 2; ++side) {
            bool waits = false;
            std::uint32_t at = network_.connections[i].towards[side].head;
            for (; at != nothing; at = network_.packets[at].next) {
                if (network_.packets[at].kind != PacketKind::frame)
                    continue;
                waits = waits || network_.packets[at].held;
                found.push_back(message_of(i, side, network_.packets[at]));
                found.back().stalled = found.back().stalled || waits;
            }
        }
    return found;
}

// --- departure -----------------------------------------------------------------------------------

void World::send(ActorId actor, Instant at, Send& effect) {
    const std::uint32_t* socket = machine(actor).sockets.find(effect.connection.value);
    if (!socket)
        return; // it has hung up, or was told Closed
    const Connection& connection = network_.connections[*socket];
    const End& first = connection.end[0];
    const bool dialed = first.actor == actor && first.number == effect.connection;
    if (connection.end[dialed ? 0 : 1].state != EndState::open)
        return; // Closed is waiting for it
    trace(static_cast<std::uint64_t>(Traced::sent), actor,
          trace_hash_of(effect.frame) + static_cast<std::uint64_t>(effect.connection.value));
    ++counters_.messages_sent;
    put(*socket, dialed ? 1 : 0, PacketKind::frame, std::move(effect.frame), at);
}

/// Puts a packet on its way to end[side], leaving its machine at `at`.
void World::put(std::uint32_t connection, std::size_t side, PacketKind kind, Chain frame,
                Instant at) {
    Channel& channel = network_.connections[connection].towards[side];
    const ActorId from = network_.connections[connection].end[1 - side].actor;
    Link& link = link_of(from, network_.connections[connection].end[side].actor);
    const auto size = static_cast<std::int64_t>(frame.size());
    const std::uint32_t taken = network_.take_packet();
    Packet& packet = network_.packets[taken];
    packet.frame = std::move(frame);
    packet.kind = kind;
    packet.sent = at.ns;
    packet.left = at.ns;
    if (const std::int64_t rate = link.bytes_per_second(); rate > 0) {
        packet.left = std::max(at.ns, link.busy_until.ns) + size * 1'000'000'000 / rate;
        link.busy_until.ns = packet.left;
    }
    const Duration latency = link.model.latency.draw(link.random);
    const Duration extra = link.fault.extra.draw(link.random);
    packet.due = std::max(packet.left + latency.ns + extra.ns, channel.last_due);
    if (scratch_.observer && kind == PacketKind::frame)
        scratch_.observer->on_sent(*this, message_of(connection, side, packet));
    if (channel.ended)
        return drop(connection, side, taken); // it was reset, and does not know yet
    channel.last_due = packet.due;
    channel.ended = kind == PacketKind::close;
    const bool first = channel.head == nothing;
    network_.enqueue(channel, taken);
    if (first)
        reschedule_channel(connection, side);
}

void World::reschedule_channel(std::uint32_t connection, std::size_t side) {
    const Channel& channel = network_.connections[connection].towards[side];
    std::int64_t time = channel.give_up;
    const bool held = channel.head != nothing && network_.packets[channel.head].held;
    if (channel.retry != never.ns && !held)
        time = std::min(time, std::max(channel.retry, now_.ns));
    else if (channel.head != nothing && !held)
        time = std::min(time, std::max(network_.packets[channel.head].due, now_.ns));
    schedule(source_of_channel(connection, side), time);
}

// --- on the way ----------------------------------------------------------------------------------

/// Something is due towards end[side]: the first packet, its retransmission, or an end of patience.
void World::on_channel(std::uint32_t connection, std::size_t side, Event& event) {
    Connection& on = network_.connections[connection];
    Channel& channel = on.towards[side];
    event.actor = on.end[side].actor;
    event.from = on.end[1 - side].actor;
    event.connection = on.end[side].number;
    if (channel.give_up <= now_.ns) {
        lose_patience(connection, side, event);
    } else if (link(event.from, event.actor).cut_at(now_) ||
               machine(event.actor).life == Life::no_power) {
        stall(connection, side, event);
    } else {
        if (channel.retry != never.ns) {
            channel.retry = never.ns;
            channel.give_up = never.ns;
        }
        arrive(connection, side, event);
    }
    if (network_.connections[connection].in_use)
        reschedule_channel(connection, side);
}

void World::stall(std::uint32_t connection, std::size_t side, Event& event) {
    event.kind = EventKind::stalled;
    Connection& on = network_.connections[connection];
    if (on.end[1 - side].state == EndState::lost) {
        drop_all(connection, side); // whoever sent it is not there to send it again
        return release_if_done(connection);
    }
    Channel& channel = on.towards[side];
    const TransportModel& transport = network_.transport;
    if (channel.retry == never.ns) {
        channel.retry_after = transport.retransmission_first.ns;
        channel.give_up = std::min(channel.give_up, (now_ + transport.retransmission_limit).ns);
    } else {
        channel.retry_after = std::min(channel.retry_after * 2, transport.retransmission_max.ns);
    }
    // A bit more, as round-trip times vary: or a link that flaps in step is met down for ever.
    Link& link = link_of(event.from, event.actor);
    const std::int64_t jitter = link.random.between(0, channel.retry_after / 8);
    channel.retry = (now_ + Duration{channel.retry_after + jitter}).ns;
}

void World::drop(std::uint32_t connection, std::size_t side, std::uint32_t packet) {
    if (scratch_.observer && network_.packets[packet].kind == PacketKind::frame)
        scratch_.observer->on_dropped(*this,
                                      message_of(connection, side, network_.packets[packet]));
    network_.free_packet(packet);
}

/// Loses all that is on its way to end[side].
void World::drop_all(std::uint32_t connection, std::size_t side) {
    Channel& channel = network_.connections[connection].towards[side];
    while (channel.head != nothing)
        drop(connection, side, network_.dequeue(channel));
    if (channel.retry != never.ns)
        channel.give_up = never.ns;
    channel.retry = never.ns;
    channel.ended = false;
    reschedule_channel(connection, side);
}

/// The sender's machine lost its power: only what is on the wire arrives.
void World::drop_unsent(std::uint32_t connection, std::size_t side) {
    Channel& channel = network_.connections[connection].towards[side];
    if (channel.retry != never.ns)
        return drop_all(connection, side);
    std::uint32_t rest = channel.head;
    channel.head = nothing;
    channel.tail = nothing;
    channel.ended = false;
    while (rest != nothing) {
        const std::uint32_t packet = rest;
        rest = network_.packets[packet].next;
        network_.packets[packet].next = nothing;
        if (network_.packets[packet].left > now_.ns) {
            drop(connection, side, packet);
            continue;
        }
        channel.ended = network_.packets[packet].kind == PacketKind::close;
        network_.enqueue(channel, packet);
    }
    reschedule_channel(connection, side);
}

// --- arrival -------------------------------------------------------------------------------------

/// The first packet reaches the machine of end[side].
void World::arrive(std::uint32_t connection, std::size_t side, Event& event) {
    const std::uint32_t taken = network_.dequeue(network_.connections[connection].towards[side]);
    Packet packet = std::move(network_.packets[taken]);
    network_.free_packet(taken);
    End& end = network_.connections[connection].end[side];
    switch (packet.kind) {
    case PacketKind::dial: return arrive_dial(connection, event);
    case PacketKind::answer: return arrive_answer(connection, event);
    case PacketKind::frame: return arrive_frame(connection, side, std::move(packet), event);
    case PacketKind::close:
        event.kind = EventKind::closed;
        network_.connections[connection].towards[side].give_up = never.ns; // a dial is over, too
        if (end.state == EndState::open) {
            end.state = EndState::closed;
            tell_closed(connection, side, event);
        }
        return release_if_done(connection);
    }
}

void World::arrive_dial(std::uint32_t connection, Event& event) {
    event.kind = EventKind::connecting;
    Connection& on = network_.connections[connection];
    const ActorId actor = on.end[1].actor;
    Machine& host = edit(actor);
    if (!host.up())
        return put(connection, 0, PacketKind::close, {}, now_); // refused
    End& end = on.end[1];
    end.number = {host.next_accepted++};
    end.state = EndState::open;
    end.known = true;
    host.sockets[end.number.value] = connection;
    event.connection = end.number;
    put(connection, 0, PacketKind::answer, {}, now_);
    const auto which = static_cast<std::size_t>(on.listener);
    const std::string& dialer = machine(on.end[0].actor).spec->name;
    take(actor, Connected{end.number, host.spec->listeners[which].name, dialer}, event);
}

void World::arrive_answer(std::uint32_t connection, Event& event) {
    event.kind = EventKind::connecting;
    Connection& on = network_.connections[connection];
    on.towards[0].give_up = never.ns;
    on.answered = true;
    if (on.end[0].state == EndState::open)
        take(on.end[0].actor, Connected{on.end[0].number, {}, {}}, event);
    release_if_done(connection);
}

void World::arrive_frame(std::uint32_t connection, std::size_t side, Packet packet, Event& event) {
    Connection& on = network_.connections[connection];
    const End& end = on.end[side];
    const auto size = packet.frame.size();
    if (end.state == EndState::open) {
        ++counters_.messages_delivered;
        counters_.bytes_delivered += size;
        if (scratch_.observer)
            scratch_.observer->on_delivered(*this, message_of(connection, side, packet));
        return take(end.actor, Received{end.number, std::move(packet.frame)}, event);
    }
    event.kind = EventKind::dropped;
    event.size = static_cast<std::int64_t>(size);
    if (scratch_.observer)
        scratch_.observer->on_dropped(*this, message_of(connection, side, packet));
    // Nobody has this connection here: the kernel answers with a reset.
    if (on.end[1 - side].state == EndState::open && !on.towards[1 - side].ended)
        put(connection, 1 - side, PacketKind::close, {}, now_);
    release_if_done(connection);
}

} // namespace orrery::sim
