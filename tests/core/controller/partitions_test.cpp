// AlterPartition and ElectLeaders: what a leader may say of its ISR, and who leads.
#include "tests/core/controller/room.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

/// Three brokers and topic "orders" of one partition with replicas 1, 2, 3, led by 1.
ControllerRoom cluster(std::vector<std::pair<std::string, std::string>> configs = {}) {
    ControllerRoom room;
    room.activate();
    for (const int id : {1, 2, 3})
        room.add_broker(id);
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.num_partitions = -1;
    topic.replication_factor = -1;
    topic.assignments.emplace_back().broker_ids = {1, 2, 3};
    for (auto& [name, value] : configs) {
        auto& config = topic.configs.emplace_back();
        config.name = name;
        config.value = value;
    }
    REQUIRE(room.ask<wire::CreateTopicsResponse>(request).topics[0].error_code == 0);
    return room;
}

Error altered(ControllerRoom& room, std::vector<std::int32_t> isr, std::int32_t offset = 0) {
    const auto response = room.alter_isr("orders", 0, std::move(isr), offset);
    if (response.error_code != 0)
        return error(response.error_code);
    return error(response.topics.at(0).partitions.at(0).error_code);
}

wire::AlterPartitionRequest request_of(const ControllerRoom& room) {
    const metadata::Partition& present = room.partition("orders", 0);
    wire::AlterPartitionRequest request;
    request.broker_id = 1;
    request.broker_epoch = room.committed.broker(NodeId{1})->epoch.value;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = room.committed.topic("orders")->id;
    auto& wish = topic.partitions.emplace_back();
    wish.leader_epoch = present.leader_epoch.value;
    wish.partition_epoch = present.partition_epoch.value;
    wish.new_isr = {1, 2}; // as version 2 says it
    return request;
}

Error sent(ControllerRoom& room, const wire::AlterPartitionRequest& request) {
    const auto response = room.ask<wire::AlterPartitionResponse>(request);
    if (response.error_code != 0)
        return error(response.error_code);
    return error(response.topics.at(0).partitions.at(0).error_code);
}

Error elected(ControllerRoom& room, std::int8_t type, std::int32_t partition = 0) {
    wire::ElectLeadersRequest request;
    request.election_type = type;
    auto& topic = request.topic_partitions.emplace().emplace_back();
    topic.topic = "orders";
    topic.partitions = {partition};
    const auto response = room.ask<wire::ElectLeadersResponse>(request);
    return error(response.replica_election_results.at(0).partition_result.at(0).error_code);
}

} // namespace

TEST_CASE("a leader shrinks and grows its ISR, and each change bumps the partition epoch") {
    ControllerRoom room = cluster();
    const metadata::Partition before = room.partition("orders", 0);
    CHECK(altered(room, {1, 2}) == Error::none);
    CHECK(room.partition("orders", 0).isr == nodes({1, 2}));
    CHECK(room.partition("orders", 0).partition_epoch == before.partition_epoch + 1);
    CHECK(room.partition("orders", 0).leader_epoch == before.leader_epoch);
    CHECK(altered(room, {1, 2, 3}) == Error::none);
    CHECK(room.partition("orders", 0).isr == nodes({1, 2, 3}));
    CHECK(room.story().back() == "orders-0: leader 1, leader epoch 0, ISR [1, 2, 3], ELR []");
}

TEST_CASE("a stale or a future partition epoch changes nothing") {
    ControllerRoom room = cluster();
    CHECK(altered(room, {1, 2}, -1) == Error::invalid_update_version);
    CHECK(altered(room, {1, 2}, 1) == Error::not_controller);
    CHECK(room.partition("orders", 0).isr.size() == 3);
}

TEST_CASE("each way to be wrong has its own error") {
    ControllerRoom room = cluster();
    auto request = request_of(room);
    request.broker_epoch += 1;
    CHECK(sent(room, request) == Error::stale_broker_epoch);
    request = request_of(room);
    request.topics[0].topic_id = {1, 2};
    CHECK(sent(room, request) == Error::unknown_topic_id);
    request = request_of(room);
    request.topics[0].partitions[0].partition_index = 9;
    CHECK(sent(room, request) == Error::unknown_topic_or_partition);
    request = request_of(room);
    request.topics[0].partitions[0].leader_epoch -= 1;
    CHECK(sent(room, request) == Error::fenced_leader_epoch);
    request.topics[0].partitions[0].leader_epoch += 2;
    CHECK(sent(room, request) == Error::not_controller);
    request = request_of(room);
    request.broker_id = 2; // not the leader
    request.broker_epoch = room.committed.broker(NodeId{2})->epoch.value;
    CHECK(sent(room, request) == Error::invalid_request);
    request = request_of(room);
    request.topics[0].partitions[0].new_isr = {2, 3}; // without the leader itself
    CHECK(sent(room, request) == Error::invalid_request);
    request.topics[0].partitions[0].new_isr = {1, 7}; // no replica
    CHECK(sent(room, request) == Error::invalid_request);
    request.topics[0].partitions[0].new_isr = {1, 1};
    CHECK(sent(room, request) == Error::invalid_request);
    request = request_of(room);
    request.topics[0].partitions[0].new_isr = {1};
    request.topics[0].partitions[0].leader_recovery_state = 1; // RECOVERED never goes back
    CHECK(sent(room, request) == Error::invalid_request);
    CHECK(room.partition("orders", 0).isr.size() == 3);
    CHECK(sent(room, request_of(room)) == Error::none);
}

