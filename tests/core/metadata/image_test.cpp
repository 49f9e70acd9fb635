// Records become an image, images become records, and copies stay what they were.
#include "core/base/fingerprint.hpp"
#include "core/base/print.hpp"
#include "core/metadata/image.hpp"
#include "core/metadata/partition_records.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::metadata;

namespace {

constexpr Uuid orders_id{1, 1};

struct Log {
    Image image;
    Changes changes;
    std::int64_t next = 0;

    Result<void> add(Message message, std::int16_t version = 0) {
        return image.apply({std::move(message), version}, Offset{next++}, LeaderEpoch{3}, &changes);
    }
    void must(Message message, std::int16_t version = 0) {
        const auto applied = add(std::move(message), version);
        INFO((applied ? "" : applied.error().what));
        REQUIRE(applied.has_value());
    }
};

wire::FeatureLevelRecord feature(std::string name, std::int16_t level) {
    wire::FeatureLevelRecord record;
    record.name = std::move(name);
    record.feature_level = level;
    return record;
}

wire::RegisterBrokerRecord broker(std::int32_t id, std::int64_t epoch) {
    wire::RegisterBrokerRecord record;
    record.broker_id = id;
    record.broker_epoch = epoch;
    record.incarnation_id = {7, static_cast<std::uint64_t>(id)};
    auto& end_point = record.end_points.emplace_back();
    end_point.name = "PLAINTEXT";
    end_point.host = "localhost";
    end_point.port = 9092;
    auto& supported = record.features.emplace_back();
    supported.name = "metadata.version";
    supported.min_supported_version = 7;
    supported.max_supported_version = 33;
    record.rack = "a";
    record.log_dirs = {{9, 2}, {9, 1}};
    return record;
}

wire::TopicRecord topic(std::string name, Uuid id) {
    wire::TopicRecord record;
    record.name = std::move(name);
    record.topic_id = id;
    return record;
}

wire::PartitionRecord partition(Uuid id, std::int32_t number) {
    wire::PartitionRecord record;
    record.topic_id = id;
    record.partition_id = number;
    record.replicas = {1, 2, 3};
    record.directories = {{9, 1}, {9, 3}, {9, 5}};
    record.isr = {1, 2};
    record.leader = 1;
    record.leader_epoch = 4;
    record.partition_epoch = 8;
    record.eligible_leader_replicas = std::vector<std::int32_t>{3};
    return record;
}

wire::ConfigRecord config(std::int8_t type, std::string resource, std::string name,
                          std::optional<std::string> value) {
    wire::ConfigRecord record;
    record.resource_type = type;
    record.resource_name = std::move(resource);
    record.name = std::move(name);
    record.value = std::move(value);
    return record;
}

/// Two brokers, a topic of two partitions, configs, producer ids, an unknown record.
Log sample() {
    Log log;
    log.must(feature("metadata.version", 33));
    log.must(feature("group.version", 1));
    log.must(broker(1, 2), 4);
    log.must(broker(2, 3), 4);
    wire::BrokerRegistrationChangeRecord unfence;
    unfence.broker_id = 1;
    unfence.broker_epoch = 2;
    unfence.fenced = -1;
    log.must(unfence);
    wire::RegisterControllerRecord controller;
    controller.controller_id = 9;
    log.must(controller);
    log.must(topic("orders", orders_id));
    log.must(partition(orders_id, 0), 2);
    log.must(partition(orders_id, 1), 2);
    log.must(config(2, "orders", "retention.ms", "1000"));
    log.must(config(4, "", "min.insync.replicas", "2"));
    wire::ProducerIdsRecord producers;
    producers.next_producer_id = 1000;
    log.must(producers);
    log.must(UnappliedRecord{14, Bytes::copy("quota")});
    return log;
}

} // namespace

TEST_CASE("records build brokers, topics, partitions, configs and features") {
    const Log log = sample();
    const Image& image = log.image;
    REQUIRE(image.broker(NodeId{1}));
    CHECK(image.is_active(NodeId{1}));
    CHECK(!image.is_unfenced(NodeId{2}));
    CHECK(image.broker(NodeId{1})->log_dirs == std::vector<Uuid>{{9, 1}, {9, 2}});
    CHECK(image.broker(NodeId{1})->listener("PLAINTEXT")->port == 9092);
    REQUIRE(image.topic("orders"));
    CHECK(image.topic("orders")->id == orders_id);
    const Partition* second = image.partition(orders_id, 1);
    REQUIRE(second);
    CHECK(second->leader == NodeId{1});
    CHECK(second->directory_of(NodeId{3}) == Uuid{9, 5});
    CHECK(second->elr == std::vector<NodeId>{NodeId{3}});
    CHECK(image.partition(orders_id, 2) == nullptr);
    CHECK(image.partition(orders_id, -1) == nullptr);
    CHECK(*image.config({ResourceType::topic, "orders"}, "retention.ms") == "1000");
    CHECK(image.metadata_version() == 33);
    CHECK(image.next_producer_id() == 1000);
    CHECK(image.offset() == Offset{log.next - 1});
    CHECK(image.epoch() == LeaderEpoch{3});
}

TEST_CASE("a snapshot's records build the same image again") {
    const Log log = sample();
    const auto records = snapshot_records(log.image);
    Image loaded;
    std::vector<Record> read;
    for (const Record& record : records) {
        const auto again = decode(encode(record));
        REQUIRE(again.has_value());
        read.push_back(*again);
    }
    REQUIRE(loaded.load(read, log.image.offset(), log.image.epoch()).has_value());
    CHECK(print(loaded) == print(log.image));
    CHECK(loaded == log.image);
    CHECK(fingerprint(loaded) == fingerprint(log.image));
}

