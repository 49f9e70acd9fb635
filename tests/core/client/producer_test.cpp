// A producer against a cluster that the test plays: batches, lingering, retries, order, time
// limits.
#include "core/base/fingerprint.hpp"
#include "core/base/print.hpp"
#include "core/client/murmur2.hpp"
#include "core/record/records.hpp"
#include "core/wire/messages/produce_request.hpp"
#include "core/wire/messages/produce_response.hpp"
#include "tests/core/client/fake_cluster.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace orrery;
using namespace orrery::client;
using tests::FakeCluster;
using tests::FakeRequest;
using tests::with_servers;

namespace {

constexpr std::int16_t produce_key = 0;

Load load_of(std::int64_t records, Duration per) {
    Load load;
    load.topic = "orders";
    load.name = "app";
    load.records = records;
    load.per = per;
    return load;
}

FakeCluster cluster_with(const Load& load, const std::vector<ConfigPair>& pairs,
                         std::int32_t brokers = 3) {
    const auto config = parse_producer_config(with_servers(brokers, pairs));
    REQUIRE(config.has_value());
    FakeCluster cluster(Client(ProducerProcess(*config, load)), brokers);
    return cluster;
}

const ProducerProcess& producer_of(const FakeCluster& cluster) {
    return *cluster.client.producer();
}

/// One batch as a broker got it.
struct Got {
    std::int32_t partition = 0;
    std::vector<std::int64_t> sequences;
    bool operator==(const Got&) const = default;
    ORRERY_FIELDS(partition, sequences)
};

std::vector<Got> batches_in(const FakeRequest& request) {
    std::vector<Got> all;
    for (const auto& topic : request.as<wire::ProduceRequest>().topic_data)
        for (const auto& part : topic.partition_data) {
            Got got{part.index, {}};
            const auto batches = record::split_batches(*part.records);
            REQUIRE(batches.has_value());
            REQUIRE(batches->size() == 1);
            REQUIRE(record::crc_is_valid(batches->front()));
            const auto records = record::read_records(batches->front());
            REQUIRE(records.has_value());
            for (const auto& record : *records)
                got.sequences.push_back(identity_of(*record.value)->sequence);
            all.push_back(std::move(got));
        }
    return all;
}

/// Answers every partition of the request alike.
void answer(FakeCluster& cluster, const FakeRequest& request, wire::Error error,
            std::int64_t base_offset = 0, std::int32_t leader = -1, std::int32_t epoch = -1) {
    const auto asked = request.as<wire::ProduceRequest>();
    wire::ProduceResponse response;
    for (const auto& topic : asked.topic_data) {
        auto& entry = response.responses.emplace_back();
        entry.name = topic.name;
        entry.topic_id = topic.topic_id;
        for (const auto& part : topic.partition_data) {
            auto& result = entry.partition_responses.emplace_back();
            result.index = part.index;
            result.error_code = wire::code(error);
            result.base_offset = error == wire::Error::none ? base_offset : -1;
            if (request.version >= 10 && leader >= 0) {
                result.current_leader.leader_id = leader;
                result.current_leader.leader_epoch = epoch;
            }
        }
    }
    cluster.reply(request, response);
}

/// A broker that always agrees, with offsets that count on.
void agree(FakeCluster& cluster, const FakeRequest& request) {
    answer(cluster, request, wire::Error::none, 100);
}

} // namespace

