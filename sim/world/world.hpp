// A world: actors, links, disks, clocks, random streams and the queue of what comes next, as one
// value. Copy it to snapshot it, step it to move time, compare it, take its fingerprint. A copy
// goes on exactly as the original does; what two copies have in common they share, so a copy costs
// microseconds.
//
//     World world({.seed = 7});
//     const ActorId broker = world.add({.name = "broker-1", .prototype = actor_of(Node(config))});
//     world.start(broker);
//     world.run_until(Instant{} + seconds(10));
//     World fork = world;
//
// Time jumps from event to event and costs nothing between. Nothing happens unless run_until() or
// step_event() is called; commands (kill, cut...) act at now(), between events.
#pragma once

#include "core/base/process.hpp"
#include "sim/world/machine.hpp"
#include "sim/world/network.hpp"
#include "sim/world/observer.hpp"
#include "sim/world/schedule.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::sim {

struct WorldSetup {
    std::uint64_t seed = 0;
    std::int64_t epoch_ms = 1'767'225'600'000; ///< wall clocks at the beginning: 2026-01-01 UTC
    LinkModel link;                            ///< of every link, until set_link_model
    TransportModel transport;
    bool operator==(const WorldSetup&) const = default;
    ORRERY_FIELDS(seed, epoch_ms, link, transport)
};

struct Counters {
    std::uint64_t events = 0;
    std::uint64_t steps = 0; ///< inputs that actors took
    std::uint64_t messages_sent = 0;
    std::uint64_t messages_delivered = 0;
    std::uint64_t bytes_delivered = 0;
    bool operator==(const Counters&) const = default;
    ORRERY_FIELDS(events, steps, messages_sent, messages_delivered, bytes_delivered)
};

class World {
public:
    explicit World(const WorldSetup& setup = {});

    /// Puts an actor on a machine of its own, switched on but not started. Its name is new and no
    /// other actor has one of its endpoints.
    ActorId add(ActorSpec spec);

    // --- time

    Instant now() const { return now_; }
    std::uint64_t events() const { return counters_.events; }
    const Counters& counters() const { return counters_; }
    /// When the next event is; `never` if nothing is left to happen.
    Instant next_event_time() const {
        const Instant first = schedule_.empty() ? never : Instant{schedule_.first().time};
        return alarm_ < first ? alarm_ : first;
    }
    /// An event of kind `alarm` happens at that instant, before all others of it: for whoever
    /// carries the world and has something to do then. There is one alarm; `never` takes it back.
    void set_alarm(Instant at) { alarm_ = at > now_ ? at : now_; }
    Instant alarm() const { return alarm_; }
    /// Moves to the next event and lets it happen; false, and nothing moves, if there is none.
    bool step_event(Observer* observer = nullptr);
    /// All events up to and at that instant; now() is that instant then. Never goes back.
    void run_until(Instant end, Observer* observer = nullptr);

    // --- looking

    std::size_t actors() const { return machines_.size(); }
    const Machine& machine(ActorId actor) const { return machines_[index(actor)]; }
    const std::string& name(ActorId actor) const { return machine(actor).spec->name; }
    /// no_actor if nobody has that name.
    ActorId find(std::string_view name) const;
    /// The process, living or as it died; null if it was never started or is of another type.
    template <class P>
    const P* process(ActorId actor) const {
        return machine(actor).process->as<P>();
    }
    const Link& link(ActorId from, ActorId to) const {
        return network_.links[index(from) * machines_.size() + index(to)];
    }
    const Network& network() const { return network_; }
    /// Every frame that was sent and has not arrived, by connection and in order.
    std::vector<Message> in_flight() const;
    /// The sum of all that happened so far: every event and effect, mixed in as it happened.
    std::uint64_t trace_hash() const { return trace_.value(); }
    bool operator==(const World&) const = default;
    void hash_into(Hasher& hasher) const;

    // --- commands: processes and machines

    /// Starts a process where none runs, after that delay; a machine without power gets it first.
    void start(ActorId actor, Duration after = {}, Observer* observer = nullptr);
    /// SIGTERM: the actor gets Stopping and ends itself.
    void stop(ActorId actor, Observer* observer = nullptr);
    /// SIGKILL: the process is gone; its kernel closes its connections; the page cache lives.
    void kill(ActorId actor, Observer* observer = nullptr);
    /// The machine is off: its peers hear nothing, and its disk keeps what was confirmed.
    void cut_power(ActorId actor, Observer* observer = nullptr);
    /// Stops (cleanly or by kill) and starts again `after` it has ended.
    void restart(ActorId actor, bool clean, Duration after = {}, Observer* observer = nullptr);
    /// SIGSTOP and SIGCONT: inputs queue up and come late, all at once.
    void pause(ActorId actor, Observer* observer = nullptr);
    void resume(ActorId actor, Observer* observer = nullptr);
    /// Each step costs `factor` times its service time from now on; 1 is healthy.
    void slow(ActorId actor, std::int32_t factor);
    /// Empties the disk. A process that runs is killed first.
    void wipe(ActorId actor, Observer* observer = nullptr);

    // --- commands: links, disks, clocks

