// Fetch: by consumers and followers, at once and after waiting, with sessions and without.
#include "tests/core/replica/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

using Values = std::vector<std::string>;
const std::vector<std::vector<int>> three = {{1, 2, 3}};

const wire::FetchResponse::PartitionData& only(const Toy& toy, RequestId id) {
    REQUIRE(toy.fetched(id) != nullptr);
    REQUIRE(toy.fetched(id)->responses.size() == 1);
    return toy.fetched(id)->responses[0].partitions.at(0);
}

Error error_of(const Toy& toy, RequestId id) {
    return wire::error_of(only(toy, id).error_code);
}

Error top_error(const Toy& toy, RequestId id) {
    REQUIRE(toy.fetched(id) != nullptr);
    return wire::error_of(toy.fetched(id)->error_code);
}

/// A follower's request for partition 0 by hand.
wire::FetchRequest follower(Toy& toy, int id, std::int64_t offset, int epoch, int last_epoch) {
    wire::FetchRequest request = toy.consumer(offset);
    request.replica_state.replica_id = id;
    request.replica_state.replica_epoch = toy.broker_epoch(id);
    request.topics[0].partitions[0].current_leader_epoch = epoch;
    request.topics[0].partitions[0].last_fetched_epoch = last_epoch;
    request.topics[0].partitions[0].log_start_offset = 0;
    return request;
}

} // namespace

TEST_CASE("a consumer reads up to the high watermark and not beyond") {
    Toy toy(3);
    toy.create("t", three);
    toy.produce(1, {"a"}, 1);
    toy.run();
    toy.advance(600);
    toy.cut = {{2, 1}, {3, 1}};
    toy.produce(1, {"b"}, 1);
    CHECK(toy.consume(1) == Values{"a"});
    const RequestId at_end = toy.fetch(1, toy.consumer(1));
    CHECK(only(toy, at_end).records->empty());
    CHECK(only(toy, at_end).high_watermark == 1);
    CHECK(only(toy, at_end).last_stable_offset == 1);
    CHECK_FALSE(only(toy, at_end).aborted_transactions.has_value());
    auto committed = toy.consumer(0);
    committed.isolation_level = 1;
    const RequestId read = toy.fetch(1, committed);
    REQUIRE(only(toy, read).aborted_transactions.has_value());
    CHECK(only(toy, read).aborted_transactions->empty());
}

TEST_CASE("the records of a fetch are the log's own bytes") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.produce(1, {"a"}, 1);
    const RequestId read = toy.fetch(1, toy.consumer(0));
    const Chain& records = *only(toy, read).records;
    CHECK(records.piece(0).data() == toy.part(1).log.segment(0).batches[0].bytes.data());
}

TEST_CASE("an offset outside of the log is out of range; its leader epoch must be ours") {
    Toy toy(3);
    toy.create("t", three);
    toy.elect(1, {1, 2, 3}); // leader epoch 1
    CHECK(error_of(toy, toy.fetch(1, toy.consumer(5))) == Error::offset_out_of_range);
    const RequestId out = toy.fetch(1, toy.consumer(5));
    CHECK(only(toy, out).high_watermark == -1);
    auto request = toy.consumer(0);
    request.topics[0].partitions[0].current_leader_epoch = 0;
    const RequestId fenced = toy.fetch(1, request);
    CHECK(error_of(toy, fenced) == Error::fenced_leader_epoch);
    CHECK(only(toy, fenced).current_leader.leader_id == 1);
    CHECK(only(toy, fenced).current_leader.leader_epoch == 1);
    CHECK(toy.fetched(fenced)->node_endpoints.at(0).port == 9001);
    request.topics[0].partitions[0].current_leader_epoch = 2;
    CHECK(error_of(toy, toy.fetch(1, request)) == Error::unknown_leader_epoch);
}

