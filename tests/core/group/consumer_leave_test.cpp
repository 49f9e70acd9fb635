// How members go and come back: leaving, static members, silent members, a coordinator that dies.
#include "tests/core/group/consumer_toy.hpp"

using namespace orrery;
using namespace orrery::group;

TEST_CASE("who leaves is forgotten, and the others get its partitions") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    settle(toy, {&m1, &m2});
    CHECK(m2.leave() == 0);
    CHECK(toy.last_records() ==
          "ConsumerGroupCurrentMemberAssignment- ConsumerGroupTargetAssignmentMember- "
          "ConsumerGroupMemberMetadata- ConsumerGroupMetadata");
    CHECK(toy.group.state() == "Assigning");
    m1.heartbeat();
    m1.heartbeat();
    CHECK(toy.owned("m1") == "orders-0,1");
    CHECK(toy.told(Fact::member_left) == std::vector<std::string>{"g m2"});
}

TEST_CASE("a group whose last member leaves is empty, and its next member need not wait") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    toy.settings.consumer_assignment_interval = seconds(15);
    ToyMember m1(toy, "m1", {"orders"});
    m1.heartbeat();
    m1.leave();
    CHECK(toy.last_records() ==
          "ConsumerGroupCurrentMemberAssignment- ConsumerGroupTargetAssignmentMember- "
          "ConsumerGroupMemberMetadata- ConsumerGroupMetadata "
          "ConsumerGroupTargetAssignmentMetadata");
    CHECK(toy.group.state() == "Empty");
    CHECK(toy.group.logged().epoch() == toy.group.logged().assignment_epoch());
    m1.heartbeat();
    CHECK(toy.owned("m1") == "orders-0,1");
}

TEST_CASE("who is silent for a session is fenced, to the instant") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    settle(toy, {&m1, &m2});
    m1.heartbeat();
    m2.heartbeat();
    toy.pass(seconds(44));
    m1.heartbeat();
    toy.pass(milliseconds(999));
    CHECK(toy.group.logged().members().size() == 2);
    toy.pass(milliseconds(1));
    CHECK(toy.group.logged().members().size() == 1);
    CHECK(toy.told(Fact::member_fenced) == std::vector<std::string>{"g m2: its session expired"});
    CHECK(wire::error_of(m2.heartbeat()) == wire::Error::unknown_member_id);
}

TEST_CASE("a member that could not be fenced is fenced half a second later") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    ToyMember m1(toy, "m1", {"orders"});
    m1.heartbeat();
    toy.now.instant = toy.now.instant + seconds(45);
    REQUIRE(toy.group.wakeup() == toy.now.instant);
    CHECK_FALSE(toy.group.wake(toy.context()).records.empty()); // and the log does not take them
    CHECK(toy.group.wakeup() == toy.now.instant + milliseconds(500));
    toy.pass(milliseconds(500));
    CHECK(toy.group.empty());
    toy.pass(seconds(1));
    CHECK(toy.group.wakeup() == std::nullopt);
}

TEST_CASE("a static member that comes back finds what it had, without a rebalance") {
    ToyCoordinator toy;
    toy.topic("orders", 4);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    m1.instance_id = "one";
    settle(toy, {&m1, &m2});
    const std::string had = toy.owned("m1");
    const auto epoch = toy.group.logged().epoch();
    CHECK(m1.leave(static_leaving_epoch) == 0);
    CHECK(toy.member("m1").epoch == static_leaving_epoch);
    CHECK(toy.owned("m1") == had);
    CHECK(toy.group.state() == "Reconciling");
    toy.pass(seconds(10));

    ToyMember again(toy, "m1-again", {"orders"});
    again.instance_id = "one";
    CHECK(again.heartbeat() == 0);
    CHECK(toy.last_records() ==
          "ConsumerGroupCurrentMemberAssignment- ConsumerGroupTargetAssignmentMember- "
          "ConsumerGroupMemberMetadata- ConsumerGroupMemberMetadata "
          "ConsumerGroupTargetAssignmentMember ConsumerGroupCurrentMemberAssignment "
          "ConsumerGroupCurrentMemberAssignment");
    CHECK(toy.owned("m1-again") == had);
    CHECK(again.owned.size() == 2);
    CHECK(toy.group.logged().epoch() == epoch);
    CHECK(toy.group.state() == "Stable");
    // the same id may come back, too
    again.leave(static_leaving_epoch);
    CHECK(again.heartbeat() == 0);
    CHECK(toy.owned("m1-again") == had);
    toy.pass(seconds(46));
    CHECK(toy.group.empty()); // its new session counts
}

