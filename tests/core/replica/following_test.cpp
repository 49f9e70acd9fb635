// Following: fetchers, truncation, restarts, files, and the museum's rooms about them.
#include "core/base/fingerprint.hpp"
#include "tests/core/replica/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

using Values = std::vector<std::string>;
const std::vector<std::vector<int>> three = {{1, 2, 3}};

const wire::FetchRequest& fetch_of(const Toy& toy, int from) {
    for (const Flight& flight : toy.flights)
        if (flight.from == NodeId{from})
            if (const auto* fetch = std::get_if<wire::FetchRequest>(&flight.ask.request))
                return *fetch;
    FAIL("no fetch is under way");
    std::abort();
}

/// Batch for batch, byte for byte.
bool same_log(const replica::Partition& a, const replica::Partition& b) {
    const auto batches = [](const replica::Partition& partition) {
        std::vector<std::pair<Offset, Bytes>> all;
        for (std::size_t i = 0; i < partition.log.segment_count(); ++i)
            for (const log::StoredBatch& batch : partition.log.segment(i).batches)
                all.emplace_back(batch.base_offset, batch.bytes);
        return all;
    };
    return a.log_end() == b.log_end() && batches(a) == batches(b);
}

} // namespace

TEST_CASE("followers copy the leader's bytes, share them, and learn the high watermark after") {
    Toy toy(3);
    toy.create("t", three);
    toy.run();
    toy.produce(1, {"a", "b"}, 1);
    toy.run();
    CHECK(same_log(toy.part(1), toy.part(2)));
    CHECK(toy.part(2).log.segment(0).batches[0].bytes.data() ==
          toy.part(1).log.segment(0).batches[0].bytes.data());
    CHECK(toy.part(1).high_watermark == Offset{2});
    CHECK(toy.part(2).high_watermark == Offset{0}); // the next fetch's answer will tell
    toy.advance(500);
    CHECK(toy.part(2).high_watermark == Offset{2});
    CHECK(toy.part(3).high_watermark == Offset{2});
}

TEST_CASE("a follower's session names only what changed") {
    Toy toy(2);
    toy.create("t", {{1, 2}, {1, 2}, {1, 2}});
    CHECK(fetch_of(toy, 2).session_epoch == 0);
    CHECK(fetch_of(toy, 2).topics.at(0).partitions.size() == 3);
    CHECK(fetch_of(toy, 2).replica_state.replica_id == 2);
    CHECK(fetch_of(toy, 2).replica_state.replica_epoch == 102);
    toy.deliver(2); // parked
    toy.produce(1, {"a"}, 1, 1);
    CHECK(fetch_of(toy, 2).session_epoch == 1);
    CHECK(fetch_of(toy, 2).session_id != 0);
    REQUIRE(fetch_of(toy, 2).topics.size() == 1);
    REQUIRE(fetch_of(toy, 2).topics[0].partitions.size() == 1);
    const auto& asked = fetch_of(toy, 2).topics[0].partitions[0];
    CHECK(asked.partition == 1);
    CHECK(asked.fetch_offset == 1);
    CHECK(asked.last_fetched_epoch == 0);
    CHECK(asked.current_leader_epoch == 0);
    toy.delete_topic("t");
    CHECK(toy[2].fetchers().empty());
}

TEST_CASE("a partition that goes elsewhere is forgotten in the session of its old leader") {
    Toy toy(3);
    toy.create("t", {{1, 3}, {1, 3}, {2, 3}});
    toy.run();
    toy.elect(2, {2, 3}, 0); // replicas stay as they are: 2 takes it though it is no replica
    toy.advance(600);
    CHECK((**toy[3].fetchers().find(NodeId{1})).partitions.size() == 1);
    CHECK((**toy[3].fetchers().find(NodeId{2})).partitions.size() == 2);
    CHECK(toy.part(1, 0).watches.empty());
}

TEST_CASE("a leader that does not answer is asked again after replica.fetch.backoff.ms, anew") {
    Toy toy(2);
    toy.create("t", {{1, 2}});
    toy.run();
    toy.advance(500);
    toy.cut = {{2, 1}};
    toy.advance(500);
    REQUIRE(fetch_of(toy, 2).session_epoch > 0);
    toy.lose(2);
    CHECK(toy.flights.empty());
    toy.advance(999);
    CHECK(toy.flights.empty());
    toy.advance(1);
    CHECK(fetch_of(toy, 2).session_epoch == 0);
    CHECK(fetch_of(toy, 2).session_id != 0); // so that the leader can drop the old one
    toy.cut.clear();
    toy.run();
    CHECK(toy[1].fetch_sessions() == 1);
}

TEST_CASE("a leader that has lost the session is asked for a new one at once") {
    Toy toy(2);
    toy.create("t", {{1, 2}});
    toy.run();
    toy.kill(1);
    toy.start(1, false);
    toy.advance(1000);
    toy.run();
    CHECK(toy[1].fetch_sessions() == 1);
    toy.produce(1, {"a"}, 1);
    toy.run();
    CHECK(toy.part(2).log_end() == Offset{1});
}

