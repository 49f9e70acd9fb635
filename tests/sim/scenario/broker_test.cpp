// How a broker answers over its connections: versions, order, what it can't read, what it forwards.
#include "core/group/messages.hpp"
#include "core/node/node.hpp"
#include "core/wire/error.hpp"
#include "core/wire/messages/alter_configs_request.hpp"
#include "core/wire/messages/api_versions_request.hpp"
#include "core/wire/messages/api_versions_response.hpp"
#include "core/wire/messages/create_partitions_request.hpp"
#include "core/wire/messages/create_topics_request.hpp"
#include "core/wire/messages/create_topics_response.hpp"
#include "core/wire/messages/delete_topics_request.hpp"
#include "core/wire/messages/describe_cluster_request.hpp"
#include "core/wire/messages/describe_configs_request.hpp"
#include "core/wire/messages/describe_quorum_request.hpp"
#include "core/wire/messages/describe_topic_partitions_request.hpp"
#include "core/wire/messages/elect_leaders_request.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/find_coordinator_request.hpp"
#include "core/wire/messages/incremental_alter_configs_request.hpp"
#include "core/wire/messages/list_offsets_request.hpp"
#include "core/wire/messages/metadata_request.hpp"
#include "core/wire/messages/metadata_response.hpp"
#include "core/wire/messages/offset_for_leader_epoch_request.hpp"
#include "sim/scenario/plan.hpp"
#include "tests/sim/scenario/probe.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::sim;

namespace {

/// One node that is controller and broker, up and unfenced; the probe's frames are sent to it then.
Probe probe_one_node(std::vector<Chain> frames, Duration wait = seconds(3),
                     std::int32_t port = broker_port) {
    ClusterPlan plan;
    plan.seed = 5;
    plan.nodes.push_back({{1}, true, true, {}, {}});
    World world = build(plan);
    ActorSpec spec;
    spec.name = "probe";
    spec.kind = "probe";
    spec.prototype = actor_of(Probe{{"node-1", port}, std::move(frames), {}, false});
    const ActorId probe = world.add(std::move(spec));
    world.start({0});
    world.run_until(Instant{} + seconds(8));
    world.start(probe);
    world.run_until(world.now() + wait);
    return *world.process<Probe>(probe);
}

template <class Request>
Chain frame_of(const Request& request, std::int16_t version, std::int32_t correlation = 1) {
    const auto frame = wire::request_frame(request, version, correlation, "probe");
    REQUIRE(frame.has_value());
    return *frame;
}

wire::CreateTopicsRequest create_orders() {
    wire::CreateTopicsRequest request;
    request.timeout_ms = 1000;
    wire::CreateTopicsRequest::CreatableTopic topic;
    topic.name = "orders";
    topic.num_partitions = 2;
    topic.replication_factor = 1;
    request.topics.push_back(topic);
    return request;
}

wire::MetadataRequest metadata_of(const std::string& topic) {
    wire::MetadataRequest request;
    request.topics.emplace();
    request.topics->emplace_back().name = topic;
    request.allow_auto_topic_creation = false;
    return request;
}

} // namespace

TEST_CASE("ApiVersions in a version nobody speaks is answered in version 0 with the range we do") {
    wire::Writer out;
    wire::write_request_header(out, 18, 99, 7, "probe");
    const Probe probe = probe_one_node({out.take()});
    REQUIRE(probe.replies.size() == 1);
    const auto response = body_of<wire::ApiVersionsResponse>(probe.replies[0], 0);
    REQUIRE(response);
    CHECK(response->error_code == code(wire::Error::unsupported_version));
    REQUIRE(response->api_keys.size() == 1);
    CHECK(response->api_keys[0].api_key == 18);
    CHECK(response->api_keys[0].max_version == 5);
    CHECK_FALSE(probe.closed);
}

