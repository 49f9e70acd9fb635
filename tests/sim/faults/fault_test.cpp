#include "sim/faults/fault.hpp"
#include "sim/faults/profile.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/toys.hpp"

#include <set>

using namespace orrery;
using namespace orrery::sim;
using namespace orrery::sim::faults;

namespace {

World three() {
    World world(plain_setup());
    for (const char* name : {"broker-1", "broker-2", "broker-3"})
        world.start(add_probe(world, name));
    world.run_until(at_ms(1));
    return world;
}

constexpr ActorId one{0};
constexpr ActorId two{1};

std::string active_in(const World& world) {
    std::string text;
    for (const ActiveFault& fault : active_faults(world))
        text += (text.empty() ? "" : "; ") + fault.sentence;
    return text;
}

struct Told {
    Fault fault;
    std::string sentence;
    std::string active; ///< what is listed while it lasts
};

const std::vector<Told>& told() {
    static const std::vector<Told> all{
        {Kill{one}, "broker-1 is killed", "broker-1 is killed"},
        {CutPower{one}, "broker-1 loses its power", "broker-1 has no power"},
        {Pause{one}, "broker-1 is paused", "broker-1 is paused"},
        {Slow{one, 10}, "broker-1 is 10 times slower", "broker-1 is 10 times slower"},
        {Stop{one}, "broker-1 is told to stop", "broker-1 is stopped"},
        {Wipe{one}, "the disk of broker-1 is wiped", "broker-1 is killed"},
        {DelayLink{one, two, constant_latency(milliseconds(5)), true},
         "the link between broker-1 and broker-2 is delayed by 5 ms",
         "the link between broker-1 and broker-2 is delayed by 5 ms"},
        {ThrottleLink{one, two, 1000, false},
         "the link from broker-1 to broker-2 is throttled to 1000 bytes/s",
         "the link from broker-1 to broker-2 is throttled to 1000 bytes/s"},
        {CutLink{one, two, true}, "the link between broker-1 and broker-2 is cut",
         "the link between broker-1 and broker-2 is cut"},
        {CutLink{two, one, false}, "the link from broker-2 to broker-1 is cut",
         "the link from broker-2 to broker-1 is cut"},
        {FlapLink{one, two, milliseconds(100), milliseconds(40), true},
         "the link between broker-1 and broker-2 is down for 40 ms of every 100 ms",
         "the link between broker-1 and broker-2 is down for 40 ms of every 100 ms"},
        {Split{{{one}, {two, {2}}}}, "the network is split: broker-1 | broker-2, broker-3",
         "the network is split: broker-1 | broker-2, broker-3"},
        {SlowDisk{one, 20}, "the disk of broker-1 is 20 times slower",
         "the disk of broker-1 is 20 times slower"},
        {StallDisk{one}, "the disk of broker-1 stalls", "the disk of broker-1 stalls"},
        {FillDisk{one}, "the disk of broker-1 is full", "the disk of broker-1 is full"},
        {FailDisk{one}, "the disk of broker-1 fails", "the disk of broker-1 fails"},
        {SkewClock{one, seconds(-3)}, "the clock of broker-1 is off by -3 s",
         "the clock of broker-1 is off by -3 s"},
        {DriftClock{one, 200}, "the clock of broker-1 drifts by 200 ppm",
         "the clock of broker-1 drifts by 200 ppm"},
        {JumpClock{one, milliseconds(1500)}, "the clock of broker-1 jumps by 1500 ms",
         "the clock of broker-1 is off by 1500 ms"},
    };
    return all;
}

struct Ear : Observer {
    std::vector<Note> notes;
    void on_note(const World&, ActorId, const Note& note) override { notes.push_back(note); }
};

} // namespace

