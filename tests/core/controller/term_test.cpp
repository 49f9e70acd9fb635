// A controller's term: how it begins, what waits, how it ends; configs and features on the way.
#include "core/base/fingerprint.hpp"
#include "tests/core/controller/room.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

wire::CreateTopicsRequest topic_request(const std::string& name) {
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = 1;
    topic.replication_factor = 1;
    return request;
}

std::pair<Error, std::string> outcome(const wire::IncrementalAlterConfigsResponse& response) {
    return {error(response.responses.at(0).error_code),
            response.responses.at(0).error_message.value_or("")};
}

} // namespace

TEST_CASE("the first controller of an empty log writes the features of a new cluster, at once") {
    ControllerRoom room;
    room.activate();
    CHECK(room.committed.metadata_version() == 33);
    CHECK(room.committed.feature("group.version") == 1);
    CHECK(room.committed.feature("transaction.version") == 2);
    CHECK(room.committed.elr_enabled());
    CHECK(!room.committed.in_transaction());
    CHECK(*room.committed.config({metadata::ResourceType::broker, ""}, "min.insync.replicas") ==
          "1");
    REQUIRE(!room.log.empty());
    CHECK(std::holds_alternative<wire::BeginTransactionRecord>(room.log.front().message));
    CHECK(std::holds_alternative<wire::EndTransactionRecord>(room.log.back().message));
    const std::size_t written = room.log.size();
    room.resign();
    room.activate();
    CHECK(room.log.size() == written); // the second finds them there
    CHECK(room.story().front() == "is the active controller in epoch 1");
}

TEST_CASE("a controller that is not active answers NOT_CONTROLLER and writes nothing") {
    ControllerRoom room;
    const RequestId id = room.send(topic_request("orders"));
    const auto response = std::get<wire::CreateTopicsResponse>(room.answer_to(id));
    CHECK(response.topics.at(0).name == "orders");
    CHECK(error(response.topics.at(0).error_code) == Error::not_controller);
    CHECK(room.pending.empty());
    CHECK(!room.controller.wakeup().has_value());
}

TEST_CASE("an answer waits until its records are committed") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    const RequestId created = room.send(topic_request("orders"));
    CHECK(!room.answered(created));
    CHECK(room.controller.parked() == 1);
    CHECK(room.controller.latest().topic("orders"));
    CHECK(room.controller.stable().topic("orders") == nullptr);
    // What follows sees it already, and waits for it: it may rest on what is not committed.
    const RequestId again = room.send(topic_request("orders"));
    CHECK(!room.answered(again));
    room.commit();
    CHECK(room.answered(created));
    const auto refused = std::get<wire::CreateTopicsResponse>(room.answer_to(again));
    CHECK(error(refused.topics.at(0).error_code) == Error::topic_already_exists);
    CHECK(room.controller.parked() == 0);
    CHECK(room.controller.latest() == room.controller.stable());
}

TEST_CASE("a controller that resigns takes back what was not committed") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    const RequestId created = room.send(topic_request("orders"));
    room.resign();
    const auto response = std::get<wire::CreateTopicsResponse>(room.answer_to(created));
    CHECK(error(response.topics.at(0).error_code) == Error::not_controller);
    CHECK(response.topics.at(0).topic_id.is_zero());
    CHECK(room.controller.latest().topic("orders") == nullptr);
    CHECK(!room.controller.active());
    CHECK(room.story().back() == "is no longer the active controller (epoch 1)");
    room.activate();
    CHECK(error(room.create("orders", 1, 1).error_code) == Error::none);
}

TEST_CASE("a request whose caller is gone is not answered") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    const RequestId created = room.send(topic_request("orders"));
    room.controller.forget(created);
    room.commit();
    CHECK(!room.answered(created));
    CHECK(room.committed.topic("orders"));
}

TEST_CASE("an idle controller writes a NoOp each half second, and the image only moves on") {
    ControllerRoom room;
    room.activate();
    const metadata::Image before = room.committed;
    const std::size_t written = room.log.size();
    room.pass(seconds(10));
    CHECK(room.log.size() == written + 20);
    CHECK(room.committed.offset() == before.offset() + 20);
    CHECK(room.committed.topics() == before.topics());
    CHECK(room.committed.configs() == before.configs());
}

TEST_CASE("a new controller gives every unfenced broker a fresh session") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    room.pass(seconds(8));
    room.resign();
    room.activate();
    room.pass(seconds(8));
    CHECK(!room.committed.broker(NodeId{1})->fenced);
    room.pass(seconds(3));
    CHECK(room.committed.broker(NodeId{1})->fenced);
}

TEST_CASE("a transaction that a former controller left open is aborted by the next") {
    ControllerRoom room;
    room.activate();
    Offset at = room.committed.offset() + 1;
    wire::TopicRecord topic;
    topic.name = "half";
    topic.topic_id = {4, 4};
    for (metadata::Message message :
         {metadata::Message(wire::BeginTransactionRecord{}), metadata::Message(topic)}) {
        REQUIRE(room.committed.apply({message, 0}, at, LeaderEpoch{1}, nullptr).has_value());
        at = at + 1;
    }
    ControllerRoom next;
    next.committed = room.committed;
    metadata::Image expected = room.committed.published();
    std::vector<controller::Append> appends;
    controller::Out out{next.facts, next.replies, appends};
    next.controller.become_active(next.now, LeaderEpoch{2}, next.committed, at, out);
    REQUIRE(appends.size() == 1);
    REQUIRE(appends[0].records.size() == 1);
    CHECK(std::holds_alternative<wire::AbortTransactionRecord>(appends[0].records[0].message));
    CHECK(next.controller.latest().topic("half") == nullptr);
    CHECK(next.controller.latest().features() == expected.features());
}