TEST_CASE("ApiVersions tells Produce from version 0, though it serves it from 3") {
    wire::ApiVersionsRequest request;
    request.client_software_name = "probe";
    request.client_software_version = "1.0";
    const Probe probe = probe_one_node({frame_of(request, 3)});
    REQUIRE(probe.replies.size() == 1);
    const auto response = body_of<wire::ApiVersionsResponse>(probe.replies[0], 3);
    REQUIRE(response);
    CHECK(response->error_code == 0);
    REQUIRE_FALSE(response->api_keys.empty());
    CHECK(response->api_keys[0].api_key == 0);
    CHECK(response->api_keys[0].min_version == 0);
    CHECK(response->api_keys[0].max_version == 13);
    CHECK(response->finalized_features_epoch >= 0);
}

TEST_CASE("a broker closes the connection on what it can't read, and serves the next") {
    wire::Writer unknown;
    wire::write_request_header(unknown, 0, 3, 1, "x");
    Bytes garbage;
    REQUIRE(from_hex("0063000100000001ffff", garbage));
    CHECK(probe_one_node({Chain(garbage)}).closed); // no such api key
    CHECK(probe_one_node({unknown.take()}).closed); // a Produce without a body
    CHECK(probe_one_node({Chain(Bytes::copy("GET / HTTP/1.1"))}).closed);
    wire::Writer vote; // the quorum's API on a client's listener
    wire::write_request_header(vote, 52, 2, 1, "x");
    CHECK(probe_one_node({vote.take()}).closed);
}

TEST_CASE("answers come in the order of the requests, also behind a long poll") {
    wire::FetchRequest fetch;
    fetch.max_wait_ms = 500;
    fetch.min_bytes = 1;
    fetch.topics.emplace_back().topic = "nothing";
    fetch.topics[0].partitions.emplace_back();
    wire::ListOffsetsRequest offsets;
    offsets.replica_id = -1;
    const Probe probe = probe_one_node(
        {frame_of(fetch, 11, 1), frame_of(metadata_of("a"), 9, 2), frame_of(offsets, 5, 3)});
    REQUIRE(probe.replies.size() == 3);
    for (std::int32_t i = 0; i < 3; ++i) {
        wire::Reader in(probe.replies[static_cast<std::size_t>(i)]);
        CHECK(in.int32() == i + 1);
    }
}

TEST_CASE("a topic created through a broker is there, and its partitions have leaders") {
    const Probe probe =
        probe_one_node({frame_of(create_orders(), 7, 1), frame_of(create_orders(), 5, 2),
                        frame_of(metadata_of("orders"), 12, 3)});
    REQUIRE(probe.replies.size() == 3);
    const auto created = body_of<wire::CreateTopicsResponse>(probe.replies[0], 7);
    REQUIRE(created);
    REQUIRE(created->topics.size() == 1);
    CHECK(created->topics[0].error_code == 0);
    CHECK(created->topics[0].num_partitions == 2);
    const auto again = body_of<wire::CreateTopicsResponse>(probe.replies[1], 5);
    REQUIRE(again);
    CHECK(again->topics[0].error_code == code(wire::Error::topic_already_exists));
    const auto metadata = body_of<wire::MetadataResponse>(probe.replies[2], 12);
    REQUIRE(metadata);
    REQUIRE(metadata->brokers.size() == 1);
    CHECK(metadata->brokers[0].host == "node-1");
    REQUIRE(metadata->topics.size() == 1);
    CHECK_FALSE(metadata->topics[0].topic_id.is_zero());
    REQUIRE(metadata->topics[0].partitions.size() == 2);
    for (const auto& partition : metadata->topics[0].partitions) {
        CHECK(partition.error_code == 0);
        CHECK(partition.leader_id == 1);
    }
}

TEST_CASE("unknown topics are told by name and by id, invalid names as invalid") {
    wire::MetadataRequest by_id;
    by_id.topics.emplace();
    by_id.topics->emplace_back().topic_id = Uuid{7, 7};
    by_id.topics->back().name.reset();
    const Probe probe =
        probe_one_node({frame_of(metadata_of("missing"), 12, 1),
                        frame_of(metadata_of("no/slash"), 12, 2), frame_of(by_id, 12, 3)});
    REQUIRE(probe.replies.size() == 3);
    const wire::Error expected[] = {wire::Error::unknown_topic_or_partition,
                                    wire::Error::invalid_topic_exception,
                                    wire::Error::unknown_topic_id};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto response = body_of<wire::MetadataResponse>(probe.replies[i], 12);
        REQUIRE(response);
        REQUIRE(response->topics.size() == 1);
        CHECK(response->topics[0].error_code == code(expected[i]));
    }
}