TEST_CASE("a follower that knows the new epoch before the leader does waits and asks again") {
    Toy toy(2);
    toy.create("t", {{1, 2}});
    toy.run();
    toy.deaf = {1};
    toy.elect(1, {1, 2});
    toy.advance(500); // the fetch of the old epoch is over
    const auto& fetcher = **toy[2].fetchers().find(NodeId{1});
    const Offset before = toy.part(2).log_end();
    CHECK(std::holds_alternative<replica::Delayed>(fetcher.partitions.begin()->second.phase));
    toy.deaf.clear();
    toy.publish();
    toy.produce(1, {"a"}, 1);
    toy.advance(999);
    CHECK(toy.part(2).log_end() == before);
    toy.advance(1);
    CHECK(toy.part(2).log_end() == Offset{1});
}

TEST_CASE("a follower that is behind the leader's epoch rests until it hears of the new one") {
    Toy toy(2);
    toy.create("t", {{1, 2}});
    toy.run();
    toy.deaf = {2};
    toy.elect(1, {1, 2}); // its parked fetch is fenced
    toy.run();
    CHECK((*toy[2].fetchers().find(NodeId{1}))->partitions.empty());
    toy.produce(1, {"a"}, 1);
    toy.advance(5000);
    CHECK(toy.part(2).log_end() == Offset{0});
    toy.deaf.clear();
    toy.publish();
    toy.run();
    CHECK(toy.part(2).log_end() == Offset{1});
}

TEST_CASE("an old leader comes back and truncates by epoch what nobody else has") {
    Toy toy(3);
    toy.create("t", three);
    toy.produce(1, {"a"}, -1);
    toy.run();
    toy.advance(600);
    toy.cut = {{2, 1}, {3, 1}, {1, 2}, {1, 3}};
    toy.produce(1, {"lost", "too"}, 1);
    toy.produce(1, {"and this"}, 1);
    toy.kill(1);
    toy.elect(2, {2, 3});
    toy.produce(2, {"b"}, 1);
    toy.cut.clear();
    toy.run();
    toy.start(1);
    toy.advance(5000);
    CHECK(toy.log_values(1) == Values{"a", "b"});
    CHECK(same_log(toy.part(1), toy.part(2)));
    REQUIRE(toy.facts(Fact::truncated).size() == 1);
    CHECK(toy.facts(Fact::truncated)[0].numbers[0] == 4);
    CHECK(toy.facts(Fact::truncated)[0].numbers[1] == 1);
    CHECK(toy.registered().isr.size() == 3); // and it is back in sync
}

TEST_CASE("a follower that lacks what the leader has deleted begins anew at the leader's start") {
    Toy toy(2);
    toy.create("t", {{1, 2}});
    toy.set_config("t", "segment.bytes", "100");
    toy.run();
    toy.produce(1, {"a"}, 1);
    toy.run();
    toy.kill(2);
    toy.fence(2); // or the high watermark would wait for it: it was caught up a moment ago
    toy.set_isr({1});
    for (int i = 0; i < 5; ++i)
        toy.produce(1, {"b"}, 1);
    wire::DeleteRecordsRequest request;
    request.timeout_ms = 0;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    topic.partitions.emplace_back().offset = 4;
    toy.step(1, [&](Replicas& replicas, replica::Out& out) {
        replicas.delete_records(toy.caller(toy.next_request(), 2), request, toy.now, out);
    });
    REQUIRE(toy.part(1).log_start() == Offset{4});
    toy.start(2);
    toy.advance(3000);
    CHECK(toy.part(2).log_start() == Offset{4});
    CHECK(toy.part(2).log_end() == Offset{6});
    CHECK(toy.part(2).high_watermark == Offset{6});
    CHECK(toy.log_values(2) == Values{"b", "b"});
}

// --- the museum

TEST_CASE("room 2: truncating to the high watermark loses what was committed; by epoch nothing") {
    const auto story = [](bool before) {
        replica::Config config;
        config.planted.truncate_to_high_watermark = before;
        Toy toy(2, config);
        toy.create("t", {{1, 2}});
        toy.produce(1, {"m0"}, 1);
        toy.run();
        toy.advance(6000); // 2's checkpoint says 1
        toy.produce(1, {"m1"}, 1);
        toy.run();
        REQUIRE(toy.part(1).high_watermark == Offset{2});
        REQUIRE(toy.part(2).high_watermark == Offset{1});
        REQUIRE(toy.part(2).log_end() == Offset{2});
        toy.kill(2);
        toy.cut = {{2, 1}}; // it restarts, and does not reach the leader
        REQUIRE(toy.files(2).at("replication-offset-checkpoint") == "0\n1\nt 0 1\n");
        toy.start(2);
        CHECK(toy.part(2).high_watermark == Offset{1});
        toy.kill(1);
        toy.elect(2, {2});
        toy.cut.clear();
        toy.start(1);
        toy.advance(3000);
        CHECK(same_log(toy.part(1), toy.part(2)));
        return toy.log_values(2);
    };
    CHECK(story(true) == Values{"m0"});
    CHECK(story(false) == Values{"m0", "m1"});
}

