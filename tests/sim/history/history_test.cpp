#include "sim/faults/fault.hpp"
#include "sim/faults/profile.hpp"
#include "sim/history/history.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/restless.hpp"

#include <map>

using namespace orrery;
using namespace orrery::sim;
using namespace orrery::sim::history;
using faults::Fault;
using Past = History<World, Fault>;

namespace {

std::uint64_t state_of(const Past& past) {
    return fingerprint(past.subject());
}

constexpr Budget small{300, 12, 20};

/// Three seconds of a restless world with a kill, a cut, a heal and a start in it.
Past eventful(const Budget& budget = small) {
    Past past(restless_world(11), budget);
    past.advance(at_ms(700));
    past.act(faults::Kill{{0}});
    past.advance(at_ms(1200));
    past.act(faults::CutLink{{1}, {2}, true});
    past.act(faults::Start{{0}, {}});
    past.advance(at_ms(2000));
    past.act(faults::HealNetwork{});
    past.advance(at_ms(3000));
    return past;
}

} // namespace

TEST_CASE("a history runs as the bare world does") {
    World bare = restless_world(11);
    bare.run_until(at_ms(700));
    apply(bare, faults::Kill{{0}});
    bare.run_until(at_ms(1200));
    apply(bare, faults::CutLink{{1}, {2}, true});
    apply(bare, faults::Start{{0}, {}});
    bare.run_until(at_ms(2000));
    apply(bare, faults::HealNetwork{});
    bare.run_until(at_ms(3000));
    const Past past = eventful();
    CHECK(past.subject() == bare);
    CHECK(state_of(past) == fingerprint(bare));
    CHECK(past.at_tip());
    CHECK(past.keyframes() > 5);
}