    void set_link_model(ActorId from, ActorId to, const LinkModel& model);
    void set_link_fault(ActorId from, ActorId to, const LinkFault& fault);
    /// Resets every connection between the two: what is under way is lost, both ends get Closed.
    void reset(ActorId a, ActorId b, Observer* observer = nullptr);
    /// Holds the nth of the frames that are in flight from one to the other (from 0, in the order
    /// of in_flight()), or lets it go on. What is behind it on its connection waits for it.
    void hold_message(ActorId from, ActorId to, std::size_t nth, bool held);
    /// Loses that frame. Bytes come in order or not at all, so its connection breaks there: what
    /// was sent before it arrives, it and what is behind it are lost, and both ends get Closed.
    void lose_message(ActorId from, ActorId to, std::size_t nth, Observer* observer = nullptr);
    /// Actors of different groups can't reach each other; one in no group reaches all. An empty
    /// list heals the split.
    void split(std::span<const std::vector<ActorId>> groups);
    void set_disk_condition(ActorId actor, const DiskCondition& condition);
    void set_clock_skew(ActorId actor, Duration skew);
    void set_clock_drift(ActorId actor, std::int64_t ppm);
    void jump_clock(ActorId actor, Duration by);
    /// A hand reaches into a living process, for what no input can say (one more task for an admin
    /// client): act(process, now, effects), and the effects are done. Nothing if it isn't up.
    template <class P, class Act>
    void reach_into(ActorId actor, Act&& act, Observer* observer = nullptr) {
        if (!machine(actor).up())
            return;
        scratch_.effects.clear();
        P* process = edit(actor).process.edit().template as<P>();
        act(*process, machine(actor).clock.read(now_), scratch_.effects);
        reached(actor, observer);
    }
    /// Tells observers a fact of the world's own, and mixes it into the trace.
    void note(ActorId actor, const Note& note, Observer* observer = nullptr);

private:
    /// Buffers of the call under way: no part of the value.
    struct Scratch {
        Scratch() = default;
        Scratch(const Scratch&) {}
        Scratch& operator=(const Scratch&) { return *this; }
        bool operator==(const Scratch&) const { return true; }
        Input input;
        Effects effects;
        Observer* observer = nullptr;
    };
    class Watching; ///< sets the observer while a public call lasts

    static std::size_t index(ActorId actor) { return static_cast<std::size_t>(actor.value); }
    Machine& edit(ActorId actor) { return machines_[index(actor)]; }
    Link& link_of(ActorId from, ActorId to) {
        return network_.links[index(from) * machines_.size() + index(to)];
    }

    // world.cpp: the clockwork
    static Source source_of_actor(ActorId actor) { return static_cast<Source>(actor.value) * 4; }
    static Source source_of_disk(ActorId actor) { return static_cast<Source>(actor.value) * 4 + 1; }
    static Source source_of_channel(std::uint32_t connection, std::size_t side) {
        return connection * 4 + 2 + static_cast<Source>(side);
    }
    void schedule(Source source, std::int64_t time);
    void turn();
    void ring(Event& event);
    void happen(const Schedule::Entry& entry, Event& event);
    void trace(std::uint64_t what, ActorId actor, std::uint64_t detail);

    // world_process.cpp: lives and steps
    void on_machine(ActorId actor, Event& event);
    void begin_life(ActorId actor, Event& event);
    void end_life(ActorId actor, Life how);
    void take(ActorId actor, Input input, Event& event);
    void step(ActorId actor, Event& event);
    void perform(ActorId actor, Instant at);
    void reached(ActorId actor, Observer* observer);
    void settle_step(ActorId actor);
    void reschedule_machine(ActorId actor);

    // world_connection.cpp: dials, hang-ups and the end of connections
    void dial(ActorId actor, Instant at, const Dial& effect);
    void hang_up(ActorId actor, Instant at, ConnectionId number);
    void close_end(std::uint32_t connection, std::size_t side, Instant at);
    void forget_dial(std::uint32_t connection);
    void close_sockets(ActorId actor);
    void lose_sockets(ActorId actor);
    void forget_socket(ActorId actor, ConnectionId number);
    void tell_closed(std::uint32_t connection, std::size_t side, Event& event);
    void lose_patience(std::uint32_t connection, std::size_t side, Event& event);
    void release_if_done(std::uint32_t connection);
    ActorId find_listener(const Endpoint& endpoint, std::int32_t& listener) const;

    // world_network.cpp: what travels on them
    void send(ActorId actor, Instant at, Send& effect);
    void put(std::uint32_t connection, std::size_t side, PacketKind kind, Chain frame, Instant at);
    void on_channel(std::uint32_t connection, std::size_t side, Event& event);
    void stall(std::uint32_t connection, std::size_t side, Event& event);
    void arrive(std::uint32_t connection, std::size_t side, Event& event);
    void arrive_dial(std::uint32_t connection, Event& event);
    void arrive_answer(std::uint32_t connection, Event& event);
    void arrive_frame(std::uint32_t connection, std::size_t side, Packet packet, Event& event);
    void drop_all(std::uint32_t connection, std::size_t side);
    void drop_unsent(std::uint32_t connection, std::size_t side);
    void drop(std::uint32_t connection, std::size_t side, std::uint32_t packet);
    void reschedule_channel(std::uint32_t connection, std::size_t side);
    Message message_of(std::uint32_t connection, std::size_t side, const Packet& packet) const;
    struct InFlight {
        std::uint32_t connection = nothing; ///< nothing: there is no such frame
        std::size_t side = 0;
        std::uint32_t packet = nothing;
        std::uint32_t before = nothing; ///< the packet ahead of it
    };
    InFlight frame_in_flight(ActorId from, ActorId to, std::size_t nth) const;

    // world_disk.cpp
    void on_disk(ActorId actor, Event& event);
    void reschedule_disk(ActorId actor);

    WorldSetup setup_;
    Instant now_;
    std::vector<Machine> machines_;
    Network network_;
    Schedule schedule_;
    Random ties_;
    Hasher trace_;
    Counters counters_;
    Instant alarm_ = never;
    std::uint64_t turns_now_ = 0; ///< events at this very instant: a world that hangs is a bug
    Scratch scratch_;
};

} // namespace orrery::sim
