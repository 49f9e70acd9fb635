#include "core/group/refuse.hpp"

#include "core/group/offsets.hpp"

#include <string>
#include <utility>

namespace orrery::group {

namespace {

using wire::Error;

Response refusal(const wire::OffsetCommitRequest& request, std::int16_t, std::int16_t code) {
    wire::OffsetCommitResponse response;
    for (const auto& topic : request.topics) {
        auto& refused = response.topics.emplace_back();
        refused.name = topic.name;
        refused.topic_id = topic.topic_id;
        for (const auto& partition : topic.partitions) {
            auto& result = refused.partitions.emplace_back();
            result.partition_index = partition.partition_index;
            result.error_code = code;
        }
    }
    return response;
}

Response refusal(const wire::OffsetFetchRequest& request, std::int16_t version, std::int16_t code) {
    wire::OffsetFetchResponse response;
    for (const auto& group : request.groups) {
        auto& refused = response.groups.emplace_back();
        refused.group_id = group.group_id;
        refused.error_code = code;
    }
    if (version >= 8)
        return response;
    response.error_code = code;
    // The first versions had no place for the error of the whole.
    if (version < 2 && request.topics) {
        for (const auto& topic : *request.topics) {
            auto& refused = response.topics.emplace_back();
            refused.name = topic.name;
            for (const std::int32_t partition : topic.partition_indexes) {
                auto& result = refused.partitions.emplace_back();
                result.partition_index = partition;
                result.committed_offset = invalid_offset;
                result.error_code = code;
            }
        }
    }
    return response;
}

Response refusal(const wire::OffsetDeleteRequest&, std::int16_t, std::int16_t code) {
    wire::OffsetDeleteResponse response;
    response.error_code = code;
    return response;
}

Response refusal(const wire::JoinGroupRequest& request, std::int16_t, std::int16_t code) {
    wire::JoinGroupResponse response;
    response.member_id = request.member_id;
    response.error_code = code;
    return response;
}

Response refusal(const wire::SyncGroupRequest&, std::int16_t, std::int16_t code) {
    wire::SyncGroupResponse response;
    response.error_code = code;
    return response;
}

Response refusal(const wire::HeartbeatRequest&, std::int16_t, std::int16_t code) {
    wire::HeartbeatResponse response;
    // The group is being loaded: all is well, and there will be a fresh session anyway.
    if (code != wire::code(Error::coordinator_load_in_progress))
        response.error_code = code;
    return response;
}

Response refusal(const wire::LeaveGroupRequest& request, std::int16_t version, std::int16_t code) {
    wire::LeaveGroupResponse response;
    if (code != wire::code(Error::unknown_member_id) || version < 3) {
        response.error_code = code;
        return response;
    }
    for (const auto& member : request.members) {
        auto& result = response.members.emplace_back();
        result.member_id = member.member_id;
        result.group_instance_id = member.group_instance_id;
        result.error_code = code;
    }
    return response;
}

Response refusal(const wire::ListGroupsRequest&, std::int16_t, std::int16_t code) {
    wire::ListGroupsResponse response;
    response.error_code = code;
    return response;
}

Response refusal(const wire::DescribeGroupsRequest& request, std::int16_t, std::int16_t code) {
    wire::DescribeGroupsResponse response;
    for (const std::string& group : request.groups) {
        auto& refused = response.groups.emplace_back();
        refused.group_id = group;
        refused.error_code = code;
    }
    return response;
}

Response refusal(const wire::DeleteGroupsRequest& request, std::int16_t, std::int16_t code) {
    wire::DeleteGroupsResponse response;
    for (const std::string& group : request.groups_names) {
        auto& refused = response.results.emplace_back();
        refused.group_id = group;
        refused.error_code = code;
    }
    return response;
}

Response refusal(const wire::ConsumerGroupHeartbeatRequest&, std::int16_t, std::int16_t code) {
    wire::ConsumerGroupHeartbeatResponse response;
    response.error_code = code;
    return response;
}

Response refusal(const wire::ConsumerGroupDescribeRequest& request, std::int16_t,
                 std::int16_t code) {
    wire::ConsumerGroupDescribeResponse response;
    for (const std::string& group : request.group_ids) {
        auto& refused = response.groups.emplace_back();
        refused.group_id = group;
        refused.error_code = code;
    }
    return response;
}

struct Withdrawal {
    std::int16_t code;

    void operator()(wire::OffsetCommitResponse& response) const {
        for (auto& topic : response.topics)
            for (auto& partition : topic.partitions)
                partition.error_code = code;
    }
    void operator()(wire::OffsetFetchResponse& response) const {
        response.error_code = response.groups.empty() ? code : std::int16_t{0};
        response.topics.clear();
        for (auto& group : response.groups) {
            group.topics.clear();
            group.error_code = code;
        }
    }
    void operator()(wire::OffsetDeleteResponse& response) const {
        response = {};
        response.error_code = code;
    }
    void operator()(wire::JoinGroupResponse& response) const {
        response = {};
        response.error_code = code;
    }
    void operator()(wire::SyncGroupResponse& response) const {
        response = {};
        response.error_code = code;
    }
    void operator()(wire::HeartbeatResponse& response) const { response.error_code = code; }
    void operator()(wire::LeaveGroupResponse& response) const {
        response = {};
        response.error_code = code;
    }
    void operator()(wire::ListGroupsResponse& response) const {
        response = {};
        response.error_code = code;
    }
    void operator()(wire::DescribeGroupsResponse& response) const {
        for (auto& group : response.groups)
            group.error_code = code;
    }
    void operator()(wire::DeleteGroupsResponse& response) const {
        for (auto& result : response.results)
            result.error_code = code;
    }
    void operator()(wire::ConsumerGroupHeartbeatResponse& response) const {
        response = {};
        response.error_code = code;
    }
    void operator()(wire::ConsumerGroupDescribeResponse& response) const {
        for (auto& group : response.groups)
            group.error_code = code;
    }
};

} // namespace

Response refuse(const Request& request, std::int16_t version, wire::Error error) {
    return std::visit([&](const auto& held) { return refusal(held, version, wire::code(error)); },
                      request);
}

void withdraw(Response& response, wire::Error error) {
    std::visit(Withdrawal{wire::code(error)}, response);
}

wire::Error coordinator_error(wire::Error error) {
    if (error == Error::unknown_topic_or_partition || error == Error::not_enough_replicas ||
        error == Error::request_timed_out)
        return Error::coordinator_not_available;
    if (error == Error::not_leader_or_follower || error == Error::kafka_storage_error)
        return Error::not_coordinator;
    if (error == Error::message_too_large || error == Error::record_list_too_large ||
        error == Error::invalid_fetch_size)
        return Error::unknown_server_error;
    return error;
}

void flatten_leave(wire::LeaveGroupResponse& response, std::int16_t version) {
    if (version >= 3)
        return;
    if (response.error_code == 0 && !response.members.empty())
        response.error_code = response.members.front().error_code;
    response.members.clear();
}

} // namespace orrery::group