TEST_CASE("a static member that stays away longer than its session is fenced") {
    ToyCoordinator toy;
    toy.topic("orders", 4);
    ToyMember m1(toy, "m1", {"orders"});
    m1.instance_id = "one";
    m1.heartbeat();
    m1.leave(static_leaving_epoch);
    toy.pass(seconds(44));
    CHECK_FALSE(toy.group.empty());
    toy.pass(seconds(1));
    CHECK(toy.group.empty());
}

TEST_CASE("an instance id belongs to one member at a time") {
    ToyCoordinator toy;
    toy.topic("orders", 4);
    ToyMember m1(toy, "m1", {"orders"});
    m1.instance_id = "one";
    m1.heartbeat();
    HeartbeatRequest other = joining("m2", {"orders"});
    other.instance_id = "one";
    auto reply = toy.heartbeat(other);
    CHECK(wire::error_of(reply.error_code) == wire::Error::unreleased_instance_id);
    CHECK(reply.error_message == "Static member m2 with instance id one cannot join the group "
                                 "because the instance id is owned by m1 member.");
    other.member_epoch = 2;
    reply = toy.heartbeat(other);
    CHECK(wire::error_of(reply.error_code) == wire::Error::fenced_instance_id);
    CHECK(reply.error_message == "Static member m2 with instance id one was fenced by member m1.");
    other.instance_id = "two";
    reply = toy.heartbeat(other);
    CHECK(wire::error_of(reply.error_code) == wire::Error::unknown_member_id);
    CHECK(reply.error_message == "Instance id two is unknown.");
    CHECK(m1.heartbeat() == 0);
}

TEST_CASE("a new coordinator gives every member a fresh session, and goes on where the old was") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    m1.heartbeat();
    m2.heartbeat();
    m1.heartbeat(); // has to give up orders-1 within 30 s
    const ConsumerState before = toy.group.logged();
    toy.pass(seconds(20));
    toy.fail_over();
    CHECK(toy.group.logged() == before);
    toy.pass(seconds(29));
    CHECK(toy.group.logged().members().size() == 2);
    toy.pass(seconds(1));
    CHECK(toy.told(Fact::member_fenced) ==
          std::vector<std::string>{"g m1: it did not give up partitions in time"});
    settle(toy, {&m2}, 3);
    CHECK(toy.owned("m2") == "orders-0,1");
}

TEST_CASE("the tombstones of a group forget all of it") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    toy.topic("clicks", 2);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {});
    m2.regex = "c.*";
    settle(toy, {&m1, &m2});
    CHECK(toy.group.check_delete() == wire::Error::non_empty_group);
    Decision decision;
    toy.group.write_tombstones(decision.records);
    toy.perform(decision);
    CHECK(toy.last_records() ==
          "ConsumerGroupCurrentMemberAssignment- ConsumerGroupCurrentMemberAssignment- "
          "ConsumerGroupTargetAssignmentMember- ConsumerGroupTargetAssignmentMember- "
          "ConsumerGroupTargetAssignmentMetadata- ConsumerGroupMemberMetadata- "
          "ConsumerGroupMemberMetadata- ConsumerGroupRegularExpression- "
          "ConsumerGroupPartitionMetadata- ConsumerGroupMetadata-");
    CHECK(toy.group.is_blank());
}
