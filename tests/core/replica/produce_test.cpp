// Produce: what is refused, what is appended, what is waited for.
#include "tests/core/replica/toy.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

const std::vector<std::vector<int>> three = {{1, 2, 3}};
using Values = std::vector<std::string>;

wire::ProduceRequest request_to(const Toy& toy, Bytes records, std::int16_t acks = 1) {
    wire::ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = 1000;
    auto& topic = request.topic_data.emplace_back();
    topic.topic_id = toy.topic_id("t");
    auto& data = topic.partition_data.emplace_back();
    data.records = Chain(std::move(records));
    return request;
}

RequestId send(Toy& toy, int to, wire::ProduceRequest request, std::int16_t version = 13) {
    const RequestId id = toy.next_request();
    toy.step(to, [&](Replicas& replicas, replica::Out& out) {
        replicas.produce(toy.caller(id, version), std::move(request), toy.now, out);
    });
    return id;
}

} // namespace

TEST_CASE("acks=1 is answered by the leader's append, acks=all by the last follower in sync") {
    Toy toy(3);
    toy.create("t", three);
    toy.run();
    const RequestId one = toy.produce(1, {"a"}, 1);
    REQUIRE(toy.produced(one) != nullptr);
    CHECK(toy.produced(one)->base_offset == 0);
    CHECK(toy.produced(one)->log_start_offset == 0);
    CHECK(toy.produced(one)->log_append_time_ms == -1);

    const RequestId all = toy.produce(1, {"b", "c"}, -1);
    CHECK(toy.produced(all) == nullptr);
    toy.cut = {{3, 1}}; // 3's next fetch does not come through
    toy.run();
    CHECK(toy.produced(all) == nullptr);
    CHECK(toy.part(1).high_watermark == Offset{0});
    toy.cut.clear();
    toy.run();
    REQUIRE(toy.produced(all) != nullptr);
    CHECK(toy.produced(all)->base_offset == 1);
    CHECK(toy.produce_error(all) == Error::none);
    CHECK(toy[1].parked_produces() == 0);
    CHECK(toy.part(1).produces.empty());
    CHECK(toy.consume(1) == Values{"a", "b", "c"});
}

TEST_CASE("acks=0 has no reply, and a failure of it hangs up") {
    Toy toy(3);
    toy.create("t", three);
    const RequestId good = toy.produce(1, {"a"}, 0);
    const RequestId bad = toy.produce(2, {"b"}, 0);
    CHECK(toy.replies.empty());
    CHECK(toy.unanswered == std::vector{good.value});
    CHECK(toy.hang_ups == std::vector{bad.value});
    CHECK(toy.part(1).log_end() == Offset{1});
}

TEST_CASE("acks other than -1, 0 and 1 are refused for every partition") {
    Toy toy(1);
    toy.create("t", {{1}});
    CHECK(toy.produce_error(toy.produce(1, {"a"}, 2)) == Error::invalid_required_acks);
    CHECK(toy.part(1).log_end() == Offset{0});
}

TEST_CASE("a broker that does not lead says who does, and where") {
    Toy toy(3);
    toy.create("t", three);
    const RequestId id = toy.produce(2, {"a"}, 1);
    CHECK(toy.produce_error(id) == Error::not_leader_or_follower);
    CHECK(toy.produced(id)->base_offset == -1);
    CHECK(toy.produced(id)->current_leader.leader_id == 1);
    CHECK(toy.produced(id)->current_leader.leader_epoch == 0);
    const auto& nodes = std::get<wire::ProduceResponse>(toy.replies.at(id.value)).node_endpoints;
    REQUIRE(nodes.size() == 1);
    CHECK(nodes[0].node_id == 1);
    CHECK(nodes[0].host == "host1");
    CHECK(nodes[0].port == 9001);
    const RequestId old = send(
        toy, 2,
        [&] {
            auto request = request_to(toy, batch_of({"a"}));
            request.topic_data[0].name = "t";
            return request;
        }(),
        9);
    CHECK(toy.produced(old)->current_leader.leader_id == -1);
}

