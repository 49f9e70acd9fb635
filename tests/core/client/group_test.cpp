// A consumer in a group of the classic protocol, before a coordinator that the test plays.
#include "core/wire/messages/heartbeat_request.hpp"
#include "core/wire/messages/join_group_request.hpp"
#include "core/wire/messages/leave_group_request.hpp"
#include "core/wire/messages/offset_commit_request.hpp"
#include "tests/core/client/scripted_group.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::client;
using namespace orrery::tests;

namespace {

Reading subscribed_to(std::vector<std::string> topics) {
    Reading reading;
    reading.topics = std::move(topics);
    return reading;
}

const std::vector<ConfigPair> earliest = {{"auto.offset.reset", "earliest"}};

std::vector<ConfigPair> with(std::vector<ConfigPair> more) {
    more.insert(more.end(), earliest.begin(), earliest.end());
    return more;
}

} // namespace

TEST_CASE("a member finds its coordinator, gets an id, joins, leads, and reads what it assigned") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {1, 2, 3});
    world.group->log_end[{"orders", 1}] = 10;
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    CHECK(world.group->count(join_api) == 2); // the first only brought the id (KIP-394)
    CHECK(world.owned() == "orders-0 orders-1 orders-2");
    CHECK(world.texts(Fact::partitions_assigned) ==
          std::vector<std::string>{"g orders-0, orders-1, orders-2"});
    CHECK(world.consumer().counters().consumed == 10);
    CHECK(world.cluster.facts(Fact::record_processed).size() == 1);
}

TEST_CASE("a leader gives the others their share and reads only its own") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {1, 2, 3, 1});
    Subscription other;
    other.member_id = "zz";
    other.topics = {"orders"};
    world.group->others = {other};
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    CHECK(world.owned() == "orders-0 orders-1");
    REQUIRE(world.group->decided.count("zz") == 1);
    CHECK(*world.group->decided["zz"].find(std::string("orders")) ==
          std::vector<std::int32_t>{2, 3});
}

TEST_CASE("heartbeats go on while the application processes") {
    Reading reading = subscribed_to({"orders"});
    reading.time_per_record = seconds(2);
    GroupWorld world(reading, earliest);
    world.cluster.add_topic("orders", {1});
    world.group->log_end[{"orders", 0}] = 10;
    world.cluster.start();
    world.cluster.run_for(seconds(19));
    CHECK(world.consumer().counters().consumed == 10);
    CHECK(world.cluster.facts(Fact::record_processed).empty());
    CHECK(world.group->count(heartbeat_api) == 6);
    world.cluster.run_for(seconds(5));
    CHECK(world.cluster.facts(Fact::record_processed).size() == 1);
}

TEST_CASE("automatic commits come by interval at a poll, and the last one when it closes") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {1});
    world.group->log_end[{"orders", 0}] = 10;
    world.cluster.start();
    world.cluster.run_for(milliseconds(4'900));
    CHECK(world.group->committed.empty());
    world.cluster.run_for(milliseconds(600));
    CHECK(world.group->committed[{"orders", 0}] == 10);
    world.group->log_end[{"orders", 0}] = 12;
    world.cluster.run_for(seconds(1));
    CHECK(world.group->committed[{"orders", 0}] == 10);
    world.cluster.stop();
    world.cluster.run_for(seconds(1));
    CHECK(world.group->committed[{"orders", 0}] == 12);
    CHECK(world.group->count(leave_api) == 1);
    CHECK(std::get<Exit>(world.cluster.effects.back()).clean);
    CHECK(world.texts(Fact::partitions_revoked) == std::vector<std::string>{"g orders-0"});
}

TEST_CASE("a partition is read from what is committed; auto.offset.reset is for those without") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {1, 1});
    world.group->log_end = {{{"orders", 0}, 10}, {{"orders", 1}, 10}};
    world.group->committed[{"orders", 0}] = 7;
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    CHECK(world.consumer().counters().consumed == 13);
    CHECK(world.consumer().counters().resets == 1);
}

TEST_CASE("an eager member gives up all it has before it joins again") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {1, 2});
    world.group->log_end[{"orders", 0}] = 5;
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    world.group->errors[heartbeat_api].push_back(wire::Error::rebalance_in_progress);
    world.group->we_lead = false;
    world.group->assignment["orders"] = {1};
    world.cluster.run_for(seconds(4));
    CHECK(world.texts(Fact::partitions_revoked) ==
          std::vector<std::string>{"g orders-0, orders-1"});
    CHECK(world.owned() == "orders-1");
    CHECK(world.group->committed[{"orders", 0}] == 5); // committed before it was given up
}

