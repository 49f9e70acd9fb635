// ConsumerGroupHeartbeat: what a request must say, who may join, which epochs are taken.
#include "tests/core/group/consumer_toy.hpp"

using namespace orrery;
using namespace orrery::group;

namespace {

std::string refused(ToyCoordinator& toy, const HeartbeatRequest& request,
                    std::int16_t version = 1) {
    const auto reply = toy.heartbeat(request, version);
    return std::string(wire::name_of(wire::error_of(reply.error_code))) + ": " +
           reply.error_message.value_or("-");
}

HeartbeatRequest living(const std::string& id, std::int32_t epoch) {
    HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = id;
    request.member_epoch = epoch;
    return request;
}

std::string partitions_of(const HeartbeatResponse& reply) {
    if (!reply.assignment)
        return "not said";
    std::string text;
    for (const auto& topic : reply.assignment->topic_partitions)
        for (const std::int32_t partition : topic.partitions)
            text += std::to_string(partition) + " ";
    return text;
}

} // namespace

TEST_CASE("a member that joins is told its epoch, its partitions and when to come again") {
    ToyCoordinator toy;
    toy.topic("orders", 3);
    const auto reply = toy.heartbeat(joining("m1", {"orders"}));
    CHECK(reply.error_code == 0);
    CHECK(reply.member_id == "m1");
    CHECK(reply.member_epoch == 2);
    CHECK(reply.heartbeat_interval_ms == 5'000);
    CHECK(partitions_of(reply) == "0 1 2 ");
    CHECK(toy.last_records() ==
          "ConsumerGroupMemberMetadata ConsumerGroupMetadata ConsumerGroupTargetAssignmentMember "
          "ConsumerGroupTargetAssignmentMetadata ConsumerGroupCurrentMemberAssignment");
    CHECK(toy.group.state() == "Stable");
    CHECK(toy.told(Fact::member_joined) == std::vector<std::string>{"g m1"});
    CHECK(toy.told(Fact::group_state) == std::vector<std::string>{"g Empty -> Stable"});
    CHECK(toy.told(Fact::assignment_made) ==
          std::vector<std::string>{"g is assigned by uniform: m1 orders-0,1,2;"});
    CHECK(toy.told(Fact::member_reconciled) ==
          std::vector<std::string>{"g m1 STABLE has orders-0,1,2"});
}

TEST_CASE("a heartbeat that says nothing new writes nothing and is not told its partitions again") {
    ToyCoordinator toy;
    toy.topic("orders", 3);
    toy.heartbeat(joining("m1", {"orders"}));
    const auto records = toy.log.size();
    CHECK(partitions_of(toy.heartbeat(living("m1", 2))) == "not said");
    CHECK(toy.log.size() == records);
    // one that says all is told all
    HeartbeatRequest full = joining("m1", {"orders"});
    full.member_epoch = 2;
    CHECK(partitions_of(toy.heartbeat(full)) == "0 1 2 ");
    CHECK(toy.log.size() == records);
}

TEST_CASE("version 0 lets the coordinator choose the member id") {
    ToyCoordinator toy;
    toy.topic("orders", 1);
    const auto reply = toy.heartbeat(joining("", {"orders"}), 0);
    CHECK(reply.error_code == 0);
    CHECK(reply.member_id->size() == 22);
    CHECK(toy.group.logged().member(*reply.member_id));
    CHECK(refused(toy, joining("", {"orders"})) == "INVALID_REQUEST: MemberId can't be empty.");
    CHECK(refused(toy, living("", 1), 0) == "INVALID_REQUEST: MemberId can't be empty.");
}

TEST_CASE("a malformed request is refused in Kafka's words") {
    ToyCoordinator toy;
    toy.topic("orders", 1);
    HeartbeatRequest request = joining("m", {"orders"});
    request.group_id = " ";
    CHECK(refused(toy, request) == "INVALID_REQUEST: GroupId can't be empty.");
    request = joining("m", {"orders"});
    request.instance_id = "";
    CHECK(refused(toy, request) == "INVALID_REQUEST: InstanceId can't be empty.");
    request = joining("m", {"orders"});
    request.rack_id = "\t";
    CHECK(refused(toy, request) == "INVALID_REQUEST: RackId can't be empty.");
    request = joining("m", {"orders"});
    request.rebalance_timeout_ms = -1;
    CHECK(refused(toy, request) ==
          "INVALID_REQUEST: RebalanceTimeoutMs must be provided in first request.");
    request = joining("m", {"orders"});
    request.topic_partitions.reset();
    CHECK(refused(toy, request) ==
          "INVALID_REQUEST: TopicPartitions must be empty when (re-)joining.");
    request = joining("m", {"orders"});
    request.subscribed_topic_names.reset();
    CHECK(refused(toy, request) ==
          "INVALID_REQUEST: Either SubscribedTopicNames or SubscribedTopicRegex must be non-null "
          "when (re-)joining.");
    CHECK(refused(toy, living("m", -2)) == "INVALID_REQUEST: InstanceId can't be null.");
    CHECK(refused(toy, living("m", -3)) == "INVALID_REQUEST: MemberEpoch is invalid.");
    request = joining("m", {"orders"});
    request.server_assignor = "sticky";
    CHECK(refused(toy, request) == "UNSUPPORTED_ASSIGNOR: ServerAssignor sticky is not supported. "
                                   "Supported assignors: uniform, range.");
    request = joining("m", {});
    request.subscribed_topic_regex = "orders-[";
    CHECK(refused(toy, request) ==
          "INVALID_REGULAR_EXPRESSION: SubscribedTopicRegex `orders-[` is not a valid regular "
          "expression: missing closing ].");
    CHECK(toy.log.empty());
    CHECK(toy.group.is_blank());
}

TEST_CASE("who is not a member, or no longer the one it was, is told so") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    CHECK(refused(toy, living("m1", 1)) == "GROUP_ID_NOT_FOUND: Consumer group g not found.");
    CHECK(refused(toy, living("m1", -1)) == "GROUP_ID_NOT_FOUND: Group g not found.");
    toy.heartbeat(joining("m1", {"orders"}));
    CHECK(refused(toy, living("m2", 1)) ==
          "UNKNOWN_MEMBER_ID: Member m2 is not a member of group g.");
    CHECK(refused(toy, living("m1", 3)) ==
          "FENCED_MEMBER_EPOCH: The consumer group member has a greater member epoch (3) than the "
          "one known by the group coordinator (2). The member must abandon all its partitions and "
          "rejoin.");
    CHECK(refused(toy, living("m1", 1)) ==
          "FENCED_MEMBER_EPOCH: The consumer group member has a smaller member epoch (1) than the "
          "one known by the group coordinator (2). The member must abandon all its partitions and "
          "rejoin.");
}