TEST_CASE("room 3: two quick failovers leave two logs that find back to one") {
    Toy toy(2);
    toy.create("t", {{1, 2}});
    for (const char* value : {"0", "1", "2"})
        toy.produce(1, {value}, 1);
    toy.run();
    toy.cut = {{2, 1}, {1, 2}};
    toy.produce(1, {"3"}, 1);
    toy.produce(1, {"4"}, 1);
    toy.deaf = {1};
    toy.elect(2, {1, 2}); // epoch 1, of which 1 does not hear
    for (const char* value : {"3'", "4'", "5'", "6'"})
        toy.produce(2, {value}, 1);
    toy.deaf.clear();
    toy.elect(1, {1, 2}); // epoch 2
    toy.produce(1, {"5''"}, 1);
    toy.produce(1, {"6''"}, 1);
    toy.flights.clear();
    toy.cut.clear();
    toy.kill(2);
    toy.start(2);
    toy.advance(5000);
    CHECK(toy.log_values(1) == Values{"0", "1", "2", "3", "4", "5''", "6''"});
    CHECK(toy.log_values(2) == toy.log_values(1));
    CHECK(same_log(toy.part(1), toy.part(2)));
}

// --- lives and files

TEST_CASE("a broker that stops cleanly leaves its epoch and its high watermarks, and finds them") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.produce(1, {"a"}, 1);
    CHECK_FALSE(toy.files(1).contains(".kafka_cleanshutdown"));
    toy.shut_down(1);
    REQUIRE(toy.files(1).contains(".kafka_cleanshutdown"));
    CHECK(toy.files(1).at("recovery-point-offset-checkpoint") == "0\n1\nt 0 1\n");
    CHECK(toy.files(1).at("replication-offset-checkpoint") == "0\n1\nt 0 1\n");
    toy.start(1);
    CHECK(toy[1].cleanly_stopped_epoch() == BrokerEpoch{101});
    CHECK_FALSE(toy.files(1).contains(".kafka_cleanshutdown"));
    CHECK(toy.part(1).high_watermark == Offset{1});
    CHECK(toy.consume(1) == Values{"a"});
    toy.kill(1);
    toy.start(1);
    CHECK_FALSE(toy[1].cleanly_stopped_epoch().has_value());
    CHECK(toy.log_values(1) == Values{"a"});
}

TEST_CASE("high watermarks are checkpointed every five seconds, if one moved") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.produce(1, {"a"}, 1);
    toy.advance(4999);
    CHECK_FALSE(toy.files(1).contains("replication-offset-checkpoint"));
    toy.advance(1);
    CHECK(toy.files(1).at("replication-offset-checkpoint") == "0\n1\nt 0 1\n");
    toy.files(1).erase("replication-offset-checkpoint");
    toy.advance(20'000);
    CHECK_FALSE(toy.files(1).contains("replication-offset-checkpoint"));
}

TEST_CASE("a topic made anew under an old name does not get the old topic's log") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.produce(1, {"old"}, 1);
    toy.kill(1);
    toy.delete_topic("t");
    toy.create("t", {{1}});
    toy.start(1);
    CHECK(toy.part(1).log_end() == Offset{0});
    toy.produce(1, {"new"}, 1);
    CHECK(toy.log_values(1) == Values{"new"});
    toy.kill(1);
    toy.start(1);
    CHECK(toy.log_values(1) == Values{"new"});
}

TEST_CASE("logs that the metadata does not know are strays, and are erased when it is told") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.produce(1, {"a"}, 1);
    toy.kill(1);
    toy.delete_topic("t");
    toy.start(1);
    CHECK(toy.files(1).contains("t-0/00000000000000000000.log"));
    toy.step(1,
             [&](Replicas& replicas, replica::Out& out) { replicas.erase_strays(toy.now, out); });
    for (const auto& [name, content] : toy.files(1))
        CHECK_FALSE(name.starts_with("t-0/"));
}

TEST_CASE("nothing is due and nothing is scanned while nothing happens") {
    Toy toy(3);
    toy.create("t", three);
    toy.advance(100'000);
    CHECK(toy[1].parked_fetches() == 2);
    const auto& sets = toy[1].fetch_sets();
    for (const auto& [id, set] : sets)
        CHECK(set->hot.empty());
    // A copy is the same value, and goes on alike.
    Replicas copy = toy[1];
    CHECK(copy == toy[1]);
    CHECK(fingerprint(copy) == fingerprint(toy[1]));
    toy.produce(1, {"a"}, 1);
    CHECK_FALSE(copy == toy[1]);
    CHECK(fingerprint(copy) != fingerprint(toy[1]));
}