TEST_CASE("a cooperative member keeps reading what it keeps, gives up the rest and joins again") {
    GroupWorld world(subscribed_to({"orders"}),
                     with({{"partition.assignment.strategy", "CooperativeStickyAssignor"}}));
    world.cluster.add_topic("orders", {1, 2, 3});
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    const std::size_t joins = world.group->count(join_api);
    world.group->errors[heartbeat_api].push_back(wire::Error::rebalance_in_progress);
    world.group->we_lead = false;
    world.group->assignment["orders"] = {0, 1};
    world.cluster.run_for(seconds(4));
    CHECK(world.texts(Fact::partitions_revoked) == std::vector<std::string>{"g orders-2"});
    CHECK(world.owned() == "orders-0 orders-1");
    CHECK(world.group->count(join_api) == joins + 2);
}

TEST_CASE("a member whose generation is gone has lost its partitions, uncommitted") {
    for (const wire::Error error :
         {wire::Error::unknown_member_id, wire::Error::illegal_generation}) {
        GroupWorld world(subscribed_to({"orders"}), earliest);
        world.cluster.add_topic("orders", {1});
        world.group->log_end[{"orders", 0}] = 5;
        world.cluster.start();
        world.cluster.run_for(seconds(1));
        const std::string id = world.consumer().group()->member.member_id();
        world.group->errors[heartbeat_api].push_back(error);
        world.cluster.run_for(seconds(3));
        CHECK(world.texts(Fact::partitions_lost) == std::vector<std::string>{"g orders-0"});
        CHECK(world.texts(Fact::partitions_revoked).empty());
        CHECK(world.group->committed.empty());
        CHECK(world.owned() == "orders-0");
        const bool same_id = world.consumer().group()->member.member_id() == id;
        CHECK(same_id == (error == wire::Error::illegal_generation));
    }
}

TEST_CASE("an application that does not poll for max.poll.interval.ms leaves, and joins later") {
    GroupWorld world(subscribed_to({"orders"}), with({{"max.poll.interval.ms", "20000"}}));
    world.cluster.add_topic("orders", {1});
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    world.cluster.tell(StopPolling{true});
    world.cluster.run_for(milliseconds(19'900));
    CHECK(world.group->count(leave_api) == 0);
    world.cluster.run_for(milliseconds(200));
    REQUIRE(world.group->count(leave_api) == 1);
    const auto left = world.group->last(leave_api).as<wire::LeaveGroupRequest>();
    CHECK(left.members.at(0).reason == "consumer poll timeout has expired.");
    CHECK(world.owned() == "orders-0"); // nobody told the application yet
    world.cluster.tell(StopPolling{false});
    world.cluster.run_for(seconds(1));
    CHECK(world.texts(Fact::partitions_lost).size() == 1);
    CHECK(world.owned() == "orders-0");
}

TEST_CASE("a static member does not leave when it closes") {
    GroupWorld world(subscribed_to({"orders"}), with({{"group.instance.id", "i1"}}));
    world.cluster.add_topic("orders", {1});
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    CHECK(world.group->count(join_api) == 1);
    CHECK(world.group->last(join_api).as<wire::JoinGroupRequest>().group_instance_id == "i1");
    world.cluster.stop();
    world.cluster.run_for(seconds(1));
    CHECK(world.group->count(leave_api) == 0);
    CHECK(std::get<Exit>(world.cluster.effects.back()).clean);
}

TEST_CASE("a coordinator that is no longer it is looked for again, and the membership stays") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {1});
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    const std::size_t joins = world.group->count(join_api);
    world.group->coordinator = 2;
    world.group->errors[heartbeat_api].push_back(wire::Error::not_coordinator);
    world.cluster.run_for(seconds(8));
    CHECK(world.group->last(heartbeat_api).broker == 2);
    CHECK(world.group->count(join_api) == joins);
    CHECK(world.owned() == "orders-0");
}

TEST_CASE("a coordinator whose broker dies is found elsewhere, and what was asked is asked again") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {3});
    world.group->silent[join_api] = 1;
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    world.group->coordinator = 2;
    world.cluster.up[1] = false;
    world.cluster.reset(1);
    world.cluster.run_for(seconds(3));
    CHECK(world.owned() == "orders-0");
    CHECK(world.group->last(join_api).broker == 2);
}

