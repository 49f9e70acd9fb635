// Finding a group's coordinator: any broker says who it is, and the first to be asked has the topic
// of the groups made.
#include "core/wire/error.hpp"
#include "core/wire/messages/find_coordinator_request.hpp"
#include "core/wire/messages/find_coordinator_response.hpp"
#include "core/wire/messages/metadata_request.hpp"
#include "core/wire/messages/metadata_response.hpp"
#include "tests/sim/scenario/groups.hpp"

using namespace orrery;
using namespace orrery::sim;
using namespace orrery::tests;
using wire::Error;

namespace {

wire::FindCoordinatorRequest coordinator_of(std::vector<std::string> keys, std::int8_t type = 0) {
    wire::FindCoordinatorRequest request;
    request.key_type = type;
    request.coordinator_keys = std::move(keys);
    return request;
}

wire::FindCoordinatorRequest coordinator_of_one(const std::string& key, std::int8_t type = 0) {
    wire::FindCoordinatorRequest request;
    request.key = key;
    request.key_type = type;
    return request;
}

/// Who coordinates the group according to a broker; no_node while nobody does.
NodeId found_by(World& world, const std::string& broker, const std::string& group) {
    const auto answer =
        ask<wire::FindCoordinatorResponse>(world, broker, coordinator_of({group}), 6);
    REQUIRE(answer);
    REQUIRE(answer->coordinators.size() == 1);
    return NodeId{answer->coordinators[0].node_id};
}

const metadata::Topic& offsets_topic_of(const World& world) {
    const metadata::Topic* topic = node_of(world, "broker-1").image().topic("__consumer_offsets");
    REQUIRE(topic != nullptr);
    return *topic;
}

} // namespace

TEST_CASE("the first FindCoordinator has the topic of the groups made, with the configs of Kafka") {
    World world = cluster_of(3, "3");
    CHECK(node_of(world, "broker-1").image().topic("__consumer_offsets") == nullptr);
    const auto first =
        ask<wire::FindCoordinatorResponse>(world, "broker-2", coordinator_of({"g"}), 4);
    REQUIRE(first);
    REQUIRE(first->coordinators.size() == 1);
    CHECK(first->coordinators[0].key == "g");
    CHECK(first->coordinators[0].error_code == code(Error::coordinator_not_available));
    CHECK(first->coordinators[0].node_id == -1);
    CHECK(first->coordinators[0].port == -1);

    const metadata::Topic& topic = offsets_topic_of(world);
    CHECK(topic.partitions.size() == 4);
    CHECK(topic.partition(0).replicas.size() == 3);
    const metadata::ConfigResource resource{metadata::ResourceType::topic, topic.name};
    const metadata::ConfigMap* configs =
        node_of(world, "broker-1").image().configs().find(resource);
    REQUIRE(configs != nullptr);
    metadata::ConfigMap expected;
    expected["cleanup.policy"] = "compact";
    expected["compression.type"] = "producer";
    expected["segment.bytes"] = "104857600";
    CHECK(*configs == expected);
}

TEST_CASE("every broker names the leader of the group's partition, on the listener of the client") {
    World world = cluster_of(3, "3");
    found_by(world, "broker-1", "g");
    const std::int32_t partition = node_of(world, "broker-1").groups()->partition_for("g");
    const NodeId leader =
        offsets_topic_of(world).partition(static_cast<std::size_t>(partition)).leader;
    for (const char* broker : {"broker-1", "broker-2", "broker-3"}) {
        const auto many =
            ask<wire::FindCoordinatorResponse>(world, broker, coordinator_of({"g", "", "g"}), 5);
        REQUIRE(many);
        REQUIRE(many->coordinators.size() == 3);
        const auto& one = many->coordinators[0];
        CHECK(one.error_code == 0);
        CHECK(one.node_id == leader.value);
        CHECK(one.host == "broker-" + std::to_string(leader.value));
        CHECK(one.port == broker_port);
        CHECK(many->coordinators[1].error_code == 0);
        CHECK(many->coordinators[2] == one);
    }
    for (std::int16_t version = 0; version <= 3; ++version) {
        const auto one =
            ask<wire::FindCoordinatorResponse>(world, "broker-3", coordinator_of_one("g"), version);
        REQUIRE(one);
        CHECK(one->error_code == 0);
        CHECK(one->node_id == leader.value);
        if (version >= 1)
            CHECK(one->error_message == "NONE");
    }
}

TEST_CASE("the coordinator moves with the leader of its partition") {
    World world = cluster_of(3, "3");
    found_by(world, "broker-1", "g");
    const NodeId before = found_by(world, "broker-1", "g");
    REQUIRE(before != no_node);
    world.kill(world.find("broker-" + std::to_string(before.value)));
    world.run_until(world.now() + seconds(15));
    const std::string other = before == NodeId{1} ? "broker-2" : "broker-1";
    const NodeId after = found_by(world, other, "g");
    CHECK(after != no_node);
    CHECK(after != before);
}

TEST_CASE("with fewer brokers than offsets.topic.replication.factor there is no coordinator") {
    World world = cluster_of(1, "2");
    CHECK(found_by(world, "broker-1", "g") == no_node);
    CHECK(found_by(world, "broker-1", "g") == no_node);
    CHECK(node_of(world, "broker-1").image().topic("__consumer_offsets") == nullptr);
}

TEST_CASE("coordinators of transactions, of share groups and of nothing known are told apart") {
    World world = cluster_of(1, "1");
    const Error expected[] = {Error::coordinator_not_available, Error::invalid_request,
                              Error::invalid_request};
    for (std::int8_t type = 1; type <= 3; ++type) {
        const auto many =
            ask<wire::FindCoordinatorResponse>(world, "broker-1", coordinator_of({"a"}, type), 6);
        const auto one =
            ask<wire::FindCoordinatorResponse>(world, "broker-1", coordinator_of_one("a", type), 2);
        REQUIRE(many);
        REQUIRE(one);
        CHECK(many->coordinators[0].error_code == code(expected[type - 1]));
        CHECK(one->error_code == code(expected[type - 1]));
        CHECK(one->error_message->empty() == false);
        CHECK(one->node_id == -1);
    }
    CHECK(node_of(world, "broker-1").image().topics().empty());
}

TEST_CASE("a Metadata request for the topic of the groups makes it as FindCoordinator does") {
    World world = cluster_of(1, "1");
    wire::MetadataRequest request;
    request.topics.emplace();
    request.topics->emplace_back().name = "__consumer_offsets";
    const auto answer = ask<wire::MetadataResponse>(world, "broker-1", request, 12);
    REQUIRE(answer);
    CHECK(answer->topics[0].error_code == code(Error::unknown_topic_or_partition));
    CHECK(answer->topics[0].is_internal);
    CHECK(offsets_topic_of(world).partitions.size() == 4);
}