TEST_CASE("records that are due within linger.ms travel in one batch, timed as they were due") {
    auto cluster = cluster_with(load_of(1, milliseconds(1)), {{"linger.ms", "5"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(10)); // metadata, connection, the records that waited for them
    REQUIRE(std::exchange(cluster.requests, {}).size() == 1);
    cluster.run_for(milliseconds(60));
    REQUIRE(cluster.kept(produce_key) == 4); // with the one before, five are in flight: the limit
    const FakeRequest request = cluster.requests[2];
    const auto batches = batches_in(request);
    REQUIRE(batches.size() == 1);
    CHECK(batches[0].sequences.size() == 6); // the first and those of the five milliseconds after
    const auto asked = request.as<wire::ProduceRequest>();
    CHECK(asked.acks == -1);
    CHECK(request.version == 13);
    const auto split = record::split_batches(*asked.topic_data[0].partition_data[0].records);
    const auto records = *record::read_records(split->front());
    CHECK(records[5].timestamp - records[0].timestamp == 5);
}

TEST_CASE("a batch that is full goes before its linger is over") {
    auto cluster =
        cluster_with(load_of(1, milliseconds(1)), {{"linger.ms", "1000"}, {"batch.size", "1000"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(60));
    REQUIRE(cluster.kept(produce_key) >= 3);
    const auto first = batches_in(cluster.requests[0]);
    const auto second = batches_in(cluster.requests[1]);
    CHECK(first[0].sequences.size() == 8); // 61 + 8 records of 112 bytes at most
    CHECK(second[0].sequences.front() == 8);
    CHECK(cluster.requests[1].at - cluster.requests[0].at < milliseconds(10));
}

TEST_CASE("what waited for a step is sent as if it had been sent in time") {
    // The same load once woken only when it can matter, once at every millisecond.
    const Load load = load_of(1, milliseconds(1));
    auto lazy = cluster_with(load, {{"batch.size", "1500"}, {"linger.ms", "7"}});
    lazy.add_topic("orders", {1, 2, 3});
    lazy.handler = agree;
    auto eager = lazy;
    lazy.start();
    eager.start();
    lazy.run_for(milliseconds(400));
    for (int i = 0; i < 400; ++i) {
        eager.run_for(milliseconds(1));
        eager.step(Woke{});
    }
    CHECK(lazy.notes == eager.notes);
    CHECK(lazy.notes.size() > 20);
    CHECK(lazy.effects == eager.effects);
    CHECK(lazy.steps < eager.steps);
}

TEST_CASE("acknowledged batches are told with their offsets, numbers and latency") {
    auto cluster = cluster_with(load_of(10, seconds(1)), {{"acks", "1"}, {"linger.ms", "0"}});
    cluster.add_topic("orders", {2});
    cluster.handler = agree;
    cluster.start();
    cluster.run_for(milliseconds(1'050));
    const auto facts = cluster.facts(Fact::record_acknowledged);
    REQUIRE(facts.size() == 11);
    CHECK(facts[4].topic == "orders");
    CHECK(facts[4].partition == 0);
    // The first and last offset, acks, the first record's number, latency in µs, how many.
    CHECK(facts[4].numbers == std::array<std::int64_t, 6>{100, 100, 1, 4, 1'000, 1});
    CHECK(producer_of(cluster).counters().acknowledged == 11);
    CHECK(producer_of(cluster).counters().failed == 0);
    CHECK(producer_of(cluster).in_flight() == 0);
}

TEST_CASE("with acks=0 records are done when they are sent") {
    auto cluster = cluster_with(load_of(10, seconds(1)), {{"acks", "0"}, {"linger.ms", "0"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(950));
    CHECK(cluster.kept(produce_key) == 10); // nobody answered
    const auto facts = cluster.facts(Fact::record_acknowledged);
    REQUIRE(facts.size() == 10);
    CHECK(facts[3].numbers[0] == -1);
    CHECK(producer_of(cluster).in_flight() == 0);
}

TEST_CASE(
    "keys choose partitions by murmur2, and no more than one batch a partition is asked for") {
    Load load = load_of(1, milliseconds(1));
    load.keys = KeyModel::sequence;
    load.key_count = 40;
    auto cluster = cluster_with(load, {{"linger.ms", "20"}});
    cluster.add_topic("orders", {1, 2, 3, 1, 2, 3});
    std::set<std::int32_t> used;
    cluster.handler = [&](FakeCluster& c, const FakeRequest& request) {
        std::set<std::int32_t> here;
        for (const auto& got : batches_in(request)) {
            CHECK(here.insert(got.partition).second);
            used.insert(got.partition);
            CHECK(request.broker ==
                  c.topics["orders"].partitions[static_cast<std::size_t>(got.partition)].leader);
            for (const std::int64_t sequence : got.sequences)
                CHECK(partition_of(Bytes::copy("key-" + std::to_string(sequence % 40)), 6) ==
                      got.partition);
        }
        agree(c, request);
    };
    cluster.start();
    cluster.run_for(milliseconds(300));
    CHECK(used.size() == 6);
}

TEST_CASE("without keys a partition is kept for a batch's worth of bytes, then another drawn") {
    auto cluster = cluster_with(load_of(1, milliseconds(1)), {{"batch.size", "2000"}});
    cluster.add_topic("orders", {1, 2, 3, 1, 2, 3});
    std::map<std::int64_t, std::int32_t> partition_by_sequence;
    std::map<std::int32_t, std::size_t> records;
    cluster.handler = [&](FakeCluster& c, const FakeRequest& request) {
        for (const auto& got : batches_in(request)) {
            records[got.partition] += got.sequences.size();
            for (const std::int64_t sequence : got.sequences)
                partition_by_sequence[sequence] = got.partition;
        }
        agree(c, request);
    };
    cluster.start();
    cluster.run_for(seconds(6));
    // Small batches leave before they are full, so a partition is left after twice batch.size, some
    // 37 records: about 160 draws, one in six of them of the same partition again.
    std::size_t changes = 0;
    std::int32_t last = -1;
    for (const auto& [sequence, partition] : partition_by_sequence)
        changes += std::exchange(last, partition) != partition ? 1U : 0U;
    CHECK(changes > 110);
    CHECK(changes < 160);
    CHECK(records.size() == 6);
    for (const auto& [partition, count] : records)
        CHECK(count > 500);
}

TEST_CASE("a retriable error is retried after a backoff that doubles, with the same bytes") {
    auto cluster = cluster_with(load_of(1, seconds(1)), {{"linger.ms", "0"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    std::vector<Instant> tries;
    std::vector<Instant> refused;
    std::vector<Got> got;
    for (int i = 0; i < 4; ++i) {
        const FakeRequest request = cluster.take(produce_key);
        tries.push_back(request.at);
        got = batches_in(request);
        CHECK(got[0].sequences == std::vector<std::int64_t>{0});
        answer(cluster, request, wire::Error::not_enough_replicas);
        refused.push_back(cluster.now + cluster.latency);
        cluster.run_for(milliseconds(i < 3 ? 125 << i : 0));
    }
    for (int i = 0; i < 3; ++i) {
        const auto place = static_cast<std::size_t>(i);
        const std::int64_t waited = (tries[place + 1] - refused[place]).ms();
        CHECK(waited >= (80 << i));
        CHECK(waited <= (120 << i));
    }
    CHECK(producer_of(cluster).last_error() == "NOT_ENOUGH_REPLICAS");
    CHECK(cluster.facts(Fact::record_failed).empty());
}

TEST_CASE("an error that no retry mends fails the batch, with the broker's reason") {
    auto cluster = cluster_with(load_of(1, seconds(1)), {{"linger.ms", "0"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    answer(cluster, cluster.take(produce_key), wire::Error::topic_authorization_failed);
    cluster.run_for(milliseconds(20));
    const auto facts = cluster.facts(Fact::record_failed);
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].numbers[0] == 1);
    CHECK(facts[0].numbers[1] == wire::code(wire::Error::topic_authorization_failed));
    CHECK(facts[0].text.find("TOPIC_AUTHORIZATION_FAILED") == 0);
    CHECK(cluster.kept(produce_key) == 0);
}

TEST_CASE("with five requests in flight a retried batch is overtaken, with one it is not") {
    for (const bool one : {false, true}) {
        INFO((one ? "one" : "five"));
        auto cluster = cluster_with(
            load_of(1, milliseconds(20)),
            {{"linger.ms", "0"}, {"max.in.flight.requests.per.connection", one ? "1" : "5"}});
        cluster.add_topic("orders", {1});
        cluster.start();
        cluster.run_for(milliseconds(55));
        CHECK(cluster.kept(produce_key) == (one ? 1 : 3));
        std::vector<std::int64_t> written; // in the order in which the broker takes them
        answer(cluster, cluster.take(produce_key), wire::Error::not_enough_replicas);
        for (const FakeRequest& request : std::exchange(cluster.requests, {})) {
            written.push_back(batches_in(request)[0].sequences.front());
            agree(cluster, request);
        }
        cluster.handler = [&](FakeCluster& c, const FakeRequest& request) {
            const auto batches = batches_in(request);
            for (const std::int64_t sequence : batches[0].sequences)
                written.push_back(sequence);
            agree(c, request);
        };
        cluster.run_for(milliseconds(300));
        REQUIRE(written.size() > 10);
        CHECK(std::is_sorted(written.begin(), written.end()) == one);
        CHECK(std::set<std::int64_t>(written.begin(), written.end()).contains(0));
    }
}

TEST_CASE("two batches that fail one after the other change places, as in Kafka") {
    auto cluster = cluster_with(load_of(1, milliseconds(20)), {{"linger.ms", "0"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(30));
    REQUIRE(cluster.kept(produce_key) == 2);
    answer(cluster, cluster.take(produce_key), wire::Error::not_enough_replicas);
    answer(cluster, cluster.take(produce_key), wire::Error::not_enough_replicas);
    cluster.run_for(milliseconds(150));
    REQUIRE(cluster.kept(produce_key) >= 2);
    CHECK(batches_in(cluster.requests[0])[0].sequences.front() == 1);
    CHECK(batches_in(cluster.requests[1])[0].sequences.front() == 0);
}

TEST_CASE(
    "delivery.timeout.ms ends a record's life, queued or in flight, and the late answer is void") {
    auto cluster = cluster_with(
        load_of(1, milliseconds(100)),
        {{"linger.ms", "0"}, {"request.timeout.ms", "1000"}, {"delivery.timeout.ms", "1000"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(50));
    const FakeRequest first = cluster.take(produce_key);
    cluster.run_for(milliseconds(954));
    const auto facts = cluster.facts(Fact::record_failed);
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].numbers[2] == 0);
    CHECK(facts[0].text.find("delivery.timeout.ms") == 0);
    answer(cluster, first, wire::Error::none, 7);
    cluster.run_for(milliseconds(1));
    CHECK(cluster.facts(Fact::record_acknowledged).empty());
    CHECK(producer_of(cluster).counters().failed == 1);
}

TEST_CASE("a request without answer closes the connection and is tried on a new one") {
    auto cluster = cluster_with(load_of(1, seconds(100)),
                                {{"linger.ms", "0"}, {"request.timeout.ms", "2000"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(1'900));
    const ConnectionId first = cluster.requests.at(0).connection;
    CHECK(cluster.kept(produce_key) == 1);
    cluster.run_for(milliseconds(400));
    REQUIRE(cluster.kept(produce_key) == 2);
    CHECK(cluster.requests[1].connection != first);
    CHECK(std::find(cluster.effects.begin(), cluster.effects.end(), Effect(HangUp{first})) !=
          cluster.effects.end());
    CHECK(producer_of(cluster).counters().retries == 1);
    CHECK(producer_of(cluster).last_error() ==
          "NETWORK_EXCEPTION: no answer in request.timeout.ms");
}

TEST_CASE("NOT_LEADER_OR_FOLLOWER asks for metadata, and the batch goes to the new leader") {
    auto cluster = cluster_with(load_of(1, seconds(100)), {{"linger.ms", "0"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    const std::size_t asked = cluster.metadata_requests;
    const FakeRequest request = cluster.take(produce_key);
    CHECK(request.broker == 1);
    cluster.topics["orders"].partitions[0] = {2, 1};
    answer(cluster, request, wire::Error::not_leader_or_follower);
    cluster.run_for(milliseconds(250));
    CHECK(cluster.metadata_requests > asked);
    CHECK(cluster.take(produce_key).broker == 2);
}

TEST_CASE("a refusal that names the new leader is followed at once (KIP-951)") {
    auto cluster = cluster_with(load_of(1, seconds(100)), {{"linger.ms", "0"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    const FakeRequest request = cluster.take(produce_key);
    cluster.topics["orders"].partitions[0] = {3, 4};
    answer(cluster, request, wire::Error::not_leader_or_follower, -1, 3, 4);
    cluster.run_for(milliseconds(6)); // the answer, a new connection, its versions
    CHECK(cluster.take(produce_key).broker == 3);
}

TEST_CASE("a batch that the broker finds too large is sent again in halves") {
    auto cluster = cluster_with(load_of(1, milliseconds(1)), {{"linger.ms", "6"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(15));
    const FakeRequest large = cluster.take(produce_key);
    const auto whole = batches_in(large)[0].sequences;
    REQUIRE(whole.size() > 2);
    cluster.requests.clear();
    answer(cluster, large, wire::Error::message_too_large);
    cluster.run_for(milliseconds(2));
    std::vector<std::int64_t> parts = batches_in(cluster.take(produce_key))[0].sequences;
    CHECK(parts.size() == whole.size() / 2);
    const auto second_half = batches_in(cluster.take(produce_key));
    for (const std::int64_t sequence : second_half[0].sequences)
        parts.push_back(sequence);
    CHECK(parts == whole);
}

TEST_CASE("send() waits for a topic for max.block.ms, then fails record by record") {
    auto cluster = cluster_with(load_of(1, milliseconds(100)), {{"max.block.ms", "1000"}});
    cluster.start();
    cluster.run_for(milliseconds(3'500));
    const auto facts = cluster.facts(Fact::record_failed);
    REQUIRE(facts.size() == 3);
    CHECK(facts[1].numbers[2] == 1);
    CHECK(producer_of(cluster).blocked());
    cluster.add_topic("orders", {1});
    cluster.handler = agree;
    cluster.run_for(seconds(2));
    CHECK(!producer_of(cluster).blocked());
    // What the application was late with it sends at once, then goes on as planned.
    CHECK(producer_of(cluster).counters().sent == 55);
    CHECK(cluster.facts(Fact::record_failed).size() <= 4);
}

TEST_CASE("buffer.memory blocks the application until batches are done") {
    auto cluster =
        cluster_with(load_of(1, milliseconds(1)),
                     {{"buffer.memory", "32768"}, {"batch.size", "4096"}, {"max.block.ms", "500"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(450));
    CHECK(producer_of(cluster).blocked());
    CHECK(producer_of(cluster).accumulator().memory_free() < 4'096);
    const std::int64_t stopped = producer_of(cluster).counters().sent;
    CHECK(stopped < 400);
    cluster.handler = agree;
    for (const FakeRequest& request : std::exchange(cluster.requests, {}))
        agree(cluster, request);
    cluster.run_for(milliseconds(50));
    CHECK(!producer_of(cluster).blocked());
    CHECK(producer_of(cluster).counters().sent >= 490);
    CHECK(cluster.facts(Fact::record_failed).empty());
    cluster.run_for(seconds(1));
    CHECK(producer_of(cluster).accumulator().memory_free() > 16'384);
}

TEST_CASE("a record beyond max.request.size fails alone") {
    Load load = load_of(10, seconds(1));
    load.record_size = 2'000;
    load.count = 3;
    auto cluster = cluster_with(load, {{"max.request.size", "1500"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(seconds(1));
    CHECK(cluster.facts(Fact::record_failed).size() == 3);
    CHECK(cluster.kept(produce_key) == 0);
}

TEST_CASE("a producer that stops sends what it has, then leaves") {
    auto cluster = cluster_with(load_of(1, milliseconds(1)), {{"linger.ms", "10000"}});
    cluster.add_topic("orders", {1});
    cluster.handler = agree;
    cluster.start();
    cluster.run_for(milliseconds(100));
    CHECK(cluster.facts(Fact::record_acknowledged).empty());
    cluster.stop();
    cluster.run_for(milliseconds(10));
    const auto& counters = producer_of(cluster).counters();
    CHECK(counters.acknowledged == counters.sent);
    CHECK(counters.sent > 90);
    CHECK(std::holds_alternative<Exit>(cluster.effects.back()));
    CHECK(!cluster.client.wakeup().has_value());
}

TEST_CASE(
    "a record by hand goes at once to its partition, and the load's records keep their times") {
    auto cluster = cluster_with(load_of(1, milliseconds(100)), {{"linger.ms", "0"}});
    auto without = cluster_with(load_of(1, milliseconds(100)), {{"linger.ms", "0"}});
    for (FakeCluster* one : {&cluster, &without}) {
        one->handler = agree;
        one->add_topic("orders", {1, 2, 3});
        one->start();
        one->run_for(milliseconds(250));
    }
    REQUIRE(producer_of(cluster).counters().sent == 3);
    std::vector<Got> got;
    cluster.handler = [&](FakeCluster& fake, const FakeRequest& request) {
        for (Got& batch : batches_in(request))
            got.push_back(std::move(batch));
        agree(fake, request);
    };
    cluster.send_by_hand(2);
    CHECK(producer_of(cluster).counters().sent == 4);
    CHECK(producer_of(without).counters().sent == 3);
    cluster.run_for(milliseconds(60)); // at 300 ms the load's fourth is due, here and there
    without.run_for(milliseconds(60));
    CHECK(producer_of(cluster).counters().sent == 5);
    CHECK(producer_of(without).counters().sent == 4);
    REQUIRE(got.size() == 2);
    CHECK(got[0] == Got{2, {3}});
    CHECK(got[1].sequences == std::vector<std::int64_t>{4});
}

TEST_CASE("a record by hand waits for metadata, fails after max.block.ms, and holds up no load") {
    auto cluster = cluster_with(load_of(0, milliseconds(1)), {{"max.block.ms", "500"}});
    cluster.answers_metadata = false;
    cluster.start();
    cluster.run_for(milliseconds(50));
    cluster.send_by_hand(0);
    cluster.run_for(milliseconds(400));
    CHECK(cluster.facts(Fact::record_failed).empty());
    cluster.run_for(milliseconds(200));
    REQUIRE(cluster.facts(Fact::record_failed).size() == 1);
    CHECK(cluster.facts(Fact::record_failed)[0].text.find("max.block.ms") != std::string::npos);
    CHECK(producer_of(cluster).counters().failed == 1);
}

TEST_CASE("a producer and its copy go on alike, and equal runs have equal effects") {
    Load load = load_of(3, milliseconds(1));
    load.keys = KeyModel::skewed;
    load.weights = {5, 3, 1};
    const auto run = [&](bool through_copies) {
        auto cluster = cluster_with(load, {});
        cluster.add_topic("orders", {1, 2, 3});
        int count = 0;
        cluster.handler = [count](FakeCluster& c, const FakeRequest& request) mutable {
            if (++count % 7 == 0)
                answer(c, request, wire::Error::not_enough_replicas);
            else
                agree(c, request);
        };
        cluster.start();
        for (int i = 0; i < 60; ++i) {
            cluster.run_for(milliseconds(11));
            if (through_copies) {
                const Client copy = cluster.client;
                CHECK(copy == cluster.client);
                CHECK(fingerprint(copy) == fingerprint(cluster.client));
                cluster.client = copy;
            }
        }
        CHECK(!print(cluster.client).empty());
        return cluster.effects;
    };
    const auto plain = run(false);
    CHECK(plain.size() > 100);
    CHECK(run(false) == plain);
    CHECK(run(true) == plain);
}
