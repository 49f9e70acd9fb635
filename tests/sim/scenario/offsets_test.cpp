// Offsets that a group commits, over whole brokers: they are where the coordinator is, and survive
// it.
#include "core/group/messages.hpp"
#include "core/wire/error.hpp"
#include "core/wire/messages/api_versions_request.hpp"
#include "core/wire/messages/api_versions_response.hpp"
#include "core/wire/messages/create_topics_request.hpp"
#include "core/wire/messages/create_topics_response.hpp"
#include "core/wire/messages/find_coordinator_request.hpp"
#include "core/wire/messages/find_coordinator_response.hpp"
#include "tests/sim/scenario/groups.hpp"

using namespace orrery;
using namespace orrery::sim;
using namespace orrery::tests;
using wire::Error;

namespace {

/// The broker that coordinates the group, when __consumer_offsets is there.
std::string coordinator_of(World& world, const std::string& asked, const std::string& group) {
    wire::FindCoordinatorRequest request;
    request.coordinator_keys = {group};
    for (int tries = 0; tries < 3; ++tries) {
        const auto found = ask<wire::FindCoordinatorResponse>(world, asked, request, 6);
        REQUIRE(found);
        if (found->coordinators[0].error_code == 0)
            return found->coordinators[0].host;
    }
    FAIL("no coordinator was found");
    return {};
}

void create_orders(World& world) {
    wire::CreateTopicsRequest request;
    request.timeout_ms = 1000;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.num_partitions = 1;
    topic.replication_factor = 1;
    const auto created = ask<wire::CreateTopicsResponse>(world, "broker-1", request, 7);
    REQUIRE(created);
    REQUIRE(created->topics[0].error_code == 0);
}

std::int16_t commit(World& world, const std::string& broker, std::int64_t offset) {
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    auto& partition = topic.partitions.emplace_back();
    partition.committed_offset = offset;
    partition.committed_metadata = "here";
    const auto done = ask<wire::OffsetCommitResponse>(world, broker, request, 8);
    REQUIRE(done);
    return done->topics[0].partitions[0].error_code;
}

/// The committed offset; the error's code below zero (less one) if there is one.
std::int64_t committed(World& world, const std::string& broker) {
    wire::OffsetFetchRequest request;
    auto& group = request.groups.emplace_back();
    group.group_id = "g";
    group.topics.emplace();
    auto& topic = group.topics->emplace_back();
    topic.name = "orders";
    topic.partition_indexes = {0};
    const auto found = ask<wire::OffsetFetchResponse>(world, broker, request, 8);
    REQUIRE(found);
    REQUIRE(found->groups.size() == 1);
    if (found->groups[0].error_code != 0)
        return -1 - found->groups[0].error_code;
    return found->groups[0].topics[0].partitions[0].committed_offset;
}

} // namespace

TEST_CASE("a committed offset survives the death of the coordinator's broker") {
    World world = cluster_of(3, "3");
    create_orders(world);
    const std::string first = coordinator_of(world, "broker-2", "g");
    CHECK(commit(world, first, 17) == 0);
    CHECK(committed(world, first) == 17);
    const std::string other = first == "broker-1" ? "broker-2" : "broker-1";
    CHECK(committed(world, other) == -1 - code(Error::not_coordinator));
    CHECK(commit(world, other, 18) == code(Error::not_coordinator));

    world.kill(world.find(first));
    world.run_until(world.now() + seconds(15));
    const std::string second = coordinator_of(world, other, "g");
    CHECK(second != first);
    CHECK(committed(world, second) == 17);
    CHECK(commit(world, second, 19) == 0);

    world.start(world.find(first));
    world.run_until(world.now() + seconds(10));
    const std::string third = coordinator_of(world, other, "g");
    CHECK(committed(world, third) == 19);
}

TEST_CASE("a coordinator that is shut down hands its groups over") {
    World world = cluster_of(3, "3");
    create_orders(world);
    const std::string first = coordinator_of(world, "broker-2", "g");
    CHECK(commit(world, first, 5) == 0);
    world.stop(world.find(first));
    world.run_until(world.now() + seconds(10));
    CHECK(world.machine(world.find(first)).life == Life::stopped);
    const std::string other = first == "broker-1" ? "broker-2" : "broker-1";
    CHECK(committed(world, coordinator_of(world, other, "g")) == 5);
}

TEST_CASE("a group's description names the member's client and the host that it came from") {
    World world = cluster_of(1, "1");
    coordinator_of(world, "broker-1", "g");
    wire::JoinGroupRequest join;
    join.group_id = "g";
    join.session_timeout_ms = 30'000;
    join.rebalance_timeout_ms = 30'000;
    join.protocol_type = "consumer";
    auto& protocol = join.protocols.emplace_back();
    protocol.name = "range";
    const auto joined = ask<wire::JoinGroupResponse>(world, "broker-1", join, 3, seconds(5));
    REQUIRE(joined);
    REQUIRE(joined->error_code == 0);
    const std::string joined_from = "probe-" + std::to_string(world.actors() - 1);

    wire::DescribeGroupsRequest describe;
    describe.groups = {"g"};
    const auto described = ask<wire::DescribeGroupsResponse>(world, "broker-1", describe, 5);
    REQUIRE(described);
    REQUIRE(described->groups.size() == 1);
    REQUIRE(described->groups[0].members.size() == 1);
    CHECK(described->groups[0].members[0].client_id == "probe");
    CHECK(described->groups[0].members[0].client_host == "/" + joined_from);
}

TEST_CASE("a new cluster has the consumer protocol's feature on, and tells of it") {
    World world = cluster_of(1, "1");
    wire::ApiVersionsRequest request;
    request.client_software_name = "probe";
    request.client_software_version = "1.0";
    const auto told = ask<wire::ApiVersionsResponse>(world, "broker-1", request, 4);
    REQUIRE(told);
    const auto level = [&](const auto& features, auto member) {
        for (const auto& feature : features)
            if (feature.name == "group.version")
                return static_cast<int>(feature.*member);
        return -1;
    };
    using Told = wire::ApiVersionsResponse;
    CHECK(level(told->supported_features, &Told::SupportedFeatureKey::max_version) == 1);
    CHECK(level(told->finalized_features, &Told::FinalizedFeatureKey::max_version_level) == 1);
    int groups = 0;
    for (const auto& api : told->api_keys)
        groups += (api.api_key >= 8 && api.api_key <= 16) || api.api_key == 42 ||
                  api.api_key == 47 || api.api_key == 68 || api.api_key == 69;
    CHECK(groups == 13);
}