TEST_CASE("while the coordinator loads, joining and committed offsets are asked for again") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {1});
    world.group->log_end[{"orders", 0}] = 3;
    world.group->errors[join_api] = {wire::Error::coordinator_load_in_progress,
                                     wire::Error::coordinator_load_in_progress};
    world.group->errors[fetch_committed_api] = {wire::Error::coordinator_load_in_progress,
                                                wire::Error::unstable_offset_commit};
    world.cluster.start();
    world.cluster.run_for(seconds(2));
    CHECK(world.consumer().counters().consumed == 3);
}

TEST_CASE("a fenced static member ends: another life has its instance id") {
    GroupWorld world(subscribed_to({"orders"}), with({{"group.instance.id", "i1"}}));
    world.cluster.add_topic("orders", {1});
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    world.group->errors[heartbeat_api].push_back(wire::Error::fenced_instance_id);
    world.cluster.run_for(seconds(5));
    CHECK_FALSE(std::get<Exit>(world.cluster.effects.back()).clean);
    CHECK(world.cluster.facts(Fact::client_failed).size() == 1);
}

TEST_CASE("a leader that sees new partitions calls its group together") {
    GroupWorld world(subscribed_to({"orders"}), with({{"metadata.max.age.ms", "1000"}}));
    world.cluster.add_topic("orders", {1});
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    world.cluster.topics["orders"].partitions.push_back({2, 0});
    world.cluster.run_for(seconds(3));
    CHECK(world.owned() == "orders-0 orders-1");
}

TEST_CASE("paused partitions hand nothing over, others of the same broker go on") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {1, 1});
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    world.cluster.tell(PausePartition{"orders", 0, true});
    world.group->log_end = {{{"orders", 0}, 4}, {{"orders", 1}, 5}};
    world.cluster.run_for(seconds(1));
    CHECK(world.consumer().counters().consumed == 5);
    world.cluster.tell(PausePartition{"orders", 0, false});
    world.cluster.run_for(seconds(1));
    CHECK(world.consumer().counters().consumed == 9);
    world.cluster.tell(SeekPartition{"orders", 1, Offset{3}});
    world.cluster.run_for(seconds(1));
    CHECK(world.consumer().counters().consumed == 11);
}

TEST_CASE("unsubscribing gives everything up and leaves") {
    GroupWorld world(subscribed_to({"orders"}), earliest);
    world.cluster.add_topic("orders", {1});
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    world.cluster.tell(Unsubscribe{});
    world.cluster.run_for(seconds(10));
    CHECK(world.owned().empty());
    CHECK(world.group->count(leave_api) == 1);
    CHECK(world.group->count(heartbeat_api) == 0);
}

TEST_CASE("partitions assigned by hand have their offsets in the group without being a member") {
    Reading reading;
    reading.partitions = {{"orders", 0, {}}};
    GroupWorld world(reading, earliest);
    world.cluster.add_topic("orders", {1});
    world.group->log_end[{"orders", 0}] = 10;
    world.group->committed[{"orders", 0}] = 4;
    world.cluster.start();
    world.cluster.run_for(seconds(6));
    CHECK(world.consumer().counters().consumed == 6);
    CHECK(world.group->count(join_api) == 0);
    CHECK(world.group->committed[{"orders", 0}] == 10);
    const auto commit = world.group->last(commit_api).as<wire::OffsetCommitRequest>();
    CHECK(commit.generation_id_or_member_epoch == -1);
    CHECK(commit.member_id.empty());
}

TEST_CASE("a pattern subscribes to what matches as a whole, and to what comes to match") {
    Reading reading;
    reading.pattern = "ord.*|__.*";
    GroupWorld world(reading, with({{"metadata.max.age.ms", "1000"}}));
    world.cluster.add_topic("orders", {1});
    world.cluster.add_topic("border", {1});
    world.cluster.add_topic("__consumer_offsets", {1});
    world.cluster.start();
    world.cluster.run_for(seconds(3));
    CHECK(world.owned() == "orders-0");
    world.cluster.add_topic("ordinals", {2});
    world.cluster.run_for(seconds(4));
    CHECK(world.owned() == "orders-0 ordinals-0");
}

TEST_CASE("a pattern that can't be read ends the consumer") {
    Reading reading;
    reading.pattern = "ord(";
    GroupWorld world(reading, earliest);
    world.cluster.start();
    world.cluster.run_for(seconds(1));
    CHECK_FALSE(std::get<Exit>(world.cluster.effects.back()).clean);
}