TEST_CASE("an unknown topic is named by how it was asked for") {
    Toy toy(2);
    toy.create("t", {{1}});
    auto request = request_to(toy, batch_of({"a"}));
    request.topic_data[0].topic_id = Uuid{1, 1};
    CHECK(toy.produce_error(send(toy, 1, request)) == Error::unknown_topic_id);
    request.topic_data[0].topic_id = {};
    request.topic_data[0].name = "nope";
    CHECK(toy.produce_error(send(toy, 1, request, 12)) == Error::unknown_topic_or_partition);
    CHECK(toy.produce_error(toy.produce(1, {"a"}, 1, 7)) == Error::unknown_topic_or_partition);
    CHECK(toy.produce_error(toy.produce(2, {"a"}, 1)) == Error::not_leader_or_follower);
}

TEST_CASE("records that don't hold together are refused before they are appended") {
    Toy toy(1);
    toy.create("t", {{1}});
    const Bytes good = batch_of({"abc"});
    std::string torn(good.text());
    torn.back() = static_cast<char>(torn.back() ^ 1);
    CHECK(toy.produce_error(send(toy, 1, request_to(toy, Bytes::copy(torn)))) ==
          Error::corrupt_message);
    CHECK(toy.produce_error(send(toy, 1, request_to(toy, Bytes()))) == Error::invalid_record);
    toy.set_config("t", "max.message.bytes", "100");
    CHECK(toy.produce_error(toy.produce(1, {std::string(200, 'x')}, 1)) ==
          Error::message_too_large);
    toy.set_config("t", "cleanup.policy", "compact");
    const RequestId keyless = toy.produce(1, {"x"}, 1);
    CHECK(toy.produce_error(keyless) == Error::invalid_record);
    REQUIRE(toy.produced(keyless)->record_errors.size() == 1);
    CHECK(toy.produced(keyless)->record_errors[0].batch_index == 0);
    CHECK(toy.part(1).log_end() == Offset{0});
    CHECK(toy.facts(Fact::produce_refused).size() == 4);
}

TEST_CASE("message.timestamp.type=LogAppendTime stamps with the leader's clock and says so") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.set_config("t", "message.timestamp.type", "LogAppendTime");
    toy.now.wall_ms += 12345;
    const RequestId id = toy.produce(1, {"a"}, 1);
    CHECK(toy.produced(id)->log_append_time_ms == toy.now.wall_ms);
    CHECK(toy.part(1).log.segment(0).max_timestamp == toy.now.wall_ms);
}

TEST_CASE("compression.type of the topic decides how the batch is kept") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.set_config("t", "compression.type", "gzip");
    const std::string text(500, 'z');
    toy.produce(1, {text}, 1);
    const auto header = toy.part(1).log.segment(0).batches[0].header();
    CHECK(header.codec() == record::Codec::gzip);
    CHECK(toy.consume(1) == Values{text});
}

TEST_CASE("fewer in sync than min.insync.replicas refuse acks=all and take acks=1") {
    Toy toy(3);
    toy.create("t", three);
    toy.set_config("t", "min.insync.replicas", "2");
    toy.set_isr({1});
    CHECK(toy.produce_error(toy.produce(1, {"a"}, -1)) == Error::not_enough_replicas);
    CHECK(toy.part(1).log_end() == Offset{0});
    CHECK(toy.produce_error(toy.produce(1, {"b"}, 1)) == Error::none);
    // KIP-966: nothing is committed meanwhile, even if the only member has it.
    CHECK(toy.part(1).high_watermark == Offset{0});
}

TEST_CASE("min.insync.replicas never asks for more than there are replicas") {
    Toy toy(1);
    toy.create("t", {{1}});
    toy.set_config("t", "min.insync.replicas", "3");
    CHECK(toy.produce_error(toy.produce(1, {"a"}, -1)) == Error::none);
    CHECK(toy.part(1).high_watermark == Offset{1});
}

TEST_CASE("a record that was appended before the ISR shrank is reported, when that may commit") {
    replica::Config config;
    config.planted.high_watermark_under_min_isr = true; // as before KIP-966
    Toy toy(3, config);
    toy.create("t", three);
    toy.set_config("t", "min.insync.replicas", "2");
    const RequestId id = toy.produce(1, {"a"}, -1);
    toy.set_isr({1});
    CHECK(toy.produce_error(id) == Error::not_enough_replicas_after_append);
    CHECK(toy.produced(id)->base_offset == 0);
}

