#include "sim/faults/profile.hpp"

#include "core/base/expect.hpp"
#include "core/base/random.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace orrery::sim::faults {

namespace {

constexpr std::array<std::string_view, kinds> names{
    "kill",       "power_cut",     "restart",     "pause",      "slow",
    "delay_link", "throttle_link", "reset_link",  "cut_link",   "cut_link_one_way",
    "flap_link",  "split",         "slow_disk",   "stall_disk", "fill_disk",
    "fail_disk",  "skew_clock",    "drift_clock", "jump_clock"};

/// Small as likely as large: base, doubled up to `doublings` times, and a bit.
Duration log_even(Random& random, Duration base, std::uint64_t doublings) {
    const auto shift = static_cast<std::int64_t>(random.below(doublings));
    const Duration low = base * (std::int64_t{1} << shift);
    return low + Duration{random.between(0, low.ns)};
}

Duration around(Random& random, Duration mean) {
    return Latency{LatencyShape::exponential, milliseconds(1), mean}.draw(random);
}

bool takes_down(Kind kind) {
    return kind == Kind::kill || kind == Kind::power_cut || kind == Kind::restart ||
           kind == Kind::pause;
}

/// A fault of one kind and what heals it.
struct Episode {
    Fault fault;
    Fault healing;
};

Episode draw_process(Kind kind, Random& random, ActorId actor, Duration lasts) {
    switch (kind) {
    case Kind::kill: return {Kill{actor}, Start{actor, {}}};
    case Kind::power_cut: return {CutPower{actor}, Start{actor, {}}};
    case Kind::pause: return {Pause{actor}, Resume{actor}};
    case Kind::restart: {
        const bool clean = random.below(2) == 0;
        return {Restart{actor, clean, lasts}, Start{actor, {}}};
    }
    default: {
        const auto factor = static_cast<std::int32_t>(random.between(2, 1000));
        return {Slow{actor, factor}, Slow{actor, 1}};
    }
    }
}

Episode draw_link(Kind kind, Random& random, ActorId from, ActorId to) {
    const bool both = random.below(2) == 0;
    const HealLink healing{from, to, true};
    switch (kind) {
    case Kind::delay_link: {
        Latency extra;
        extra.shape = static_cast<LatencyShape>(random.below(4));
        extra.base = log_even(random, microseconds(100), 12);
        extra.spread = log_even(random, microseconds(100), 12);
        return {DelayLink{from, to, extra, both}, healing};
    }
    case Kind::throttle_link:
        return {ThrottleLink{from, to, std::int64_t{1000} << random.below(12), both}, healing};
    case Kind::reset_link: return {ResetLink{from, to}, healing};
    case Kind::cut_link: return {CutLink{from, to, true}, healing};
    case Kind::cut_link_one_way: return {CutLink{from, to, false}, healing};
    default: {
        const Duration period = log_even(random, milliseconds(20), 10);
        const Duration down{random.between(period.ns / 10, period.ns * 9 / 10)};
        return {FlapLink{from, to, period, down, both}, healing};
    }
    }
}

Episode draw_disk(Kind kind, Random& random, ActorId actor) {
    switch (kind) {
    case Kind::stall_disk: return {StallDisk{actor}, HealDisk{actor}};
    case Kind::fill_disk: return {FillDisk{actor}, HealDisk{actor}};
    case Kind::fail_disk: return {FailDisk{actor}, HealDisk{actor}};
    default: {
        const auto factor = static_cast<std::int32_t>(random.between(2, 1000));
        return {SlowDisk{actor, factor}, HealDisk{actor}};
    }
    }
}

Episode draw_clock(Kind kind, Random& random, ActorId actor) {
    const bool back = random.below(2) == 0;
    const std::int64_t sign = back ? -1 : 1;
    if (kind == Kind::drift_clock) {
        const std::int64_t ppm = random.between(1, 1000);
        return {DriftClock{actor, sign * ppm}, HealClock{actor}};
    }
    const Duration by = log_even(random, milliseconds(1), 20) * sign;
    if (kind == Kind::skew_clock)
        return {SkewClock{actor, by}, HealClock{actor}};
    return {JumpClock{actor, by}, HealClock{actor}};
}

Episode draw_split(Random& random, std::vector<ActorId> targets) {
    random.shuffle(targets);
    const std::uint64_t count = 2 + random.below(targets.size() - 1);
    std::vector<std::vector<ActorId>> groups(count);
    for (std::size_t i = 0; i < targets.size(); ++i)
        groups[i < count ? i : random.below(count)].push_back(targets[i]);
    return {Split{std::move(groups)}, HealSplit{}};
}

Episode draw_episode(Kind kind, Random& random, const std::vector<ActorId>& targets,
                     Duration lasts) {
    if (kind == Kind::split)
        return draw_split(random, targets);
    const std::size_t first = random.below(targets.size());
    const ActorId actor = targets[first];
    if (kind <= Kind::slow)
        return draw_process(kind, random, actor, lasts);
    if (kind >= Kind::skew_clock)
        return draw_clock(kind, random, actor);
    if (kind >= Kind::slow_disk)
        return draw_disk(kind, random, actor);
    const std::size_t step = 1 + random.below(targets.size() - 1);
    return draw_link(kind, random, actor, targets[(first + step) % targets.size()]);
}

/// An episode as it will stand in the plan.
struct Planned {
    Instant begin;
    Instant end;
    Kind kind{};
    Episode episode;
};

/// Episodes that take an actor down, no more than `down_max` of them at a time and one an actor.
void keep_enough_up(std::vector<Planned>& plan, std::int32_t down_max) {
    std::vector<Planned> kept;
    for (Planned& planned : plan) {
        if (takes_down(planned.kind)) {
            std::int32_t down = 0;
            bool same = false;
            for (const Planned& other : kept)
                if (takes_down(other.kind) && other.end >= planned.begin) {
                    ++down;
                    same = same || targets_of(other.episode.fault).first ==
                                       targets_of(planned.episode.fault).first;
                }
            if (same || down >= down_max)
                continue;
        }
        kept.push_back(std::move(planned));
    }
    plan = std::move(kept);
}

} // namespace

