// Who is in sync and what is committed: the rules, and the museum's rooms about them, each before
// (the flaw planted) and after.
#include "tests/core/replica/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

using Values = std::vector<std::string>;
using Ids = std::vector<NodeId>;
const std::vector<std::vector<int>> three = {{1, 2, 3}};

replica::Config with(bool replica::Planted::*flaw) {
    replica::Config config;
    config.planted.*flaw = true;
    return config;
}

const wire::AlterPartitionRequest* asked(const Toy& toy) {
    for (const Flight& flight : toy.flights)
        if (const auto* alter = std::get_if<wire::AlterPartitionRequest>(&flight.ask.request))
            return alter;
    return nullptr;
}

/// A follower's request for partition 0 by hand.
RequestId fetch_as(Toy& toy, int leader, int id, std::int64_t offset, int epoch, int last_epoch,
                   std::int64_t broker_epoch) {
    wire::FetchRequest request = toy.consumer(offset);
    request.replica_state.replica_id = id;
    request.replica_state.replica_epoch = broker_epoch;
    request.topics[0].partitions[0].current_leader_epoch = epoch;
    request.topics[0].partitions[0].last_fetched_epoch = last_epoch;
    request.topics[0].partitions[0].log_start_offset = 0;
    return toy.fetch(leader, request);
}

} // namespace

