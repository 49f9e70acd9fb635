// A small cluster that answers one request at a time: how its brokers serve group APIs.
#pragma once

#include "core/node/node.hpp"
#include "core/wire/frame.hpp"
#include "sim/scenario/plan.hpp"
#include "tests/sim/scenario/probe.hpp"
#include "tests/support/catch.hpp"

#include <optional>
#include <string>
#include <utility>

namespace orrery::tests {

/// `brokers` brokers and a controller, with __consumer_offsets in four partitions.
inline sim::World cluster_of(std::int32_t brokers, std::string offsets_replication,
                             std::uint64_t seed = 7) {
    sim::ClusterPlan plan;
    plan.seed = seed;
    metadata::Properties properties;
    properties["offsets.topic.num.partitions"] = "4";
    properties["offsets.topic.replication.factor"] = std::move(offsets_replication);
    plan.nodes.push_back({{101}, false, true, {}, {}});
    for (std::int32_t id = 1; id <= brokers; ++id)
        plan.nodes.push_back({{id}, true, false, {}, properties});
    sim::World world = build(plan);
    for (std::size_t i = 0; i < world.actors(); ++i)
        world.start({static_cast<std::int32_t>(i)});
    world.run_until(Instant{} + seconds(8));
    return world;
}

inline const node::Node& node_of(const sim::World& world, const std::string& name) {
    const auto* found = world.process<node::Node>(world.find(name));
    REQUIRE(found != nullptr);
    return *found;
}

/// Sends the request to the broker by a client of its own, and waits for the answer; none if the
/// broker closed the connection or is silent for `patience`.
template <class Response, class Request>
std::optional<Response> ask(sim::World& world, const std::string& broker, const Request& request,
                            std::int16_t version, Duration patience = seconds(2)) {
    const auto frame = wire::request_frame(request, version, 1, "probe");
    REQUIRE(frame.has_value());
    sim::ActorSpec spec;
    spec.name = "probe-" + std::to_string(world.actors());
    spec.kind = "probe";
    spec.prototype = sim::actor_of(sim::Probe{{broker, sim::broker_port}, {*frame}, {}, false});
    const sim::ActorId probe = world.add(std::move(spec));
    world.start(probe);
    world.run_until(world.now() + patience);
    const auto* heard = world.process<sim::Probe>(probe);
    if (heard->replies.empty())
        return std::nullopt;
    return sim::body_of<Response>(heard->replies[0], version);
}

} // namespace orrery::tests