TEST_CASE("a member whose last reply was lost goes on, if it owns no more than it was given") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    toy.heartbeat(joining("m1", {"orders"}));
    toy.grow("orders", 3);
    const auto lost = toy.heartbeat(living("m1", 2));
    CHECK(lost.member_epoch == 3);
    CHECK(partitions_of(lost) == "0 1 2 ");
    HeartbeatRequest again = living("m1", 2);
    again.topic_partitions.emplace().push_back({toy.topic_id("orders"), {0, 1}, {}});
    const auto reply = toy.heartbeat(again);
    CHECK(reply.error_code == 0);
    CHECK(reply.member_epoch == 3);
    again.topic_partitions->push_back({toy.topic_id("orders"), {7}, {}});
    CHECK(wire::error_of(toy.heartbeat(again).error_code) == wire::Error::fenced_member_epoch);
}

TEST_CASE("a member that joins again under its id is taken as it is, without a rebalance") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    toy.heartbeat(joining("m1", {"orders"}));
    const auto reply = toy.heartbeat(joining("m1", {"orders"}));
    CHECK(reply.member_epoch == 2);
    CHECK(partitions_of(reply) == "0 1 ");
    CHECK(toy.group.logged().epoch() == 2);
}

TEST_CASE("a full group takes nobody in, but its own members live on") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    toy.settings.consumer_max_size = 1;
    toy.heartbeat(joining("m1", {"orders"}));
    CHECK(refused(toy, joining("m2", {"orders"})) ==
          "GROUP_MAX_SIZE_REACHED: The consumer group has reached its maximum capacity of 1 "
          "members.");
    CHECK(toy.heartbeat(living("m1", 2)).error_code == 0);
}

TEST_CASE("the group's own configs count, within the broker's limits") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    toy.set_config("consumer.heartbeat.interval.ms", "7000");
    CHECK(toy.heartbeat(joining("m1", {"orders"})).heartbeat_interval_ms == 7'000);
    toy.set_config("consumer.heartbeat.interval.ms", "60000");
    CHECK(toy.heartbeat(living("m1", 2)).heartbeat_interval_ms == 15'000);
    toy.set_config("consumer.session.timeout.ms", "50000");
    toy.heartbeat(living("m1", 2));
    toy.pass(seconds(49));
    CHECK_FALSE(toy.group.empty());
    toy.pass(seconds(1));
    CHECK(toy.group.empty());
}

TEST_CASE("the assignor of the members' choice makes the assignment") {
    ToyCoordinator toy;
    toy.topic("a", 3);
    toy.topic("b", 3);
    ToyMember m1(toy, "m1", {"a", "b"});
    ToyMember m2(toy, "m2", {"a", "b"});
    settle(toy, {&m1, &m2});
    CHECK(m1.owned.size() == 3);
    m1.assignor = "range";
    m1.epoch = 0; // it says so when it joins again
    const auto epoch = toy.group.logged().epoch();
    settle(toy, {&m1, &m2});
    CHECK(toy.group.logged().epoch() > epoch);
    CHECK(toy.owned("m1") == "a-0,1 b-0,1");
    CHECK(toy.owned("m2") == "a-2 b-2");
    CHECK(toy.group.describe(toy.context()).assignor_name == "range");
}

TEST_CASE("the assignor runs at most once in the assignment interval") {
    ToyCoordinator toy;
    toy.topic("orders", 4);
    toy.settings.consumer_assignment_interval = seconds(1);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    m1.heartbeat();
    toy.pass(milliseconds(400));
    m2.heartbeat();
    CHECK(m2.epoch == 2); // of the assignment that there is, which gives it nothing
    CHECK(toy.group.logged().epoch() == 3);
    CHECK(toy.group.logged().assignment_epoch() == 2);
    CHECK(toy.group.state() == "Assigning");
    toy.pass(milliseconds(500));
    m1.heartbeat();
    CHECK(toy.group.state() == "Assigning");
    toy.pass(milliseconds(100));
    m1.heartbeat();
    CHECK(toy.group.logged().assignment_epoch() == 3);
    CHECK(toy.group.state() == "Reconciling");
    settle(toy, {&m1, &m2}, 3);
    CHECK(toy.group.state() == "Stable");
}
