// How members get from one assignment to the next without a partition ever being owned twice.
#include "tests/core/group/consumer_toy.hpp"

using namespace orrery;
using namespace orrery::group;

TEST_CASE("a partition goes to its new owner only when the old one has given it up") {
    ToyCoordinator toy;
    toy.topic("orders", 4);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    m1.heartbeat();
    CHECK(toy.owned("m1") == "orders-0,1,2,3");
    m2.heartbeat();
    CHECK(toy.target("m2") == "orders-2,3");
    CHECK(toy.member("m2").state == ConsumerMemberState::unreleased_partitions);
    CHECK(toy.member("m2").epoch == 3);
    CHECK(m2.owned.empty());
    CHECK(toy.group.state() == "Reconciling");

    m1.heartbeat(); // is asked to give up two
    CHECK(toy.member("m1").state == ConsumerMemberState::unrevoked_partitions);
    CHECK(toy.member("m1").epoch == 2);
    CHECK(toy.owned("m1") == "orders-0,1");
    CHECK(toy.revoking("m1") == "orders-2,3");
    m2.heartbeat();
    CHECK(m2.owned.empty());

    m1.heartbeat(); // says that it did
    CHECK(toy.member("m1").state == ConsumerMemberState::stable);
    CHECK(toy.member("m1").epoch == 3);
    m2.heartbeat();
    CHECK(toy.owned("m2") == "orders-2,3");
    CHECK(toy.group.state() == "Stable");
    CHECK(toy.replayed() == toy.group.logged());
}

TEST_CASE("a member that does not say what it owns has not given up anything") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    m1.heartbeat();
    m2.heartbeat();
    m1.heartbeat();
    m1.clings = true;
    for (int i = 0; i < 5; ++i) {
        m1.heartbeat();
        m2.heartbeat();
    }
    CHECK(toy.revoking("m1") == "orders-1");
    CHECK(m2.owned.empty());
}

TEST_CASE("who does not give up in its rebalance timeout is fenced, heartbeating or not") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    m1.heartbeat();
    m2.heartbeat();
    m1.heartbeat();
    m1.clings = true;
    for (int second = 0; second < 29; ++second) {
        toy.pass(seconds(1));
        CHECK(m1.heartbeat() == 0);
        m2.heartbeat();
    }
    toy.pass(seconds(1));
    CHECK(toy.told(Fact::member_fenced) ==
          std::vector<std::string>{"g m1: it did not give up partitions in time"});
    CHECK(wire::error_of(m1.heartbeat()) == wire::Error::unknown_member_id);
    m2.heartbeat();
    m2.heartbeat();
    CHECK(toy.owned("m2") == "orders-0,1");
}

TEST_CASE("who gave up in time is not fenced by the rebalance timeout") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    settle(toy, {&m1, &m2});
    settle(toy, {&m1, &m2}, 40);
    CHECK(toy.told(Fact::member_fenced).empty());
    CHECK(toy.group.state() == "Stable");
}

TEST_CASE("a topic that a member no longer wants is taken from it at once") {
    ToyCoordinator toy;
    toy.topic("a", 2);
    toy.topic("b", 2);
    toy.settings.consumer_assignment_interval = seconds(15);
    ToyMember m1(toy, "m1", {"a", "b"});
    m1.heartbeat();
    CHECK(m1.owned.size() == 4);
    HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = "m1";
    request.member_epoch = m1.epoch;
    request.subscribed_topic_names = {"a"};
    const auto reply = toy.heartbeat(request);
    // no new assignment yet, but b goes: the member does not say what it owns, so it is asked
    CHECK(toy.group.state() == "Assigning");
    CHECK(reply.assignment->topic_partitions.size() == 1);
    CHECK(toy.owned("m1") == "a-0,1");
    CHECK(toy.revoking("m1") == "b-0,1");
}

TEST_CASE("a partition that comes back before it was given up is simply kept") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    m1.heartbeat();
    m2.heartbeat();
    m1.heartbeat();
    CHECK(toy.revoking("m1") == "orders-1");
    m2.leave();
    m1.heartbeat();
    m1.heartbeat();
    CHECK(toy.owned("m1") == "orders-0,1");
    CHECK(toy.group.state() == "Stable");
}

TEST_CASE("an epoch that a member has left still commits what it has had since then") {
    ToyCoordinator toy;
    toy.topic("orders", 4);
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    settle(toy, {&m1, &m2});
    const Uuid orders = toy.topic_id("orders");
    using wire::Error;
    CHECK(m1.epoch == 3);
    CHECK(toy.group.check_commit("m1", 3, 9) == Error::none);
    CHECK(toy.group.check_commit("m1", 3, 8) == Error::unsupported_version);
    CHECK(toy.group.check_commit("m1", 4, 9) == Error::stale_member_epoch);
    CHECK(toy.group.check_commit("m3", 3, 9) == Error::unknown_member_id);
    CHECK(toy.group.check_commit("", -1, 9) == Error::unknown_member_id);
    CHECK(toy.group.check_commit("m1", 2, 9) == Error::none);
    CHECK(toy.group.check_commit_of("m1", 2, orders, 0) == Error::none);
    CHECK(toy.group.check_commit_of("m1", 1, orders, 0) == Error::stale_member_epoch);
    CHECK(toy.group.check_commit_of("m1", 2, orders, 3) == Error::stale_member_epoch);
    CHECK(toy.group.check_commit_of("m2", 2, orders, 3) == Error::stale_member_epoch);
    CHECK(toy.group.check_fetch("m1", 3) == Error::none);
    CHECK(toy.group.check_fetch("m1", 2) == Error::stale_member_epoch);
    CHECK(toy.group.check_fetch("m3", 2) == Error::unknown_member_id);
    CHECK(toy.group.check_fetch("", -1) == Error::none);
    m1.leave();
    m2.leave();
    CHECK(toy.group.check_commit("", -1, 9) == Error::none);
    CHECK(toy.group.check_delete() == Error::none);
}

TEST_CASE("with the planted bug a partition has two owners") {
    ToyCoordinator toy;
    toy.topic("orders", 4);
    toy.settings.planted.assign_before_revoked = true;
    ToyMember m1(toy, "m1", {"orders"});
    ToyMember m2(toy, "m2", {"orders"});
    m1.heartbeat();
    m2.heartbeat();
    CHECK(toy.owned("m1") == "orders-0,1,2,3");
    CHECK(toy.owned("m2") == "orders-2,3");
    CHECK(toy.owned_twice().size() == 2);
}
