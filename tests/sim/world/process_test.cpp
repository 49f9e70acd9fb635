#include "tests/support/catch.hpp"
#include "tests/support/toys.hpp"

using namespace orrery;
using namespace orrery::sim;
using Instants = std::vector<Instant>;

namespace {

std::vector<Planned> wakes(std::vector<std::int64_t> milliseconds) {
    std::vector<Planned> plan;
    for (const std::int64_t ms : milliseconds)
        plan.push_back({at_ms(ms), {}});
    return plan;
}

} // namespace

TEST_CASE("a process wakes at its deadlines, exactly, and nothing happens between") {
    World world(plain_setup());
    const ActorId actor = add_probe(world, "a", wakes({10, 20, 3'600'000}));
    world.start(actor);
    world.run_until(at_ms(4'000'000));
    CHECK(times_of<Woke>(world, actor) == Instants{at_ms(10), at_ms(20), at_ms(3'600'000)});
    CHECK(world.events() == 4);
    CHECK(world.next_event_time() == never);
    CHECK(world.now() == at_ms(4'000'000));
}

TEST_CASE("a process that is never started does nothing") {
    World world(plain_setup());
    const ActorId actor = add_probe(world, "a", wakes({10}));
    world.run_until(at_ms(100));
    CHECK(world.process<Probe>(actor) == nullptr);
    CHECK(world.events() == 0);
    CHECK_FALSE(world.step_event());
}

TEST_CASE("each life begins with the prototype, the files on the disk and a fresh random number") {
    World world(plain_setup());
    ActorSpec spec = probe_spec("a", {});
    spec.files = {{"b/2", Bytes::copy("two")}, {"a/1", Bytes::copy("one")}};
    const ActorId actor = world.add(std::move(spec));
    world.start(actor, milliseconds(5));
    world.run_until(at_ms(10));
    const auto first = std::get<Started>(heard_by(world, actor)[0].input);
    CHECK(heard_by(world, actor)[0].at == at_ms(5));
    REQUIRE(first.files.size() == 2);
    CHECK(first.files[0] == BootFile{"a/1", Bytes::copy("one")});
    CHECK(first.files[1] == BootFile{"b/2", Bytes::copy("two")});
    world.restart(actor, false, milliseconds(7));
    CHECK(world.machine(actor).life == Life::killed);
    world.run_until(at_ms(20));
    CHECK(heard_by(world, actor).size() == 1); // a new process: it knows nothing of the first life
    const auto second = std::get<Started>(heard_by(world, actor)[0].input);
    CHECK(heard_by(world, actor)[0].at == at_ms(17));
    CHECK(second.files == first.files);
    CHECK(second.random != first.random);
    CHECK(world.machine(actor).lives == 2);
}

TEST_CASE(
    "a paused process gets what it missed late, all at once and in order, then its deadline") {
    World world(plain_setup());
    const ActorId sender = add_probe(world, "sender",
                                     {{at_ms(0), {Dial{{1}, endpoint_of("a")}}},
                                      {at_ms(20), {send_text(1, "x")}},
                                      {at_ms(30), {send_text(1, "y")}}});
    const ActorId actor = add_probe(world, "a", wakes({25}));
    world.start(sender);
    world.start(actor);
    world.run_until(at_ms(10));
    world.pause(actor);
    world.run_until(at_ms(100));
    CHECK(texts_of(world, actor).empty());
    world.resume(actor);
    world.run_until(at_ms(200));
    CHECK(texts_of(world, actor) == std::vector<std::string>{"x", "y"});
    CHECK(times_of<Received>(world, actor) == Instants{at_ms(100), at_ms(100)});
    // The probe's plan was done when "x" came, as a timer wheel would: no deadline was left.
    CHECK(world.process<Probe>(actor)->done == 1);
    CHECK(times_of<Woke>(world, actor).empty());
}

TEST_CASE("a step costs time: the next input waits for it, and effects leave after it") {
    World world(plain_setup());
    ActorSpec spec = probe_spec("a", {});
    spec.service = {milliseconds(4), {}};
    Probe echo;
    echo.echoes = true;
    spec.prototype = actor_of(echo);
    const ActorId sender = add_probe(world, "sender",
                                     {{at_ms(0), {Dial{{1}, endpoint_of("a")}}},
                                      {at_ms(20), {send_text(1, "x"), send_text(1, "y")}}});
    const ActorId actor = world.add(std::move(spec));
    world.start(sender);
    world.start(actor);
    world.run_until(at_ms(50));
    CHECK(times_of<Received>(world, actor) == Instants{at_ms(21), at_ms(25)});
    CHECK(times_of<Received>(world, sender) == Instants{at_ms(26), at_ms(30)});
}

TEST_CASE("a slow process takes as many times as long for each step, until it is healed") {
    World world(plain_setup());
    ActorSpec spec = probe_spec("a", {});
    spec.service = {milliseconds(1), {}};
    const ActorId sender = add_probe(world, "sender",
                                     {{at_ms(0), {Dial{{1}, endpoint_of("a")}}},
                                      {at_ms(20), {send_text(1, "x"), send_text(1, "y")}},
                                      {at_ms(100), {send_text(1, "x"), send_text(1, "y")}}});
    const ActorId actor = world.add(std::move(spec));
    world.start(sender);
    world.start(actor);
    world.slow(actor, 10);
    world.run_until(at_ms(90));
    CHECK(times_of<Received>(world, actor) == Instants{at_ms(21), at_ms(31)});
    world.slow(actor, 1);
    world.run_until(at_ms(200));
    CHECK(times_of<Received>(world, actor)[3] == at_ms(102));
}

