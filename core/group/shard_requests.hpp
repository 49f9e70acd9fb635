// One request to an active shard: decided on what is latest, or read from what is committed.
#pragma once

#include "core/group/shard.hpp"

#include <string>
#include <utility>
#include <vector>

namespace orrery::group {

struct ShardRequests {
    Shard& shard;
    const Work& work;
    const Caller& caller;

    // --- members
    void handle(const wire::JoinGroupRequest& request);
    void handle(const wire::SyncGroupRequest& request);
    void handle(const wire::HeartbeatRequest& request);
    void handle(const wire::LeaveGroupRequest& request);
    void handle(const wire::ConsumerGroupHeartbeatRequest& request);
    // --- offsets: shard_offsets.cpp
    void handle(const wire::OffsetCommitRequest& request);
    void handle(const wire::OffsetFetchRequest& request);
    void handle(const wire::OffsetDeleteRequest& request);
    // --- groups
    void handle(const wire::ListGroupsRequest& request);
    void handle(const wire::DescribeGroupsRequest& request);
    void handle(const wire::ConsumerGroupDescribeRequest& request);
    void handle(const wire::DeleteGroupsRequest& request);

    /// Answered now, whatever is pending.
    void reply(Response response) const;
    /// Answered when all that is pending is committed: the answer may rest on it.
    void reply_after_pending(const std::string& group, Response response) const;
    void refuse_with(const Request& request, wire::Error error) const;
    /// Performs what a consumer group has decided, and watches its deadlines.
    void perform_for(const std::string& group, Decision&& decision) const;

private:
    wire::Error check_commit(const wire::OffsetCommitRequest& request) const;
    wire::Error check_consumer_commit(const ConsumerGroup& group,
                                      const wire::OffsetCommitRequest& request) const;
    wire::OffsetFetchResponse::OffsetFetchResponseGroup
    fetch(const Groups& groups,
          const wire::OffsetFetchRequest::OffsetFetchRequestGroup& asked) const;
    wire::DescribeGroupsResponse::DescribedGroup describe(const std::string& id) const;
    void heartbeat_of_new(const wire::ConsumerGroupHeartbeatRequest& request);
};

/// The records by which the log forgets the group, its offsets first. Gives how many offsets.
std::size_t write_group_tombstones(const std::string& id, const Group& group,
                                   std::vector<Record>& records);

} // namespace orrery::group