std::string_view name_of(Kind kind) {
    return names[static_cast<std::size_t>(kind)];
}

Profile draw_profile(std::uint64_t seed) {
    Random swarm(seed, "fault profile");
    Profile profile;
    profile.down_max = static_cast<std::int32_t>(1 + swarm.below(2));
    const std::uint64_t always = swarm.below(kinds);
    for (std::size_t i = 0; i < kinds; ++i) {
        const Kind kind = static_cast<Kind>(i);
        Random random(seed, "fault profile " + std::string(name_of(kind)));
        if (i != always && random.below(3) != 0)
            continue;
        const Duration every = log_even(random, milliseconds(2000), 6);
        const Duration lasts = log_even(random, milliseconds(500), 6);
        profile.rates.push_back({kind, every, lasts});
    }
    return profile;
}

std::vector<Timed> forecast(const Profile& profile, std::uint64_t seed,
                            const std::vector<ActorId>& targets, Instant begin, Instant end) {
    expect(!targets.empty(), "somebody to do it to");
    std::vector<Planned> plan;
    for (const Rate& rate : profile.rates) {
        const bool between_two = (rate.kind >= Kind::delay_link && rate.kind <= Kind::split);
        if (between_two && targets.size() < 2)
            continue;
        Random random(seed, "faults " + std::string(name_of(rate.kind)));
        Instant at = begin + around(random, rate.every);
        while (at < end) {
            const Duration lasts = around(random, rate.lasts);
            Episode episode = draw_episode(rate.kind, random, targets, lasts);
            const Instant until = std::min(at + lasts, end);
            plan.push_back({at, until, rate.kind, std::move(episode)});
            at = until + around(random, rate.every); // one of a kind at a time
        }
    }
    std::stable_sort(plan.begin(), plan.end(), [](const Planned& a, const Planned& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.kind < b.kind;
    });
    keep_enough_up(plan, profile.down_max);
    std::vector<Timed> timed;
    for (Planned& planned : plan) {
        timed.push_back({planned.begin, std::move(planned.episode.fault)});
        timed.push_back({planned.end, std::move(planned.episode.healing)});
    }
    std::stable_sort(timed.begin(), timed.end(),
                     [](const Timed& a, const Timed& b) { return a.at < b.at; });
    if (!timed.empty())
        timed.push_back({end, HealAll{}});
    return timed;
}

} // namespace orrery::sim::faults
