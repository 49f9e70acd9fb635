// How traces, checks, histories and the window look at a running world without touching it. An
// observer is handed to each call that makes time pass and is never kept by the world; without one,
// looking costs nothing. References are good during the call only.
#pragma once

#include "core/base/process.hpp"
#include "sim/world/actor.hpp"

#include <cstdint>
#include <string_view>

namespace orrery::sim {

class World;

enum class EventKind : std::uint8_t {
    started, ///< these seven: the actor took that input
    connected,
    received,
    closed,
    wrote,
    woke,
    stopping,
    queued,        ///< an input arrived at an actor that is paused or busy, and waits
    connecting,    ///< a dial arrived at a machine and was accepted, refused or ignored
    stalled,       ///< the next bytes of a connection met a cut link or a machine without power
    gave_up,       ///< a kernel stopped trying to get bytes or a dial through
    dropped,       ///< bytes arrived for a connection that is no more
    disk,          ///< a disk made something durable of which nobody waits to hear
    machine_ready, ///< a busy actor had nothing more to do, or a delayed start began
    alarm,         ///< the time that set_alarm() was told has come; it happens to nobody
};
std::string_view name_of(EventKind kind);

/// One turn of the world's clockwork.
struct Event {
    std::uint64_t sequence = 0; ///< 1, 2, 3... in this world
    Instant time;
    EventKind kind{};
    ActorId actor = no_actor; ///< whom it happened to
    ActorId from = no_actor;  ///< who sent it, of what a connection brought
    ConnectionId connection;  ///< the actor's own number for the connection
    const Chain* frame = nullptr;
    std::int64_t size = 0; ///< bytes of the frame
};

/// A frame on its way.
struct Message {
    ActorId from;
    ActorId to;
    ConnectionId sender_connection;
    ConnectionId receiver_connection; ///< 0 until the receiver has accepted
    Instant sent;
    Instant due;          ///< when it arrives, if nothing comes between
    bool stalled = false; ///< its connection brings nothing now: a cut link, or a held message
    bool held = false;    ///< itself, by a hand
    const Chain* frame = nullptr;
};

class Observer {
public:
    virtual ~Observer() = default;
    /// After the event, with all its effects done.
    virtual void on_event(const World&, const Event&) {}
    /// A fact told by an actor, or by the world itself about a fault (then the actor is the fault's
    /// target, or no_actor).
    virtual void on_note(const World&, ActorId, const Note&) {}
    virtual void on_sent(const World&, const Message&) {}
    virtual void on_delivered(const World&, const Message&) {}
    virtual void on_dropped(const World&, const Message&) {}
};

} // namespace orrery::sim