TEST_CASE("every fault says what it is, is listed while it lasts, and its healing ends it") {
    for (const Told& each : told()) {
        INFO(each.sentence);
        World world = three();
        Ear ear;
        apply(world, each.fault, &ear);
        REQUIRE(ear.notes.size() == 1);
        CHECK(sentence_of(ear.notes[0]) == each.sentence);
        CHECK(ear.notes[0].fact == Fact::fault);
        world.run_until(at_ms(10), &ear);
        CHECK(active_in(world) == each.active);
        const std::vector<ActiveFault> active = active_faults(world);
        REQUIRE(active.size() == 1);
        CHECK(active[0].since == at_ms(1));
        ear.notes.clear();
        apply(world, active[0].healing, &ear);
        CHECK(is_healing(active[0].healing));
        REQUIRE(ear.notes.size() == 1);
        CHECK(ear.notes[0].fact == Fact::healed);
        world.run_until(at_ms(5000));
        CHECK(active_in(world) == "");
    }
}

TEST_CASE("healing everything leaves nothing wrong, and everybody up") {
    World world = three();
    for (const Told& each : told())
        apply(world, each.fault);
    apply(world, Kill{two});
    world.run_until(at_ms(100));
    CHECK(active_faults(world).size() > 8);
    apply(world, HealAll{});
    world.run_until(at_ms(200));
    CHECK(active_in(world) == "");
    for (std::int32_t i = 0; i < 3; ++i)
        CHECK(world.machine({i}).life == Life::running);
}