TEST_CASE("seeking to any moment gives what was there, wherever one comes from") {
    Past past(restless_world(11), small);
    std::map<std::int64_t, std::uint64_t> then;
    const Past whole = eventful();
    // The truth, by a history that keeps no keyframes but the first and goes only forward.
    Past truth(restless_world(11), {1'000'000, 4, 1'000'000});
    const auto go_on = [&](std::int64_t end) {
        for (std::int64_t ms = truth.subject().now().ms() + 50; ms <= end; ms += 50) {
            truth.advance(at_ms(ms));
            then[ms] = state_of(truth);
        }
    };
    go_on(650);
    truth.advance(at_ms(700));
    truth.act(faults::Kill{{0}});
    then[700] = state_of(truth);
    go_on(1150);
    truth.advance(at_ms(1200));
    truth.act(faults::CutLink{{1}, {2}, true});
    truth.act(faults::Start{{0}, {}});
    truth.advance(at_ms(1200)); // the start itself
    then[1200] = state_of(truth);
    go_on(1950);
    truth.advance(at_ms(2000));
    truth.act(faults::HealNetwork{});
    then[2000] = state_of(truth);
    go_on(3000);

    past = eventful();
    Random random(5, "seeks");
    for (int i = 0; i < 150; ++i) {
        const auto ms = static_cast<std::int64_t>(50 * (1 + random.below(60)));
        past.seek(at_ms(ms));
        CHECK(past.subject().now() == at_ms(ms));
        CHECK(state_of(past) == then[ms]);
        CHECK(past.branches() == 1);
    }
    past.seek(at_ms(99'999));
    CHECK(past.at_tip());
    CHECK(state_of(past) == state_of(whole));
    // And going on from there is going on from the tip.
    past.advance(at_ms(3500));
    Past straight = eventful();
    straight.advance(at_ms(3500));
    CHECK(state_of(past) == state_of(straight));
}

TEST_CASE("stepping back and forth goes event by event, and each is what it was") {
    Past past = eventful();
    const std::uint64_t last = past.position().events;
    std::vector<std::uint64_t> states;
    past.seek_event(last - 500);
    CHECK(past.position().events == last - 500);
    for (std::uint64_t event = last - 500; event < last; ++event) {
        states.push_back(state_of(past));
        CHECK(past.step());
    }
    past.seek_event(last);
    for (std::uint64_t event = last; event > last - 500; --event) {
        CHECK(past.position().events == event);
        CHECK(past.step_back());
        CHECK(state_of(past) == states.back());
        states.pop_back();
    }
}

TEST_CASE("stepping back over an act undoes it for the eye, and stepping on does it again") {
    Past past = eventful();
    const Past::Act kill = past.branch(0).acts[0];
    past.seek(at_ms(700));
    CHECK(past.subject().machine({0}).life == Life::killed);
    CHECK(past.step_back());
    CHECK(past.position() == kill.at);
    CHECK(past.subject().machine({0}).life == Life::running);
    CHECK(past.step());
    CHECK(past.position().acts == 1);
    CHECK(past.subject().machine({0}).life == Life::killed);
    past.seek(at_ms(0));
    while (past.step_back()) {
    }
    CHECK(past.position().events == 0);
    CHECK(past.subject() == restless_world(11));
    CHECK(past.branches() == 1);
}

TEST_CASE("acting in the past makes a branch; the old future stays as it was") {
    Past past = eventful();
    const std::uint64_t old_tip = state_of(past);
    past.seek(at_ms(1000));
    const std::uint64_t at_the_fork = state_of(past);
    past.act(faults::CutPower{{3}});
    CHECK(past.branch() == 1);
    CHECK(past.branches() == 2);
    CHECK(past.branch(1).parent == BranchId{0});
    CHECK(past.branch(1).acts.size() == 2);
    past.advance(at_ms(2500));
    CHECK(past.subject().machine({3}).life == Life::no_power);
    const std::uint64_t new_tip = state_of(past);

    past.visit_tip(0);
    CHECK(state_of(past) == old_tip);
    CHECK(past.subject().machine({3}).life == Life::running);
    CHECK(past.branch(0).acts.size() == 4);
    past.visit_tip(1);
    CHECK(state_of(past) == new_tip);
    // Before the fork the two are one.
    past.visit(1, {everything, at_ms(1000), 1});
    CHECK(state_of(past) == at_the_fork);
    past.seek(at_ms(600));
    const std::uint64_t before = state_of(past);
    past.visit(0, {everything, at_ms(600), everything});
    CHECK(state_of(past) == before);
    // And the branch is what a straight run with the same acts is.
    Past straight(restless_world(11));
    straight.advance(at_ms(700));
    straight.act(faults::Kill{{0}});
    straight.advance(at_ms(1000));
    straight.act(faults::CutPower{{3}});
    straight.advance(at_ms(2500));
    CHECK(state_of(straight) == new_tip);
}

TEST_CASE("a branch can begin without a deed, at the tip as in the past") {
    Past past = eventful();
    const std::uint64_t tip = state_of(past);
    past.branch_off();
    CHECK(past.branch() == 1);
    CHECK(past.branch(1).parent == BranchId{0});
    CHECK(past.at_tip());
    CHECK(state_of(past) == tip);
    past.act(faults::CutPower{{3}});
    past.advance(at_ms(4000));
    past.visit_tip(0);
    CHECK(state_of(past) == tip);
    past.seek(at_ms(1000));
    const std::uint64_t then = state_of(past);
    past.branch_off();
    CHECK(past.branch() == 2);
    CHECK(past.at_tip());
    CHECK(state_of(past) == then);
    CHECK_FALSE(past.can_redo());
}

TEST_CASE("undo is the moment before the last act on a branch without it; redo goes back") {
    Past past = eventful();
    const std::uint64_t with = state_of(past);
    CHECK_FALSE(past.can_redo());
    REQUIRE(past.undo());
    CHECK(past.subject().now() == at_ms(2000));
    CHECK(past.position().acts == 3);
    CHECK(past.subject().link({1}, {2}).fault.cut);
    past.advance(at_ms(3000));
    CHECK(past.subject().link({1}, {2}).fault.cut);
    CHECK(state_of(past) != with);
    REQUIRE(past.redo());
    CHECK(state_of(past) == with);
    CHECK_FALSE(past.subject().link({1}, {2}).fault.cut);
    // All the way back.
    for (int i = 0; i < 4; ++i)
        CHECK(past.undo());
    CHECK_FALSE(past.undo());
    CHECK(past.subject().now() == at_ms(700));
    CHECK(past.subject().machine({0}).life == Life::running);
    // Acting anew makes redo meaningless.
    CHECK(past.can_redo());
    past.act(faults::Pause{{1}});
    CHECK_FALSE(past.can_redo());
}

TEST_CASE("notable facts are marks, each once, and a branch has those of its own past") {
    Past past = eventful();
    const auto texts = [&](BranchId branch) {
        std::vector<std::string> found;
        for (const Mark& mark : past.branch(branch).marks)
            found.push_back(sentence_of(mark.note));
        return found;
    };
    const std::vector<std::string> all{"a is killed", "the link between b and c is cut",
                                       "a is started", "the network is healed"};
    CHECK(texts(0) == all);
    past.seek(at_ms(100));
    past.seek(at_ms(2900));
    past.advance(at_ms(3000));
    CHECK(texts(0) == all);
    CHECK(past.branch(0).marks[1].at.at == at_ms(1200));
    past.seek(at_ms(1500));
    past.act(faults::Pause{{2}});
    CHECK(texts(1) == std::vector<std::string>{all[0], all[1], all[2], "c is paused"});
    past.visit_tip(0);
    past.undo();
    CHECK(texts(2) == std::vector<std::string>{all[0], all[1], all[2]});
}

TEST_CASE("an observer is told what is new and not what is re-executed") {
    struct Eye : Observer {
        std::uint64_t last = 0;
        void on_event(const World&, const Event& event) override {
            CHECK(event.sequence == last + 1);
            last = event.sequence;
        }
    } eye;
    Past past(restless_world(11), small);
    past.advance(at_ms(1000), &eye);
    past.seek(at_ms(300));
    past.advance(at_ms(500), &eye);
    past.advance(at_ms(1500), &eye);
    CHECK(eye.last == past.position().events);
}

TEST_CASE("keyframes stay within their number, dense where it is recent") {
    Past past(restless_world(11), {50, 20, 10});
    past.advance(at_ms(20'000));
    CHECK(past.keyframes() <= 20);
    const std::uint64_t tip = state_of(past);
    past.seek(at_ms(10'000));
    const std::uint64_t middle = state_of(past);
    past.seek(at_ms(100));
    past.seek(at_ms(10'000));
    CHECK(state_of(past) == middle);
    past.seek(at_ms(20'000));
    CHECK(state_of(past) == tip);

    CHECK(least_missed({0, 100, 200, 300}) == 1);
    CHECK(least_missed({0, 500, 510, 900, 1000}) == 2);
}

TEST_CASE("a whole storm of random faults is reached again from its decision log") {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const auto plan = faults::forecast(faults::draw_profile(seed), seed, {{0}, {1}, {2}, {3}},
                                           at_ms(100), at_ms(30'000));
        Past past(restless_world(seed), {2000, 12, 100});
        for (const faults::Timed& timed : plan) {
            past.advance(timed.at);
            past.act(timed.fault);
        }
        past.advance(at_ms(31'000));
        // The decision log alone, on a fresh world.
        World again = restless_world(seed);
        for (const Past::Act& act : past.branch(0).acts) {
            again.run_until(act.at.at);
            apply(again, act.command);
        }
        again.run_until(at_ms(31'000));
        CHECK(again == past.subject());
        past.seek(at_ms(15'000));
        World half = past.subject();
        past.seek(at_ms(1));
        past.seek(at_ms(15'000));
        CHECK(half == past.subject());
    }
}
