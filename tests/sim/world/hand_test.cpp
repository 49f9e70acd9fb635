// A hand that holds, releases and loses single messages on their way.
#include "tests/support/catch.hpp"
#include "tests/support/toys.hpp"

using namespace orrery;
using namespace orrery::sim;
using Instants = std::vector<Instant>;
using Texts = std::vector<std::string>;

namespace {

/// "left" has sent a, b and c to "right", one millisecond apart; a is about to arrive.
World three_on_their_way() {
    World world(plain_setup());
    add_probe(world, "left",
              {{at_ms(0), {Dial{{1}, endpoint_of("right")}}},
               {at_ms(10), {send_text(1, "a")}},
               {at_ms(10), {send_text(1, "b")}},
               {at_ms(10), {send_text(1, "c")}},
               {at_ms(30), {send_text(1, "d")}}});
    add_probe(world, "right", {});
    world.start({0});
    world.start({1});
    world.run_until(at_ms(10));
    REQUIRE(world.in_flight().size() == 3);
    return world;
}

constexpr ActorId left{0};
constexpr ActorId right{1};

} // namespace

TEST_CASE("a held message stays in the air, and what is behind it on its connection waits") {
    World world = three_on_their_way();
    world.hold_message(left, right, 1, true);
    world.run_until(at_ms(50));
    CHECK(texts_of(world, right) == Texts{"a"});
    const auto waiting = world.in_flight();
    REQUIRE(waiting.size() == 3); // b, c, and d which was sent since
    CHECK(waiting[0].held);
    CHECK_FALSE(waiting[1].held);
    CHECK(waiting[2].stalled);
    World copy = world;
    for (World* one : {&world, &copy}) {
        one->hold_message(left, right, 0, false);
        one->run_until(at_ms(51));
        CHECK(texts_of(*one, right) == Texts{"a", "b", "c", "d"});
        CHECK(one->in_flight().empty());
    }
    CHECK(world == copy);
    CHECK(times_of<Closed>(world, left).empty());
}

TEST_CASE("a held message at a cut link waits for both, the hand and the link") {
    World world = three_on_their_way();
    world.hold_message(left, right, 0, true);
    LinkFault cut;
    cut.cut = true;
    world.set_link_fault(left, right, cut);
    world.run_until(at_ms(100));
    world.hold_message(left, right, 0, false);
    world.run_until(at_ms(150));
    CHECK(texts_of(world, right).empty());
    world.hold_message(left, right, 0, true);
    world.set_link_fault(left, right, {});
    world.run_until(at_ms(2000));
    CHECK(texts_of(world, right).empty());
    world.hold_message(left, right, 0, false);
    world.run_until(at_ms(4000));
    CHECK(texts_of(world, right) == Texts{"a", "b", "c", "d"});
}

TEST_CASE("a lost message takes what is behind it and its connection with it, not what is ahead") {
    World world = three_on_their_way();
    world.lose_message(left, right, 1);
    world.run_until(at_ms(100));
    CHECK(texts_of(world, right) == Texts{"a"});
    CHECK(times_of<Closed>(world, right) == Instants{at_ms(11)});
    CHECK(times_of<Closed>(world, left) == Instants{at_ms(11)});
    CHECK(world.in_flight().empty());
    CHECK(world.counters().messages_sent == 3); // d found no connection to go by
}

TEST_CASE("a hand that reaches for a message that is not there changes nothing") {
    World world = three_on_their_way();
    const World before = world;
    world.hold_message(left, right, 3, true);
    world.hold_message(right, left, 0, true);
    world.lose_message(right, left, 0);
    CHECK(world == before);
}

TEST_CASE("a machine that loses its power takes a held message of its own with it") {
    World world = three_on_their_way();
    world.hold_message(left, right, 0, true);
    world.kill(right);
    world.cut_power(left);
    world.run_until(Instant{} + seconds(2000));
    world.hold_message(left, right, 0, false);
    world.run_until(Instant{} + seconds(4000));
    CHECK(world.in_flight().empty());
    CHECK(texts_of(world, right).empty());
}