TEST_CASE("a fenced broker, or another incarnation of one, does not come into the ISR") {
    ControllerRoom room = cluster();
    room.heartbeat(3, true); // asks to be fenced
    CHECK(room.partition("orders", 0).isr == nodes({1, 2}));
    CHECK(altered(room, {1, 2, 3}) == Error::ineligible_replica);
    room.heartbeat(3);
    auto request = request_of(room);
    auto& wish = request.topics[0].partitions[0];
    wish.new_isr.clear();
    for (const int id : {1, 2, 3}) {
        auto& member = wish.new_isr_with_epochs.emplace_back();
        member.broker_id = id;
        member.broker_epoch = room.committed.broker(NodeId{id})->epoch.value;
    }
    wish.new_isr_with_epochs[2].broker_epoch -= 1; // KIP-903
    CHECK(sent(room, request) == Error::ineligible_replica);
    CHECK(altered(room, {1, 2, 3}) == Error::none);
}

TEST_CASE("below min ISR those who leave stay eligible, and lead when the ISR has died") {
    ControllerRoom room = cluster({{"min.insync.replicas", "2"}});
    CHECK(altered(room, {1, 2}) == Error::none);
    CHECK(room.partition("orders", 0).elr.empty());
    CHECK(altered(room, {1}) == Error::none);
    CHECK(room.partition("orders", 0).elr == nodes({2}));
    CHECK(room.story().back() == "orders-0: leader 1, leader epoch 0, ISR [1], ELR [2]");
    room.heartbeat(1, true, true);
    const metadata::Partition& partition = room.partition("orders", 0);
    CHECK(partition.leader == NodeId{2});
    CHECK(partition.isr == nodes({2}));
    CHECK(partition.elr == nodes({1}));
    CHECK(partition.leader_epoch == LeaderEpoch{1});
}

TEST_CASE("a changed min.insync.replicas clears the ELR that was built on the old one") {
    ControllerRoom room = cluster({{"min.insync.replicas", "2"}});
    altered(room, {1});
    REQUIRE(!room.partition("orders", 0).elr.empty());
    CHECK(room.set_config(2, "orders", "min.insync.replicas", "1").responses[0].error_code == 0);
    CHECK(room.partition("orders", 0).elr.empty());
}

TEST_CASE("a preferred election gives the leadership back, when the preferred replica is in sync") {
    ControllerRoom room = cluster();
    CHECK(elected(room, 0) == Error::election_not_needed);
    CHECK(elected(room, 0, 5) == Error::unknown_topic_or_partition);
    room.heartbeat(1, true);
    REQUIRE(room.partition("orders", 0).leader == NodeId{2});
    CHECK(elected(room, 0) == Error::preferred_leader_not_available);
    room.heartbeat(1);
    CHECK(elected(room, 0) == Error::preferred_leader_not_available); // back, but not in sync
    CHECK(altered(room, {2, 3, 1}) == Error::none);
    CHECK(elected(room, 0) == Error::none);
    CHECK(room.partition("orders", 0).leader == NodeId{1});
}

TEST_CASE("an unclean election takes a live replica where nobody may lead") {
    ControllerRoom room = cluster();
    CHECK(altered(room, {1}) == Error::none);
    CHECK(elected(room, 1) == Error::election_not_needed);
    room.heartbeat(1, true);
    REQUIRE(!room.partition("orders", 0).has_leader());
    CHECK(elected(room, 1) == Error::none);
    const metadata::Partition& partition = room.partition("orders", 0);
    CHECK(partition.leader == NodeId{2});
    CHECK(partition.isr == nodes({2}));
    CHECK(partition.leader_recovery_state == metadata::LeaderRecoveryState::recovering);
    // A recovering leader says that it has recovered before anybody else comes into its ISR.
    CHECK(altered(room, {2, 3}) == Error::invalid_request);
}

TEST_CASE("where the topic allows it, an unclean leader is elected at once, or when that is set") {
    ControllerRoom at_once = cluster({{"unclean.leader.election.enable", "true"}});
    altered(at_once, {1});
    at_once.heartbeat(1, true);
    CHECK(at_once.partition("orders", 0).leader == NodeId{2});
    ControllerRoom later = cluster();
    altered(later, {1});
    later.heartbeat(1, true);
    REQUIRE(!later.partition("orders", 0).has_leader());
    later.set_config(2, "orders", "unclean.leader.election.enable", "true");
    CHECK(!later.partition("orders", 0).has_leader());
    for (int i = 0; i < 101; ++i) { // unclean.leader.election.interval.ms is five minutes
        later.pass(seconds(3));
        for (const int id : {1, 2, 3})
            later.heartbeat(id, id == 1);
    }
    CHECK(later.partition("orders", 0).leader == NodeId{2});
}

TEST_CASE("leaderships go back to preferred leaders every five minutes") {
    ControllerRoom room = cluster();
    room.heartbeat(1, true);
    room.heartbeat(1);
    altered(room, {2, 3, 1});
    REQUIRE(room.partition("orders", 0).leader == NodeId{2});
    for (int i = 0; i < 101; ++i) {
        room.pass(seconds(3));
        for (const int id : {1, 2, 3})
            room.heartbeat(id);
    }
    CHECK(room.partition("orders", 0).leader == NodeId{1});
}
