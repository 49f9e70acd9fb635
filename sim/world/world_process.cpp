// The lives of a world's processes: how they start and end, and how one step is taken.
#include "core/base/expect.hpp"
#include "sim/world/watching.hpp"
#include "sim/world/world.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

/// The connection that an input is about, if it is about one.
const ConnectionId* connection_of(const Input& input) {
    if (const auto* received = std::get_if<Received>(&input))
        return &received->connection;
    if (const auto* connected = std::get_if<Connected>(&input))
        return &connected->connection;
    if (const auto* closed = std::get_if<Closed>(&input))
        return &closed->connection;
    return nullptr;
}

} // namespace

// --- commands ------------------------------------------------------------------------------------

void World::start(ActorId actor, Duration after, Observer* observer) {
    const Watching watching(*this, observer);
    Machine& machine = edit(actor);
    if (machine.up())
        return;
    machine.starts_at = now_ + after;
    reschedule_machine(actor);
}

void World::stop(ActorId actor, Observer* observer) {
    const Watching watching(*this, observer);
    Machine& machine = edit(actor);
    machine.starts_at = never;
    machine.restarts = false;
    if (machine.life == Life::running) {
        machine.life = Life::stopping;
        machine.life_since = now_;
        machine.inbox.push(Stopping{});
    }
    reschedule_machine(actor);
}

void World::kill(ActorId actor, Observer* observer) {
    const Watching watching(*this, observer);
    edit(actor).starts_at = never;
    edit(actor).restarts = false; // a restart under way ends here, too
    if (machine(actor).up())
        end_life(actor, Life::killed);
    reschedule_machine(actor);
}

void World::cut_power(ActorId actor, Observer* observer) {
    const Watching watching(*this, observer);
    edit(actor).starts_at = never;
    edit(actor).restarts = false;
    lose_sockets(actor);
    end_life(actor, Life::no_power);
    edit(actor).disk.edit().lose_power(now_);
    reschedule_disk(actor);
}

void World::restart(ActorId actor, bool clean, Duration after, Observer* observer) {
    const Watching watching(*this, observer);
    if (!machine(actor).up())
        return start(actor, after, observer);
    if (clean)
        stop(actor, observer);
    edit(actor).restarts = true;
    edit(actor).restart_delay = after;
    if (!clean)
        end_life(actor, Life::killed);
}

void World::pause(ActorId actor, Observer* observer) {
    const Watching watching(*this, observer);
    Machine& host = edit(actor);
    if (host.up() && !host.paused) {
        host.paused = true;
        host.paused_since = now_;
    }
    reschedule_machine(actor);
}

void World::resume(ActorId actor, Observer* observer) {
    const Watching watching(*this, observer);
    edit(actor).paused = false;
    reschedule_machine(actor);
}

void World::slow(ActorId actor, std::int32_t factor) {
    expect(factor >= 1, "a machine that is slowed by a factor of one or more");
    edit(actor).slow = factor;
    edit(actor).slow_since = now_;
}

void World::wipe(ActorId actor, Observer* observer) {
    const Watching watching(*this, observer);
    kill(actor, observer);
    edit(actor).disk.edit().wipe();
    reschedule_disk(actor);
}

// --- lives ---------------------------------------------------------------------------------------

void World::begin_life(ActorId actor, Event& event) {
    Machine& machine = edit(actor);
    machine.process = Cow<AnyActor>(machine.spec->prototype);
    machine.life = Life::running;
    machine.life_since = now_;
    machine.lives += 1;
    machine.starts_at = never;
    machine.busy_until = now_;
    trace(static_cast<std::uint64_t>(Traced::life), actor, machine.lives);
    Started started;
    started.files = machine.disk->files();
    started.random = machine.random.next();
    scratch_.input = std::move(started);
    step(actor, event);
}

void World::end_life(ActorId actor, Life how) {
    close_sockets(actor);
    Machine& machine = edit(actor);
    machine.inbox.clear();
    machine.life = how;
    machine.life_since = now_;
    machine.paused = false;
    machine.wakes_at = never;
    if (machine.restarts)
        machine.starts_at = now_ + machine.restart_delay;
    machine.restarts = false;
    trace(static_cast<std::uint64_t>(Traced::life), actor, static_cast<std::uint64_t>(how) << 32U);
    reschedule_machine(actor);
}

// --- steps ---------------------------------------------------------------------------------------

/// An input is there: the actor takes it now, or when it can.
void World::take(ActorId actor, Input input, Event& event) {
    Machine& machine = edit(actor);
    if (machine.paused || machine.busy_until > now_ || !machine.inbox.empty()) {
        machine.inbox.push(std::move(input));
        event.kind = EventKind::queued;
        reschedule_machine(actor);
        return;
    }
    scratch_.input = std::move(input);
    step(actor, event);
}

