#include "sim/faults/fault.hpp"

#include "sim/world/world.hpp"

#include <type_traits>

namespace orrery::sim::faults {

namespace {

/// Calls on each direction that a link fault is about.
template <class F, class Do>
void each_way(const F& fault, Do&& act) {
    act(fault.from, fault.to);
    if (fault.both_ways && fault.from != fault.to)
        act(fault.to, fault.from);
}

template <class F, class Change>
void change_link(World& world, const F& fault, Change&& change) {
    each_way(fault, [&](ActorId from, ActorId to) {
        LinkFault wrong = world.link(from, to).fault;
        change(wrong);
        world.set_link_fault(from, to, wrong);
    });
}

template <class Change>
void change_disk(World& world, ActorId actor, Change&& change) {
    DiskCondition condition = world.machine(actor).disk->condition();
    change(condition);
    world.set_disk_condition(actor, condition);
}

/// One overload for each fault. Those that end processes hand the observer on.
struct Apply {
    World& world;
    Observer* observer;

    void operator()(const Kill& f) const { world.kill(f.actor, observer); }
    void operator()(const CutPower& f) const { world.cut_power(f.actor, observer); }
    void operator()(const Pause& f) const { world.pause(f.actor, observer); }
    void operator()(const Resume& f) const { world.resume(f.actor, observer); }
    void operator()(const Slow& f) const { world.slow(f.actor, f.factor); }
    void operator()(const Restart& f) const { world.restart(f.actor, f.clean, f.after, observer); }
    void operator()(const Start& f) const { world.start(f.actor, f.after, observer); }
    void operator()(const Stop& f) const { world.stop(f.actor, observer); }
    void operator()(const Wipe& f) const { world.wipe(f.actor, observer); }

    void operator()(const DelayLink& f) const {
        change_link(world, f, [&](LinkFault& wrong) { wrong.extra = f.extra; });
    }
    void operator()(const ThrottleLink& f) const {
        change_link(world, f,
                    [&](LinkFault& wrong) { wrong.bytes_per_second = f.bytes_per_second; });
    }
    void operator()(const ResetLink& f) const { world.reset(f.from, f.to, observer); }
    void operator()(const CutLink& f) const {
        change_link(world, f, [&](LinkFault& wrong) { wrong.cut = true; });
    }
    void operator()(const FlapLink& f) const {
        change_link(world, f, [&](LinkFault& wrong) {
            wrong.flap = {f.period, f.down, world.now()};
        });
    }
    void operator()(const HealLink& f) const {
        change_link(world, f, [](LinkFault& wrong) { wrong = {}; });
    }
    void operator()(const LoseMessage& f) const {
        world.lose_message(f.from, f.to, static_cast<std::size_t>(f.nth), observer);
    }
    void operator()(const HoldMessage& f) const {
        world.hold_message(f.from, f.to, static_cast<std::size_t>(f.nth), true);
    }
    void operator()(const ReleaseMessage& f) const {
        world.hold_message(f.from, f.to, static_cast<std::size_t>(f.nth), false);
    }
    void operator()(const Split& f) const { world.split(f.groups); }
    void operator()(const HealSplit&) const { world.split({}); }
    void operator()(const HealNetwork&) const {
        world.split({});
        for (const HeldMessage& held : held_messages(world))
            (*this)(held.release);
        const auto count = static_cast<std::int32_t>(world.actors());
        for (std::int32_t from = 0; from < count; ++from)
            for (std::int32_t to = 0; to < count; ++to)
                if (world.link({from}, {to}).fault != LinkFault{})
                    world.set_link_fault({from}, {to}, {});
    }

    void operator()(const SlowDisk& f) const {
        change_disk(world, f.actor, [&](DiskCondition& disk) { disk.slow = f.factor; });
    }
    void operator()(const StallDisk& f) const {
        change_disk(world, f.actor, [](DiskCondition& disk) { disk.stalled = true; });
    }
    void operator()(const FillDisk& f) const {
        change_disk(world, f.actor, [](DiskCondition& disk) { disk.full = true; });
    }
    void operator()(const FailDisk& f) const {
        change_disk(world, f.actor, [](DiskCondition& disk) { disk.failing = true; });
    }
    void operator()(const HealDisk& f) const {
        change_disk(world, f.actor, [](DiskCondition& disk) { disk = {}; });
    }

    void operator()(const SkewClock& f) const { world.set_clock_skew(f.actor, f.skew); }
    void operator()(const DriftClock& f) const { world.set_clock_drift(f.actor, f.ppm); }
    void operator()(const JumpClock& f) const { world.jump_clock(f.actor, f.by); }
    void operator()(const HealClock& f) const {
        world.set_clock_drift(f.actor, 0);
        // What it gained or lost while it drifted is still on its monotonic side.
        const Instant local = world.machine(f.actor).clock.local_at(world.now());
        world.set_clock_skew(f.actor, world.now() - local);
    }
    void operator()(const HealAll&) const {
        (*this)(HealNetwork{});
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(world.actors()); ++i) {
            const ActorId actor{i};
            world.resume(actor, observer);
            world.slow(actor, 1);
            world.set_disk_condition(actor, {});
            (*this)(HealClock{actor});
            const Life life = world.machine(actor).life;
            if (!is_up(life) && life != Life::not_started)
                world.start(actor, {}, observer);
        }
    }
};

} // namespace

void apply(World& world, const Fault& fault, Observer* observer) {
    std::visit(Apply{world, observer}, fault);
    Note told;
    told.fact = is_healing(fault) ? Fact::healed : Fact::fault;
    told.text = sentence_of(world, fault);
    const Targets targets = targets_of(fault);
    told.numbers[0] = targets.first.value;
    told.numbers[1] = targets.second.value;
    world.note(no_actor, told, observer);
}

bool is_healing(const Fault& fault) {
    if (const auto* slow = std::get_if<Slow>(&fault))
        return slow->factor == 1;
    if (const auto* slow = std::get_if<SlowDisk>(&fault))
        return slow->factor == 1;
    if (const auto* delay = std::get_if<DelayLink>(&fault))
        return delay->extra == Latency{};
    if (const auto* throttle = std::get_if<ThrottleLink>(&fault))
        return throttle->bytes_per_second == 0;
    if (const auto* drift = std::get_if<DriftClock>(&fault))
        return drift->ppm == 0;
    if (const auto* skew = std::get_if<SkewClock>(&fault))
        return skew->skew.ns == 0;
    return std::holds_alternative<ReleaseMessage>(fault) || std::holds_alternative<Resume>(fault) ||
           std::holds_alternative<Start>(fault) || std::holds_alternative<HealLink>(fault) ||
           std::holds_alternative<HealSplit>(fault) || std::holds_alternative<HealNetwork>(fault) ||
           std::holds_alternative<HealDisk>(fault) || std::holds_alternative<HealClock>(fault) ||
           std::holds_alternative<HealAll>(fault);
}

Targets targets_of(const Fault& fault) {
    return std::visit(
        [](const auto& f) -> Targets {
            if constexpr (requires { f.actor; })
                return {f.actor, no_actor};
            else if constexpr (requires { f.from; })
                return {f.from, f.to};
            else
                return {};
        },
        fault);
}

} // namespace orrery::sim::faults
