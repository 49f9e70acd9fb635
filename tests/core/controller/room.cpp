#include "tests/core/controller/room.hpp"

#include "core/metadata/versions.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

namespace orrery::tests {

namespace {

controller::Settings default_settings() {
    return controller::settings_from(NodeId{100}, "the-cluster", {});
}

} // namespace

ControllerRoom::ControllerRoom(controller::Settings settings, std::uint64_t seed)
    : controller(std::move(settings), Random(seed, "controller")) {}

ControllerRoom::ControllerRoom() : ControllerRoom(default_settings()) {}

controller::Out ControllerRoom::out() {
    return {facts, replies, appends_};
}

void ControllerRoom::take_appends() {
    for (controller::Append& append : appends_) {
        REQUIRE(append.first == log_end_);
        REQUIRE(append.epoch == epoch_);
        log_end_ = log_end_ + static_cast<std::int64_t>(append.records.size());
        pending.push_back(std::move(append));
    }
    appends_.clear();
}

void ControllerRoom::activate() {
    epoch_ = epoch_ + 1;
    log_end_ = log_end_ + 1; // the quorum's leader change record
    controller.become_active(now, epoch_, committed, log_end_, out());
    take_appends();
    commit();
}

void ControllerRoom::resign() {
    controller.resign(now, out());
    for (const controller::Append& lost : pending)
        log_end_ = std::min(log_end_, lost.first);
    pending.clear();
}

RequestId ControllerRoom::send(controller::Request request) {
    const RequestId id{++next_request};
    controller.on_request(now, id, request, out());
    take_appends();
    return id;
}

void ControllerRoom::commit_one() {
    const controller::Append batch = pending.front();
    pending.erase(pending.begin());
    metadata::Changes changes;
    Offset offset = batch.first;
    for (const metadata::Record& record : batch.records) {
        // Through bytes: what others read is what was written.
        const auto read = metadata::decode(metadata::encode(record));
        REQUIRE(read.has_value());
        REQUIRE(*read == record);
        REQUIRE(committed.apply(*read, offset, batch.epoch, &changes).has_value());
        log.push_back(record);
        offset = offset + 1;
    }
    controller.on_committed(now, committed, changes, out());
    take_appends();
}

void ControllerRoom::commit() {
    while (!pending.empty())
        commit_one();
}

bool ControllerRoom::answered(RequestId id) const {
    return std::any_of(replies.begin(), replies.end(),
                       [&](const auto& reply) { return reply.request == id; });
}

controller::Response ControllerRoom::answer_to(RequestId id) const {
    REQUIRE(answered(id));
    return std::find_if(replies.begin(), replies.end(),
                        [&](const auto& reply) { return reply.request == id; })
        ->response;
}

void ControllerRoom::pass(Duration time) {
    const Instant end = now.instant + time;
    while (controller.wakeup() && *controller.wakeup() <= end) {
        const Instant due = std::max(*controller.wakeup(), now.instant);
        now.wall_ms += (due - now.instant).ms();
        now.instant = due;
        controller.wake(now, out());
        take_appends();
        commit();
        REQUIRE((!controller.wakeup() || *controller.wakeup() > now.instant));
    }
    now.instant = end;
}

wire::BrokerRegistrationRequest ControllerRoom::registration(std::int32_t id,
                                                             std::uint64_t incarnation) const {
    wire::BrokerRegistrationRequest request;
    request.broker_id = id;
    request.cluster_id = "the-cluster";
    request.incarnation_id = {static_cast<std::uint64_t>(id), incarnation};
    request.log_dirs = {{500, static_cast<std::uint64_t>(id)}};
    auto& listener = request.listeners.emplace_back();
    listener.name = "PLAINTEXT";
    listener.host = "broker" + std::to_string(id);
    listener.port = 9092;
    for (const metadata::FeatureRow& row : metadata::feature_table()) {
        auto& feature = request.features.emplace_back();
        feature.name = row.name;
        feature.min_supported_version = row.lowest;
        feature.max_supported_version = row.highest;
    }
    return request;
}

std::int64_t ControllerRoom::add_broker(std::int32_t id, std::optional<std::string> rack,
                                        bool unfenced) {
    auto request = registration(id, ++incarnations_);
    request.rack = std::move(rack);
    const auto response = ask<wire::BrokerRegistrationResponse>(request);
    REQUIRE(error(response.error_code) == wire::Error::none);
    if (unfenced)
        REQUIRE(!heartbeat(id).is_fenced);
    return response.broker_epoch;
}

wire::BrokerHeartbeatResponse ControllerRoom::heartbeat(std::int32_t id, bool want_fence,
                                                        bool want_shut_down) {
    wire::BrokerHeartbeatRequest request;
    request.broker_id = id;
    const metadata::Broker* broker = committed.broker(NodeId{id});
    request.broker_epoch = broker ? broker->epoch.value : -1;
    request.current_metadata_offset = committed.offset().value;
    request.want_fence = want_fence;
    request.want_shut_down = want_shut_down;
    return ask<wire::BrokerHeartbeatResponse>(request);
}

wire::CreateTopicsResponse::CreatableTopicResult
ControllerRoom::create(const std::string& name, std::int32_t partitions, std::int16_t factor,
                       std::vector<std::pair<std::string, std::string>> configs) {
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = factor;
    for (auto& [key, value] : configs) {
        auto& config = topic.configs.emplace_back();
        config.name = key;
        config.value = value;
    }
    return ask<wire::CreateTopicsResponse>(request).topics.at(0);
}

const metadata::Partition& ControllerRoom::partition(const std::string& topic,
                                                     std::int32_t number) const {
    const metadata::Topic* found = committed.topic(topic);
    REQUIRE(found);
    const metadata::Partition* partition = committed.partition(found->id, number);
    REQUIRE(partition);
    return *partition;
}

wire::AlterPartitionResponse ControllerRoom::alter_isr(const std::string& topic,
                                                       std::int32_t number,
                                                       std::vector<std::int32_t> isr,
                                                       std::int32_t epoch_offset) {
    const metadata::Partition& present = partition(topic, number);
    wire::AlterPartitionRequest request;
    request.broker_id = present.leader.value;
    const metadata::Broker* leader = committed.broker(present.leader);
    request.broker_epoch = leader ? leader->epoch.value : -1;
    auto& topics = request.topics.emplace_back();
    topics.topic_id = committed.topic(topic)->id;
    auto& wish = topics.partitions.emplace_back();
    wish.partition_index = number;
    wish.leader_epoch = present.leader_epoch.value;
    wish.partition_epoch = present.partition_epoch.value + epoch_offset;
    wish.leader_recovery_state = static_cast<std::int8_t>(present.leader_recovery_state);
    for (const std::int32_t id : isr) {
        auto& member = wish.new_isr_with_epochs.emplace_back();
        member.broker_id = id;
        const metadata::Broker* broker = committed.broker(NodeId{id});
        member.broker_epoch = broker ? broker->epoch.value : -1;
    }
    return ask<wire::AlterPartitionResponse>(request);
}

wire::IncrementalAlterConfigsResponse ControllerRoom::set_config(std::int8_t type,
                                                                 const std::string& resource,
                                                                 const std::string& name,
                                                                 std::optional<std::string> value) {
    wire::IncrementalAlterConfigsRequest request;
    auto& wish = request.resources.emplace_back();
    wish.resource_type = type;
    wish.resource_name = resource;
    auto& config = wish.configs.emplace_back();
    config.name = name;
    config.config_operation = value ? 0 : 1;
    config.value = std::move(value);
    return ask<wire::IncrementalAlterConfigsResponse>(request);
}

std::vector<std::string> ControllerRoom::story() const {
    std::vector<std::string> told;
    for (const Effect& effect : facts)
        told.push_back(sentence_of(std::get<Note>(effect)));
    return told;
}

} // namespace orrery::tests
