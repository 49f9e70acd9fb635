// The network's state: directed links between actors, and the connections that run over them. What
// happens to it is in world_network.cpp; this file is what there is to look at.
//
// A connection is two ends and two channels, one for each direction, each in order, as TCP is: what
// one message waits for, those behind it wait for too. Bytes that meet a cut link, or a machine
// without power, are sent again after 0.2, 0.4, 0.8... seconds, until the sender's kernel gives up
// and tells its process Closed. So a healed link comes back with the next retransmission, not at
// once, as on real machines.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/process.hpp"
#include "sim/world/actor.hpp"
#include "sim/world/latency.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace orrery::sim {

/// A link as it was built.
struct LinkModel {
    Latency latency{LatencyShape::exponential, microseconds(150), microseconds(50)}; ///< one way
    std::int64_t bytes_per_second = 0; ///< 0 is "no limit"
    bool operator==(const LinkModel&) const = default;
    ORRERY_FIELDS(latency, bytes_per_second)
};

/// Comes and goes: cut for the last `down` of every `period`, counted from `since`.
struct Flap {
    Duration period; ///< zero is "does not flap"
    Duration down;
    Instant since;
    bool down_at(Instant t) const {
        return period.ns > 0 && (t.ns - since.ns) % period.ns >= period.ns - down.ns;
    }
    bool operator==(const Flap&) const = default;
    ORRERY_FIELDS(period, down, since)
};

/// What is wrong with a link, on top of its model; the default is nothing.
struct LinkFault {
    Latency extra;                     ///< delay added to each message
    std::int64_t bytes_per_second = 0; ///< throttle; 0 is none
    bool cut = false;
    Flap flap;
    bool operator==(const LinkFault&) const = default;
    ORRERY_FIELDS(extra, bytes_per_second, cut, flap)
};

/// One direction between two actors.
struct Link {
    LinkModel model;
    LinkFault fault;
    bool split = false;   ///< the two are in different groups
    Random random{0, ""}; ///< its own stream: a draw more on one link moves nothing on another
    Instant fault_since;  ///< when `fault` was last set
    Instant busy_until;   ///< when the last byte handed to it has left the sender

    bool cut_at(Instant t) const { return split || fault.cut || fault.flap.down_at(t); }
    std::int64_t bytes_per_second() const {
        const auto limit = fault.bytes_per_second;
        const bool throttled =
            limit > 0 && (model.bytes_per_second == 0 || limit < model.bytes_per_second);
        return throttled ? limit : model.bytes_per_second;
    }
    bool operator==(const Link&) const = default;
    ORRERY_FIELDS(model, fault, split, random, fault_since, busy_until)
};

/// The kernels' patience; Linux's numbers, but for the dial, which is Kafka's
/// socket.connection.setup.timeout.ms.
struct TransportModel {
    Duration retransmission_first = milliseconds(200);
    Duration retransmission_max = seconds(120);
    Duration retransmission_limit = seconds(924); ///< then the connection is reset
    Duration dial_timeout = seconds(10);
    bool operator==(const TransportModel&) const = default;
    ORRERY_FIELDS(retransmission_first, retransmission_max, retransmission_limit, dial_timeout)
};

enum class PacketKind : std::uint8_t {
    dial,   ///< SYN: the first thing on a connection
    answer, ///< SYN-ACK: the dial is accepted
    frame,
    close, ///< FIN or RST: nothing comes after it
};

inline constexpr std::uint32_t nothing = 0xFFFFFFFF;

/// A thing on its way, in the one pool of all that is in flight.
struct Packet {
    Chain frame;
    std::int64_t sent = 0;
    std::int64_t left = 0; ///< when its last byte left the sending machine
    std::int64_t due = 0;
    std::uint32_t next = nothing; ///< behind it on the same channel, or in the free list
    PacketKind kind{};
    bool held = false; ///< by a hand: it and what is behind it wait until it is released
    bool operator==(const Packet&) const = default;
    ORRERY_FIELDS(frame, sent, left, due, next, kind, held)
};

/// What an end's kernel knows of it.
enum class EndState : std::uint8_t {
    none,   ///< not accepted yet, or nobody there
    open,   ///< a process has it, or is about to hear of it
    closed, ///< hung up, reset, or its process ended: bytes that arrive are answered with a reset
    lost,   ///< its machine lost power: as closed, and nothing it sent is sent again
};

struct End {
    ActorId actor = no_actor;
    ConnectionId number;
    EndState state = EndState::none;
    bool known = false; ///< its process has this number and was not told Closed yet
    bool operator==(const End&) const = default;
    ORRERY_FIELDS(actor, number, state, known)
};

/// Towards one end.
struct Channel {
    std::uint32_t head = nothing;
    std::uint32_t tail = nothing;
    std::int64_t last_due = 0;
    std::int64_t give_up = never.ns; ///< when the sender's kernel (or the dialer) loses patience
    std::int64_t retry = never.ns;   ///< next retransmission; never.ns while nothing is stalled
    std::int64_t retry_after = 0;    ///< how long the last wait was
    bool ended = false;              ///< a close is on it: nothing more may be put behind
    bool operator==(const Channel&) const = default;
    ORRERY_FIELDS(head, tail, last_due, give_up, retry, retry_after, ended)
};

/// `end[0]` dialed; `towards[s]` carries what end[s] will receive.
struct Connection {
    std::array<End, 2> end;
    std::array<Channel, 2> towards;
    std::int32_t listener = -1; ///< which of the accepting actor's listeners was dialed
    bool answered = false;      ///< the dialer knows that it was accepted
    bool in_use = false;
    bool operator==(const Connection&) const = default;
    ORRERY_FIELDS(end, towards, listener, answered, in_use)
};

struct Network {
    TransportModel transport;
    std::vector<Link> links;                  ///< from * actors + to
    std::vector<std::vector<ActorId>> groups; ///< of a split; empty if there is none
    Instant split_since;
    std::vector<Connection> connections;
    std::vector<std::uint32_t> free_connections;
    std::vector<Packet> packets;
    std::uint32_t free_packets = nothing;
    bool operator==(const Network&) const = default;
    ORRERY_FIELDS(transport, links, groups, split_since, connections, free_connections, packets,
                  free_packets)

    std::uint32_t take_packet();
    void free_packet(std::uint32_t packet);
    /// The packet is the last on the channel now.
    void enqueue(Channel& channel, std::uint32_t packet);
    /// Takes the first packet off the channel; it stays in the pool until freed.
    std::uint32_t dequeue(Channel& channel);
    std::uint32_t take_connection();
};

} // namespace orrery::sim
