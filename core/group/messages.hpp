// What a group coordinator is asked, and what it answers: one variant each. FindCoordinator is not
// among them: any broker answers it from its metadata.
#pragma once

#include "core/base/id.hpp"
#include "core/wire/messages/consumer_group_describe_request.hpp"
#include "core/wire/messages/consumer_group_describe_response.hpp"
#include "core/wire/messages/consumer_group_heartbeat_request.hpp"
#include "core/wire/messages/consumer_group_heartbeat_response.hpp"
#include "core/wire/messages/delete_groups_request.hpp"
#include "core/wire/messages/delete_groups_response.hpp"
#include "core/wire/messages/describe_groups_request.hpp"
#include "core/wire/messages/describe_groups_response.hpp"
#include "core/wire/messages/heartbeat_request.hpp"
#include "core/wire/messages/heartbeat_response.hpp"
#include "core/wire/messages/join_group_request.hpp"
#include "core/wire/messages/join_group_response.hpp"
#include "core/wire/messages/leave_group_request.hpp"
#include "core/wire/messages/leave_group_response.hpp"
#include "core/wire/messages/list_groups_request.hpp"
#include "core/wire/messages/list_groups_response.hpp"
#include "core/wire/messages/offset_commit_request.hpp"
#include "core/wire/messages/offset_commit_response.hpp"
#include "core/wire/messages/offset_delete_request.hpp"
#include "core/wire/messages/offset_delete_response.hpp"
#include "core/wire/messages/offset_fetch_request.hpp"
#include "core/wire/messages/offset_fetch_response.hpp"
#include "core/wire/messages/sync_group_request.hpp"
#include "core/wire/messages/sync_group_response.hpp"

#include <cstdint>
#include <string_view>
#include <variant>

namespace orrery::group {

/// Who sent a request, and how.
struct Caller {
    RequestId request;        ///< the reply goes under this number
    std::int16_t version = 0; ///< of the request, as it was decoded
    std::string_view client_id;
    std::string_view client_host; ///< "/127.0.0.1", as Kafka shows it
};

using Request =
    std::variant<wire::OffsetCommitRequest, wire::OffsetFetchRequest, wire::OffsetDeleteRequest,
                 wire::JoinGroupRequest, wire::SyncGroupRequest, wire::HeartbeatRequest,
                 wire::LeaveGroupRequest, wire::ListGroupsRequest, wire::DescribeGroupsRequest,
                 wire::DeleteGroupsRequest, wire::ConsumerGroupHeartbeatRequest,
                 wire::ConsumerGroupDescribeRequest>;
using Response =
    std::variant<wire::OffsetCommitResponse, wire::OffsetFetchResponse, wire::OffsetDeleteResponse,
                 wire::JoinGroupResponse, wire::SyncGroupResponse, wire::HeartbeatResponse,
                 wire::LeaveGroupResponse, wire::ListGroupsResponse, wire::DescribeGroupsResponse,
                 wire::DeleteGroupsResponse, wire::ConsumerGroupHeartbeatResponse,
                 wire::ConsumerGroupDescribeResponse>;

} // namespace orrery::group
