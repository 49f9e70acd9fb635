#include "tests/support/catch.hpp"
#include "tests/support/toys.hpp"

using namespace orrery;
using namespace orrery::sim;
using Instants = std::vector<Instant>;
using Texts = std::vector<std::string>;

namespace {

/// "left" dials "right" at 0 and then does the rest of its plan; both are started.
struct Pair {
    World world;
    ActorId left{0};
    ActorId right{1};

    explicit Pair(std::vector<Planned> left_plan, std::vector<Planned> right_plan = {},
                  bool echoes = false)
        : world(plain_setup()) {
        left_plan.insert(left_plan.begin(), {at_ms(0), {Dial{{1}, endpoint_of("right")}}});
        add_probe(world, "left", std::move(left_plan));
        add_probe(world, "right", std::move(right_plan), echoes);
        world.start(left);
        world.start(right);
    }
    void cut(ActorId from, ActorId to) {
        LinkFault fault;
        fault.cut = true;
        world.set_link_fault(from, to, fault);
    }
};

constexpr ConnectionId accepted{first_accepted_connection};

} // namespace

TEST_CASE("a dial takes one way to be accepted and the way back to be known") {
    Pair pair({});
    pair.world.run_until(at_ms(10));
    CHECK(times_of<Connected>(pair.world, pair.right) == Instants{at_ms(1)});
    CHECK(times_of<Connected>(pair.world, pair.left) == Instants{at_ms(2)});
    CHECK(std::get<Connected>(heard_by(pair.world, pair.right)[1].input) ==
          Connected{accepted, "PLAINTEXT", "left"});
    CHECK(std::get<Connected>(heard_by(pair.world, pair.left)[1].input) == Connected{{1}, "", ""});
}

TEST_CASE("frames arrive whole and in order, each after the link's latency") {
    Pair pair(
        {{at_ms(5), {send_text(1, "a"), send_text(1, "b")}}, {at_ms(6), {send_text(1, "c")}}});
    pair.world.run_until(at_ms(10));
    CHECK(texts_of(pair.world, pair.right) == Texts{"a", "b", "c"});
    CHECK(times_of<Received>(pair.world, pair.right) == Instants{at_ms(6), at_ms(6), at_ms(7)});
    CHECK(pair.world.counters().messages_delivered == 3);
}

TEST_CASE("an answer comes back on the same connection") {
    Pair pair({{at_ms(5), {send_text(1, "ping")}}}, {}, true);
    pair.world.run_until(at_ms(10));
    CHECK(texts_of(pair.world, pair.left) == Texts{"ping"});
    CHECK(times_of<Received>(pair.world, pair.left) == Instants{at_ms(7)});
}

TEST_CASE("a dial to a machine whose process is down is refused after the round trip") {
    Pair pair({{at_ms(20), {Dial{{2}, endpoint_of("right")}}}});
    pair.world.run_until(at_ms(10));
    pair.world.kill(pair.right);
    pair.world.run_until(at_ms(50));
    CHECK(times_of<Closed>(pair.world, pair.left) == Instants{at_ms(11), at_ms(22)});
}

TEST_CASE("a dial to nowhere is closed, and the number can't carry anything") {
    World world(plain_setup());
    const ActorId left = add_probe(
        world, "left", {{at_ms(0), {Dial{{1}, {"nowhere", 1}}}}, {at_ms(9), {send_text(1, "x")}}});
    world.start(left);
    world.run_until(at_ms(50));
    CHECK(times_of<Closed>(world, left).size() == 1);
    CHECK(times_of<Connected>(world, left).empty());
    CHECK(world.counters().messages_sent == 0);
}