TEST_CASE("topics are refused by id or name as they were asked for") {
    Toy toy(2);
    toy.create("t", {{1}});
    auto request = toy.consumer(0);
    CHECK(error_of(toy, toy.fetch(2, request)) == Error::not_leader_or_follower);
    request.topics[0].partitions[0].partition = 3;
    CHECK(error_of(toy, toy.fetch(1, request)) == Error::unknown_topic_or_partition);
    request.topics[0].topic_id = Uuid{5, 5};
    CHECK(error_of(toy, toy.fetch(1, request)) == Error::unknown_topic_id);
    request.topics[0].topic_id = {};
    request.topics[0].topic = "nope";
    CHECK(error_of(toy, toy.fetch(1, request, 12)) == Error::unknown_topic_or_partition);
    request.topics[0].topic = "t";
    request.topics[0].partitions[0].partition = 0;
    CHECK(error_of(toy, toy.fetch(1, request, 12)) == Error::none);
}

TEST_CASE("a follower serves consumers that can ask for it, up to the high watermark it knows") {
    Toy toy(3);
    toy.create("t", three);
    toy.produce(1, {"a"}, -1);
    toy.run();
    toy.advance(600);
    CHECK(toy.consume(2) == Values{"a"});
    auto request = toy.consumer(0);
    request.topics[0].topic_id = {};
    request.topics[0].topic = "t";
    CHECK(error_of(toy, toy.fetch(2, request, 10)) == Error::not_leader_or_follower);
}

TEST_CASE("at least one batch is read however small the limits, then limits hold") {
    Toy toy(1);
    toy.create("t", {{1}, {1}});
    const std::string big(1000, 'x');
    toy.produce(1, {big}, 1, 0);
    toy.produce(1, {big}, 1, 0);
    toy.produce(1, {big}, 1, 1);
    auto request = toy.consumer(0, 0);
    request.max_bytes = 10;
    auto second = request.topics[0].partitions[0];
    second.partition = 1;
    request.topics[0].partitions.push_back(second);
    const RequestId read = toy.fetch(1, request);
    const auto& parts = toy.fetched(read)->responses.at(0).partitions;
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].records->size() == toy.part(1).log.segment(0).batches[0].bytes.size());
    CHECK(parts[1].records->empty());
    request.max_bytes = 1 << 20;
    request.topics[0].partitions[0].partition_max_bytes = 1500;
    const RequestId more = toy.fetch(1, request);
    CHECK(toy.fetched(more)->responses[0].partitions[0].records->size() < 1500);
    CHECK_FALSE(toy.fetched(more)->responses[0].partitions[1].records->empty());
}

TEST_CASE("a long poll is answered when min_bytes are there, or when its time is over") {
    Toy toy(1);
    toy.create("t", {{1}});
    auto request = toy.consumer(0);
    request.max_wait_ms = 500;
    request.min_bytes = 100;
    const RequestId poll = toy.fetch(1, request);
    CHECK(toy.fetched(poll) == nullptr);
    toy.produce(1, {"a"}, 1); // about 70 bytes
    CHECK(toy.fetched(poll) == nullptr);
    toy.produce(1, {"b"}, 1);
    REQUIRE(toy.fetched(poll) != nullptr);
    CHECK(only(toy, poll).records->pieces() == 2);
    request.topics[0].partitions[0].fetch_offset = 2;
    const RequestId idle = toy.fetch(1, request);
    toy.produce(1, {"c"}, 1);
    toy.advance(499);
    CHECK(toy.fetched(idle) == nullptr);
    toy.advance(1);
    REQUIRE(toy.fetched(idle) != nullptr);
    CHECK(only(toy, idle).records->size() > 0); // less than min_bytes, but what there is
    CHECK(toy[1].parked_fetches() == 0);
    CHECK(toy.part(1).watches.empty());
    CHECK(toy[1].fetch_sets().empty());
}

