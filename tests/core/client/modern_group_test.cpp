// A consumer in a group of the consumer protocol (KIP-848), before a coordinator that the test
// plays.
#include "core/wire/messages/consumer_group_heartbeat_request.hpp"
#include "core/wire/messages/offset_commit_request.hpp"
#include "core/wire/messages/offset_fetch_request.hpp"
#include "tests/core/client/scripted_group.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace orrery;
using namespace orrery::client;
using namespace orrery::tests;

namespace {

using Heartbeat = wire::ConsumerGroupHeartbeatRequest;

GroupWorld modern_world(std::vector<ConfigPair> more = {}) {
    Reading reading;
    reading.topics = {"orders"};
    more.emplace_back("auto.offset.reset", "earliest");
    more.emplace_back("group.protocol", "consumer");
    GroupWorld world(reading, more);
    world.cluster.add_topic("orders", {1, 2, 3, 1});
    world.group->epoch = 1;
    world.group->target = TopicPartitions{};
    (*world.group->target)["orders"] = {0, 1};
    return world;
}

std::vector<Heartbeat> heartbeats(const GroupWorld& world) {
    std::vector<Heartbeat> all;
    for (const FakeRequest& request : world.group->seen)
        if (request.api_key == modern_api)
            all.push_back(request.as<Heartbeat>());
    return all;
}

void retarget(GroupWorld& world, std::int32_t epoch, std::vector<std::int32_t> partitions) {
    world.group->epoch = epoch;
    world.group->target = TopicPartitions{};
    (*world.group->target)["orders"] = std::move(partitions);
}

} // namespace

