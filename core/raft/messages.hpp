// The requests and answers of the quorum as variants, and the makers of those that carry one
// partition, __cluster_metadata-0, as all of them do.
#pragma once

#include "core/base/exchange.hpp"
#include "core/base/process.hpp"
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

/// Where a step puts what it wants. The node empties it after each step.
struct Out {
    Effects& effects;
    std::vector<Reply<Response>> replies;
    std::vector<Ask<Question>> asks;
};

} // namespace orrery::raft