TEST_CASE("a clean stop lets the process end itself; a clean restart starts it again") {
    World world(plain_setup());
    const ActorId actor = add_probe(world, "a");
    world.start(actor);
    world.run_until(at_ms(1));
    world.stop(actor);
    CHECK(world.machine(actor).life == Life::stopping);
    world.run_until(at_ms(2));
    CHECK(world.machine(actor).life == Life::stopped);
    CHECK(times_of<Stopping>(world, actor) == Instants{at_ms(1)}); // as it was when it died
    world.start(actor);
    world.run_until(at_ms(3));
    world.restart(actor, true, milliseconds(10));
    world.run_until(at_ms(5));
    CHECK(world.machine(actor).life == Life::stopped);
    world.run_until(at_ms(20));
    CHECK(world.machine(actor).life == Life::running);
    CHECK(world.machine(actor).lives == 3);
}

TEST_CASE("a process that halts is told of as such, and its effects before the halt are done") {
    World world(plain_setup());
    const ActorId actor = add_probe(
        world, "a",
        {{at_ms(5), {Write{unwatched, "f", 0, Bytes::copy("x")}, Exit{false, "broken"}}}});
    struct Ear : Observer {
        std::vector<std::string> heard;
        void on_note(const World&, ActorId, const Note& note) override {
            heard.push_back(sentence_of(note));
        }
    } ear;
    world.start(actor);
    world.run_until(at_ms(10), &ear);
    CHECK(world.machine(actor).life == Life::halted);
    CHECK(world.machine(actor).disk->find("f") != nullptr);
    CHECK(ear.heard == std::vector<std::string>{"process ended: broken"});
}

TEST_CASE("a killed process takes nothing any more, and what waited for it is gone") {
    World world(plain_setup());
    const ActorId actor = add_probe(world, "a", wakes({50}));
    world.start(actor);
    world.run_until(at_ms(10));
    world.pause(actor);
    world.stop(actor);
    world.kill(actor);
    world.run_until(at_ms(100));
    CHECK(heard_by(world, actor).size() == 1);
    CHECK(world.machine(actor).inbox.empty());
    CHECK_FALSE(world.machine(actor).paused);
}

TEST_CASE("a kill or a stop ends a restart that is under way") {
    for (const bool by_kill : {true, false}) {
        World world(plain_setup());
        const ActorId actor = add_probe(world, "a");
        world.start(actor);
        world.run_until(at_ms(10));
        world.restart(actor, true);
        by_kill ? world.kill(actor) : world.stop(actor);
        world.run_until(at_ms(100));
        CHECK_FALSE(world.machine(actor).up());
        CHECK(world.machine(actor).lives == 1);
    }
}

// --- clocks --------------------------------------------------------------------------------------

TEST_CASE("a skewed wall clock is off by the skew and the monotonic clock is not") {
    World world(plain_setup());
    const ActorId actor = add_probe(world, "a", wakes({10, 20, 30}));
    world.start(actor);
    world.run_until(at_ms(15));
    world.set_clock_skew(actor, seconds(-5));
    world.run_until(at_ms(25));
    world.jump_clock(actor, seconds(7));
    world.run_until(at_ms(35));
    const auto& heard = heard_by(world, actor);
    CHECK(heard[1].wall_ms == 1'000'010);
    CHECK(heard[2].wall_ms == 1'000'020 - 5000);
    CHECK(heard[3].wall_ms == 1'000'030 + 2000);
    CHECK(heard[3].at == at_ms(30));
}

TEST_CASE("a clock that drifts runs its timers early or late, also one that was set before") {
    World world(plain_setup());
    const ActorId fast = add_probe(world, "fast", wakes({1000, 2'000'000}));
    const ActorId slow = add_probe(world, "slow", wakes({1000, 2'000'000}));
    world.start(fast);
    world.start(slow);
    world.run_until(at_ms(500));
    world.set_clock_drift(fast, 1000);
    world.set_clock_drift(slow, -1000);
    world.run_until(at_ms(1000));
    CHECK(times_of<Woke>(world, fast) == Instants{at_ms(1000)}); // half a millisecond ago
    CHECK(times_of<Woke>(world, slow).empty());
    world.run_until(at_ms(1'999'000));
    CHECK(times_of<Woke>(world, fast).size() == 2);
    world.run_until(at_ms(2'002'100));
    CHECK(times_of<Woke>(world, slow).size() == 2);
    // A deadline is never seen as still ahead by the one who is woken for it.
    for (const Instant at : times_of<Woke>(world, slow))
        CHECK((at == at_ms(1000) || at == at_ms(2'000'000) || at.ns % 1'000'000 <= 1));
}

TEST_CASE("a clock's inverse is the first instant at which it reads at least that much") {
    for (const std::int64_t ppm : {0, 1, -1, 37, -37, 100'000, -100'000}) {
        Clock clock(0);
        clock.set_drift({1'000'003}, ppm);
        for (std::int64_t local = 1'000'004; local < 1'000'003 + 100'000; local += 997) {
            const Instant world = clock.world_at({local});
            CHECK(clock.local_at(world).ns >= local);
            CHECK(clock.local_at({world.ns - 1}).ns < local);
        }
    }
}
