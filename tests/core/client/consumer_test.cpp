// A consumer against a cluster that the test plays: sessions, polls, resets, truncation,
// corruption.
#include "core/base/fingerprint.hpp"
#include "core/base/print.hpp"
#include "core/record/batch_builder.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/fetch_response.hpp"
#include "core/wire/messages/list_offsets_request.hpp"
#include "core/wire/messages/list_offsets_response.hpp"
#include "core/wire/messages/offset_for_leader_epoch_request.hpp"
#include "core/wire/messages/offset_for_leader_epoch_response.hpp"
#include "tests/core/client/fake_cluster.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::client;
using tests::FakeCluster;
using tests::FakeRequest;
using tests::with_servers;

namespace {

constexpr std::int16_t fetch_key = 1;
constexpr std::int16_t list_offsets_key = 2;
constexpr std::int16_t epoch_key = 23;

FakeCluster cluster_with(Reading reading, const std::vector<ConfigPair>& pairs,
                         std::int32_t brokers = 3) {
    const auto config = parse_consumer_config(with_servers(brokers, pairs));
    REQUIRE(config.has_value());
    return FakeCluster(Client(ConsumerProcess(*config, std::move(reading))), brokers);
}

Reading from_offset(std::int64_t offset) {
    return {{{"orders", 0, Offset{offset}}}, 0};
}

const ConsumerPartition& partition_of(const FakeCluster& cluster, std::size_t place = 0) {
    return cluster.client.consumer()->partitions().at(place);
}

Bytes value_at(std::int64_t offset) {
    return Bytes::copy("app#" + std::to_string(offset));
}

Bytes batch_of(std::int64_t first, std::int64_t count, std::int32_t epoch = 0) {
    record::BatchOptions options;
    options.base_offset = Offset{first};
    options.leader_epoch = LeaderEpoch{epoch};
    record::BatchBuilder builder(options);
    for (std::int64_t i = first; i < first + count; ++i)
        builder.append(1'000 + i, std::nullopt, value_at(i).span());
    return builder.build().bytes;
}

/// What a fetch answer says of one partition.
struct Part {
    std::int32_t partition = 0;
    Chain records;
    wire::Error error = wire::Error::none;
    std::int64_t high_watermark = 1'000;
    std::int32_t leader = -1;
    std::int32_t epoch = -1;
};

void answer_fetch(FakeCluster& cluster, const FakeRequest& request, std::int32_t session_id,
                  const std::vector<Part>& parts, wire::Error error = wire::Error::none) {
    wire::FetchResponse response;
    response.error_code = wire::code(error);
    response.session_id = session_id;
    for (const Part& part : parts) {
        auto& topic = response.responses.emplace_back();
        topic.topic = "orders";
        topic.topic_id = cluster.topics["orders"].id;
        auto& entry = topic.partitions.emplace_back();
        entry.partition_index = part.partition;
        entry.error_code = wire::code(part.error);
        entry.high_watermark = part.high_watermark;
        entry.last_stable_offset = part.high_watermark;
        entry.log_start_offset = 0;
        entry.records = part.records;
        if (part.leader >= 0) {
            entry.current_leader.leader_id = part.leader;
            entry.current_leader.leader_epoch = part.epoch;
        }
    }
    cluster.reply(request, response);
}

/// Asked partitions with their offsets, as {partition, offset} pairs.
std::vector<std::pair<std::int32_t, std::int64_t>> asked_in(const wire::FetchRequest& request) {
    std::vector<std::pair<std::int32_t, std::int64_t>> all;
    for (const auto& topic : request.topics)
        for (const auto& part : topic.partitions)
            all.emplace_back(part.partition, part.fetch_offset);
    return all;
}

void answer_offsets(FakeCluster& cluster, const FakeRequest& request, std::int64_t offset,
                    wire::Error error = wire::Error::none, std::int32_t epoch = 0) {
    wire::ListOffsetsResponse response;
    for (const auto& topic : request.as<wire::ListOffsetsRequest>().topics) {
        auto& entry = response.topics.emplace_back();
        entry.name = topic.name;
        for (const auto& part : topic.partitions) {
            auto& result = entry.partitions.emplace_back();
            result.partition_index = part.partition_index;
            result.error_code = wire::code(error);
            result.offset = offset;
            result.leader_epoch = epoch;
        }
    }
    cluster.reply(request, response);
}

void answer_epoch(FakeCluster& cluster, const FakeRequest& request, std::int32_t epoch,
                  std::int64_t end_offset, wire::Error error = wire::Error::none) {
    wire::OffsetForLeaderEpochResponse response;
    for (const auto& topic : request.as<wire::OffsetForLeaderEpochRequest>().topics) {
        auto& entry = response.topics.emplace_back();
        entry.topic = topic.topic;
        for (const auto& part : topic.partitions) {
            auto& result = entry.partitions.emplace_back();
            result.partition = part.partition;
            result.error_code = wire::code(error);
            result.leader_epoch = epoch;
            result.end_offset = end_offset;
        }
    }
    cluster.reply(request, response);
}

std::int64_t digest_from(std::int64_t first, std::int64_t count) {
    std::int64_t digest = 0;
    for (std::int64_t i = first; i < first + count; ++i)
        digest = add_digests(digest, digest_of(Offset{i}, value_at(i)));
    return digest;
}

} // namespace

TEST_CASE("a consumer without a position asks for one, as auto.offset.reset says") {
    for (const auto& [policy, timestamp] :
         {std::pair{"earliest", -2LL}, std::pair{"latest", -1LL}}) {
        auto cluster = cluster_with({{{"orders", 0, {}}}, 0}, {{"auto.offset.reset", policy}});
        cluster.add_topic("orders", {2}).partitions[0].epoch = 3;
        cluster.start();
        cluster.run_for(milliseconds(20));
        const FakeRequest request = cluster.take(list_offsets_key);
        CHECK(request.broker == 2);
        const auto asked = request.as<wire::ListOffsetsRequest>().topics.at(0).partitions.at(0);
        CHECK(asked.timestamp == timestamp);
        CHECK(asked.current_leader_epoch == 3);
        answer_offsets(cluster, request, 17, wire::Error::none, 3);
        cluster.run_for(milliseconds(5));
        CHECK(partition_of(cluster).position == Offset{17});
        const auto facts = cluster.facts(Fact::offset_reset);
        REQUIRE(facts.size() == 1);
        CHECK(facts[0].numbers[0] == -1);
        CHECK(facts[0].numbers[1] == 17);
        CHECK(asked_in(cluster.take(fetch_key).as<wire::FetchRequest>()) ==
              std::vector<std::pair<std::int32_t, std::int64_t>>{{0, 17}});
    }
}

TEST_CASE("by_duration asks by time, and takes the end if no record is that new") {
    auto cluster =
        cluster_with({{{"orders", 0, {}}}, 0}, {{"auto.offset.reset", "by_duration:PT10S"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    const FakeRequest first = cluster.take(list_offsets_key);
    const std::int64_t timestamp =
        first.as<wire::ListOffsetsRequest>().topics[0].partitions[0].timestamp;
    CHECK(timestamp == 1'767'225'600'000 + first.at.ms() - 10'000);
    answer_offsets(cluster, first, -1);
    cluster.run_for(milliseconds(5));
    const FakeRequest second = cluster.take(list_offsets_key);
    CHECK(second.as<wire::ListOffsetsRequest>().topics[0].partitions[0].timestamp == -1);
    answer_offsets(cluster, second, 40);
    cluster.run_for(milliseconds(5));
    CHECK(partition_of(cluster).position == Offset{40});
}

TEST_CASE("with auto.offset.reset=none a consumer without a position stops with a reason") {
    auto cluster = cluster_with({{{"orders", 0, {}}}, 0}, {{"auto.offset.reset", "none"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(seconds(1));
    CHECK(cluster.requests.empty());
    CHECK(partition_of(cluster).phase == Phase::stuck);
    REQUIRE(cluster.facts(Fact::client_failed).size() == 1);
    CHECK(cluster.facts(Fact::client_failed)[0].text.find("auto.offset.reset is none") !=
          std::string::npos);
}

TEST_CASE("a reset that is refused is asked again after the backoff, with fresh metadata") {
    auto cluster = cluster_with({{{"orders", 0, {}}}, 0}, {{"auto.offset.reset", "earliest"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    cluster.topics["orders"].partitions[0] = {2, 1};
    answer_offsets(cluster, cluster.take(list_offsets_key), -1,
                   wire::Error::not_leader_or_follower);
    cluster.run_for(milliseconds(95));
    CHECK(cluster.kept(list_offsets_key) == 0);
    cluster.run_for(milliseconds(100));
    CHECK(cluster.take(list_offsets_key).broker == 2);
}

TEST_CASE("records are handed over with their range, their number and the digest of their values") {
    auto cluster = cluster_with(from_offset(5), {});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    Chain records;
    records.append(batch_of(3, 4)); // begins before the position: 5 and 6 count
    records.append(batch_of(7, 10));
    records.append(batch_of(17, 3).slice(0, 70)); // cut by the broker: not whole, not read
    answer_fetch(cluster, cluster.take(fetch_key), 1, {{0, records}});
    cluster.run_for(milliseconds(2));
    const auto facts = cluster.facts(Fact::record_consumed);
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].numbers == std::array<std::int64_t, 6>{5, 16, 1, 12, digest_from(5, 12), 0});
    CHECK(partition_of(cluster).position == Offset{17});
    CHECK(partition_of(cluster).lag() == 983);
    CHECK(cluster.client.consumer()->counters().consumed == 12);
}

TEST_CASE("a fetch session asks in full once, then only for what changed") {
    auto cluster = cluster_with({{{"orders", -1, Offset{0}}}, 0}, {});
    cluster.add_topic("orders", {1, 1, 2});
    cluster.start();
    cluster.run_for(milliseconds(20));
    const FakeRequest full = cluster.take(fetch_key);
    CHECK(full.broker == 1);
    const auto first = full.as<wire::FetchRequest>();
    CHECK(first.session_id == 0);
    CHECK(first.session_epoch == 0);
    CHECK(first.max_wait_ms == 500);
    CHECK(asked_in(first) == std::vector<std::pair<std::int32_t, std::int64_t>>{{0, 0}, {1, 0}});
    CHECK(cluster.take(fetch_key).broker == 2); // and never two at once to one broker
    CHECK(cluster.kept(fetch_key) == 0);

    answer_fetch(cluster, full, 77, {{0, {}}, {1, batch_of(0, 5)}});
    cluster.run_for(milliseconds(2));
    const FakeRequest incremental = cluster.take(fetch_key);
    const auto second = incremental.as<wire::FetchRequest>();
    CHECK(second.session_id == 77);
    CHECK(second.session_epoch == 1);
    CHECK(asked_in(second) == std::vector<std::pair<std::int32_t, std::int64_t>>{{1, 5}});

    answer_fetch(cluster, incremental, 77, {});
    cluster.run_for(milliseconds(2));
    const FakeRequest idle = cluster.take(fetch_key);
    const auto third = idle.as<wire::FetchRequest>();
    CHECK(third.session_epoch == 2);
    CHECK(third.topics.empty());

    // Partition 1 moves to broker 3: it is forgotten here and asked for there.
    cluster.topics["orders"].partitions[1] = {3, 1};
    answer_fetch(cluster, idle, 77, {{1, {}, wire::Error::not_leader_or_follower, -1, 3, 1}});
    cluster.run_for(milliseconds(10));
    const auto fourth = cluster.take(fetch_key).as<wire::FetchRequest>();
    REQUIRE(fourth.forgotten_topics_data.size() == 1);
    CHECK(fourth.forgotten_topics_data[0].partitions == std::vector<std::int32_t>{1});
}

TEST_CASE("a session that the broker lost is begun anew in full") {
    auto cluster = cluster_with(from_offset(0), {});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    answer_fetch(cluster, cluster.take(fetch_key), 5, {{0, batch_of(0, 3)}});
    cluster.run_for(milliseconds(2));
    answer_fetch(cluster, cluster.take(fetch_key), 0, {}, wire::Error::fetch_session_id_not_found);
    cluster.run_for(milliseconds(2));
    const auto again = cluster.take(fetch_key).as<wire::FetchRequest>();
    CHECK(again.session_id == 0);
    CHECK(again.session_epoch == 0);
    CHECK(asked_in(again) == std::vector<std::pair<std::int32_t, std::int64_t>>{{0, 3}});
}

TEST_CASE("a connection that is lost begins the session anew, and asks to close the old one") {
    auto cluster = cluster_with(from_offset(0), {});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    answer_fetch(cluster, cluster.take(fetch_key), 5, {{0, batch_of(0, 3)}});
    cluster.run_for(milliseconds(2));
    cluster.requests.clear();
    cluster.reset(1);
    cluster.run_for(milliseconds(200));
    const auto again = cluster.take(fetch_key).as<wire::FetchRequest>();
    CHECK(again.session_id == 5);
    CHECK(again.session_epoch == 0);
    CHECK(asked_in(again) == std::vector<std::pair<std::int32_t, std::int64_t>>{{0, 3}});
}

TEST_CASE("a poll hands over at most max.poll.records, and processing takes its time") {
    Reading reading = from_offset(0);
    reading.records_per_second = 100;
    auto cluster = cluster_with(reading, {{"max.poll.records", "10"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    Chain records;
    records.append(batch_of(0, 15));
    records.append(batch_of(15, 10));
    answer_fetch(cluster, cluster.take(fetch_key), 5, {{0, records}});
    cluster.run_for(milliseconds(2));
    CHECK(partition_of(cluster).position == Offset{10});
    CHECK(cluster.kept(fetch_key) == 0); // what is fetched is not handed over yet
    cluster.run_for(milliseconds(97));
    CHECK(partition_of(cluster).position == Offset{10});
    cluster.run_for(milliseconds(3));
    CHECK(partition_of(cluster).position == Offset{20});
    cluster.run_for(milliseconds(100));
    CHECK(partition_of(cluster).position == Offset{25});
    CHECK(cluster.kept(fetch_key) == 1);
    CHECK(cluster.client.consumer()->counters().polls == 3);
    std::int64_t digest = 0;
    for (const Note& note : cluster.facts(Fact::record_consumed))
        digest = add_digests(digest, note.numbers[4]);
    CHECK(digest == digest_from(0, 25));
}

TEST_CASE("a position out of range is reset") {
    auto cluster = cluster_with(from_offset(50), {{"auto.offset.reset", "earliest"}});
    cluster.add_topic("orders", {1});
    cluster.start();
    cluster.run_for(milliseconds(20));
    answer_fetch(cluster, cluster.take(fetch_key), 5, {{0, {}, wire::Error::offset_out_of_range}});
    cluster.run_for(milliseconds(2));
    answer_offsets(cluster, cluster.take(list_offsets_key), 20);
    cluster.run_for(milliseconds(2));
    CHECK(partition_of(cluster).position == Offset{20});
    REQUIRE(cluster.facts(Fact::offset_reset).size() == 1);
    CHECK(cluster.facts(Fact::offset_reset)[0].numbers[0] == 50);
}

namespace {

/// Has read 0..9 in leader epoch 2 from broker 1 when broker 2 becomes leader in epoch 3.
FakeCluster after_leader_change(const char* reset) {
    auto cluster = cluster_with(from_offset(0), {{"auto.offset.reset", reset}});
    cluster.add_topic("orders", {1}).partitions[0].epoch = 2;
    cluster.start();
    cluster.run_for(milliseconds(20));
    answer_fetch(cluster, cluster.take(fetch_key), 5, {{0, batch_of(0, 10, 2)}});
    cluster.run_for(milliseconds(2));
    cluster.topics["orders"].partitions[0] = {2, 3};
    answer_fetch(cluster, cluster.take(fetch_key), 5,
                 {{0, {}, wire::Error::not_leader_or_follower, -1, 2, 3}});
    cluster.run_for(milliseconds(8));
    return cluster;
}

} // namespace

TEST_CASE("after a leader change the position is validated before it is used") {
    auto cluster = after_leader_change("latest");
    CHECK(cluster.kept(fetch_key) == 0);
    const FakeRequest request = cluster.take(epoch_key);
    CHECK(request.broker == 2);
    const auto asked =
        request.as<wire::OffsetForLeaderEpochRequest>().topics.at(0).partitions.at(0);
    CHECK(asked.leader_epoch == 2);
    CHECK(asked.current_leader_epoch == 3);
    answer_epoch(cluster, request, 2, 10);
    cluster.run_for(milliseconds(2));
    CHECK(cluster.facts(Fact::truncation_detected).empty());
    const FakeRequest fetch = cluster.take(fetch_key);
    CHECK(fetch.broker == 2);
    const auto part = fetch.as<wire::FetchRequest>().topics.at(0).partitions.at(0);
    CHECK(part.fetch_offset == 10);
    CHECK(part.current_leader_epoch == 3);
}

TEST_CASE("records that were read and are gone are noticed: the position goes back to the end") {
    auto cluster = after_leader_change("latest");
    answer_epoch(cluster, cluster.take(epoch_key), 2, 7);
    cluster.run_for(milliseconds(2));
    const auto facts = cluster.facts(Fact::truncation_detected);
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].numbers[0] == 10);
    CHECK(facts[0].numbers[1] == 7);
    CHECK(partition_of(cluster).position == Offset{7});
    CHECK(asked_in(cluster.take(fetch_key).as<wire::FetchRequest>()).at(0).second == 7);
}

TEST_CASE("with auto.offset.reset=none a truncated log stops the consumer") {
    auto cluster = after_leader_change("none");
    answer_epoch(cluster, cluster.take(epoch_key), 2, 7);
    cluster.run_for(milliseconds(2));
    CHECK(cluster.facts(Fact::truncation_detected).size() == 1);
    CHECK(partition_of(cluster).phase == Phase::stuck);
    CHECK(cluster.kept(fetch_key) == 0);
}

TEST_CASE("a validation that is refused is asked again") {
    auto cluster = after_leader_change("latest");
    answer_epoch(cluster, cluster.take(epoch_key), -1, -1, wire::Error::unknown_leader_epoch);
    cluster.run_for(milliseconds(90));
    CHECK(cluster.kept(epoch_key) == 0);
    cluster.run_for(milliseconds(30));
    answer_epoch(cluster, cluster.take(epoch_key), 2, 10);
    cluster.run_for(milliseconds(2));
    CHECK(cluster.kept(fetch_key) == 1);
}

TEST_CASE("a batch with a wrong checksum is not handed over, and is fetched again") {
    for (const bool check : {true, false}) {
        auto cluster = cluster_with(from_offset(0), {{"check.crcs", check ? "true" : "false"}});
        cluster.add_topic("orders", {1});
        cluster.start();
        cluster.run_for(milliseconds(20));
        const Bytes good = batch_of(3, 2);
        std::byte* fill = nullptr;
        const Bytes bad = Bytes::allocate(good.size(), &fill);
        std::copy(good.data(), good.data() + good.size(), fill);
        fill[good.size() - 2] ^= std::byte{1}; // a letter of the last value
        Chain records;
        records.append(batch_of(0, 3));
        records.append(bad);
        answer_fetch(cluster, cluster.take(fetch_key), 5, {{0, records}});
        cluster.run_for(milliseconds(50));
        if (!check) {
            CHECK(partition_of(cluster).position == Offset{5});
            continue;
        }
        CHECK(partition_of(cluster).position == Offset{3});
        REQUIRE(cluster.facts(Fact::client_failed).size() == 1);
        CHECK(cluster.facts(Fact::client_failed)[0].text == "the batch at offset 3 is corrupt");
        CHECK(cluster.kept(fetch_key) == 0);
        cluster.run_for(milliseconds(60));
        answer_fetch(cluster, cluster.take(fetch_key), 5, {{0, good}});
        cluster.run_for(milliseconds(2));
        CHECK(partition_of(cluster).position == Offset{5});
        CHECK(cluster.client.consumer()->counters().corrupt == 1);
    }
}

TEST_CASE("all partitions of a topic are read, also those that are added later") {
    auto cluster = cluster_with({{{"orders", -1, {}}}, 0}, {{"metadata.max.age.ms", "200"},
                                                            {"auto.offset.reset", "earliest"}});
    cluster.add_topic("orders", {1, 2});
    cluster.handler = [](FakeCluster& c, const FakeRequest& request) {
        if (request.api_key == list_offsets_key)
            answer_offsets(c, request, 0);
        else
            answer_fetch(c, request, 5, {});
    };
    cluster.start();
    cluster.run_for(milliseconds(100));
    CHECK(cluster.client.consumer()->partitions().size() == 2);
    cluster.topics["orders"].partitions.push_back({3, 0});
    cluster.run_for(milliseconds(400));
    REQUIRE(cluster.client.consumer()->partitions().size() == 3);
    CHECK(partition_of(cluster, 2).phase == Phase::fetching);
}

TEST_CASE("a consumer and its copy go on alike, and equal runs have equal effects") {
    const auto run = [](bool through_copies) {
        auto cluster = cluster_with({{{"orders", -1, {}}}, 2'000},
                                    {{"auto.offset.reset", "earliest"}, {"max.poll.records", "7"}});
        cluster.add_topic("orders", {1, 2, 3, 1});
        cluster.handler = [](FakeCluster& c, const FakeRequest& request) {
            if (request.api_key == list_offsets_key)
                return answer_offsets(c, request, 0);
            std::vector<Part> parts;
            for (const auto& [partition, offset] : asked_in(request.as<wire::FetchRequest>()))
                parts.push_back({partition, batch_of(offset, 5)});
            answer_fetch(c, request, 9, parts);
        };
        cluster.start();
        for (int i = 0; i < 20; ++i) {
            cluster.run_for(milliseconds(13));
            if (!through_copies)
                continue;
            const Client copy = cluster.client;
            CHECK(copy == cluster.client);
            CHECK(fingerprint(copy) == fingerprint(cluster.client));
            cluster.client = copy;
        }
        CHECK(!print(cluster.client).empty());
        CHECK(cluster.client.consumer()->counters().consumed > 300);
        return cluster.effects;
    };
    const auto plain = run(false);
    CHECK(run(false) == plain);
    CHECK(run(true) == plain);
}
