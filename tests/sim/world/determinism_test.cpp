#include "tests/support/catch.hpp"
#include "tests/support/restless.hpp"

#include <malloc.h>

#include <cstdlib>
#include <functional>

using namespace orrery;
using namespace orrery::sim;

namespace {

using Trouble = std::function<void(World&)>;

/// What goes wrong every 100 ms, in turn.
const std::vector<Trouble>& troubles() {
    static const std::vector<Trouble> all{
        [](World& w) { w.restart({0}, false, milliseconds(30)); },
        [](World& w) {
            LinkFault cut;
            cut.cut = true;
            w.set_link_fault({1}, {2}, cut);
        },
        [](World& w) { w.pause({3}); },
        [](World& w) { w.cut_power({2}); },
        [](World& w) { w.start({2}); },
        [](World& w) { w.resume({3}); },
        [](World& w) { w.set_link_fault({1}, {2}, {}); },
        [](World& w) { w.set_clock_drift({1}, 500); },
        [](World& w) { w.reset({0}, {3}); },
        [](World& w) { w.slow({1}, 300); },
        [](World& w) { w.restart({3}, true, milliseconds(10)); },
        [](World& w) {
            w.set_disk_condition({0}, {20, false, false, false});
        },
    };
    return all;
}

struct Run {
    std::uint64_t trace = 0;
    std::uint64_t state = 0;
    std::uint64_t events = 0;
    bool operator==(const Run&) const = default;
};

Run outcome_of(const World& world) {
    return {world.trace_hash(), fingerprint(world), world.events()};
}

/// Two seconds with trouble; `between` may do what it likes between two slices.
template <class Between>
Run run(std::uint64_t seed, Between&& between) {
    World world = restless_world(seed);
    for (std::size_t i = 0; i < 2 * troubles().size(); ++i) {
        const Instant end = at_ms(static_cast<std::int64_t>(i + 1) * 100);
        while (world.next_event_time() <= end) {
            world.step_event();
            between(world);
        }
        world.run_until(end);
        troubles()[i % troubles().size()](world);
    }
    return outcome_of(world);
}

Run plain_run(std::uint64_t seed) {
    return run(seed, [](World&) {});
}

} // namespace

TEST_CASE("the same seed gives the same world, event by event; another seed another") {
    const Run first = plain_run(1);
    CHECK(first.events > 1000);
    CHECK(plain_run(1) == first);
    CHECK(plain_run(2).trace != first.trace);
    CHECK(plain_run(1) == first); // and nothing of the other run is left behind
}

TEST_CASE("a run through a copy of the world at every k-th event is the same run") {
    const Run straight = plain_run(3);
    for (const std::uint64_t k : {1U, 7U, 100U}) {
        const Run copied = run(3, [k](World& world) {
            if (world.events() % k == 0) {
                World copy = world;
                world = World();
                world = copy;
            }
        });
        CHECK(copied == straight);
    }
}

TEST_CASE("a copy that is run ahead moves nothing in the world it was copied from") {
    const Run straight = plain_run(4);
    const Run forked = run(4, [](World& world) {
        if (world.events() % 200 == 0) {
            World fork = world;
            fork.kill({1});
            fork.run_until(fork.now() + milliseconds(50));
            CHECK_FALSE(fork == world);
        }
    });
    CHECK(forked == straight);
}

TEST_CASE("worlds that run in turns are as worlds that run alone") {
    World one = restless_world(5);
    World other = restless_world(6);
    for (int i = 0; i < 2000; ++i) {
        one.step_event();
        other.step_event();
    }
    World alone = restless_world(5);
    for (int i = 0; i < 2000; ++i)
        alone.step_event();
    CHECK(outcome_of(alone) == outcome_of(one));
    CHECK(alone == one);
    CHECK_FALSE(alone == other);
}

TEST_CASE("what malloc leaves in memory does not matter") {
    const Run straight = plain_run(7);
    for (const int fill : {0x00, 0x55, 0xFF}) {
        mallopt(M_PERTURB, fill);
        CHECK(plain_run(7) == straight);
    }
    mallopt(M_PERTURB, 0);
}

TEST_CASE("an observer sees every event, and changes none") {
    struct Eye : Observer {
        std::uint64_t events = 0;
        std::uint64_t sent = 0;
        std::uint64_t ended = 0;
        void on_event(const World& world, const Event& event) override {
            CHECK(event.sequence == ++events);
            CHECK(event.time == world.now());
        }
        void on_sent(const World&, const Message&) override { ++sent; }
        void on_delivered(const World&, const Message&) override { ++ended; }
        void on_dropped(const World&, const Message&) override { ++ended; }
    } eye;
    World seen = restless_world(8);
    seen.run_until(at_ms(500), &eye);
    seen.kill({0}, &eye);
    seen.run_until(at_ms(1000), &eye);
    World unseen = restless_world(8);
    unseen.run_until(at_ms(500));
    unseen.kill({0});
    unseen.run_until(at_ms(1000));
    CHECK(outcome_of(seen) == outcome_of(unseen));
    CHECK(eye.events == seen.events());
    CHECK(eye.sent > 50);
    CHECK(eye.sent == eye.ended + seen.in_flight().size());
}

TEST_CASE("when all processes are gone and the network is healed, nothing is left under way") {
    for (std::uint64_t seed = 20; seed < 40; ++seed) {
        World world = restless_world(seed);
        for (std::size_t i = 0; i < troubles().size(); ++i) {
            world.run_until(world.now() + milliseconds(60));
            troubles()[(i * 5 + seed) % troubles().size()](world);
        }
        if (seed % 2 == 0)
            world.cut_power({1});
        for (std::int32_t i = 0; i < 4; ++i)
            world.kill({i});
        world.set_link_fault({1}, {2}, {});
        if (seed % 4 == 0)
            world.start({1}); // its kernel answers what waits for the machine...
        world.run_until(world.now() + milliseconds(500));
        world.kill({1}); // ...and is gone again
        world.run_until(world.now() + seconds(4000));
        CHECK(world.in_flight().empty());
        for (const Connection& connection : world.network().connections)
            CHECK_FALSE(connection.in_use);
        CHECK(world.network().free_connections.size() == world.network().connections.size());
        CHECK(world.next_event_time() == never);
    }
}

TEST_CASE("simultaneous events are permuted by the seed and by nothing else") {
    const auto order = [](std::uint64_t seed) {
        WorldSetup setup = plain_setup(seed);
        World world(setup);
        for (const char* name : {"a", "b", "c", "d", "e"})
            world.start(add_probe(world, name, {{at_ms(10), {}}}));
        struct Eye : Observer {
            std::vector<std::int32_t> woken;
            void on_event(const World&, const Event& event) override {
                if (event.kind == EventKind::woke)
                    woken.push_back(event.actor.value);
            }
        } eye;
        world.run_until(at_ms(20), &eye);
        return eye.woken;
    };
    std::vector<std::vector<std::int32_t>> orders;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        CHECK(order(seed) == order(seed));
        orders.push_back(order(seed));
    }
    std::sort(orders.begin(), orders.end());
    orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
    CHECK(orders.size() > 15);
}

TEST_CASE(
    "the trace of a restless world is golden: the same on every compiler, build and machine") {
    const Run golden = plain_run(1);
    CHECK(golden.trace == 0x90e935ef6dc6dbb1ULL);
    CHECK(golden.state == 0x47ed0ee2c2eb42a0ULL);
}
