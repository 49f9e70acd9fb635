// A hand reaches into the network: one frame is held, released or lost.
#include "sim/world/watching.hpp"
#include "sim/world/world.hpp"

namespace orrery::sim {

World::InFlight World::frame_in_flight(ActorId from, ActorId to, std::size_t nth) const {
    for (std::uint32_t i = 0; i < network_.connections.size(); ++i)
        for (std::size_t side = 0; side < 2; ++side) {
            const Connection& on = network_.connections[i];
            if (on.end[1 - side].actor != from || on.end[side].actor != to)
                continue;
            std::uint32_t before = nothing;
            std::uint32_t at = on.towards[side].head;
            for (; at != nothing; before = at, at = network_.packets[at].next)
                if (network_.packets[at].kind == PacketKind::frame && nth-- == 0)
                    return {i, side, at, before};
        }
    return {};
}

void World::hold_message(ActorId from, ActorId to, std::size_t nth, bool held) {
    const InFlight found = frame_in_flight(from, to, nth);
    if (found.packet == nothing)
        return;
    network_.packets[found.packet].held = held;
    reschedule_channel(found.connection, found.side);
}

void World::lose_message(ActorId from, ActorId to, std::size_t nth, Observer* observer) {
    const Watching watching(*this, observer);
    const InFlight found = frame_in_flight(from, to, nth);
    if (found.packet == nothing)
        return;
    Channel& channel = network_.connections[found.connection].towards[found.side];
    (found.before == nothing ? channel.head : network_.packets[found.before].next) = nothing;
    channel.tail = found.before;
    channel.ended = false;
    for (std::uint32_t at = found.packet; at != nothing;) {
        const std::uint32_t behind = network_.packets[at].next;
        drop(found.connection, found.side, at);
        at = behind;
    }
    for (const std::size_t side : {found.side, 1 - found.side}) {
        const Connection& on = network_.connections[found.connection];
        if (on.end[side].state == EndState::open && !on.towards[side].ended)
            put(found.connection, side, PacketKind::close, {}, now_);
    }
    reschedule_channel(found.connection, found.side);
    release_if_done(found.connection);
}

} // namespace orrery::sim
