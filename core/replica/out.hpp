// What a broker's partitions say in a step: effects (writes, facts), replies to requests that the
// node handed in, and requests of their own to other nodes.
#pragma once

#include "core/base/exchange.hpp"
#include "core/base/process.hpp"
#include "core/wire/messages/alter_partition_request.hpp"
#include "core/wire/messages/alter_partition_response.hpp"
#include "core/wire/messages/delete_records_request.hpp"
#include "core/wire/messages/delete_records_response.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/fetch_response.hpp"
#include "core/wire/messages/list_offsets_request.hpp"
#include "core/wire/messages/list_offsets_response.hpp"
#include "core/wire/messages/offset_for_leader_epoch_request.hpp"
#include "core/wire/messages/offset_for_leader_epoch_response.hpp"
#include "core/wire/messages/produce_request.hpp"
#include "core/wire/messages/produce_response.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace orrery::replica {

/// Who sent a request, and how.
struct Caller {
    RequestId request;        ///< the reply goes under this number
    std::int16_t version = 0; ///< of the request, as it was decoded
    std::string_view client_id;
    std::string_view listener; ///< where it came in: endpoints of other brokers are given for it
};

using Response = std::variant<wire::ProduceResponse, wire::FetchResponse, wire::ListOffsetsResponse,
                              wire::OffsetForLeaderEpochResponse, wire::DeleteRecordsResponse>;
using Request =
    std::variant<wire::FetchRequest, wire::AlterPartitionRequest, wire::ListOffsetsRequest>;
using Answer =
    std::variant<wire::FetchResponse, wire::AlterPartitionResponse, wire::ListOffsetsResponse>;

struct Out {
    Effects& effects;
    std::vector<Reply<Response>> replies;
    std::vector<Ask<Request>> asks; ///< `to == no_node` is the active controller
    /// Requests that are done and have no response (Produce with acks=0).
    std::vector<RequestId> unanswered;
    /// Of those, the ones that failed: Kafka tells an acks=0 producer by closing its connection.
    std::vector<RequestId> hang_ups;

    void clear() {
        replies.clear();
        asks.clear();
        unanswered.clear();
        hang_ups.clear();
    }
};

/// What every function of a step is handed on.
struct Step {
    const Now& now;
    Out& out;
    void note(Note&& fact) const { out.effects.emplace_back(std::move(fact)); }
};

} // namespace orrery::replica