TEST_CASE("a partition's change bumps its epochs and leaves what it does not name") {
    Log log = sample();
    const Partition before = *log.image.partition(orders_id, 0);
    wire::PartitionChangeRecord change;
    change.topic_id = orders_id;
    change.partition_id = 0;
    change.isr = std::vector<std::int32_t>{1, 2, 3};
    change.eligible_leader_replicas = std::vector<std::int32_t>{};
    log.changes.clear();
    log.must(change, 2);
    const Partition& grown = *log.image.partition(orders_id, 0);
    CHECK(grown.isr.size() == 3);
    CHECK(grown.elr.empty());
    CHECK(grown.leader_epoch == before.leader_epoch);
    CHECK(grown.partition_epoch == before.partition_epoch + 1);
    CHECK(grown.replicas == before.replicas);
    REQUIRE(log.changes.partitions.size() == 1);
    CHECK(**log.changes.partitions[0].before == before);
    CHECK(*log.changes.partitions[0].after == grown);
    change = {};
    change.topic_id = orders_id;
    change.partition_id = 0;
    change.leader = 1; // the same leader: still a new leader epoch
    log.must(change, 2);
    CHECK(log.image.partition(orders_id, 0)->leader_epoch == before.leader_epoch + 1);
}

TEST_CASE("a copy of an image does not see what is applied after it") {
    Log log = sample();
    const Image copy = log.image;
    const auto print_before = fingerprint(copy);
    wire::RemoveTopicRecord remove;
    remove.topic_id = orders_id;
    log.changes.clear();
    log.must(remove);
    CHECK(log.image.topic("orders") == nullptr);
    CHECK(log.image.configs_of({ResourceType::topic, "orders"}) == nullptr);
    REQUIRE(log.changes.topics_deleted.size() == 1);
    CHECK(log.changes.topics_deleted[0].last->name == "orders");
    REQUIRE(copy.topic("orders"));
    CHECK(fingerprint(copy) == print_before);
    CHECK(fingerprint(log.image) != print_before);
}

TEST_CASE("a record that cannot follow is an error and leaves the image as it was") {
    Log log = sample();
    const auto check_refused = [&](Message message) {
        Image expected = log.image;
        CHECK(!log.add(std::move(message), 0).has_value());
        REQUIRE(expected.apply({wire::NoOpRecord{}, 0}, log.image.offset(), log.image.epoch(),
                               nullptr));
        CHECK(log.image == expected);
    };
    wire::PartitionChangeRecord no_partition;
    no_partition.topic_id = orders_id;
    no_partition.partition_id = 2;
    check_refused(no_partition);
    check_refused(partition({5, 5}, 0));
    check_refused(partition(orders_id, 7));
    check_refused(topic("orders", {5, 5}));
    check_refused(topic("other", orders_id));
    wire::RemoveTopicRecord no_topic;
    no_topic.topic_id = {5, 5};
    check_refused(no_topic);
    wire::UnregisterBrokerRecord other_epoch;
    other_epoch.broker_id = 1;
    other_epoch.broker_epoch = 99;
    check_refused(other_epoch);
    wire::BrokerRegistrationChangeRecord no_broker;
    no_broker.broker_id = 77;
    check_refused(no_broker);
    check_refused(wire::EndTransactionRecord{});
}

TEST_CASE("an aborted metadata transaction leaves nothing behind, an ended one all") {
    Log log = sample();
    const Image before = log.image;
    log.must(wire::BeginTransactionRecord{});
    log.must(topic("late", {5, 5}));
    CHECK(log.image.in_transaction());
    CHECK(log.image.topic("late"));
    CHECK(log.image.published().topic("late") == nullptr);
    log.changes.clear();
    log.must(wire::AbortTransactionRecord{});
    CHECK(log.changes.everything);
    CHECK(log.image.topics() == before.topics());
    CHECK(!log.image.in_transaction());
    log.must(wire::BeginTransactionRecord{});
    log.must(topic("late", {5, 5}));
    log.must(wire::EndTransactionRecord{});
    CHECK(log.image.published().topic("late"));
}

TEST_CASE("clearing the ELR of a topic touches only partitions that have one") {
    Log log = sample();
    wire::PartitionChangeRecord empty_elr;
    empty_elr.topic_id = orders_id;
    empty_elr.partition_id = 1;
    empty_elr.eligible_leader_replicas = std::vector<std::int32_t>{};
    log.must(empty_elr, 2);
    log.changes.clear();
    wire::ClearElrRecord clear;
    clear.topic_name = "orders";
    log.must(clear);
    REQUIRE(log.changes.partitions.size() == 1);
    CHECK(log.changes.partitions[0].id.partition == 0);
    CHECK(log.image.partition(orders_id, 0)->elr.empty());
    CHECK(log.image.partition(orders_id, 0)->partition_epoch == PartitionEpoch{9});
    wire::ClearElrRecord all;
    log.changes.clear();
    log.must(all);
    CHECK(log.changes.partitions.empty());
}

TEST_CASE("a config goes when its value is null, and its resource with the last of them") {
    Log log = sample();
    log.must(config(2, "orders", "retention.ms", std::nullopt));
    CHECK(log.image.configs_of({ResourceType::topic, "orders"}) == nullptr);
    log.must(config(2, "orders", "retention.ms", std::nullopt));
    CHECK(log.image.config({ResourceType::broker, ""}, "min.insync.replicas"));
}
