// The requests and answers of the quorum as variants, and the makers of those that carry one
// partition, __cluster_metadata-0, as all of them do.
#pragma once

#include "core/base/exchange.hpp"
#include "core/base/process.hpp"
#include "core/raft/config.hpp"
#include "core/wire/messages/begin_quorum_epoch_request.hpp"
#include "core/wire/messages/begin_quorum_epoch_response.hpp"
#include "core/wire/messages/describe_quorum_request.hpp"
#include "core/wire/messages/describe_quorum_response.hpp"
#include "core/wire/messages/end_quorum_epoch_request.hpp"
#include "core/wire/messages/end_quorum_epoch_response.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/fetch_response.hpp"
#include "core/wire/messages/fetch_snapshot_request.hpp"
#include "core/wire/messages/fetch_snapshot_response.hpp"
#include "core/wire/messages/vote_request.hpp"
#include "core/wire/messages/vote_response.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orrery::raft {

inline constexpr std::string_view topic_name = "__cluster_metadata";

/// What we answer.
using Response =
    std::variant<wire::VoteResponse, wire::BeginQuorumEpochResponse, wire::EndQuorumEpochResponse,
                 wire::FetchResponse, wire::FetchSnapshotResponse, wire::DescribeQuorumResponse>;
/// What we ask other nodes.
using Question =
    std::variant<wire::VoteRequest, wire::BeginQuorumEpochRequest, wire::EndQuorumEpochRequest,
                 wire::FetchRequest, wire::FetchSnapshotRequest>;
/// What they answer.
using Answer =
    std::variant<wire::VoteResponse, wire::BeginQuorumEpochResponse, wire::EndQuorumEpochResponse,
                 wire::FetchResponse, wire::FetchSnapshotResponse>;

/// What a Vote request says.
struct VoteAsk {
    LeaderEpoch epoch; ///< of a candidate: the one it stands for; of a prospective: its own
    ReplicaKey from;
    LeaderEpoch last_epoch; ///< of the last record of its log
    Offset end_offset;      ///< of its log
    bool pre_vote = false;
};
wire::VoteRequest vote_request(const std::string& cluster_id, const ReplicaKey& to,
                               const VoteAsk& ask);
wire::BeginQuorumEpochRequest begin_epoch_request(const Config& config, LeaderEpoch epoch,
                                                  const ReplicaKey& to);
wire::EndQuorumEpochRequest end_epoch_request(const std::string& cluster_id, LeaderEpoch epoch,
                                              NodeId leader,
                                              const std::vector<ReplicaKey>& successors);
struct FetchAsk {
    const std::string& cluster_id;
    ReplicaKey from;
    LeaderEpoch epoch;
    Offset offset;
    LeaderEpoch last_fetched_epoch;
    Offset high_watermark; ///< what the replica knows; no_offset if nothing
    Duration max_wait;
    std::int32_t max_bytes = 0;
};
wire::FetchRequest fetch_request(const FetchAsk& ask);

/// The only partition of the message if it is ours, else null. For requests and responses that name
/// their topic by name.
template <class Message>
auto only_partition(const Message& message) -> decltype(&message.topics[0].partitions[0]) {
    if (message.topics.size() != 1 || message.topics[0].topic_name != topic_name ||
        message.topics[0].partitions.size() != 1 ||
        message.topics[0].partitions[0].partition_index != 0)
        return nullptr;
    return &message.topics[0].partitions[0];
}

/// Where a step puts what it wants. The node empties it after each step.
struct Out {
    Effects& effects;
    std::vector<Reply<Response>> replies;
    std::vector<Ask<Question>> asks;
};

} // namespace orrery::raft