TEST_CASE("the first heartbeat says all, the next what was taken in, and then only that we live") {
    GroupWorld world = modern_world({{"group.remote.assignor", "range"}, {"client.rack", "r1"}});
    world.cluster.start();
    world.cluster.run_for(seconds(12));
    const auto said = heartbeats(world);
    REQUIRE(said.size() >= 3);
    CHECK(said[0].member_epoch == 0);
    CHECK(Uuid::parse(said[0].member_id).has_value());
    CHECK(said[0].subscribed_topic_names == std::vector<std::string>{"orders"});
    CHECK(said[0].server_assignor == "range");
    CHECK(said[0].rack_id == "r1");
    CHECK(said[0].rebalance_timeout_ms == 300'000);
    CHECK((said[0].topic_partitions && said[0].topic_partitions->empty()));
    CHECK(said[1].member_epoch == 1);
    CHECK_FALSE(said[1].subscribed_topic_names.has_value());
    REQUIRE(said[1].topic_partitions.has_value());
    CHECK(said[1].topic_partitions->at(0).partitions == std::vector<std::int32_t>{0, 1});
    CHECK_FALSE(said[2].topic_partitions.has_value());
    CHECK(said[2].rebalance_timeout_ms == -1);
    CHECK(world.owned() == "orders-0 orders-1");
}

TEST_CASE(
    "what shall go is committed and given up before the coordinator is told, the rest stays") {
    GroupWorld world = modern_world();
    world.group->log_end = {{{"orders", 0}, 5}, {{"orders", 1}, 6}};
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    retarget(world, 2, {1, 2});
    world.cluster.run_for(seconds(6));
    CHECK(world.texts(Fact::partitions_revoked) == std::vector<std::string>{"g orders-0"});
    CHECK(world.owned() == "orders-1 orders-2");
    CHECK(world.group->committed[{"orders", 0}] == 5);
    CHECK(world.consumer().counters().consumed == 11); // orders-1 was not read again
    const auto said = heartbeats(world);
    REQUIRE(said.back().member_epoch == 2);
    const auto told = std::find_if(said.rbegin(), said.rend(),
                                   [](const Heartbeat& one) { return one.topic_partitions; });
    CHECK(told->topic_partitions->at(0).partitions == std::vector<std::int32_t>{1, 2});
}

TEST_CASE("a fenced member has lost its partitions and joins again under the same id") {
    GroupWorld world = modern_world();
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    const std::string id = heartbeats(world).at(0).member_id;
    world.group->errors[modern_api].push_back(wire::Error::fenced_member_epoch);
    retarget(world, 5, {3});
    world.cluster.run_for(seconds(6));
    CHECK(world.texts(Fact::partitions_lost) == std::vector<std::string>{"g orders-0, orders-1"});
    CHECK(world.owned() == "orders-3");
    const auto said = heartbeats(world);
    const auto joined = std::find_if(said.begin() + 2, said.end(),
                                     [](const Heartbeat& one) { return one.member_epoch == 0; });
    REQUIRE(joined != said.end());
    CHECK(joined->member_id == id);
    CHECK(joined->subscribed_topic_names.has_value());
}

TEST_CASE("closing commits and leaves with epoch -1, a static member with -2") {
    for (const bool is_static : {false, true}) {
        GroupWorld world = is_static ? modern_world({{"group.instance.id", "i1"}}) : modern_world();
        world.group->log_end[{"orders", 0}] = 5;
        world.cluster.start();
        world.cluster.run_for(seconds(1));
        world.cluster.stop();
        world.cluster.run_for(seconds(1));
        CHECK(world.group->committed[{"orders", 0}] == 5);
        CHECK(heartbeats(world).back().member_epoch == (is_static ? -2 : -1));
        CHECK(std::get<Exit>(world.cluster.effects.back()).clean);
    }
}

TEST_CASE("commits and questions for what is committed bear the member's id and epoch") {
    GroupWorld world = modern_world();
    world.group->log_end[{"orders", 0}] = 5;
    world.cluster.start();
    world.cluster.run_for(seconds(6));
    const auto commit = world.group->last(commit_api).as<wire::OffsetCommitRequest>();
    CHECK(commit.generation_id_or_member_epoch == 1);
    CHECK(commit.member_id == heartbeats(world)[0].member_id);
    const auto asked = world.group->last(fetch_committed_api).as<wire::OffsetFetchRequest>();
    CHECK(asked.groups.at(0).member_epoch == 1);
    CHECK(asked.groups[0].member_id == commit.member_id);
}

TEST_CASE("a member that polls too late leaves by itself, and joins with its next poll") {
    GroupWorld world = modern_world({{"max.poll.interval.ms", "10000"}});
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    world.cluster.tell(StopPolling{true});
    world.cluster.run_for(seconds(11));
    CHECK(heartbeats(world).back().member_epoch == -1);
    CHECK(world.owned() == "orders-0 orders-1");
    retarget(world, 3, {2});
    world.cluster.tell(StopPolling{false});
    world.cluster.run_for(seconds(1));
    CHECK(world.texts(Fact::partitions_lost) == std::vector<std::string>{"g orders-0, orders-1"});
    CHECK(world.owned() == "orders-2");
}

TEST_CASE("a heartbeat to a coordinator that moved is sent to the new one at once, in full") {
    GroupWorld world = modern_world();
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    world.group->coordinator = 2;
    world.group->errors[modern_api].push_back(wire::Error::not_coordinator);
    world.cluster.run_for(seconds(5));
    CHECK(world.group->last(modern_api).broker == 2);
    CHECK(heartbeats(world).back().subscribed_topic_names.has_value());
    CHECK(world.owned() == "orders-0 orders-1");
}

TEST_CASE("a heartbeat that no other try mends ends the consumer") {
    GroupWorld world = modern_world({{"group.instance.id", "i1"}});
    world.group->errors[modern_api].push_back(wire::Error::unreleased_instance_id);
    world.cluster.start();
    world.cluster.run_for(seconds(2));
    CHECK_FALSE(std::get<Exit>(world.cluster.effects.back()).clean);
    CHECK(world.cluster.facts(Fact::client_failed).size() == 1);
}

TEST_CASE("a pattern is matched by the coordinator; the member learns names of what it gets") {
    Reading reading;
    reading.pattern = "ord.*";
    GroupWorld world(reading, {{"auto.offset.reset", "earliest"}, {"group.protocol", "consumer"}});
    world.cluster.add_topic("orders", {1, 2});
    world.group->log_end[{"orders", 1}] = 4;
    retarget(world, 1, {1});
    world.cluster.start();
    world.cluster.run_for(seconds(2));
    const auto said = heartbeats(world);
    CHECK(said.at(0).subscribed_topic_regex == "ord.*");
    CHECK_FALSE(said[0].subscribed_topic_names.has_value());
    CHECK(world.owned() == "orders-1");
    CHECK(world.consumer().counters().consumed == 4);
}
