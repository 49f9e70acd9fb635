#include "sim/world/world.hpp"

#include "core/base/expect.hpp"
#include "sim/world/watching.hpp"

namespace orrery::sim {

namespace {

/// So many events at one instant are an actor that is never content, not a busy world.
constexpr std::uint64_t turns_at_one_instant_max = 10'000'000;

/// The hash of a fact's name, each computed once: its number changes when a fact is added.
std::uint64_t hash_of(Fact fact) {
    static const std::vector<std::uint64_t> hashes = [] {
        std::vector<std::uint64_t> made;
        for (const FactRow& row : fact_table())
            made.push_back(hash_text(row.name));
        return made;
    }();
    return hashes[static_cast<std::size_t>(fact)];
}

} // namespace

std::string_view name_of(EventKind kind) {
    switch (kind) {
    case EventKind::started: return "started";
    case EventKind::connected: return "connected";
    case EventKind::received: return "received";
    case EventKind::closed: return "closed";
    case EventKind::wrote: return "wrote";
    case EventKind::woke: return "woke";
    case EventKind::stopping: return "stopping";
    case EventKind::queued: return "queued";
    case EventKind::connecting: return "connecting";
    case EventKind::stalled: return "stalled";
    case EventKind::gave_up: return "gave up";
    case EventKind::dropped: return "dropped";
    case EventKind::disk: return "disk";
    case EventKind::machine_ready: return "machine ready";
    case EventKind::alarm: return "alarm";
    }
    return "?";
}

World::World(const WorldSetup& setup) : setup_(setup), ties_(setup.seed, "scheduler") {
    network_.transport = setup.transport;
}

ActorId World::add(ActorSpec spec) {
    expect(find(spec.name) == no_actor, "a name that no other actor has");
    for (const Listener& listener : spec.listeners) {
        std::int32_t other = 0;
        expect(find_listener(listener.at, other) == no_actor, "an endpoint that is not taken");
    }
    Machine machine;
    machine.clock = Clock(setup_.epoch_ms);
    machine.random = Random(setup_.seed, "node " + spec.name);
    Disk disk(spec.disk, Random(setup_.seed, "disk " + spec.name));
    for (const BootFile& file : spec.files)
        disk.format(file);
    machine.disk = Cow<Disk>(std::move(disk));
    machine.spec = Cow<ActorSpec>(std::move(spec));
    machines_.push_back(std::move(machine));

    // The matrix of links grows by a row and a column.
    const std::size_t count = machines_.size();
    std::vector<Link> links;
    for (std::size_t from = 0; from < count; ++from)
        for (std::size_t to = 0; to < count; ++to) {
            if (from + 1 < count && to + 1 < count) {
                links.push_back(network_.links[from * (count - 1) + to]);
                continue;
            }
            Link link;
            link.model = setup_.link;
            link.random = Random(setup_.seed, "link " + machines_[from].spec->name + " to " +
                                                  machines_[to].spec->name);
            links.push_back(link);
        }
    network_.links = std::move(links);
    return {static_cast<std::int32_t>(count - 1)};
}

ActorId World::find(std::string_view name) const {
    for (std::size_t i = 0; i < machines_.size(); ++i)
        if (machines_[i].spec->name == name)
            return {static_cast<std::int32_t>(i)};
    return no_actor;
}

// --- time ----------------------------------------------------------------------------------------

void World::schedule(Source source, std::int64_t time) {
    if (time == never.ns)
        schedule_.remove(source);
    else if (schedule_.time_of(source) != time)
        schedule_.set(source, time, static_cast<std::uint32_t>(ties_.next() >> 32U));
}

bool World::step_event(Observer* observer) {
    if (next_event_time() == never)
        return false;
    const Watching watching(*this, observer);
    turn();
    return true;
}

void World::run_until(Instant end, Observer* observer) {
    expect(end >= now_, "a time that has not passed");
    const Watching watching(*this, observer);
    while (next_event_time() <= end && next_event_time() != never)
        turn();
    now_ = end;
}

/// One event, from the head of the schedule to the last of its effects.
void World::turn() {
    const bool alarm = schedule_.empty() || alarm_.ns <= schedule_.first().time;
    const Schedule::Entry entry = alarm ? Schedule::Entry{alarm_.ns, 0, 0} : schedule_.first();
    if (entry.time > now_.ns) {
        now_.ns = entry.time;
        turns_now_ = 0;
    }
    expect(++turns_now_ < turns_at_one_instant_max, "a world in which time goes on");
    Event event;
    event.sequence = ++counters_.events;
    event.time = now_;
    if (alarm)
        ring(event);
    else
        happen(entry, event);
    trace(static_cast<std::uint64_t>(event.kind), event.actor,
          static_cast<std::uint64_t>(event.connection.value));
    if (scratch_.observer)
        scratch_.observer->on_event(*this, event);
}

void World::ring(Event& event) {
    alarm_ = never;
    event.kind = EventKind::alarm;
}

void World::happen(const Schedule::Entry& entry, Event& event) {
    const ActorId actor{static_cast<std::int32_t>(entry.source / 4)};
    switch (entry.source % 4) {
    case 0: on_machine(actor, event); break;
    case 1: on_disk(actor, event); break;
    default: on_channel(entry.source / 4, entry.source % 4 - 2, event); break;
    }
}

void World::trace(std::uint64_t what, ActorId actor, std::uint64_t detail) {
    trace_.add(static_cast<std::uint64_t>(now_.ns));
    trace_.add((what << 32U | static_cast<std::uint32_t>(actor.value)) ^
               detail * 0x9E3779B97F4A7C15ULL);
}

void World::note(ActorId actor, const Note& note, Observer* observer) {
    const Watching watching(*this, observer);
    Hasher hasher;
    hasher.add(hash_of(note.fact));
    hasher.add(hash_text(note.topic));
    hasher.add(hash_text(note.text));
    orrery::hash_into(hasher, note.partition);
    orrery::hash_into(hasher, note.numbers);
    trace(static_cast<std::uint64_t>(Traced::noted), actor, hasher.value());
    if (scratch_.observer)
        scratch_.observer->on_note(*this, actor, note);
}

void World::hash_into(Hasher& hasher) const {
    orrery::hash_into(hasher, setup_);
    orrery::hash_into(hasher, now_);
    orrery::hash_into(hasher, machines_);
    orrery::hash_into(hasher, network_);
    orrery::hash_into(hasher, schedule_);
    orrery::hash_into(hasher, ties_);
    hasher.add(trace_.value());
    orrery::hash_into(hasher, counters_);
    if (alarm_ != never)
        orrery::hash_into(hasher, alarm_);
}

} // namespace orrery::sim