TEST_CASE("a follower that does not fetch for replica.lag.time.max.ms leaves, and comes back") {
    Toy toy(3);
    toy.create("t", three);
    toy.run();
    toy.cut = {{3, 1}};
    const RequestId id = toy.produce(1, {"a"}, -1, 0, 100'000);
    toy.advance(29'000);
    CHECK(toy.part(1).isr == Ids{{1}, {2}, {3}});
    CHECK(toy.produced(id) == nullptr);
    toy.advance(16'000);
    CHECK(toy.part(1).isr == Ids{{1}, {2}});
    CHECK(toy.produce_error(id) == Error::none);
    REQUIRE(toy.facts(Fact::isr_shrink_asked).size() == 1);
    CHECK(toy.facts(Fact::isr_shrink_asked)[0].numbers[0] == 3);
    toy.lose(3);
    toy.cut.clear();
    toy.advance(5'000);
    CHECK(toy.part(1).isr == Ids{{1}, {2}, {3}});
    CHECK(toy.part(3).log_end() == Offset{1});
    CHECK(toy.registered().isr.size() == 3);
}

TEST_CASE("caught up is who was at our end, or reaches where we ended when it last asked") {
    const auto ms = [](std::int64_t n) { return Instant{} + milliseconds(n); };
    const Duration lag_max = milliseconds(5000);
    replica::FollowerState follower;
    follower.fetched(Offset{10}, {}, ms(1000), Offset{10}, {}); // has all
    CHECK(follower.caught_up == ms(1000));
    follower.fetched(Offset{10}, {}, ms(2000), Offset{15}, {}); // all that there was at 1000
    CHECK(follower.caught_up == ms(1000));
    follower.fetched(Offset{15}, {}, ms(3000), Offset{20}, {}); // all that there was at 2000
    CHECK(follower.caught_up == ms(2000));
    follower.fetched(Offset{19}, {}, ms(6000), Offset{30}, {}); // not what there was at 3000
    CHECK(follower.caught_up == ms(2000));
    CHECK(follower.is_caught_up(Offset{30}, ms(7000), lag_max)); // five seconds are not too long
    CHECK_FALSE(follower.is_caught_up(Offset{30}, ms(7001), lag_max));
    CHECK(follower.is_caught_up(Offset{19}, ms(99'000), lag_max)); // who lacks nothing is not late
    follower.fetched(Offset{20}, {}, ms(8000), Offset{40}, {});    // 20 was our end at 3000, but
    CHECK(follower.caught_up == ms(2000)); // it has asked since, and we ended at 30 then
    follower.fetched(Offset{40}, {}, ms(9000), Offset{40}, {});
    CHECK(follower.caught_up == ms(9000));
}

TEST_CASE("a follower as slow as its producers wait for it stays in sync, however slow") {
    // acks=all and one batch at a time: each fetch, four seconds after the one before it, reaches
    // our end, and the lag never exceeds the limit of five. With acks=1 the log runs away from it.
    for (const std::int16_t acks : {std::int16_t{-1}, std::int16_t{1}}) {
        replica::Config config;
        config.lag_time_max = seconds(5);
        Toy toy(2, config);
        toy.create("t", {{1, 2}});
        toy.run();
        std::int64_t offset = 0;
        for (int round = 0; round < 8; ++round) {
            toy.cut = {{2, 1}}; // from here on broker 2 fetches by our hand alone
            fetch_as(toy, 1, 2, offset, 0, 0, 102);
            const int batches = acks == -1 ? 1 : 4;
            for (int i = 0; i < batches; ++i)
                toy.produce(1, {"a"}, acks, 0, 100'000);
            toy.advance(4'000);
            ++offset; // one batch fits in the time
        }
        const bool stays = acks == -1;
        CHECK(toy.facts(Fact::isr_shrink_asked).empty() == stays);
        CHECK((toy.part(1).isr.size() == 2) == stays);
    }
}

TEST_CASE("a follower that kept up with an idle partition is not late the moment a record comes") {
    Toy toy(3);
    toy.create("t", three);
    toy.advance(100'000); // nothing but empty fetches
    toy.cut = {{2, 1}, {3, 1}};
    toy.produce(1, {"a"}, 1);
    toy.advance(20'000); // an ISR check falls in here
    CHECK(toy.part(1).isr.size() == 3);
    CHECK(toy.facts(Fact::isr_shrink_asked).empty());
    toy.advance(20'000);
    CHECK(toy.part(1).isr == Ids{{1}});
}

TEST_CASE(
    "a follower one fetch behind a steady stream stays in sync, one that falls back does not") {
    replica::FollowerState state;
    const auto at = [](std::int64_t ms) { return Instant{ms * 1'000'000}; };
    state.fetched(Offset{0}, Offset{0}, at(1000), Offset{10}, BrokerEpoch{1});
    CHECK(state.caught_up == replica::long_ago);
    state.fetched(Offset{10}, Offset{0}, at(2000), Offset{20}, BrokerEpoch{1});
    CHECK(state.caught_up == at(1000)); // it has what we had then
    state.fetched(Offset{15}, Offset{0}, at(3000), Offset{30}, BrokerEpoch{1});
    CHECK(state.caught_up == at(1000));
    CHECK(state.leader_end_at_last_fetch == Offset{30});
    state.fetched(Offset{40}, Offset{0}, at(4000), Offset{40}, BrokerEpoch{1});
    CHECK(state.caught_up == at(4000));
    CHECK(state.is_caught_up(Offset{40}, at(999'000), seconds(30))); // at our end: however long ago
    CHECK_FALSE(state.is_caught_up(Offset{41}, at(34'001), seconds(30)));
    CHECK(state.is_caught_up(Offset{41}, at(34'000), seconds(30)));
}

TEST_CASE("one AlterPartition is out at a time, and what comes up meanwhile goes with the next") {
    Toy toy(3);
    toy.create("t", {{1, 2, 3}, {1, 2, 3}});
    toy.run();
    toy.hold_controller = true;
    toy.cut = {{2, 1}, {3, 1}};
    toy.produce(1, {"a"}, 1, 0);
    toy.produce(1, {"b"}, 1, 1);
    toy.advance(50'000);
    REQUIRE(asked(toy) != nullptr);
    CHECK(asked(toy)->topics.at(0).partitions.size() == 2); // both of one check together
    CHECK(asked(toy)->broker_epoch == 101);
    std::size_t out = 0;
    for (const Flight& flight : toy.flights)
        out += std::holds_alternative<wire::AlterPartitionRequest>(flight.ask.request) ? 1u : 0u;
    CHECK(out == 1);
    CHECK(toy.part(1).pending.has_value());
    CHECK(toy.part(1).maximal_isr() == Ids{{1}, {2}, {3}}); // shrinking: the old one still counts
    CHECK(toy.part(1).high_watermark == Offset{0});
    // No answer: the same again after the backoff.
    toy.lose(1);
    CHECK(asked(toy) == nullptr);
    toy.advance(50);
    REQUIRE(asked(toy) != nullptr);
    toy.hold_controller = false;
    toy.run();
    CHECK(toy.part(1).isr == Ids{{1}});
    CHECK(toy.part(1).high_watermark == Offset{1});
    CHECK_FALSE(toy.part(1).pending.has_value());
}

TEST_CASE("each refusal of an ISR does what Kafka does") {
    Toy toy(3);
    toy.create("t", three);
    toy.run();
    toy.cut = {{2, 1}, {3, 1}};
    toy.produce(1, {"a"}, 1);
    SECTION("a proposal that the metadata log overtakes stays pending until it does") {
        for (const Error error : {Error::invalid_update_version, Error::fenced_leader_epoch,
                                  Error::unknown_topic_id, Error::new_leader_elected}) {
            toy.refuse_alter = error;
            toy.elect(1, {1, 2, 3});
            toy.advance(60'000);
            CHECK(toy.part(1).pending.has_value());
            CHECK(toy.part(1).isr.size() == 3);
            CHECK(toy.facts(Fact::isr_refused).back().numbers[1] == wire::code(error));
        }
        toy.refuse_alter = Error::none;
        toy.elect(1, {1, 2, 3});
        CHECK_FALSE(toy.part(1).pending.has_value());
    }
    SECTION("an ineligible member is dropped from it at once") {
        toy.refuse_alter = Error::ineligible_replica;
        toy.advance(44'000);
        CHECK_FALSE(toy.part(1).pending.has_value());
        CHECK(toy.part(1).isr.size() == 3);
    }
    SECTION("any other error is asked again") {
        toy.refuse_alter = Error::unknown_server_error;
        toy.advance(45'000);
        const auto refused = toy.facts(Fact::isr_refused).size();
        CHECK(refused > 0);
        toy.advance(100);
        CHECK(toy.facts(Fact::isr_refused).size() > refused);
        toy.refuse_alter = Error::none;
        toy.advance(100);
        CHECK(toy.part(1).isr == Ids{{1}});
    }
}

TEST_CASE("an answer that comes after the metadata log has moved on is ignored") {
    Toy toy(3);
    toy.create("t", three);
    toy.run();
    toy.hold_controller = true;
    toy.cut = {{2, 1}, {3, 1}};
    toy.produce(1, {"a"}, 1);
    toy.advance(50'000);
    REQUIRE(asked(toy) != nullptr);
    toy.elect(1, {1, 3});
    CHECK_FALSE(toy.part(1).pending.has_value());
    toy.hold_controller = false;
    toy.run(); // the controller refuses it for its epoch, and nothing happens
    CHECK(toy.part(1).isr == Ids{{1}, {3}});
}

// --- the museum

TEST_CASE("room 9: a member that was asked in counts before the controller has answered") {
    const auto story = [](replica::Config config) {
        Toy toy(3, config);
        toy.create("t", three);
        toy.run();
        toy.set_isr({1, 2});
        toy.hold_controller = true;
        toy.advance(600); // 3 fetches, and is asked in
        REQUIRE(toy.part(1).pending.has_value());
        CHECK(toy.part(1).in_maximal_isr(NodeId{3}));
        CHECK_FALSE(toy.part(1).in_isr(NodeId{3}));
        toy.cut = {{3, 1}};
        toy.produce(1, {"a"}, 1);
        toy.run(); // 2 has it, 3 has not
        return toy.part(1).high_watermark;
    };
    CHECK(story({}) == Offset{0});
    CHECK(story(with(&replica::Planted::committed_isr_only)) == Offset{1});
}

TEST_CASE("room 7: under min.insync.replicas nothing is committed") {
    const auto story = [](replica::Config config) {
        Toy toy(3, config);
        toy.create("t", three);
        toy.set_config("t", "min.insync.replicas", "2");
        toy.set_isr({1});
        toy.cut = {{2, 1}, {3, 1}};
        toy.produce(1, {"a"}, 1);
        return toy.part(1).high_watermark;
    };
    CHECK(story({}) == Offset{0});
    CHECK(story(with(&replica::Planted::high_watermark_under_min_isr)) == Offset{1});
}

TEST_CASE("room 13: a fenced or leaving broker is not asked into the ISR") {
    const auto story = [](replica::Config config, bool fenced) {
        Toy toy(3, config);
        toy.create("t", three);
        toy.run();
        toy.set_isr({1, 2});
        if (fenced)
            toy.fence(3);
        else
            toy.leaving(3);
        toy.hold_controller = true;
        toy.advance(2'000);
        CHECK(toy.part(1).followers.find(NodeId{3})->log_end == Offset{0});
        return toy.part(1).pending.has_value();
    };
    CHECK_FALSE(story({}, true));
    CHECK_FALSE(story({}, false));
    CHECK(story(with(&replica::Planted::admit_fenced), true));
    CHECK(story(with(&replica::Planted::admit_fenced), false));
}

TEST_CASE("room 13: once it is unfenced its next fetch asks it in") {
    Toy toy(3);
    toy.create("t", three);
    toy.run();
    toy.set_isr({1, 2});
    toy.fence(3);
    toy.advance(2'000);
    CHECK(toy.part(1).isr.size() == 2);
    toy.fence(3, false);
    toy.advance(600);
    CHECK(toy.part(1).isr.size() == 3);
}

TEST_CASE("room 14: the ISR is asked for with the broker epoch that fetched") {
    Toy toy(3);
    toy.create("t", three);
    toy.run();
    toy.set_isr({1, 2});
    toy.hold_controller = true;
    toy.advance(600);
    REQUIRE(asked(toy) != nullptr);
    const auto& members = asked(toy)->topics[0].partitions[0].new_isr_with_epochs;
    REQUIRE(members.size() == 3);
    CHECK(members[0].broker_epoch == 101);
    CHECK(members[2].broker_id == 3);
    CHECK(members[2].broker_epoch == 103);
    // 3 dies and comes back empty before the controller decides.
    toy.kill(3);
    toy.files(3).clear();
    toy.cut = {{3, 1}};
    toy.start(3);
    toy.hold_controller = false;
    toy.run();
    CHECK(toy.part(1).isr == Ids{{1}, {2}});
    CHECK(toy.facts(Fact::isr_refused).back().numbers[1] == wire::code(Error::ineligible_replica));
}

TEST_CASE("room 14: a fetch of an earlier life does not count, unless the flaw is planted") {
    const auto story = [](replica::Config config) {
        Toy toy(3, config);
        toy.create("t", three);
        toy.cut = {{2, 1}, {3, 1}};
        toy.produce(1, {"a"}, 1);
        toy.reregister(3);
        toy.publish();
        fetch_as(toy, 1, 3, 1, 0, 0, 103); // late in the network
        return toy.part(1).followers.find(NodeId{3})->log_end;
    };
    CHECK(story({}) == no_offset);
    CHECK(story(with(&replica::Planted::no_broker_epoch_fencing)) == Offset{1});
}

TEST_CASE("room 4a: a fetch of an old leader epoch does not commit what it never copied") {
    const auto story = [](replica::Config config) {
        Toy toy(3, config);
        toy.create("t", {{2, 3}});
        toy.cut = {{3, 2}};
        toy.elect(2, {2, 3});
        toy.elect(2, {2, 3}); // leader epoch 2
        toy.produce(2, {"new"}, 1);
        fetch_as(toy, 2, 3, 1, 0, 0, 103); // "I have one record", of epoch 0
        return toy.part(2).high_watermark;
    };
    CHECK(story({}) == Offset{0});
    CHECK(story(with(&replica::Planted::no_fetch_fencing)) == Offset{1});
}

TEST_CASE("room 4b: to join, a follower must reach the start of the leader's epoch") {
    const auto story = [](replica::Config config) {
        Toy toy(3, config);
        toy.create("t", three);
        for (int i = 0; i < 5; ++i)
            toy.produce(1, {"old"}, 1);
        toy.run();
        toy.advance(1000);
        toy.set_isr({1, 2});
        toy.hold_controller = true;
        toy.run();
        toy.produce(1, {"5"}, 1); // completes both parked fetches: 2 and 3 have six
        toy.cut = {{3, 1}};
        for (int i = 6; i < 10; ++i)
            toy.produce(1, {std::to_string(i)}, 1);
        toy.run();
        REQUIRE(toy.part(2).log_end() == Offset{10});
        REQUIRE(toy.part(3).log_end() == Offset{6});
        REQUIRE(toy.part(2).high_watermark <= Offset{6}); // lags behind what 1 had committed
        toy.kill(1);
        toy.flights.clear();
        toy.elect(2, {2});
        REQUIRE(toy.part(2).epoch_start == Offset{10});
        // 3 says that it has six records, in the new epoch.
        fetch_as(toy, 2, 3, 6, 1, 0, 103);
        return toy.part(2).pending.has_value();
    };
    CHECK_FALSE(story({}));
    // A leader alone in its ISR commits its whole log at once, so for the flaw to show the ISR must
    // hold the high watermark back.
    const auto held = [](replica::Config config) {
        Toy toy(3, config);
        toy.create("t", three);
        toy.set_config("t", "min.insync.replicas", "2");
        toy.produce(1, {"a"}, 1);
        toy.deliver(2);
        toy.deliver(2);
        toy.cut = {{1, 2}, {3, 2}};
        toy.elect(2, {2}); // log end 1, high watermark 0, under min ISR
        REQUIRE(toy.part(2).epoch_start == Offset{1});
        fetch_as(toy, 2, 3, 0, 1, -1, 103);
        return toy.part(2).pending.has_value();
    };
    CHECK_FALSE(held({}));
    CHECK(held(with(&replica::Planted::join_isr_by_high_watermark)));
}

TEST_CASE("planted: acks=all without the ISR, consumers beyond the high watermark, wrong bytes") {
    const auto produce_alone = [](replica::Config config) {
        Toy toy(3, config);
        toy.create("t", three);
        toy.cut = {{2, 1}, {3, 1}};
        return toy.produced(toy.produce(1, {"a"}, -1)) != nullptr;
    };
    CHECK_FALSE(produce_alone({}));
    CHECK(produce_alone(with(&replica::Planted::high_watermark_alone)));
    const auto read_alone = [](replica::Config config) {
        Toy toy(3, config);
        toy.create("t", three);
        toy.cut = {{2, 1}, {3, 1}};
        toy.produce(1, {"a"}, 1);
        return toy.consume(1);
    };
    CHECK(read_alone({}).empty());
    CHECK(read_alone(with(&replica::Planted::read_beyond_high_watermark)) == Values{"a"});
    const auto under_min = [](replica::Config config) {
        Toy toy(1, config);
        toy.create("t", {{1, 2}});
        toy.set_isr({1});
        toy.set_config("t", "min.insync.replicas", "2");
        return toy.produced(toy.produce(1, {"a"}, -1)) != nullptr ? toy.part(1).log_end().value : 1;
    };
    CHECK(under_min({}) == 0);
    CHECK(under_min(with(&replica::Planted::ack_below_min_isr)) == 1);
    const auto sound = [](replica::Config config) {
        Toy toy(1, config);
        toy.create("t", {{1}});
        toy.produce(1, {"a"}, 1);
        const RequestId id = toy.fetch(1, toy.consumer(0));
        const auto batches =
            record::split_batches(*toy.fetched(id)->responses[0].partitions[0].records);
        return record::crc_is_valid(batches->at(0));
    };
    CHECK(sound({}));
    CHECK_FALSE(sound(with(&replica::Planted::serve_wrong_bytes)));
}

TEST_CASE("planted: the high watermark follows a lagging follower down") {
    const auto story = [](replica::Config config) {
        Toy toy(2, config);
        toy.create("t", {{1, 2}});
        toy.produce(1, {"a"}, 1);
        toy.run();
        toy.advance(600);
        REQUIRE(toy.part(1).high_watermark == Offset{1});
        toy.cut = {{2, 1}};
        fetch_as(toy, 1, 2, 0, 0, -1, 102);
        return toy.part(1).high_watermark;
    };
    CHECK(story({}) == Offset{1});
    CHECK(story(with(&replica::Planted::high_watermark_goes_back)) == Offset{0});
}