TEST_CASE("a dial over a cut link fails when the dial's time is over") {
    for (const bool back_only : {false, true}) {
        Pair pair({});
        pair.cut(back_only ? pair.right : pair.left, back_only ? pair.left : pair.right);
        pair.world.run_until(at_ms(60'000));
        CHECK(times_of<Closed>(pair.world, pair.left) == Instants{at_ms(10'000)});
        CHECK(times_of<Connected>(pair.world, pair.left).empty());
        // When only the way back is cut, the other side did accept, and is told that it is over.
        CHECK(times_of<Connected>(pair.world, pair.right).size() == (back_only ? 1 : 0));
        CHECK(times_of<Closed>(pair.world, pair.right).size() == (back_only ? 1 : 0));
    }
}

TEST_CASE("a dial to a machine without power fails when the dial's time is over") {
    Pair pair({});
    pair.world.cut_power(pair.right);
    pair.world.run_until(at_ms(60'000));
    CHECK(times_of<Closed>(pair.world, pair.left) == Instants{at_ms(10'000)});
}

TEST_CASE(
    "what meets a cut link waits, and comes in order with the retransmission after the heal") {
    Pair pair({{at_ms(10), {send_text(1, "a")}}, {at_ms(500), {send_text(1, "b")}}});
    pair.world.run_until(at_ms(5));
    pair.cut(pair.left, pair.right);
    pair.world.run_until(at_ms(700));
    CHECK(texts_of(pair.world, pair.right).empty());
    CHECK(pair.world.in_flight().size() == 2);
    CHECK(pair.world.in_flight()[0].stalled);
    pair.world.set_link_fault(pair.left, pair.right, {});
    pair.world.run_until(at_ms(5000));
    CHECK(texts_of(pair.world, pair.right) == Texts{"a", "b"});
    // Met the cut at 11 ms; sent again 200, 400 and 800 ms after each other, or an eighth later.
    const Instants times = times_of<Received>(pair.world, pair.right);
    CHECK(times[0] >= at_ms(1411));
    CHECK(times[0] <= at_ms(1411 + 1400 / 8));
    CHECK(times[1] == times[0]);
}

TEST_CASE("a link that is cut one way still carries the other way") {
    Pair pair({{at_ms(10), {send_text(1, "lost")}}},
              {{at_ms(10), {Send{accepted, Bytes::copy("heard")}}}});
    pair.world.run_until(at_ms(5));
    pair.cut(pair.left, pair.right);
    pair.world.run_until(at_ms(1000));
    CHECK(texts_of(pair.world, pair.left) == Texts{"heard"});
    CHECK(texts_of(pair.world, pair.right).empty());
}

TEST_CASE("a kernel that can't get through for too long gives the connection up") {
    Pair pair({{at_ms(10), {send_text(1, "a")}}});
    pair.world.run_until(at_ms(5));
    pair.cut(pair.left, pair.right);
    pair.world.run_until(Instant{} + seconds(2000));
    CHECK(times_of<Closed>(pair.world, pair.left) == Instants{at_ms(11) + seconds(924)});
    CHECK(times_of<Closed>(pair.world, pair.right).empty()); // idle and half open, as with real TCP
    CHECK(pair.world.in_flight().empty());
}

TEST_CASE("an answer that can't get through to a dialer who is gone is not tried for ever") {
    Pair pair({});
    pair.cut(pair.right, pair.left);
    pair.world.run_until(at_ms(50));
    pair.world.kill(pair.left);
    pair.world.run_until(Instant{} + seconds(3000));
    CHECK(times_of<Closed>(pair.world, pair.right) == Instants{at_ms(51)});
    CHECK(pair.world.next_event_time() == never);
    CHECK_FALSE(pair.world.network().connections[0].in_use);
}

TEST_CASE("a reset loses what is under way, and both ends are told after their own latency") {
    Pair pair({{at_ms(10), {send_text(1, "arrives")}}, {at_ms(20), {send_text(1, "lost")}}});
    LinkModel slow_back;
    slow_back.latency = constant_latency(milliseconds(3));
    pair.world.set_link_model(pair.right, pair.left, slow_back);
    pair.world.run_until(at_ms(20));
    pair.world.reset(pair.right, pair.left);
    pair.world.run_until(at_ms(100));
    CHECK(texts_of(pair.world, pair.right) == Texts{"arrives"});
    CHECK(times_of<Closed>(pair.world, pair.right) == Instants{at_ms(21)});
    CHECK(times_of<Closed>(pair.world, pair.left) == Instants{at_ms(23)});
}

TEST_CASE("a hang-up comes after what was sent before it, and what comes back is dropped") {
    Pair pair({{at_ms(10), {send_text(1, "a"), HangUp{{1}}, send_text(1, "ignored")}}}, {}, true);
    pair.world.run_until(at_ms(100));
    CHECK(texts_of(pair.world, pair.right) == Texts{"a"});
    CHECK(times_of<Closed>(pair.world, pair.right) == Instants{at_ms(11)});
    CHECK(texts_of(pair.world, pair.left).empty()); // the echo found nobody
    CHECK(times_of<Closed>(pair.world, pair.left).empty());
    CHECK_FALSE(pair.world.network().connections[0].in_use);
}

TEST_CASE("peers of a killed process are told, after what it had sent") {
    Pair pair({{at_ms(10), {send_text(1, "last words")}}});
    pair.world.run_until(at_ms(10));
    pair.world.kill(pair.left);
    pair.world.run_until(at_ms(100));
    CHECK(texts_of(pair.world, pair.right) == Texts{"last words"});
    CHECK(times_of<Closed>(pair.world, pair.right) == Instants{at_ms(11)});
}

TEST_CASE("peers of a machine that lost its power hear nothing, until it is back and they speak") {
    Pair pair({}, {{at_ms(100), {Send{accepted, Bytes::copy("are you there?")}}}});
    pair.world.run_until(at_ms(10));
    pair.world.cut_power(pair.left);
    pair.world.run_until(at_ms(900));
    CHECK(times_of<Closed>(pair.world, pair.right).empty());
    pair.world.start(pair.left);
    pair.world.run_until(at_ms(5000));
    // Sent again 200, 400 and 800 ms after 101 ms: then the fresh kernel answers with a reset.
    const Instants times = times_of<Closed>(pair.world, pair.right);
    REQUIRE(times.size() == 1);
    CHECK(times[0] >= at_ms(1502));
    CHECK(times[0] <= at_ms(1502 + 1400 / 8));
}

TEST_CASE("of what a machine without power had sent, only what had left it arrives") {
    Pair pair({{at_ms(10), {send_text(1, "0123456789"), send_text(1, "0123456789")}}});
    LinkFault slow;
    slow.bytes_per_second = 1000;
    pair.world.run_until(at_ms(5));
    pair.world.set_link_fault(pair.left, pair.right, slow);
    pair.world.run_until(Instant{20'500'000}); // the first left at 20 ms, the second would at 30
    pair.world.cut_power(pair.left);
    pair.world.run_until(at_ms(100));
    CHECK(times_of<Received>(pair.world, pair.right) == Instants{at_ms(21)});
}

TEST_CASE("a throttled link sends one byte after the other, over all its connections") {
    Pair pair({{at_ms(1), {Dial{{2}, endpoint_of("right")}}},
               {at_ms(10), {send_text(1, "0123456789"), send_text(2, "0123456789")}}});
    LinkFault slow;
    slow.bytes_per_second = 100;
    pair.world.run_until(at_ms(5));
    pair.world.set_link_fault(pair.left, pair.right, slow);
    pair.world.run_until(at_ms(1000));
    CHECK(times_of<Received>(pair.world, pair.right) == Instants{at_ms(111), at_ms(211)});
}

TEST_CASE("jitter delays but never reorders within a connection") {
    std::vector<Planned> plan;
    Texts sent;
    for (int i = 0; i < 200; ++i) {
        sent.push_back(std::to_string(i));
        plan.push_back({Instant{10'000'000 + i * 10'000}, {send_text(1, sent.back())}});
    }
    Pair pair(plan);
    pair.world.run_until(at_ms(5));
    LinkFault jitter;
    jitter.extra = {LatencyShape::exponential, {}, milliseconds(5)};
    pair.world.set_link_fault(pair.left, pair.right, jitter);
    pair.world.run_until(at_ms(1000));
    CHECK(texts_of(pair.world, pair.right) == sent);
}

TEST_CASE("a flapping link is down for the last part of each period") {
    const Flap flap{milliseconds(100), milliseconds(40), at_ms(1000)};
    CHECK_FALSE(flap.down_at(at_ms(1000)));
    CHECK_FALSE(flap.down_at(at_ms(1059)));
    CHECK(flap.down_at(at_ms(1060)));
    CHECK(flap.down_at(at_ms(1099)));
    CHECK_FALSE(flap.down_at(at_ms(1100)));

    Pair pair({{at_ms(50), {send_text(1, "a")}}, {at_ms(70), {send_text(1, "b")}}});
    pair.world.run_until(at_ms(5));
    LinkFault flapping;
    flapping.flap = {milliseconds(100), milliseconds(40), at_ms(0)};
    pair.world.set_link_fault(pair.left, pair.right, flapping);
    pair.world.run_until(at_ms(200));
    CHECK(texts_of(pair.world, pair.right) == Texts{"a"}); // "b" met the cut at 71 ms
    pair.world.run_until(at_ms(20'000));
    CHECK(texts_of(pair.world, pair.right) == Texts{"a", "b"});
    CHECK_FALSE(flapping.flap.down_at(times_of<Received>(pair.world, pair.right)[1]));
}

TEST_CASE("a split parts the groups; whoever is in none reaches all") {
    World world(plain_setup());
    const Effects dials{Dial{{1}, endpoint_of("a")}, Dial{{2}, endpoint_of("b")},
                        Dial{{3}, endpoint_of("bridge")}};
    const ActorId a = add_probe(world, "a", {{at_ms(10), dials}});
    const ActorId b = add_probe(world, "b", {{at_ms(10), dials}});
    const ActorId bridge = add_probe(world, "bridge", {{at_ms(10), dials}});
    for (const ActorId each : {a, b, bridge})
        world.start(each);
    const std::vector<std::vector<ActorId>> groups{{a}, {b}};
    world.split(groups);
    world.run_until(at_ms(100));
    const auto accepted_by = [&](ActorId actor) {
        std::int64_t count = 0;
        for (const Heard& heard : heard_by(world, actor))
            if (const auto* connected = std::get_if<Connected>(&heard.input))
                count += connected->listener.empty() ? 0 : 1;
        return count;
    };
    CHECK(accepted_by(a) == 2); // itself and the bridge
    CHECK(accepted_by(b) == 2);
    CHECK(accepted_by(bridge) == 3);
    world.split({});
    world.run_until(at_ms(20'000));
    CHECK(accepted_by(a) == 3);
    CHECK(accepted_by(b) == 3);
}

TEST_CASE("what is in flight can be looked at") {
    Pair pair({{at_ms(10), {send_text(1, "a")}}});
    pair.world.run_until(at_ms(10));
    const std::vector<Message> flying = pair.world.in_flight();
    REQUIRE(flying.size() == 1);
    CHECK(flying[0].from == pair.left);
    CHECK(flying[0].to == pair.right);
    CHECK(flying[0].sent == at_ms(10));
    CHECK(flying[0].due == at_ms(11));
    CHECK(flying[0].sender_connection == ConnectionId{1});
    CHECK(flying[0].receiver_connection == accepted);
    CHECK(flying[0].frame->flat().text() == "a");
    pair.world.run_until(at_ms(11));
    CHECK(pair.world.in_flight().empty());
}