TEST_CASE("a controller's listener serves the controller's APIs and says which") {
    wire::ApiVersionsRequest request;
    request.client_software_name = "probe";
    request.client_software_version = "1.0";
    const Probe probe = probe_one_node({frame_of(request, 4)}, seconds(3), controller_port);
    REQUIRE(probe.replies.size() == 1);
    const auto response = body_of<wire::ApiVersionsResponse>(probe.replies[0], 4);
    REQUIRE(response);
    bool produce = false;
    bool vote = false;
    for (const auto& api : response->api_keys) {
        produce = produce || api.api_key == 0;
        vote = vote || api.api_key == 52;
    }
    CHECK(vote);
    CHECK_FALSE(produce);
}

TEST_CASE("every version of every API that is told is also answered") {
    wire::ApiVersionsRequest ask;
    ask.client_software_name = "probe";
    ask.client_software_version = "1.0";
    std::vector<Chain> frames;
    std::vector<std::pair<std::int16_t, std::int16_t>> sent;
    const auto add = [&](const auto& request, std::int16_t from) {
        using Request = std::decay_t<decltype(request)>;
        for (std::int16_t version = from; version <= Request::highest_version; ++version) {
            frames.push_back(frame_of(request, version, static_cast<std::int32_t>(sent.size())));
            sent.emplace_back(Request::api_key, version);
        }
    };
    add(ask, 0);
    add(wire::MetadataRequest{}, 0);
    add(wire::ListOffsetsRequest{}, 1);
    add(wire::OffsetForLeaderEpochRequest{}, 2);
    add(wire::DescribeClusterRequest{}, 0);
    add(wire::DescribeConfigsRequest{}, 1);
    add(wire::DescribeTopicPartitionsRequest{}, 0);
    add(wire::DescribeQuorumRequest{}, 0);
    add(wire::CreateTopicsRequest{}, 2);
    add(wire::DeleteTopicsRequest{}, 1);
    add(wire::CreatePartitionsRequest{}, 0);
    add(wire::IncrementalAlterConfigsRequest{}, 0);
    add(wire::AlterConfigsRequest{}, 0);
    add(wire::ElectLeadersRequest{}, 0);
    add(wire::FindCoordinatorRequest{}, 0);
    add(wire::OffsetCommitRequest{}, 2);
    add(wire::OffsetFetchRequest{}, 1);
    add(wire::OffsetDeleteRequest{}, 0);
    add(wire::JoinGroupRequest{}, 0);
    add(wire::SyncGroupRequest{}, 0);
    add(wire::HeartbeatRequest{}, 0);
    add(wire::LeaveGroupRequest{}, 0);
    add(wire::ListGroupsRequest{}, 0);
    add(wire::DescribeGroupsRequest{}, 0);
    add(wire::DeleteGroupsRequest{}, 0);
    add(wire::ConsumerGroupHeartbeatRequest{}, 0);
    add(wire::ConsumerGroupDescribeRequest{}, 0);
    const Probe probe = probe_one_node(std::move(frames), seconds(20));
    CHECK_FALSE(probe.closed);
    REQUIRE(probe.replies.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        INFO("api key " << sent[i].first << " version " << sent[i].second);
        wire::Reader in(probe.replies[i]);
        const auto correlation = wire::read_response_header(in, sent[i].first, sent[i].second);
        REQUIRE(correlation.has_value());
        CHECK(*correlation == static_cast<std::int32_t>(i));
    }
}