TEST_CASE("a long poll does not outlive leadership, its epoch, its replica or its topic") {
    Toy toy(3);
    toy.create("t", three);
    auto request = follower(toy, 3, 0, 0, -1);
    request.max_wait_ms = 60'000;
    SECTION("case A: the leader steps down") {
        const RequestId poll = toy.fetch(1, request);
        CHECK(toy.fetched(poll) == nullptr);
        toy.elect(2, {1, 2, 3});
        CHECK(error_of(toy, poll) == Error::fenced_leader_epoch);
        CHECK(only(toy, poll).current_leader.leader_id == 2);
    }
    SECTION("cases B and C: the topic goes") {
        const RequestId poll = toy.fetch(1, request);
        toy.delete_topic("t");
        CHECK(error_of(toy, poll) == Error::unknown_topic_id);
    }
    SECTION("case D: the log directory fails") {
        const RequestId poll = toy.fetch(1, request);
        toy.step(1, [&](Replicas& replicas, replica::Out& out) {
            replicas.on_wrote({unwatched, DiskFault::no_space, "t-0/x"}, toy.now, out);
        });
        CHECK(error_of(toy, poll) == Error::kafka_storage_error);
    }
    SECTION("case E: the leader stays, its epoch does not") {
        const RequestId poll = toy.fetch(1, request);
        toy.elect(1, {1, 2, 3});
        CHECK(error_of(toy, poll) == Error::fenced_leader_epoch);
    }
    SECTION("case F: the log rolls on to a new segment") {
        toy.set_config("t", "segment.bytes", "100");
        auto consumer = toy.consumer(0);
        consumer.max_wait_ms = 60'000;
        consumer.min_bytes = 100'000;
        toy.produce(1, {"a"}, 1);
        const RequestId poll = toy.fetch(1, follower(toy, 3, 0, 0, -1));
        CHECK(only(toy, poll).records->size() > 0);
        auto patient = follower(toy, 3, 0, 0, -1);
        patient.max_wait_ms = 60'000;
        patient.min_bytes = 100'000;
        const RequestId parked = toy.fetch(1, patient);
        CHECK(toy.fetched(parked) == nullptr);
        toy.produce(1, {"b"}, 1);
        CHECK(only(toy, parked).records->size() > 0);
    }
}

TEST_CASE("case H: a fetcher whose last epoch parts from ours is told where, and is not counted") {
    Toy toy(3);
    toy.create("t", three);
    toy.cut = {{2, 1}, {3, 1}};
    toy.produce(1, {"a"}, 1);
    toy.elect(1, {1, 2, 3}); // epoch 1 begins at 1
    toy.elect(1, {1, 2, 3}); // epoch 2 as well
    toy.produce(1, {"b"}, 1);
    auto request = follower(toy, 3, 2, 2, 0); // says: I have two records, the last of epoch 0
    request.max_wait_ms = 60'000;
    const RequestId told = toy.fetch(1, request);
    CHECK(error_of(toy, told) == Error::none);
    CHECK(only(toy, told).diverging_epoch.epoch == 0);
    CHECK(only(toy, told).diverging_epoch.end_offset == 1);
    CHECK(only(toy, told).records->empty());
    CHECK(toy.part(1).followers.find(NodeId{3})->log_end == no_offset);
    // An epoch above all that we know can't be placed at all.
    CHECK(error_of(toy, toy.fetch(1, follower(toy, 3, 2, 2, 9))) == Error::offset_out_of_range);
}

TEST_CASE("a broker that is no replica, or speaks from an earlier life, is refused") {
    Toy toy(4);
    toy.create("t", three);
    CHECK(error_of(toy, toy.fetch(1, follower(toy, 4, 0, 0, -1))) == Error::unknown_leader_epoch);
    CHECK(error_of(toy, toy.fetch(1, follower(toy, 4, 0, -1, -1))) ==
          Error::not_leader_or_follower);
    const auto before = follower(toy, 3, 0, 0, -1);
    toy.reregister(3);
    toy.publish();
    CHECK(error_of(toy, toy.fetch(1, before)) == Error::not_leader_or_follower);
    CHECK(error_of(toy, toy.fetch(1, follower(toy, 3, 0, 0, -1))) == Error::none);
}

TEST_CASE("an old fetch version names the replica without a broker epoch, which always counts") {
    Toy toy(3);
    toy.create("t", three);
    auto request = follower(toy, 3, 0, 0, -1);
    request.replica_state = {};
    request.replica_id = 3;
    CHECK(error_of(toy, toy.fetch(1, request, 14)) == Error::none);
    CHECK(toy.part(1).followers.find(NodeId{3})->log_end == Offset{0});
    CHECK(toy.part(1).followers.find(NodeId{3})->broker_epoch == BrokerEpoch{-1});
}

