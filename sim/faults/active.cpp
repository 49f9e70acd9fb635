// What is wrong in a world, read from the world.
#include "core/base/flat_map.hpp"
#include "sim/faults/fault.hpp"
#include "sim/faults/words.hpp"
#include "sim/world/world.hpp"

namespace orrery::sim::faults {

namespace {

void add_machine(const World& world, ActorId actor, std::vector<ActiveFault>& found) {
    const Machine& machine = world.machine(actor);
    const std::string& name = world.name(actor);
    const auto add = [&](std::string sentence, Instant since, Fault healing) {
        found.push_back({std::move(sentence), since, std::move(healing), {actor, no_actor}});
    };
    if (!machine.up() && machine.life != Life::not_started)
        add(name + (machine.life == Life::no_power ? " has " : " is ") +
                std::string(name_of(machine.life)),
            machine.life_since, Start{actor, {}});
    if (machine.paused)
        add(name + " is paused", machine.paused_since, Resume{actor});
    if (machine.slow != 1)
        add(sentence_of(world, Slow{actor, machine.slow}), machine.slow_since, Slow{actor, 1});

    const DiskCondition& disk = machine.disk->condition();
    const Instant disk_since = machine.disk->condition_since();
    if (disk.slow != 1)
        add(sentence_of(world, SlowDisk{actor, disk.slow}), disk_since, HealDisk{actor});
    if (disk.stalled)
        add(sentence_of(world, StallDisk{actor}), disk_since, HealDisk{actor});
    if (disk.full)
        add(sentence_of(world, FillDisk{actor}), disk_since, HealDisk{actor});
    if (disk.failing)
        add(sentence_of(world, FailDisk{actor}), disk_since, HealDisk{actor});

    const Instant now = world.now();
    const Duration off = machine.clock.local_at(now) - now + machine.clock.skew();
    if (machine.clock.drift_ppm() != 0)
        add(sentence_of(world, DriftClock{actor, machine.clock.drift_ppm()}), machine.clock_since,
            HealClock{actor});
    else if (off.ms() != 0)
        add(sentence_of(world, SkewClock{actor, off}), machine.clock_since, HealClock{actor});
}

/// The faults of a link as the faults that would make them; `both_ways` if the way back is alike.
void add_link(const World& world, ActorId from, ActorId to, bool both_ways,
              std::vector<ActiveFault>& found) {
    const Link& link = world.link(from, to);
    const LinkFault& wrong = link.fault;
    const auto add = [&](const Fault& fault) {
        found.push_back({sentence_of(world, fault),
                         link.fault_since,
                         HealLink{from, to, both_ways},
                         {from, to}});
    };
    if (wrong.cut)
        add(CutLink{from, to, both_ways});
    if (wrong.extra != Latency{})
        add(DelayLink{from, to, wrong.extra, both_ways});
    if (wrong.bytes_per_second != 0)
        add(ThrottleLink{from, to, wrong.bytes_per_second, both_ways});
    if (wrong.flap.period.ns != 0)
        add(FlapLink{from, to, wrong.flap.period, wrong.flap.down, both_ways});
}

} // namespace

std::vector<HeldMessage> held_messages(const World& world) {
    std::vector<HeldMessage> found;
    FlatMap<std::pair<std::int32_t, std::int32_t>, std::int32_t> seen; // by from and to
    for (const Message& message : world.in_flight()) {
        const std::int32_t nth = seen[{message.from.value, message.to.value}]++;
        if (message.held)
            found.push_back({message.sent, {message.from, message.to, nth}});
    }
    return found;
}

std::vector<ActiveFault> active_faults(const World& world) {
    std::vector<ActiveFault> found;
    const auto count = static_cast<std::int32_t>(world.actors());
    for (std::int32_t i = 0; i < count; ++i)
        add_machine(world, {i}, found);
    for (std::int32_t from = 0; from < count; ++from)
        for (std::int32_t to = 0; to < count; ++to) {
            const LinkFault& there = world.link({from}, {to}).fault;
            const LinkFault& back = world.link({to}, {from}).fault;
            const bool alike = from != to && there == back;
            if (there != LinkFault{} && (!alike || from < to))
                add_link(world, {from}, {to}, alike, found);
        }
    for (const HeldMessage& held : held_messages(world)) {
        const auto& [from, to, nth] = held.release;
        found.push_back(
            {sentence_of(world, HoldMessage{from, to, nth}), held.sent, held.release, {from, to}});
    }
    if (!world.network().groups.empty())
        found.push_back({sentence_of(world, Split{world.network().groups}),
                         world.network().split_since,
                         HealSplit{},
                         {}});
    return found;
}

} // namespace orrery::sim::faults