TEST_CASE(
    "a produce that is not committed in time is REQUEST_TIMED_OUT and leaves nothing behind") {
    Toy toy(3);
    toy.create("t", three);
    toy.cut = {{2, 1}, {3, 1}};
    const RequestId id = toy.produce(1, {"a"}, -1, 0, 700);
    toy.advance(699);
    CHECK(toy.produced(id) == nullptr);
    toy.advance(1);
    CHECK(toy.produce_error(id) == Error::request_timed_out);
    CHECK(toy.produced(id)->base_offset == 0);
    CHECK(toy.part(1).produces.empty());
    CHECK(toy[1].parked_produces() == 0);
    toy.cut.clear();
    toy.advance(2000);
    CHECK(toy.consume(1) == Values{"a"}); // it survived all the same
}

TEST_CASE("a produce whose leader steps down is told to go elsewhere") {
    Toy toy(3);
    toy.create("t", three);
    toy.cut = {{2, 1}, {3, 1}};
    const RequestId id = toy.produce(1, {"a"}, -1);
    toy.elect(2, {1, 2, 3});
    CHECK(toy.produce_error(id) == Error::not_leader_or_follower);
    CHECK(toy.produced(id)->current_leader.leader_id == 2);
    CHECK(toy.produced(id)->current_leader.leader_epoch == 1);
}

TEST_CASE("a produce to a topic that is deleted while it waits learns that") {
    Toy toy(3);
    toy.create("t", three);
    toy.cut = {{2, 1}, {3, 1}};
    const RequestId id = toy.produce(1, {"a"}, -1);
    toy.delete_topic("t");
    CHECK(toy.produce_error(id) == Error::unknown_topic_or_partition);
    CHECK(toy[1].size() == 0);
    for (const auto& [name, content] : toy.files(1))
        CHECK_FALSE(name.starts_with("t-0/"));
}

TEST_CASE("one request over several partitions is answered when the last is done") {
    Toy toy(3);
    toy.create("t", {{1, 2}, {1, 3}, {2, 1}});
    auto request = request_to(toy, batch_of({"a"}), -1);
    for (int i = 1; i < 3; ++i) {
        auto& data = request.topic_data[0].partition_data.emplace_back();
        data.index = i;
        data.records = Chain(batch_of({"b"}));
    }
    toy.cut = {{3, 1}};
    const RequestId id = send(toy, 1, request);
    toy.run();
    CHECK(toy.produced(id) == nullptr);
    toy.cut.clear();
    toy.run();
    REQUIRE(toy.produced(id) != nullptr);
    const auto& parts = std::get<wire::ProduceResponse>(toy.replies.at(id.value))
                            .responses.at(0)
                            .partition_responses;
    CHECK(wire::error_of(parts[0].error_code) == Error::none);
    CHECK(wire::error_of(parts[1].error_code) == Error::none);
    CHECK(wire::error_of(parts[2].error_code) == Error::not_leader_or_follower);
}

TEST_CASE("only the admin client writes to internal topics") {
    Toy toy(1);
    toy.create("__consumer_offsets", {{1}});
    auto request = wire::ProduceRequest{};
    request.acks = 1;
    auto& topic = request.topic_data.emplace_back();
    topic.topic_id = toy.topic_id("__consumer_offsets");
    topic.partition_data.emplace_back().records = Chain(batch_of({"a"}));
    CHECK(toy.produce_error(send(toy, 1, request)) == Error::invalid_topic_exception);
}

TEST_CASE("a failed write takes the log directory offline, and everything with it") {
    Toy toy(3);
    toy.create("t", three);
    toy.cut = {{2, 1}, {3, 1}};
    const RequestId waiting = toy.produce(1, {"a"}, -1);
    toy.step(1, [&](Replicas& replicas, replica::Out& out) {
        CHECK(replicas.owns("t-0/00000000000000000000.log"));
        CHECK_FALSE(replicas.owns("__cluster_metadata-0/00000000000000000000.log"));
        replicas.on_wrote({unwatched, DiskFault::io_error, "t-0/00000000000000000000.log"}, toy.now,
                          out);
    });
    CHECK(toy.produce_error(waiting) == Error::kafka_storage_error);
    CHECK(toy.produce_error(toy.produce(1, {"b"}, 1)) == Error::kafka_storage_error);
    const RequestId read = toy.fetch(1, toy.consumer(0));
    CHECK(wire::error_of(toy.fetched(read)->responses[0].partitions[0].error_code) ==
          Error::kafka_storage_error);
    CHECK(toy[1].log_dir_failed());
}
