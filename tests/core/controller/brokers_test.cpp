// The life of a broker as the controller sees it.
#include "tests/core/controller/room.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

Error register_error(ControllerRoom& room, const wire::BrokerRegistrationRequest& request) {
    return error(room.ask<wire::BrokerRegistrationResponse>(request).error_code);
}

bool told(const ControllerRoom& room, const std::string& sentence) {
    const auto story = room.story();
    return std::find(story.begin(), story.end(), sentence) != story.end();
}

} // namespace

TEST_CASE("a broker registers fenced, with the offset of its record as its epoch") {
    ControllerRoom room;
    room.activate();
    const Offset before = room.committed.offset();
    const std::int64_t epoch = room.add_broker(1, "r1", false);
    CHECK(epoch == before.value + 1);
    const metadata::Broker* broker = room.committed.broker(NodeId{1});
    REQUIRE(broker);
    CHECK(broker->fenced);
    CHECK(broker->rack == "r1");
    CHECK(told(room, "broker 1 registers with broker epoch " + std::to_string(epoch)));
}

TEST_CASE("a broker is unfenced once it has read its own registration") {
    ControllerRoom room;
    room.activate();
    const std::int64_t epoch = room.add_broker(1, std::nullopt, false);
    wire::BrokerHeartbeatRequest request;
    request.broker_id = 1;
    request.broker_epoch = epoch;
    request.current_metadata_offset = epoch - 1;
    auto response = room.ask<wire::BrokerHeartbeatResponse>(request);
    CHECK(response.is_fenced);
    CHECK(!response.is_caught_up);
    request.current_metadata_offset = epoch;
    response = room.ask<wire::BrokerHeartbeatResponse>(request);
    CHECK(!response.is_fenced);
    CHECK(response.is_caught_up);
    CHECK(room.committed.is_active(NodeId{1}));
    CHECK(told(room, "broker 1 is unfenced"));
}

TEST_CASE("a heartbeat with another broker epoch is stale, as is one of a stranger") {
    ControllerRoom room;
    room.activate();
    const std::int64_t epoch = room.add_broker(1);
    wire::BrokerHeartbeatRequest request;
    request.broker_id = 1;
    request.broker_epoch = epoch + 1;
    CHECK(error(room.ask<wire::BrokerHeartbeatResponse>(request).error_code) ==
          Error::stale_broker_epoch);
    CHECK(error(room.heartbeat(7).error_code) == Error::stale_broker_epoch);
}

TEST_CASE("a broker that falls silent is fenced after its session, and its partitions move on") {
    ControllerRoom room;
    room.activate();
    for (const int id : {1, 2, 3})
        room.add_broker(id);
    room.create("orders", 3, 3);
    const NodeId silent = room.partition("orders", 0).leader;
    for (int i = 0; i < 20; ++i) {
        room.pass(seconds(1));
        for (const int id : {1, 2, 3})
            if (NodeId{id} != silent)
                CHECK(!room.heartbeat(id).is_fenced);
        CHECK(room.committed.broker(silent)->fenced == (i >= 10)); // 9 s, looked at each 1.125 s
    }
    for (int number = 0; number < 3; ++number) {
        const metadata::Partition& partition = room.partition("orders", number);
        CHECK(partition.isr.size() == 2);
        CHECK(!partition.in_isr(silent));
        CHECK(partition.leader != silent);
        CHECK(partition.has_leader());
    }
    CHECK(
        told(room, "broker " + std::to_string(silent.value) + " is fenced: its session has ended"));
}

TEST_CASE("another incarnation must wait until the session of the one before has ended") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    CHECK(register_error(room, room.registration(1, 77)) == Error::duplicate_broker_registration);
    room.pass(seconds(10));
    CHECK(register_error(room, room.registration(1, 77)) == Error::none);
    CHECK(room.committed.broker(NodeId{1})->fenced);
}

TEST_CASE("the same incarnation may register again and keeps its epoch") {
    ControllerRoom room;
    room.activate();
    auto request = room.registration(1, 5);
    const auto first = room.ask<wire::BrokerRegistrationResponse>(request);
    room.heartbeat(1);
    request.rack = "moved";
    const auto second = room.ask<wire::BrokerRegistrationResponse>(request);
    CHECK(second.broker_epoch == first.broker_epoch);
    CHECK(room.committed.broker(NodeId{1})->rack == "moved");
    CHECK(!room.committed.broker(NodeId{1})->fenced);
}

TEST_CASE("registrations that cannot be are refused") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    auto request = room.registration(2, 1);
    request.cluster_id = "another";
    CHECK(register_error(room, request) == Error::inconsistent_cluster_id);
    request = room.registration(2, 1);
    request.log_dirs.clear();
    CHECK(register_error(room, request) == Error::invalid_registration);
    request.log_dirs = {{0, 5}};
    CHECK(register_error(room, request) == Error::invalid_registration);
    request.log_dirs = {{500, 1}}; // broker 1 has it
    CHECK(register_error(room, request) == Error::invalid_registration);
    request = room.registration(2, 1);
    for (auto& feature : request.features)
        if (feature.name == "metadata.version")
            feature.max_supported_version = 32;
    CHECK(register_error(room, request) == Error::unsupported_version);
    request = room.registration(2, 1);
    request.features.clear();
    CHECK(register_error(room, request) == Error::invalid_registration);
    CHECK(room.committed.broker(NodeId{2}) == nullptr);
}