TEST_CASE("a follower that tells its high watermark is answered when the leader's is higher") {
    Toy toy(3);
    toy.create("t", three);
    toy.cut = {{2, 1}, {3, 1}};
    toy.produce(1, {"a"}, 1);
    toy.fetch(1, follower(toy, 3, 1, 0, 0));
    auto request = follower(toy, 3, 1, 0, 0);
    request.max_wait_ms = 60'000;
    const RequestId quiet = toy.fetch(1, request);
    request.topics[0].partitions[0].high_watermark = 0;
    const RequestId wishing = toy.fetch(1, request, 18);
    CHECK(toy.fetched(wishing) == nullptr);
    toy.fetch(1, follower(toy, 2, 1, 0, 0)); // commits
    REQUIRE(toy.fetched(wishing) != nullptr);
    CHECK(only(toy, wishing).high_watermark == 1);
    CHECK(toy.fetched(quiet) == nullptr);
}

// --- sessions

TEST_CASE("a session answers only what moved, in turn") {
    Toy toy(1);
    toy.create("t", {{1}, {1}, {1}});
    auto request = toy.consumer(0, 0);
    for (int i = 1; i < 3; ++i) {
        auto asked = request.topics[0].partitions[0];
        asked.partition = i;
        request.topics[0].partitions.push_back(asked);
    }
    request.session_epoch = 0;
    const RequestId first = toy.fetch(1, request);
    const std::int32_t session = toy.fetched(first)->session_id;
    REQUIRE(session > 0);
    CHECK(toy.fetched(first)->responses.at(0).partitions.size() == 3);

    wire::FetchRequest next;
    next.max_bytes = 1 << 20;
    next.min_bytes = 1;
    next.session_id = session;
    next.session_epoch = 1;
    const RequestId nothing = toy.fetch(1, next);
    CHECK(toy.fetched(nothing)->responses.empty());
    CHECK(toy.fetched(nothing)->session_id == session);

    toy.produce(1, {"a"}, 1, 1);
    next.session_epoch = 2;
    const RequestId one = toy.fetch(1, next);
    REQUIRE(toy.fetched(one)->responses.size() == 1);
    CHECK(only(toy, one).partition_index == 1);
    CHECK(toy.fetched(one)->responses[0].partitions.size() == 1);

    // The client did not move on: it gets the same again.
    next.session_epoch = 3;
    CHECK(only(toy, toy.fetch(1, next)).records->size() > 0);
    auto moved = toy.consumer(1, 1);
    moved.session_id = session;
    moved.session_epoch = 4;
    CHECK(toy.fetched(toy.fetch(1, moved))->responses.empty());
    CHECK(toy[1].fetch_sessions() == 1);

    SECTION("a long poll on it waits for any of its partitions") {
        next.session_epoch = 5;
        next.max_wait_ms = 60'000;
        const RequestId poll = toy.fetch(1, next);
        CHECK(toy.fetched(poll) == nullptr);
        toy.produce(1, {"b"}, 1, 2);
        CHECK(only(toy, poll).partition_index == 2);
    }
    SECTION("forgetting the last partition closes it") {
        wire::FetchRequest end = next;
        end.session_epoch = 5;
        auto& forgotten = end.forgotten_topics_data.emplace_back();
        forgotten.topic_id = toy.topic_id("t");
        forgotten.partitions = {0, 1, 2};
        CHECK(toy.fetched(toy.fetch(1, end))->session_id == 0);
        CHECK(toy[1].fetch_sessions() == 0);
        CHECK(toy.part(1, 1).watches.empty());
        end.session_epoch = 6;
        CHECK(top_error(toy, toy.fetch(1, end)) == Error::fetch_session_id_not_found);
    }
    SECTION("a wrong epoch, and a request by name on a session by id, are refused") {
        next.session_epoch = 9;
        CHECK(top_error(toy, toy.fetch(1, next)) == Error::invalid_fetch_session_epoch);
        next.session_epoch = 5;
        CHECK(top_error(toy, toy.fetch(1, next, 12)) == Error::fetch_session_topic_id_error);
        CHECK(top_error(toy, toy.fetch(1, next)) == Error::none);
    }
    SECTION("a full request that names it replaces it, epoch -1 only ends it") {
        request.session_id = session;
        const RequestId again = toy.fetch(1, request);
        CHECK(toy.fetched(again)->session_id != session);
        CHECK(toy[1].fetch_sessions() == 1);
        request.session_id = toy.fetched(again)->session_id;
        request.session_epoch = -1;
        CHECK(toy.fetched(toy.fetch(1, request))->session_id == 0);
        CHECK(toy[1].fetch_sessions() == 0);
    }
}