namespace {

using Alter = wire::IncrementalAlterConfigsRequest;

Alter::AlterConfigsResource resource(std::int8_t type, const std::string& name) {
    Alter::AlterConfigsResource made;
    made.resource_type = type;
    made.resource_name = name;
    return made;
}

Alter::AlterConfigsResource with(Alter::AlterConfigsResource to, const std::string& name,
                                 std::optional<std::string> value, std::int8_t operation = 0) {
    auto& config = to.configs.emplace_back();
    config.name = name;
    config.config_operation = operation;
    config.value = std::move(value);
    return to;
}

/// What one node answers to each of the resources.
std::vector<wire::IncrementalAlterConfigsResponse::AlterConfigsResourceResponse>
altered(const std::vector<Alter::AlterConfigsResource>& resources) {
    Alter request;
    request.resources = resources;
    const Probe probe = probe_one_node({frame_of(request, 1, 9)});
    REQUIRE(probe.replies.size() == 1);
    auto response = body_of<wire::IncrementalAlterConfigsResponse>(probe.replies[0], 1);
    REQUIRE(response);
    REQUIRE(response->responses.size() == resources.size());
    for (std::size_t i = 0; i < resources.size(); ++i) {
        CHECK(response->responses[i].resource_type == resources[i].resource_type);
        CHECK(response->responses[i].resource_name == resources[i].resource_name);
    }
    return response->responses;
}

constexpr std::int8_t topic_type = 2;
constexpr std::int8_t broker_type = 4;

} // namespace

TEST_CASE("a broker refuses configs that it can't take while it runs, and forwards the rest") {
    const auto answers = altered({with(resource(broker_type, "1"), "log.dirs", "/tmp"),
                                  with(resource(topic_type, "nothing"), "retention.ms", "1000"),
                                  with(resource(broker_type, "2"), "log.retention.ms", "1000"),
                                  with(resource(broker_type, ""), "log.retention.ms", "1000"),
                                  with(resource(broker_type, "one"), "log.retention.ms", "1000"),
                                  with(resource(99, "x"), "a", "b")});
    const std::int16_t invalid = code(wire::Error::invalid_request);
    CHECK(answers[0].error_code == invalid);
    CHECK(answers[0].error_message == "Cannot update these configs dynamically: [log.dirs]");
    CHECK(answers[1].error_code == code(wire::Error::unknown_topic_or_partition)); // controller's
    CHECK(answers[2].error_code == invalid);
    CHECK(answers[2].error_message == "Unexpected broker id, expected 1, but received 2");
    CHECK(answers[3].error_code == 0);
    CHECK(answers[4].error_code == invalid);
    CHECK(answers[4].error_message == "Node id must be an integer, but it is: one");
    CHECK(answers[5].error_code == invalid);
    CHECK(answers[5].error_message == "Unknown resource type 99");
}

TEST_CASE("a request of refused configs alone never leaves the broker") {
    const auto twice = with(resource(broker_type, "1"), "log.retention.ms", "1000");
    auto same_key = with(twice, "log.retention.ms", "2000");
    same_key.resource_name = "";
    const auto answers =
        altered({twice, twice, same_key,
                 with(with(resource(topic_type, "a"), "retention.ms", std::nullopt),
                      "segment.bytes", std::nullopt)});
    for (const auto& answer : answers)
        CHECK(answer.error_code == code(wire::Error::invalid_request));
    CHECK(answers[0].error_message == "Each resource must appear at most once.");
    CHECK(answers[2].error_message == "Error due to duplicate config keys");
    CHECK(answers[3].error_message == "Null value not supported for : retention.ms, segment.bytes");
}

TEST_CASE("a list is appended to, a number is not, and a bad value is an invalid request") {
    const std::int8_t append = 2;
    const auto one = [](const Alter::AlterConfigsResource& asked) { return altered({asked})[0]; };
    CHECK(
        one(with(resource(broker_type, "1"), "log.cleanup.policy", "compact", append)).error_code ==
        0);
    CHECK(one(with(resource(broker_type, "1"), "log.retention.ms", "1", append)).error_code ==
          code(wire::Error::invalid_config));
    CHECK(one(with(resource(broker_type, "1"), "log.retention.ms", "soon")).error_code ==
          code(wire::Error::invalid_request));
    CHECK(one(with(resource(broker_type, "1"), "no.such.list", "a", append)).error_code ==
          code(wire::Error::unknown_server_error));
    CHECK(one(with(resource(broker_type, "1"), "log.retention.ms", "1", 7)).error_code ==
          code(wire::Error::invalid_request));
}