TEST_CASE("controlled shutdown moves leaderships, then waits for all to know, then lets go") {
    ControllerRoom room;
    room.activate();
    for (const int id : {1, 2, 3})
        room.add_broker(id);
    room.create("orders", 6, 3);
    auto leaving = room.heartbeat(1, false, true);
    CHECK(!leaving.should_shut_down);
    CHECK(!leaving.is_fenced);
    CHECK(room.committed.broker(NodeId{1})->in_controlled_shutdown);
    for (int number = 0; number < 6; ++number) {
        CHECK(room.partition("orders", number).leader != NodeId{1});
        CHECK(!room.partition("orders", number).in_isr(NodeId{1}));
    }
    CHECK(!room.heartbeat(1, false, true).should_shut_down); // 2 and 3 have not read of it
    room.heartbeat(2);
    CHECK(!room.heartbeat(1, false, true).should_shut_down);
    room.heartbeat(3);
    leaving = room.heartbeat(1, false, true);
    CHECK(leaving.should_shut_down);
    CHECK(leaving.is_fenced);
    CHECK(room.committed.broker(NodeId{1})->fenced);
    CHECK(told(room, "broker 1 is in controlled shutdown"));
    CHECK(told(room, "broker 1 is fenced: it shuts down"));
    // On its way out it must not come back into an ISR.
    const auto refused = room.alter_isr("orders", 0, {1, 2, 3});
    CHECK(error(refused.topics[0].partitions[0].error_code) == Error::ineligible_replica);
}

TEST_CASE("a broker that leads nothing may stop at once") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    CHECK(room.heartbeat(1, false, true).should_shut_down);
}

TEST_CASE("an unclean restart takes a broker out of the ELR, a clean one does not") {
    for (const bool clean : {false, true}) {
        ControllerRoom room;
        room.activate();
        for (const int id : {1, 2, 3})
            room.add_broker(id);
        room.create("orders", 1, 3, {{"min.insync.replicas", "3"}});
        const NodeId leader = room.partition("orders", 0).leader;
        const NodeId other = leader == NodeId{1} ? NodeId{2} : NodeId{1};
        std::vector<std::int32_t> rest;
        for (const int id : {1, 2, 3})
            if (NodeId{id} != other)
                rest.push_back(id);
        room.alter_isr("orders", 0, rest);
        REQUIRE(room.partition("orders", 0).elr == std::vector<NodeId>{other});
        room.heartbeat(other.value, true, true);
        for (int i = 0; i < 12; ++i) {
            room.pass(seconds(1));
            for (const int id : rest)
                room.heartbeat(id);
        }
        auto request = room.registration(other.value, 900);
        if (clean)
            request.previous_broker_epoch = room.committed.broker(other)->epoch.value;
        REQUIRE(register_error(room, request) == Error::none);
        CHECK(room.partition("orders", 0).elr.empty() == !clean);
    }
}

TEST_CASE("replicas in a directory that failed leave their ISRs") {
    ControllerRoom room;
    room.activate();
    for (const int id : {1, 2})
        room.add_broker(id);
    room.create("orders", 2, 2);
    wire::BrokerHeartbeatRequest request;
    request.broker_id = 1;
    request.broker_epoch = room.committed.broker(NodeId{1})->epoch.value;
    request.current_metadata_offset = room.committed.offset().value;
    request.offline_log_dirs = {{500, 1}};
    room.ask<wire::BrokerHeartbeatResponse>(request);
    CHECK(room.partition("orders", 0).isr == nodes({2}));
    CHECK(room.partition("orders", 1).isr == nodes({2}));
    CHECK(room.partition("orders", 1).leader == NodeId{2});
}

TEST_CASE("an unregistered broker is gone, and a stranger cannot be unregistered") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    wire::UnregisterBrokerRequest request;
    request.broker_id = 1;
    CHECK(room.ask<wire::UnregisterBrokerResponse>(request).error_code == 0);
    CHECK(room.committed.broker(NodeId{1}) == nullptr);
    const auto again = room.ask<wire::UnregisterBrokerResponse>(request);
    CHECK(error(again.error_code) == Error::broker_id_not_registered);
    CHECK(again.error_message == "Broker ID 1 is not currently registered");
}

TEST_CASE("producer ids are handed out in blocks that never overlap") {
    ControllerRoom room;
    room.activate();
    const std::int64_t epoch = room.add_broker(1);
    wire::AllocateProducerIdsRequest request;
    request.broker_id = 1;
    request.broker_epoch = epoch;
    const auto first = room.ask<wire::AllocateProducerIdsResponse>(request);
    const auto second = room.ask<wire::AllocateProducerIdsResponse>(request);
    CHECK(first.producer_id_len == 1000);
    CHECK(second.producer_id_start == first.producer_id_start + first.producer_id_len);
    request.broker_epoch = epoch + 1;
    CHECK(error(room.ask<wire::AllocateProducerIdsResponse>(request).error_code) ==
          Error::stale_broker_epoch);
}
