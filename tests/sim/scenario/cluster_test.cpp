// Whole clusters in a world: the rooms put together, before any scenario file.
#include "core/node/node.hpp"
#include "sim/scenario/plan.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::sim;

namespace {

ClusterPlan three_by_three(std::uint64_t seed) {
    ClusterPlan plan;
    plan.seed = seed;
    for (const std::int32_t id : {101, 102, 103})
        plan.nodes.push_back({{id}, false, true, {}, {}});
    for (const std::int32_t id : {1, 2, 3})
        plan.nodes.push_back({{id}, true, false, {}, {}});
    return plan;
}

World started(const ClusterPlan& plan) {
    World world = build(plan);
    for (std::size_t i = 0; i < world.actors(); ++i)
        world.start({static_cast<std::int32_t>(i)});
    return world;
}

const node::Node& node_of(const World& world, std::string_view name) {
    const auto* found = world.process<node::Node>(world.find(name));
    REQUIRE(found != nullptr);
    return *found;
}

int active_controllers(const World& world) {
    int active = 0;
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const auto* found = world.process<node::Node>({static_cast<std::int32_t>(i)});
        if (found->controller() != nullptr && found->controller()->active())
            ++active;
    }
    return active;
}

} // namespace

TEST_CASE("three controllers and three brokers come up: one leads, all brokers are unfenced") {
    World world = started(three_by_three(1));
    world.run_until(Instant{} + seconds(10));
    CHECK(active_controllers(world) == 1);
    for (const char* name : {"broker-1", "broker-2", "broker-3"}) {
        const node::Node& broker = node_of(world, name);
        CHECK(broker.running());
        CHECK(broker.lifecycle().phase() == node::LifecyclePhase::running);
        CHECK(broker.image().brokers().size() == 3);
        for (const auto& [id, other] : broker.image().brokers())
            CHECK_FALSE(other->fenced);
    }
}

TEST_CASE("the same seed gives the same life, another seed another") {
    World one = started(three_by_three(1));
    World same = started(three_by_three(1));
    World other = started(three_by_three(2));
    for (World* world : {&one, &same, &other})
        world->run_until(Instant{} + seconds(5));
    CHECK(one.trace_hash() == same.trace_hash());
    CHECK(fingerprint(one) == fingerprint(same));
    CHECK(one.trace_hash() != other.trace_hash());
}

TEST_CASE("a copied cluster goes on as the original does") {
    World world = started(three_by_three(3));
    for (int i = 0; i < 10; ++i) {
        world.run_until(world.now() + milliseconds(700));
        World copy = world;
        world.run_until(world.now() + milliseconds(300));
        copy.run_until(copy.now() + milliseconds(300));
        REQUIRE(copy.trace_hash() == world.trace_hash());
    }
    CHECK(active_controllers(world) == 1);
}
