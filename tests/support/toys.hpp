// Actors for tests of the world: a probe that does what its plan says and writes down all it is
// told.
#pragma once

#include "core/base/process.hpp"
#include "sim/world/world.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace orrery::sim {

/// One input as the probe saw it.
struct Heard {
    Instant at;
    std::int64_t wall_ms = 0;
    Input input;
    bool operator==(const Heard&) const = default;
    ORRERY_FIELDS(at, wall_ms, input)
};

struct Planned {
    Instant at; ///< on the probe's own clock
    Effects effects;
    bool operator==(const Planned&) const = default;
    ORRERY_FIELDS(at, effects)
};

/// Emits each planned list of effects when its time has come, answers every frame if it is an echo,
/// exits when it is told to stop, and remembers every input.
struct Probe {
    std::vector<Planned> plan; ///< sorted by time
    bool echoes = false;
    std::size_t done = 0;
    std::vector<Heard> heard;
    bool operator==(const Probe&) const = default;
    ORRERY_FIELDS(plan, echoes, done, heard)

    std::optional<Instant> wakeup() const {
        return done < plan.size() ? std::optional(plan[done].at) : std::nullopt;
    }
    void step(const Now& now, const Input& input, Effects& out) {
        heard.push_back({now.instant, now.wall_ms, input});
        for (; done < plan.size() && plan[done].at <= now.instant; ++done)
            out.insert(out.end(), plan[done].effects.begin(), plan[done].effects.end());
        if (const auto* received = std::get_if<Received>(&input); received && echoes)
            out.push_back(Send{received->connection, received->frame});
        if (std::get_if<Stopping>(&input))
            out.push_back(Exit{});
    }
};

inline Instant at_ms(std::int64_t ms) {
    return {ms * 1'000'000};
}

inline Endpoint endpoint_of(const std::string& name) {
    return {name, 9092};
}

/// A world whose links take one millisecond, exactly, and whose actors think in no time.
inline WorldSetup plain_setup(std::uint64_t seed = 1) {
    WorldSetup setup;
    setup.seed = seed;
    setup.epoch_ms = 1'000'000;
    setup.link.latency = constant_latency(milliseconds(1));
    return setup;
}

inline ActorSpec probe_spec(const std::string& name, Probe probe) {
    ActorSpec spec;
    spec.name = name;
    spec.kind = "probe";
    spec.listeners = {{endpoint_of(name), "PLAINTEXT"}};
    spec.prototype = actor_of(std::move(probe));
    spec.service = {{}, {}};
    spec.disk.sync = constant_latency(milliseconds(2));
    spec.disk.bytes_per_second = 0;
    return spec;
}

inline ActorId add_probe(World& world, const std::string& name, std::vector<Planned> plan = {},
                         bool echoes = false) {
    Probe probe;
    probe.plan = std::move(plan);
    probe.echoes = echoes;
    return world.add(probe_spec(name, std::move(probe)));
}

inline const std::vector<Heard>& heard_by(const World& world, ActorId actor) {
    return world.process<Probe>(actor)->heard;
}

/// When the actor heard each input of that type.
template <class T>
std::vector<Instant> times_of(const World& world, ActorId actor) {
    std::vector<Instant> found;
    for (const Heard& heard : heard_by(world, actor))
        if (std::get_if<T>(&heard.input))
            found.push_back(heard.at);
    return found;
}

/// The frames the actor received, as texts, in order.
inline std::vector<std::string> texts_of(const World& world, ActorId actor) {
    std::vector<std::string> found;
    for (const Heard& heard : heard_by(world, actor))
        if (const auto* received = std::get_if<Received>(&heard.input))
            found.emplace_back(received->frame.flat().text());
    return found;
}

inline Effect send_text(std::int64_t connection, std::string_view text) {
    return Send{{connection}, Bytes::copy(text)};
}

} // namespace orrery::sim