/// The actor's turn in the schedule: a start, an input that waited, or its deadline.
void World::on_machine(ActorId actor, Event& event) {
    event.actor = actor;
    event.kind = EventKind::machine_ready;
    Machine& machine = edit(actor);
    if (!machine.up() && machine.starts_at <= now_)
        return begin_life(actor, event);
    while (!machine.inbox.empty()) {
        scratch_.input = machine.inbox.pop();
        // The process may have hung up since this came: then it must not hear of it any more.
        const ConnectionId* connection = connection_of(scratch_.input);
        if (connection && !machine.sockets.contains(connection->value))
            continue;
        if (connection)
            event.connection = *connection;
        return step(actor, event);
    }
    if (machine.up() && machine.wakes_at <= now_) {
        scratch_.input = Woke{};
        return step(actor, event);
    }
    reschedule_machine(actor);
}

/// The actor takes scratch_.input.
void World::step(ActorId actor, Event& event) {
    Machine& machine = edit(actor);
    const Input& input = scratch_.input;
    event.actor = actor;
    event.kind = static_cast<EventKind>(input.index()); // the first kinds are the inputs, in order
    std::int64_t kibs = 0;
    if (const auto* received = std::get_if<Received>(&input)) {
        event.frame = &received->frame;
        event.size = static_cast<std::int64_t>(received->frame.size());
        kibs = event.size >> 10U;
    } else if (const auto* closed = std::get_if<Closed>(&input)) {
        forget_socket(actor, closed->connection);
    }
    const ServiceModel& service = machine.spec->service;
    const Duration cost = (service.per_step + service.per_kib * kibs) * machine.slow;
    machine.busy_until = now_ + cost;
    ++counters_.steps;
    scratch_.effects.clear();
    machine.process.edit()->step(machine.clock.read(now_), input, scratch_.effects);
    settle_step(actor);
}

/// After scratch_.effects were filled: the next deadline is taken note of, the effects are done.
void World::settle_step(ActorId actor) {
    Machine& machine = edit(actor);
    const std::optional<Instant> wakeup = (*machine.process)->wakeup();
    machine.wakes_at = wakeup ? machine.clock.world_at(*wakeup) : never;
    if (!scratch_.effects.empty())
        perform(actor, std::max(now_, machine.busy_until));
    reschedule_machine(actor);
}

void World::reached(ActorId actor, Observer* observer) {
    const Watching watching(*this, observer);
    settle_step(actor);
}

/// Does what the actor asked for in scratch_.effects; it leaves the machine at `at`.
void World::perform(ActorId actor, Instant at) {
    const auto traced = [&](Traced what, const std::string& file, std::uint64_t detail) {
        trace(static_cast<std::uint64_t>(what), actor, hash_text(file) ^ detail);
    };
    const Exit* exit = nullptr;
    for (Effect& effect : scratch_.effects) {
        if (auto* send_ = std::get_if<Send>(&effect)) {
            send(actor, at, *send_);
        } else if (const auto* dial_ = std::get_if<Dial>(&effect)) {
            dial(actor, at, *dial_);
        } else if (const auto* hung_up = std::get_if<HangUp>(&effect)) {
            hang_up(actor, at, hung_up->connection);
        } else if (const auto* note_ = std::get_if<Note>(&effect)) {
            note(actor, *note_);
        } else if (const auto* exit_ = std::get_if<Exit>(&effect)) {
            exit = exit_;
        } else {
            Machine& machine = edit(actor);
            Disk& disk = machine.disk.edit();
            const std::uint32_t life = machine.lives;
            if (const auto* write = std::get_if<Write>(&effect)) {
                traced(Traced::wrote, write->file, trace_hash_of(write->data) + write->write.value);
                disk.write(at, life, *write);
            } else if (const auto* replace = std::get_if<Replace>(&effect)) {
                traced(Traced::replaced, replace->file, trace_hash_of(replace->data));
                disk.replace(at, life, *replace);
            } else if (const auto* truncate = std::get_if<Truncate>(&effect)) {
                traced(Traced::truncated, truncate->file,
                       static_cast<std::uint64_t>(truncate->size));
                disk.truncate(at, life, *truncate);
            } else if (const auto* flush = std::get_if<Flush>(&effect)) {
                traced(Traced::flushed, flush->file, flush->write.value);
                disk.flush(at, life, *flush);
            } else if (const auto* erase = std::get_if<Erase>(&effect)) {
                traced(Traced::erased, erase->file, 0);
                disk.erase(at, life, *erase);
            }
            reschedule_disk(actor);
        }
    }
    if (!exit)
        return;
    Note ended{Fact::process_ended, {}, -1, {}, exit->why.empty() ? "cleanly" : exit->why};
    ended.numbers[0] = exit->clean ? 1 : 0;
    const Life how = exit->clean ? Life::stopped : Life::halted;
    note(actor, ended);
    end_life(actor, how);
}

void World::reschedule_machine(ActorId actor) {
    const Machine& machine = machines_[index(actor)];
    std::int64_t time = never.ns;
    if (!machine.up())
        time = machine.starts_at.ns;
    else if (machine.paused)
        time = never.ns;
    else if (!machine.inbox.empty())
        time = std::max(now_.ns, machine.busy_until.ns);
    else if (machine.wakes_at != never)
        time = std::max({now_.ns, machine.busy_until.ns, machine.wakes_at.ns});
    schedule(source_of_actor(actor), time);
}

} // namespace orrery::sim
