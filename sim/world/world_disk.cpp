// The world's disks and clocks: what is due on a disk, and the commands for both.
#include "sim/world/watching.hpp"
#include "sim/world/world.hpp"

namespace orrery::sim {

void World::on_disk(ActorId actor, Event& event) {
    event.actor = actor;
    event.kind = EventKind::disk;
    DiskDone done;
    const bool told = edit(actor).disk.edit().take_done(now_, done);
    reschedule_disk(actor);
    // A process that died asked the kernel, and the kernel did it; nobody is left to hear of it.
    if (told && machine(actor).up() && done.life == machine(actor).lives)
        take(actor, Wrote{done.write, done.fault, std::move(done.file)}, event);
}

void World::reschedule_disk(ActorId actor) {
    const Instant next = machine(actor).disk->next();
    schedule(source_of_disk(actor), next > now_ ? next.ns : now_.ns);
}

void World::set_disk_condition(ActorId actor, const DiskCondition& condition) {
    edit(actor).disk.edit().set_condition(now_, condition);
    reschedule_disk(actor);
}

void World::set_clock_skew(ActorId actor, Duration skew) {
    edit(actor).clock.set_skew(skew);
    edit(actor).clock_since = now_;
}

void World::jump_clock(ActorId actor, Duration by) {
    edit(actor).clock.jump(by);
    edit(actor).clock_since = now_;
}

/// The deadline that the actor named stands on its own clock, so in the world's time it moves.
void World::set_clock_drift(ActorId actor, std::int64_t ppm) {
    Machine& machine = edit(actor);
    const bool waits = machine.wakes_at != never;
    const Instant local = machine.clock.local_at(waits ? machine.wakes_at : now_);
    machine.clock.set_drift(now_, ppm);
    machine.clock_since = now_;
    if (waits)
        machine.wakes_at = machine.clock.world_at(local);
    reschedule_machine(actor);
}

} // namespace orrery::sim