TEST_CASE("the clock is right again after its healing, also after it drifted") {
    World world = three();
    apply(world, DriftClock{one, 1000});
    world.run_until(at_ms(100'001));
    CHECK(world.machine(one).clock.read(world.now()).wall_ms == 1'000'000 + 100'101);
    apply(world, HealClock{one});
    CHECK(world.machine(one).clock.read(world.now()).wall_ms == 1'000'000 + 100'001);
}

TEST_CASE("restarts start again: cleanly after the process ended itself, else at once") {
    for (const bool clean : {true, false}) {
        World world = three();
        apply(world, Restart{one, clean, milliseconds(5)});
        CHECK(world.machine(one).life == (clean ? Life::stopping : Life::killed));
        world.run_until(at_ms(3));
        CHECK_FALSE(world.machine(one).up());
        world.run_until(at_ms(20));
        CHECK(world.machine(one).life == Life::running);
        CHECK(world.machine(one).lives == 2);
        CHECK(active_in(world) == "");
    }
}

TEST_CASE("a one-way fault leaves the way back alone, and healing it leaves other faults alone") {
    World world = three();
    apply(world, CutLink{one, two, false});
    CHECK(world.link(one, two).cut_at(world.now()));
    CHECK_FALSE(world.link(two, one).cut_at(world.now()));
    apply(world, ThrottleLink{two, one, 10, false});
    apply(world, HealLink{one, two, false});
    CHECK(active_in(world) == "the link from broker-2 to broker-1 is throttled to 10 bytes/s");
}

TEST_CASE("faults of one link add up, and a second cut is no other than the first") {
    World world = three();
    apply(world, CutLink{one, two, true});
    apply(world,
          DelayLink{one, two, {LatencyShape::uniform, milliseconds(1), milliseconds(2)}, true});
    apply(world, CutLink{one, two, true});
    CHECK(active_in(world) == "the link between broker-1 and broker-2 is cut; the link between "
                              "broker-1 and broker-2 is delayed by 1 ms + 2 ms uniform");
}

// --- random faults -------------------------------------------------------------------------------

namespace {

const std::vector<ActorId> targets{{0}, {1}, {2}};

std::set<std::size_t> kinds_in(const std::vector<Timed>& plan) {
    std::set<std::size_t> found;
    for (const Timed& timed : plan)
        found.insert(timed.fault.index());
    return found;
}

} // namespace

TEST_CASE("profiles differ in which kinds they have at all, and over seeds have every kind") {
    std::set<std::vector<Kind>> mixtures;
    std::set<Kind> seen;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const Profile profile = draw_profile(seed);
        CHECK(profile == draw_profile(seed));
        CHECK_FALSE(profile.rates.empty());
        std::vector<Kind> mixture;
        for (const Rate& rate : profile.rates) {
            mixture.push_back(rate.kind);
            seen.insert(rate.kind);
        }
        mixtures.insert(mixture);
    }
    CHECK(seen.size() == kinds);
    CHECK(mixtures.size() > 95);
}

TEST_CASE("a forecast is sorted, within its time, and the same for the same seed") {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const Profile profile = draw_profile(seed);
        const auto plan = forecast(profile, seed, targets, at_ms(1000), at_ms(120'000));
        CHECK(plan == forecast(profile, seed, targets, at_ms(1000), at_ms(120'000)));
        for (std::size_t i = 0; i < plan.size(); ++i) {
            CHECK(plan[i].at >= at_ms(1000));
            CHECK(plan[i].at <= at_ms(120'000));
            if (i > 0)
                CHECK(plan[i - 1].at <= plan[i].at);
        }
    }
}

TEST_CASE("after a forecast all is well, and while it lasts no more are down than allowed") {
    std::set<std::size_t> seen;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        World world = three();
        const Profile profile = draw_profile(seed);
        const auto plan = forecast(profile, seed, targets, at_ms(1), at_ms(120'000));
        for (const Timed& timed : plan) {
            world.run_until(timed.at);
            apply(world, timed.fault);
            std::int32_t down = 0;
            for (const ActorId target : targets)
                down += world.machine(target).up() && !world.machine(target).paused ? 0 : 1;
            // A machine that was started at this very instant comes up with the next event.
            if (std::holds_alternative<Kill>(timed.fault) ||
                std::holds_alternative<CutPower>(timed.fault) ||
                std::holds_alternative<Pause>(timed.fault))
                CHECK(down <= profile.down_max);
        }
        for (const std::size_t kind : kinds_in(plan))
            seen.insert(kind);
        world.run_until(at_ms(200'000));
        CHECK(active_in(world) == "");
    }
    CHECK(seen.size() > 20); // nearly every fault and every healing happens
}

TEST_CASE("a kind that is switched off moves nothing of the others") {
    Profile both;
    both.rates = {{Kind::skew_clock, seconds(5), seconds(2)},
                  {Kind::slow_disk, seconds(4), seconds(3)}};
    Profile only;
    only.rates = {{Kind::slow_disk, seconds(4), seconds(3)}};
    const auto disks_of = [](const std::vector<Timed>& plan) {
        std::vector<Timed> found;
        for (const Timed& timed : plan)
            if (std::holds_alternative<SlowDisk>(timed.fault))
                found.push_back(timed);
        return found;
    };
    const auto with = forecast(both, 3, targets, at_ms(0), at_ms(60'000));
    const auto without = forecast(only, 3, targets, at_ms(0), at_ms(60'000));
    CHECK(with.size() > without.size());
    CHECK(disks_of(with) == disks_of(without));
    CHECK_FALSE(disks_of(with).empty());
}

TEST_CASE("kinds have the names that scenario files use") {
    CHECK(name_of(Kind::kill) == "kill");
    CHECK(name_of(Kind::cut_link_one_way) == "cut_link_one_way");
    CHECK(name_of(Kind::jump_clock) == "jump_clock");
}

TEST_CASE("a held message is listed while it is held, and released by number or with all else") {
    World world(plain_setup());
    add_probe(world, "broker-1",
              {{at_ms(0), {Dial{{1}, endpoint_of("broker-2")}}},
               {at_ms(10), {send_text(1, "a"), send_text(1, "b")}}});
    add_probe(world, "broker-2");
    world.start(one);
    world.start(two);
    world.run_until(at_ms(10));
    Ear ear;
    apply(world, HoldMessage{one, two, 1}, &ear);
    REQUIRE(ear.notes.size() == 1);
    const std::string message = "a message from broker-1 to broker-2";
    CHECK(sentence_of(ear.notes[0]) == message + " is held");
    CHECK(active_in(world) == message + " is held");
    World other = world;
    apply(world, active_faults(world).front().healing, &ear);
    CHECK(ear.notes[1].fact == Fact::healed);
    CHECK(sentence_of(ear.notes[1]) == message + " is released");
    CHECK(active_in(world) == "");
    apply(other, HealNetwork{});
    CHECK(active_in(other) == "");
    apply(other, LoseMessage{one, two, 0}, &ear);
    REQUIRE(ear.notes.size() == 3);
    CHECK(ear.notes[2].fact == Fact::fault);
    CHECK(sentence_of(ear.notes[2]) == message + " is lost, and its connection with it");
}