TEST_CASE("when all session slots are taken the stale and the small give way, followers first") {
    replica::Config config;
    config.session_slots = 2;
    Toy toy(3, config);
    toy.create("t", {{1, 2, 3}, {1, 2, 3}});
    toy.hold_controller = true;
    toy.cut = {{2, 1}, {3, 1}};
    auto small = toy.consumer(0);
    small.session_epoch = 0;
    const std::int32_t first = toy.fetched(toy.fetch(1, small))->session_id;
    const std::int32_t second = toy.fetched(toy.fetch(1, small))->session_id;
    REQUIRE(first != 0);
    REQUIRE(second != 0);
    CHECK(toy.fetched(toy.fetch(1, small))->session_id == 0); // equals don't displace each other
    auto from_follower = follower(toy, 3, 0, 0, -1);
    from_follower.session_epoch = 0;
    CHECK(toy.fetched(toy.fetch(1, from_follower))->session_id != 0);
    CHECK(toy[1].fetch_sessions() == 2);
    toy.skip(121'000);
    const std::int32_t late = toy.fetched(toy.fetch(1, small))->session_id;
    CHECK(late != 0); // somebody was not used for two minutes
    CHECK(toy[1].fetch_sessions() == 2);
}

TEST_CASE("a topic that is deleted under a session is an error there until it is forgotten") {
    Toy toy(1);
    toy.create("t", {{1}});
    auto request = toy.consumer(0);
    request.session_epoch = 0;
    const std::int32_t session = toy.fetched(toy.fetch(1, request))->session_id;
    toy.delete_topic("t");
    wire::FetchRequest next;
    next.session_id = session;
    next.session_epoch = 1;
    CHECK(error_of(toy, toy.fetch(1, next)) == Error::unknown_topic_id);
    next.session_epoch = 2;
    CHECK(error_of(toy, toy.fetch(1, next)) == Error::unknown_topic_id);
}

// --- ListOffsets, OffsetForLeaderEpoch, DeleteRecords

namespace {

wire::ListOffsetsResponse::ListOffsetsPartitionResponse
list(Toy& toy, int broker, std::int64_t timestamp, std::int16_t version = 11,
     std::int32_t replica = -1, std::int32_t epoch = -1) {
    wire::ListOffsetsRequest request;
    request.replica_id = replica;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    auto& asked = topic.partitions.emplace_back();
    asked.timestamp = timestamp;
    asked.current_leader_epoch = epoch;
    const RequestId id = toy.next_request();
    toy.step(broker, [&](Replicas& replicas, replica::Out& out) {
        replicas.list_offsets(toy.caller(id, version), request, out);
    });
    return std::get<wire::ListOffsetsResponse>(toy.replies.at(id.value)).topics[0].partitions[0];
}

} // namespace

TEST_CASE("ListOffsets finds ends and times, and knows what each version may ask") {
    Toy toy(3);
    toy.create("t", three);
    toy.produce(1, {"a"}, 1);
    toy.now.wall_ms += 1000;
    toy.produce(1, {"b"}, 1);
    toy.run();
    toy.advance(600);
    toy.cut = {{2, 1}, {3, 1}};
    toy.now.wall_ms += 1000;
    toy.produce(1, {"c"}, 1);
    CHECK(list(toy, 1, -1).offset == 2);
    CHECK(list(toy, 1, -1).leader_epoch == 0);
    CHECK(list(toy, 1, -1, 11, 2).offset == 3); // a broker sees the log's end
    CHECK(list(toy, 1, -2).offset == 0);
    CHECK(list(toy, 1, -4).offset == 0);
    CHECK(list(toy, 1, 1'700'000'000'500).offset == 1);
    CHECK(list(toy, 1, 1'700'000'000'500).timestamp == 1'700'000'001'000);
    CHECK(list(toy, 1, 1'800'000'000'000).offset == -1);
    CHECK(list(toy, 1, -3, 7).offset == -1); // the youngest record is not committed yet
    CHECK(wire::error_of(list(toy, 1, -3, 6).error_code) == Error::unsupported_version);
    CHECK(wire::error_of(list(toy, 1, -4, 7).error_code) == Error::unsupported_version);
    CHECK(wire::error_of(list(toy, 1, -7).error_code) == Error::unsupported_version);
    CHECK(wire::error_of(list(toy, 1, -5).error_code) == Error::none);
    CHECK(wire::error_of(list(toy, 2, -1).error_code) == Error::not_leader_or_follower);
    CHECK(wire::error_of(list(toy, 2, -1, 11, -2).error_code) == Error::none);
    CHECK(wire::error_of(list(toy, 1, -1, 11, -1, 4).error_code) == Error::unknown_leader_epoch);
}

TEST_CASE("a new leader does not pass off a lagging high watermark as the end") {
    Toy toy(3);
    toy.create("t", three);
    toy.produce(1, {"a"}, 1);
    toy.deliver(2); // 2 has the record, and does not know that it is committed
    toy.deliver(2);
    toy.cut = {{1, 2}, {3, 2}};
    toy.elect(2, {1, 2, 3});
    REQUIRE(toy.part(2).log_end() == Offset{1});
    CHECK(toy.part(2).high_watermark == Offset{0});
    CHECK(wire::error_of(list(toy, 2, -1).error_code) == Error::offset_not_available);
    CHECK(wire::error_of(list(toy, 2, -1, 4).error_code) == Error::leader_not_available);
    CHECK(list(toy, 2, -2).offset == 0);
    toy.cut.clear();
    toy.run();
    CHECK(list(toy, 2, -1).offset == 1);
}

TEST_CASE("OffsetForLeaderEpoch tells the largest epoch not above the one asked, and its end") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.produce(1, {"a", "b"}, 1);
    toy.elect(1, {1});
    toy.elect(1, {1});
    toy.produce(1, {"c"}, 1);
    const auto ask = [&](int epoch, int current) {
        wire::OffsetForLeaderEpochRequest request;
        auto& topic = request.topics.emplace_back();
        topic.topic = "t";
        auto& asked = topic.partitions.emplace_back();
        asked.leader_epoch = epoch;
        asked.current_leader_epoch = current;
        const RequestId id = toy.next_request();
        toy.step(1, [&](Replicas& replicas, replica::Out& out) {
            replicas.offset_for_leader_epoch(toy.caller(id, 4), request, out);
        });
        return std::get<wire::OffsetForLeaderEpochResponse>(toy.replies.at(id.value))
            .topics[0]
            .partitions[0];
    };
    CHECK(ask(0, 2).end_offset == 2);
    CHECK(ask(0, 2).leader_epoch == 0);
    CHECK(ask(2, 2).end_offset == 3);
    CHECK(ask(5, 2).end_offset == -1);
    CHECK(wire::error_of(ask(0, 1).error_code) == Error::fenced_leader_epoch);
    CHECK(wire::error_of(ask(0, 3).error_code) == Error::unknown_leader_epoch);
}

