// Faults in words.
#include "sim/faults/fault.hpp"
#include "sim/faults/words.hpp"
#include "sim/world/world.hpp"

namespace orrery::sim::faults {

std::string words_of(Duration d) {
    const bool negative = d.ns < 0;
    const std::int64_t ns = negative ? -d.ns : d.ns;
    const auto in = [&](std::int64_t unit, const char* name) {
        return std::string(negative ? "-" : "") + std::to_string(ns / unit) + " " + name;
    };
    if (ns % 1'000'000'000 == 0)
        return in(1'000'000'000, "s");
    if (ns % 1'000'000 == 0 || ns >= 10'000'000'000)
        return in(1'000'000, "ms");
    return ns % 1'000 == 0 || ns >= 10'000'000 ? in(1'000, "us") : in(1, "ns");
}

std::string words_of(const World& world, const std::vector<std::vector<ActorId>>& groups) {
    std::string text;
    for (const auto& group : groups) {
        text += text.empty() ? "" : " | ";
        for (std::size_t i = 0; i < group.size(); ++i)
            text += (i == 0 ? "" : ", ") + world.name(group[i]);
    }
    return text;
}

std::string words_of(const Latency& latency) {
    std::string text = words_of(latency.base);
    if (latency.shape != LatencyShape::constant)
        text += " + " + words_of(latency.spread) + " " + std::string(name_of(latency.shape));
    return text;
}

namespace {

struct Words {
    const World& world;

    std::string name(ActorId actor) const { return world.name(actor); }
    template <class F>
    std::string link(const F& f, bool both_ways) const {
        return both_ways ? "the link between " + name(f.from) + " and " + name(f.to)
                         : "the link from " + name(f.from) + " to " + name(f.to);
    }
    template <class F>
    std::string link(const F& f) const {
        return link(f, f.both_ways);
    }
    static std::string later(Duration after) {
        return after.ns == 0 ? "" : ", after " + words_of(after);
    }
    static std::string times(std::int32_t factor) { return std::to_string(factor) + " times"; }

    std::string operator()(const Kill& f) const { return name(f.actor) + " is killed"; }
    std::string operator()(const CutPower& f) const { return name(f.actor) + " loses its power"; }
    std::string operator()(const Pause& f) const { return name(f.actor) + " is paused"; }
    std::string operator()(const Resume& f) const { return name(f.actor) + " goes on"; }
    std::string operator()(const Slow& f) const {
        return f.factor == 1 ? name(f.actor) + " is as fast as before"
                             : name(f.actor) + " is " + times(f.factor) + " slower";
    }
    std::string operator()(const Restart& f) const {
        return name(f.actor) + (f.clean ? " is restarted" : " is killed and started again") +
               later(f.after);
    }
    std::string operator()(const Start& f) const {
        return name(f.actor) + " is started" + later(f.after);
    }
    std::string operator()(const Stop& f) const { return name(f.actor) + " is told to stop"; }
    std::string operator()(const Wipe& f) const {
        return "the disk of " + name(f.actor) + " is wiped";
    }

    std::string operator()(const DelayLink& f) const {
        return f.extra == Latency{} ? link(f) + " is delayed no more"
                                    : link(f) + " is delayed by " + words_of(f.extra);
    }
    std::string operator()(const ThrottleLink& f) const {
        return f.bytes_per_second == 0 ? link(f) + " is throttled no more"
                                       : link(f) + " is throttled to " +
                                             std::to_string(f.bytes_per_second) + " bytes/s";
    }
    std::string operator()(const ResetLink& f) const {
        return "connections between " + name(f.from) + " and " + name(f.to) + " are reset";
    }
    std::string operator()(const CutLink& f) const { return link(f) + " is cut"; }
    std::string operator()(const FlapLink& f) const {
        return link(f) + " is down for " + words_of(f.down) + " of every " + words_of(f.period);
    }
    std::string operator()(const HealLink& f) const { return link(f) + " is healed"; }
    std::string message(ActorId from, ActorId to) const {
        return "a message from " + name(from) + " to " + name(to);
    }
    std::string operator()(const LoseMessage& f) const {
        return message(f.from, f.to) + " is lost, and its connection with it";
    }
    std::string operator()(const HoldMessage& f) const {
        return message(f.from, f.to) + " is held";
    }
    std::string operator()(const ReleaseMessage& f) const {
        return message(f.from, f.to) + " is released";
    }
    std::string operator()(const Split& f) const {
        return "the network is split: " + words_of(world, f.groups);
    }
    std::string operator()(const HealSplit&) const { return "the network is one again"; }
    std::string operator()(const HealNetwork&) const { return "the network is healed"; }

    std::string disk(ActorId actor) const { return "the disk of " + name(actor); }
    std::string operator()(const SlowDisk& f) const {
        return f.factor == 1 ? disk(f.actor) + " is as fast as before"
                             : disk(f.actor) + " is " + times(f.factor) + " slower";
    }
    std::string operator()(const StallDisk& f) const { return disk(f.actor) + " stalls"; }
    std::string operator()(const FillDisk& f) const { return disk(f.actor) + " is full"; }
    std::string operator()(const FailDisk& f) const { return disk(f.actor) + " fails"; }
    std::string operator()(const HealDisk& f) const { return disk(f.actor) + " is healed"; }

    std::string clock(ActorId actor) const { return "the clock of " + name(actor); }
    std::string operator()(const SkewClock& f) const {
        return clock(f.actor) + " is off by " + words_of(f.skew);
    }
    std::string operator()(const DriftClock& f) const {
        return clock(f.actor) + " drifts by " + std::to_string(f.ppm) + " ppm";
    }
    std::string operator()(const JumpClock& f) const {
        return clock(f.actor) + " jumps by " + words_of(f.by);
    }
    std::string operator()(const HealClock& f) const { return clock(f.actor) + " is right again"; }
    std::string operator()(const HealAll&) const { return "everything is healed"; }
};

} // namespace

std::string sentence_of(const World& world, const Fault& fault) {
    return std::visit(Words{world}, fault);
}

} // namespace orrery::sim::faults
