// snapshot_records: an image as the shortest list of records that builds it.
#include "core/base/expect.hpp"
#include "core/metadata/image.hpp"
#include "core/metadata/partition_records.hpp"
#include "core/metadata/versions.hpp"

namespace orrery::metadata {

namespace {

template <class Wire>
std::vector<Wire> end_points(const std::vector<Listener>& listeners) {
    std::vector<Wire> out;
    for (const Listener& from : listeners) {
        Wire& to = out.emplace_back();
        to.name = from.name;
        to.host = from.host;
        to.port = from.port;
        to.security_protocol = from.security_protocol;
    }
    return out;
}

template <class Wire>
std::vector<Wire> supported(const std::vector<SupportedFeature>& features) {
    std::vector<Wire> out;
    for (const SupportedFeature& from : features) {
        Wire& to = out.emplace_back();
        to.name = from.name;
        to.min_supported_version = from.lowest;
        to.max_supported_version = from.highest;
    }
    return out;
}

Record record_of(const Broker& broker, std::int16_t metadata_version) {
    const std::int16_t version = register_broker_version(metadata_version);
    wire::RegisterBrokerRecord record;
    record.broker_id = broker.id.value;
    record.incarnation_id = broker.incarnation;
    record.broker_epoch = broker.epoch.value;
    record.end_points = end_points<wire::RegisterBrokerRecord::BrokerEndpoint>(broker.listeners);
    record.features = supported<wire::RegisterBrokerRecord::BrokerFeature>(broker.features);
    record.rack = broker.rack;
    record.fenced = broker.fenced;
    record.in_controlled_shutdown = broker.in_controlled_shutdown;
    if (version >= 3)
        record.log_dirs = broker.log_dirs;
    if (version >= 4)
        record.cordoned_log_dirs = broker.cordoned_log_dirs;
    return {std::move(record), version};
}

Record record_of(const ControllerNode& controller) {
    wire::RegisterControllerRecord record;
    record.controller_id = controller.id.value;
    record.incarnation_id = controller.incarnation;
    record.zk_migration_ready = controller.zk_migration_ready;
    record.end_points =
        end_points<wire::RegisterControllerRecord::ControllerEndpoint>(controller.listeners);
    record.features =
        supported<wire::RegisterControllerRecord::ControllerFeature>(controller.features);
    return {std::move(record), 0};
}

void add_feature(std::vector<Record>& out, const std::string& name, std::int16_t level) {
    wire::FeatureLevelRecord record;
    record.name = name;
    record.feature_level = level;
    out.push_back({std::move(record), 0});
}

void add_topic(std::vector<Record>& out, const Topic& topic, std::int16_t version) {
    wire::TopicRecord record;
    record.name = topic.name;
    record.topic_id = topic.id;
    out.push_back({std::move(record), 0});
    for (std::size_t i = 0; i < topic.partitions.size(); ++i)
        out.push_back(
            {record_of(topic.partition(i), {topic.id, static_cast<std::int32_t>(i)}, version),
             version});
}

} // namespace

std::vector<Record> snapshot_records(const Image& image) {
    expect(!image.in_transaction(), "no snapshot within a metadata transaction");
    const std::int16_t level = image.metadata_version();
    std::vector<Record> out;
    // metadata.version goes first: it says how all after it is to be read.
    if (level != 0)
        add_feature(out, std::string(metadata_version_feature), level);
    for (const auto& [name, feature_level] : image.features())
        if (name != metadata_version_feature)
            add_feature(out, name, feature_level);
    for (const auto& entry : image.brokers())
        out.push_back(record_of(*entry.second, level));
    for (const auto& entry : image.controllers())
        out.push_back(record_of(entry.second));
    for (const auto& entry : image.topics())
        add_topic(out, *entry.second, partition_version(level));
    for (const auto& [resource, configs] : image.configs())
        for (const auto& [name, value] : configs) {
            wire::ConfigRecord record;
            record.resource_type = static_cast<std::int8_t>(resource.type);
            record.resource_name = resource.name;
            record.name = name;
            record.value = value;
            out.push_back({std::move(record), 0});
        }
    if (image.next_producer_id() != 0) {
        wire::ProducerIdsRecord record;
        record.broker_id = -1;
        record.next_producer_id = image.next_producer_id();
        out.push_back({std::move(record), 0});
    }
    if (image.zk_migration_state() != 0) {
        wire::ZkMigrationStateRecord record;
        record.zk_migration_state = image.zk_migration_state();
        out.push_back({std::move(record), 0});
    }
    for (const Record& record : image.unapplied())
        out.push_back(record);
    return out;
}

} // namespace orrery::metadata