TEST_CASE("DeleteRecords waits until every live replica's log begins there") {
    Toy toy(3);
    toy.create("t", three);
    toy.produce(1, {"a"}, 1);
    toy.produce(1, {"b"}, 1);
    toy.run();
    toy.advance(600);
    const auto ask = [&](std::int64_t offset) {
        wire::DeleteRecordsRequest request;
        request.timeout_ms = 5000;
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        topic.partitions.emplace_back().offset = offset;
        const RequestId id = toy.next_request();
        toy.step(1, [&](Replicas& replicas, replica::Out& out) {
            replicas.delete_records(toy.caller(id, 2), request, toy.now, out);
        });
        return id;
    };
    const auto part = [&](RequestId id) {
        return std::get<wire::DeleteRecordsResponse>(toy.replies.at(id.value))
            .topics[0]
            .partitions[0];
    };
    CHECK(wire::error_of(part(ask(3)).error_code) == Error::offset_out_of_range);
    const RequestId id = ask(1);
    CHECK(toy.part(1).log_start() == Offset{1});
    CHECK_FALSE(toy.replies.contains(id.value));
    toy.advance(1500);
    REQUIRE(toy.replies.contains(id.value));
    CHECK(part(id).low_watermark == 1);
    CHECK(toy.part(3).log_start() == Offset{1});
    CHECK(list(toy, 1, -2).offset == 1);
    CHECK(toy.consume(1) == Values{"b"});
}
