#include "tests/core/client/scripted_group.hpp"

#include "core/client/consumer_protocol.hpp"
#include "core/record/batch_builder.hpp"
#include "core/wire/messages/consumer_group_heartbeat_request.hpp"
#include "core/wire/messages/consumer_group_heartbeat_response.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/fetch_response.hpp"
#include "core/wire/messages/find_coordinator_request.hpp"
#include "core/wire/messages/find_coordinator_response.hpp"
#include "core/wire/messages/heartbeat_response.hpp"
#include "core/wire/messages/join_group_request.hpp"
#include "core/wire/messages/join_group_response.hpp"
#include "core/wire/messages/leave_group_response.hpp"
#include "core/wire/messages/list_offsets_request.hpp"
#include "core/wire/messages/list_offsets_response.hpp"
#include "core/wire/messages/offset_commit_request.hpp"
#include "core/wire/messages/offset_commit_response.hpp"
#include "core/wire/messages/offset_fetch_request.hpp"
#include "core/wire/messages/offset_fetch_response.hpp"
#include "core/wire/messages/sync_group_request.hpp"
#include "core/wire/messages/sync_group_response.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

namespace orrery::tests {

namespace {

std::string name_by_id(const FakeCluster& cluster, const Uuid& id, const std::string& name) {
    for (const auto& [known, topic] : cluster.topics)
        if (name.empty() && topic.id == id)
            return known;
    return name;
}

Bytes records_from(std::int64_t first, std::int64_t count) {
    record::BatchOptions options;
    options.base_offset = Offset{first};
    options.leader_epoch = LeaderEpoch{0};
    record::BatchBuilder builder(options);
    for (std::int64_t i = first; i < first + count; ++i)
        builder.append(1'000 + i, std::nullopt, Bytes::copy("v" + std::to_string(i)).span());
    return builder.build().bytes;
}

} // namespace

std::size_t ScriptedGroup::count(std::int16_t api) const {
    return static_cast<std::size_t>(std::count_if(
        seen.begin(), seen.end(), [&](const FakeRequest& r) { return r.api_key == api; }));
}

FakeRequest ScriptedGroup::last(std::int16_t api) const {
    const auto at = std::find_if(seen.rbegin(), seen.rend(),
                                 [&](const FakeRequest& r) { return r.api_key == api; });
    REQUIRE(at != seen.rend());
    return *at;
}

void ScriptedGroup::handle(FakeCluster& cluster, const FakeRequest& request) {
    if (request.api_key == fetch_api)
        return fetch(cluster, request);
    if (request.api_key == list_offsets_api)
        return list_offsets(cluster, request);
    seen.push_back(request);
    if (silent[request.api_key] > 0) {
        --silent[request.api_key];
        return;
    }
    wire::Error error = wire::Error::none;
    if (auto& waiting = errors[request.api_key]; !waiting.empty()) {
        error = waiting.front();
        waiting.pop_front();
    }
    if (request.api_key == commit_api)
        return commit(cluster, request, error);
    if (request.api_key == modern_api)
        return modern(cluster, request, error);
    if (request.api_key == heartbeat_api || error != wire::Error::none) {
        REQUIRE(refuse(cluster, request, error));
        return;
    }
    switch (request.api_key) {
    case find_api: {
        wire::FindCoordinatorResponse response;
        auto& found = response.coordinators.emplace_back();
        found.key = request.as<wire::FindCoordinatorRequest>().coordinator_keys.at(0);
        found.node_id = coordinator;
        found.host = "b" + std::to_string(coordinator);
        found.port = 9092;
        return cluster.reply(request, response);
    }
    case join_api: return join(cluster, request);
    case sync_api: return sync(cluster, request);
    case fetch_committed_api: return fetch_committed(cluster, request);
    case leave_api: return cluster.reply(request, wire::LeaveGroupResponse{});
    default: FAIL("a request that nobody answers");
    }
}

bool ScriptedGroup::refuse(FakeCluster& cluster, const FakeRequest& request, wire::Error error) {
    switch (request.api_key) {
    case heartbeat_api: {
        wire::HeartbeatResponse response;
        response.error_code = wire::code(error);
        cluster.reply(request, response);
        return true;
    }
    case join_api: {
        wire::JoinGroupResponse response;
        response.error_code = wire::code(error);
        cluster.reply(request, response);
        return true;
    }
    case sync_api: {
        wire::SyncGroupResponse response;
        response.error_code = wire::code(error);
        cluster.reply(request, response);
        return true;
    }
    case find_api: {
        wire::FindCoordinatorResponse response;
        auto& found = response.coordinators.emplace_back();
        found.node_id = -1;
        found.port = -1;
        found.error_code = wire::code(error);
        cluster.reply(request, response);
        return true;
    }
    case fetch_committed_api: {
        wire::OffsetFetchResponse response;
        response.groups.emplace_back().group_id = "g";
        response.groups.back().error_code = wire::code(error);
        cluster.reply(request, response);
        return true;
    }
    default: return false;
    }
}

void ScriptedGroup::join(FakeCluster& cluster, const FakeRequest& request) {
    const auto asked = request.as<wire::JoinGroupRequest>();
    wire::JoinGroupResponse response;
    if (asked.member_id.empty() && !asked.group_instance_id) {
        member_id = "m" + std::to_string(count(join_api));
        response.member_id = member_id;
        response.error_code = wire::code(wire::Error::member_id_required);
        return cluster.reply(request, response);
    }
    if (asked.member_id.empty())
        member_id = "static" + std::to_string(count(join_api));
    else
        member_id = asked.member_id;
    response.generation_id = ++generation;
    response.protocol_type = "consumer";
    response.protocol_name = asked.protocols.at(0).name;
    response.member_id = member_id;
    response.leader = we_lead ? member_id : "other";
    if (we_lead) {
        auto& us = response.members.emplace_back();
        us.member_id = member_id;
        us.metadata = asked.protocols[0].metadata;
        for (const client::Subscription& other : others) {
            auto& entry = response.members.emplace_back();
            entry.member_id = other.member_id;
            entry.metadata = *client::subscription_bytes(
                *client::assignor_named(asked.protocols[0].name), other);
        }
    }
    cluster.reply(request, response);
}

void ScriptedGroup::sync(FakeCluster& cluster, const FakeRequest& request) {
    const auto asked = request.as<wire::SyncGroupRequest>();
    wire::SyncGroupResponse response;
    response.protocol_type = "consumer";
    response.protocol_name = asked.protocol_name;
    if (we_lead)
        decided.clear();
    for (const auto& one : asked.assignments)
        decided[one.member_id] = *client::read_assignment(one.assignment);
    response.assignment = *client::assignment_bytes(we_lead ? decided[member_id] : assignment);
    cluster.reply(request, response);
}

void ScriptedGroup::commit(FakeCluster& cluster, const FakeRequest& request, wire::Error error) {
    wire::OffsetCommitResponse response;
    for (const auto& topic : request.as<wire::OffsetCommitRequest>().topics) {
        auto& entry = response.topics.emplace_back();
        entry.name = topic.name;
        entry.topic_id = topic.topic_id;
        const std::string name = name_by_id(cluster, topic.topic_id, topic.name);
        for (const auto& part : topic.partitions) {
            auto& result = entry.partitions.emplace_back();
            result.partition_index = part.partition_index;
            result.error_code = wire::code(error);
            if (error == wire::Error::none)
                committed[{name, part.partition_index}] = part.committed_offset;
        }
    }
    cluster.reply(request, response);
}

void ScriptedGroup::fetch_committed(FakeCluster& cluster, const FakeRequest& request) {
    wire::OffsetFetchResponse response;
    for (const auto& group : request.as<wire::OffsetFetchRequest>().groups) {
        auto& ours = response.groups.emplace_back();
        ours.group_id = group.group_id;
        for (const auto& topic : *group.topics) {
            auto& entry = ours.topics.emplace_back();
            entry.name = topic.name;
            entry.topic_id = topic.topic_id;
            const std::string name = name_by_id(cluster, topic.topic_id, topic.name);
            for (const std::int32_t index : topic.partition_indexes) {
                auto& part = entry.partitions.emplace_back();
                part.partition_index = index;
                const auto known = committed.find({name, index});
                part.committed_offset = known == committed.end() ? -1 : known->second;
            }
        }
    }
    cluster.reply(request, response);
}

void ScriptedGroup::fetch(FakeCluster& cluster, const FakeRequest& request) {
    wire::FetchResponse response;
    response.session_id = 0;
    bool any = false;
    for (const auto& topic : request.as<wire::FetchRequest>().topics) {
        auto& entry = response.responses.emplace_back();
        entry.topic = topic.topic;
        entry.topic_id = topic.topic_id;
        const std::string name = name_by_id(cluster, topic.topic_id, topic.topic);
        for (const auto& part : topic.partitions) {
            const std::int64_t end = log_end[{name, part.partition}];
            auto& result = entry.partitions.emplace_back();
            result.partition_index = part.partition;
            result.high_watermark = result.last_stable_offset = end;
            result.log_start_offset = 0;
            result.records = Chain{};
            if (part.fetch_offset < end)
                result.records = Chain(records_from(part.fetch_offset, end - part.fetch_offset));
            any = any || part.fetch_offset < end;
        }
    }
    const Duration before =
        std::exchange(cluster.latency, any ? cluster.latency : milliseconds(100));
    cluster.reply(request, response); // with nothing to give it waits a while
    cluster.latency = before;
}

void ScriptedGroup::list_offsets(FakeCluster& cluster, const FakeRequest& request) {
    wire::ListOffsetsResponse response;
    for (const auto& topic : request.as<wire::ListOffsetsRequest>().topics) {
        auto& entry = response.topics.emplace_back();
        entry.name = topic.name;
        for (const auto& part : topic.partitions) {
            auto& result = entry.partitions.emplace_back();
            result.partition_index = part.partition_index;
            result.offset = part.timestamp == -2 ? 0 : log_end[{topic.name, part.partition_index}];
            result.leader_epoch = 0;
        }
    }
    cluster.reply(request, response);
}

void ScriptedGroup::modern(FakeCluster& cluster, const FakeRequest& request, wire::Error error) {
    const auto asked = request.as<wire::ConsumerGroupHeartbeatRequest>();
    wire::ConsumerGroupHeartbeatResponse response;
    response.error_code = wire::code(error);
    response.member_id = asked.member_id;
    if (asked.member_epoch < 0)
        response.member_epoch = asked.member_epoch;
    else if (error == wire::Error::none)
        response.member_epoch = epoch;
    response.heartbeat_interval_ms = interval_ms;
    if (target && error == wire::Error::none && asked.member_epoch >= 0) {
        response.assignment.emplace();
        for (const auto& [topic, indexes] : *target) {
            auto& entry = response.assignment->topic_partitions.emplace_back();
            entry.topic_id = cluster.topics[topic].id;
            entry.partitions = indexes;
        }
        target.reset();
    }
    cluster.reply(request, response);
}

namespace {

FakeCluster consumer_before(client::Reading reading, std::vector<client::ConfigPair> pairs) {
    pairs.emplace_back("group.id", "g");
    const auto config = client::parse_consumer_config(with_servers(3, std::move(pairs)));
    REQUIRE(config.has_value());
    return FakeCluster(client::Client(client::ConsumerProcess(*config, std::move(reading))), 3);
}

} // namespace

GroupWorld::GroupWorld(client::Reading reading, std::vector<client::ConfigPair> pairs)
    : cluster(consumer_before(std::move(reading), std::move(pairs))) {
    cluster.handler = [group = group](FakeCluster& at, const FakeRequest& request) {
        group->handle(at, request);
    };
}

std::string GroupWorld::owned() const {
    std::vector<std::string> all;
    for (const client::ConsumerPartition& partition : consumer().partitions())
        if (partition.owned)
            all.push_back(consumer().topic_of(partition) + "-" +
                          std::to_string(partition.partition));
    std::sort(all.begin(), all.end());
    std::string text;
    for (const std::string& one : all)
        text += (text.empty() ? "" : " ") + one;
    return text;
}

std::vector<std::string> GroupWorld::texts(Fact fact) const {
    std::vector<std::string> all;
    for (const Note& note : cluster.facts(fact))
        all.push_back(note.text);
    return all;
}

} // namespace orrery::tests
