// Groups of the consumer protocol in their shard: made, loaded, and taking turns with the classic
// protocol under one id.
#include "tests/core/group/toy.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace orrery;
using namespace orrery::tests;
using wire::Error;
using Heartbeat = wire::ConsumerGroupHeartbeatResponse;

namespace {

wire::ConsumerGroupHeartbeatRequest heartbeat(std::int32_t epoch, const std::string& member = "m") {
    wire::ConsumerGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = member;
    request.member_epoch = epoch;
    if (epoch == 0) {
        request.rebalance_timeout_ms = 10'000;
        request.subscribed_topic_names = std::vector<std::string>{"orders"};
        request.topic_partitions.emplace();
    }
    return request;
}

Error error_of(ToyGroups& toy, const wire::ConsumerGroupHeartbeatRequest& request) {
    return wire::error_of(toy.reply<Heartbeat>(toy.ask(request, 1)).error_code);
}

const group::Group* held(const ToyGroups& toy) {
    const auto* shard = toy.coordinator.shards().find(toy.coordinator.partition_for("g"));
    return (*shard)->latest().find("g");
}

std::string listed(ToyGroups& toy) {
    std::string text;
    for (const auto& group :
         toy.reply<wire::ListGroupsResponse>(toy.ask(wire::ListGroupsRequest{}, 5)).groups)
        text += group.group_id + " " + group.group_type + " " + group.group_state + ";";
    return text;
}

} // namespace

TEST_CASE("the first heartbeat makes a consumer group, and another coordinator loads it") {
    ToyGroups toy;
    const auto first = toy.reply<Heartbeat>(toy.ask(heartbeat(0), 1));
    REQUIRE(first.error_code == 0);
    const std::int32_t epoch = first.member_epoch;
    CHECK(epoch > 0);
    REQUIRE(first.assignment.has_value());
    CHECK(first.assignment->topic_partitions.at(0).partitions.size() == 4);
    CHECK(listed(toy) == "g consumer Stable;");
    CHECK(toy.commit_error(toy.commit("orders", 0, 5, "m", epoch)) == Error::none);
    CHECK(toy.commit_error(toy.commit("orders", 0, 6, "m", epoch + 1)) ==
          Error::stale_member_epoch);
    CHECK(toy.commit_error(toy.commit("orders", 0, 6, "nobody", epoch)) ==
          Error::unknown_member_id);
    toy.elect(false);
    toy.elect(true);
    toy.load();
    CHECK(toy.committed("orders", 0) == 5);
    CHECK(error_of(toy, heartbeat(epoch)) == Error::none);
    wire::ConsumerGroupDescribeRequest describe;
    describe.group_ids = {"g", "none"};
    const auto described = toy.reply<wire::ConsumerGroupDescribeResponse>(toy.ask(describe, 1));
    CHECK(described.groups.at(0).members.size() == 1);
    CHECK(described.groups.at(1).error_code == wire::code(Error::group_id_not_found));
    toy.advance(46'000);
    CHECK(error_of(toy, heartbeat(epoch)) == Error::unknown_member_id);
}

TEST_CASE("a first heartbeat that can't be stored leaves no group behind") {
    ToyGroups toy;
    toy.logs.refuse = Error::not_enough_replicas;
    CHECK(error_of(toy, heartbeat(0)) == Error::coordinator_not_available);
    CHECK(held(toy) == nullptr);
    CHECK(error_of(toy, heartbeat(3)) == Error::group_id_not_found);
    CHECK(error_of(toy, heartbeat(-1)) == Error::group_id_not_found);
}

TEST_CASE("an empty classic group makes room for a consumer group and its offsets stay") {
    ToyGroups toy;
    toy.leave(toy.stable_group(1));
    toy.commit("orders", 1, 9);
    CHECK(error_of(toy, heartbeat(0)) == Error::none);
    CHECK(held(toy)->consumer() != nullptr);
    CHECK(toy.committed("orders", 1) == 9);
    toy.elect(false);
    toy.elect(true);
    toy.load();
    CHECK(listed(toy) == "g consumer Stable;");
    CHECK(toy.committed("orders", 1) == 9);
}

TEST_CASE("a group of offsets alone makes room for a consumer group") {
    ToyGroups toy;
    toy.commit("orders", 1, 9);
    CHECK(error_of(toy, heartbeat(0)) == Error::none);
    CHECK(toy.committed("orders", 1) == 9);
    toy.elect(false);
    toy.elect(true);
    toy.load();
    CHECK(listed(toy) == "g consumer Stable;");
}

TEST_CASE("an empty consumer group makes room for a classic one and its offsets stay") {
    ToyGroups toy;
    const auto first = toy.reply<Heartbeat>(toy.ask(heartbeat(0), 1));
    toy.commit("orders", 2, 4, "m", first.member_epoch);
    CHECK(error_of(toy, heartbeat(-1)) == Error::none);
    CHECK(listed(toy) == "g consumer Empty;");
    toy.stable_group(2);
    CHECK(listed(toy) == "g classic Stable;");
    CHECK(toy.committed("orders", 2) == 4);
    toy.elect(false);
    toy.elect(true);
    toy.load();
    CHECK(listed(toy) == "g classic Stable;");
    CHECK(toy.committed("orders", 2) == 4);
}

TEST_CASE("a deleted consumer group is gone with its offsets, from the log too") {
    ToyGroups toy;
    const auto first = toy.reply<Heartbeat>(toy.ask(heartbeat(0), 1));
    toy.commit("orders", 2, 4, "m", first.member_epoch);
    wire::DeleteGroupsRequest deletion;
    deletion.groups_names = {"g"};
    CHECK(toy.reply<wire::DeleteGroupsResponse>(toy.ask(deletion, 2)).results.at(0).error_code ==
          wire::code(Error::non_empty_group));
    CHECK(error_of(toy, heartbeat(-1)) == Error::none);
    CHECK(toy.reply<wire::DeleteGroupsResponse>(toy.ask(deletion, 2)).results.at(0).error_code ==
          0);
    CHECK(held(toy) == nullptr);
    const group::Coordinator next = toy.successor();
    for (const auto& entry : next.shards())
        CHECK(entry.second->latest().all().empty());
}

TEST_CASE("where the consumer protocol is off its requests are not supported") {
    group::Settings settings;
    settings.consumer_protocol = false;
    ToyGroups toy(settings);
    CHECK(error_of(toy, heartbeat(0)) == Error::unsupported_version);
}
