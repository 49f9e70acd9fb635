#include "sim/world/network.hpp"

namespace orrery::sim {

std::uint32_t Network::take_packet() {
    if (free_packets == nothing) {
        packets.emplace_back();
        return static_cast<std::uint32_t>(packets.size() - 1);
    }
    const std::uint32_t taken = free_packets;
    free_packets = packets[taken].next;
    packets[taken].next = nothing;
    return taken;
}

void Network::free_packet(std::uint32_t packet) {
    packets[packet] = Packet{};
    packets[packet].next = free_packets;
    free_packets = packet;
}

void Network::enqueue(Channel& channel, std::uint32_t packet) {
    if (channel.head == nothing)
        channel.head = packet;
    else
        packets[channel.tail].next = packet;
    channel.tail = packet;
}

std::uint32_t Network::dequeue(Channel& channel) {
    const std::uint32_t taken = channel.head;
    channel.head = packets[taken].next;
    if (channel.head == nothing)
        channel.tail = nothing;
    packets[taken].next = nothing;
    return taken;
}

std::uint32_t Network::take_connection() {
    std::uint32_t taken = 0;
    if (free_connections.empty()) {
        taken = static_cast<std::uint32_t>(connections.size());
        connections.emplace_back();
    } else {
        taken = free_connections.back();
        free_connections.pop_back();
    }
    connections[taken].in_use = true;
    return taken;
}

} // namespace orrery::sim