TEST_CASE("a copy of a controller goes its own way, and the same way when told the same") {
    ControllerRoom room;
    room.activate();
    for (const int id : {1, 2, 3})
        room.add_broker(id);
    ControllerRoom fork = room;
    room.create("orders", 8, 2);
    CHECK(fork.controller.latest().topic("orders") == nullptr);
    CHECK(fingerprint(fork.controller) != fingerprint(room.controller));
    fork.create("orders", 8, 2);
    CHECK(fork.controller == room.controller);
    CHECK(fingerprint(fork.controller) == fingerprint(room.controller));
}

TEST_CASE("configs are set, unset, appended to and refused") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    room.create("orders", 1, 1);
    CHECK(outcome(room.set_config(2, "orders", "retention.ms", "7")).first == Error::none);
    CHECK(room.story().back() == "config of topic orders: retention.ms = 7");
    CHECK(outcome(room.set_config(2, "orders", "retention.ms", std::nullopt)).first == Error::none);
    CHECK(room.committed.configs_of({metadata::ResourceType::topic, "orders"}) == nullptr);
    CHECK(outcome(room.set_config(2, "orders", "retention.ms", "x")) ==
          std::pair{Error::invalid_config, std::string("Invalid value x for configuration "
                                                       "retention.ms: Not a number of type "
                                                       "LONG")});
    CHECK(outcome(room.set_config(2, "none", "retention.ms", "7")) ==
          std::pair{Error::unknown_topic_or_partition,
                    std::string("The topic 'none' does not exist.")});
    CHECK(outcome(room.set_config(4, "9", "log.retention.ms", "7")) ==
          std::pair{Error::broker_id_not_registered, std::string("No node with id 9 found.")});
    CHECK(outcome(room.set_config(4, "x", "log.retention.ms", "7")).first ==
          Error::invalid_request);
    CHECK(outcome(room.set_config(3, "x", "y", "7")).first == Error::unsupported_version);
    CHECK(outcome(room.set_config(4, "1", "log.retention.ms", "7")).first == Error::none);
    CHECK(outcome(room.set_config(4, "1", "min.insync.replicas", "2")).first ==
          Error::invalid_config); // KIP-966: one for all
    CHECK(outcome(room.set_config(4, "", "min.insync.replicas", std::nullopt)).first ==
          Error::invalid_config);
    CHECK(outcome(room.set_config(4, "", "min.insync.replicas", "2")).first == Error::none);

    wire::IncrementalAlterConfigsRequest append;
    auto& wish = append.resources.emplace_back();
    wish.resource_type = 2;
    wish.resource_name = "orders";
    auto& config = wish.configs.emplace_back();
    config.name = "cleanup.policy";
    config.config_operation = 2;
    config.value = "compact";
    CHECK(outcome(room.ask<wire::IncrementalAlterConfigsResponse>(append)).first == Error::none);
    const metadata::ConfigResource orders{metadata::ResourceType::topic, "orders"};
    CHECK(*room.committed.config(orders, "cleanup.policy") == "delete,compact");
    config.config_operation = 3;
    config.value = "delete";
    CHECK(outcome(room.ask<wire::IncrementalAlterConfigsResponse>(append)).first == Error::none);
    CHECK(*room.committed.config(orders, "cleanup.policy") == "compact");
}

TEST_CASE("the old AlterConfigs unsets what it does not name") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    room.create("orders", 1, 1, {{"retention.ms", "7"}, {"segment.ms", "8"}});
    wire::AlterConfigsRequest request;
    auto& wish = request.resources.emplace_back();
    wish.resource_type = 2;
    wish.resource_name = "orders";
    auto& config = wish.configs.emplace_back();
    config.name = "retention.ms";
    config.value = "9";
    request.validate_only = true;
    const metadata::ConfigResource orders{metadata::ResourceType::topic, "orders"};
    room.ask<wire::AlterConfigsResponse>(request);
    CHECK(room.committed.config(orders, "segment.ms"));
    request.validate_only = false;
    CHECK(room.ask<wire::AlterConfigsResponse>(request).responses[0].error_code == 0);
    CHECK(*room.committed.config(orders, "retention.ms") == "9");
    CHECK(room.committed.config(orders, "segment.ms") == nullptr);
}

TEST_CASE("a feature goes only where every node can follow") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1);
    const auto update = [&](const std::string& name, std::int16_t level, std::int8_t type) {
        wire::UpdateFeaturesRequest request;
        auto& wish = request.feature_updates.emplace_back();
        wish.feature = name;
        wish.max_version_level = level;
        wish.upgrade_type = type;
        return error(room.ask<wire::UpdateFeaturesResponse>(request).error_code);
    };
    CHECK(update("group.version", 0, 1) == Error::invalid_update_version);
    CHECK(update("group.version", 0, 2) == Error::none);
    CHECK(room.committed.feature("group.version") == 0);
    CHECK(update("group.version", 1, 1) == Error::none);
    CHECK(update("group.version", 2, 1) == Error::invalid_update_version);
    CHECK(update("no.such", 1, 1) == Error::invalid_update_version);
    CHECK(update("metadata.version", 31, 2) == Error::invalid_update_version);
}
