// Peers: a node's outgoing connections to other nodes. Each purpose has connections of its own, as
// in Kafka, because a peer answers one connection's requests in order: a heartbeat must not queue
// behind a long poll. An Ask waits here until its connection is ready; the asker is told either the
// answer or that there is none.
#pragma once

#include "core/base/exchange.hpp"
#include "core/base/flat_map.hpp"
#include "core/wire/channel.hpp"
#include "core/wire/messages/alter_partition_request.hpp"
#include "core/wire/messages/begin_quorum_epoch_request.hpp"
#include "core/wire/messages/broker_heartbeat_request.hpp"
#include "core/wire/messages/broker_registration_request.hpp"
#include "core/wire/messages/controller_registration_request.hpp"
#include "core/wire/messages/end_quorum_epoch_request.hpp"
#include "core/wire/messages/envelope_request.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/fetch_snapshot_request.hpp"
#include "core/wire/messages/list_offsets_request.hpp"
#include "core/wire/messages/vote_request.hpp"

#include <optional>
#include <variant>
#include <vector>

namespace orrery::node {

/// What a connection is for. The order is that of their names in Kafka's logs, and has no meaning.
enum class Purpose : std::uint8_t { quorum, replica_fetch, alter_partition, lifecycle, forwarding };

constexpr std::string_view name_of(Purpose purpose) {
    switch (purpose) {
    case Purpose::quorum: return "quorum";
    case Purpose::replica_fetch: return "replica fetch";
    case Purpose::alter_partition: return "alter partition";
    case Purpose::lifecycle: return "lifecycle";
    case Purpose::forwarding: return "forwarding";
    }
    return "?";
}

using PeerRequest =
    std::variant<wire::VoteRequest, wire::BeginQuorumEpochRequest, wire::EndQuorumEpochRequest,
                 wire::FetchRequest, wire::FetchSnapshotRequest, wire::ListOffsetsRequest,
                 wire::AlterPartitionRequest, wire::BrokerRegistrationRequest,
                 wire::BrokerHeartbeatRequest, wire::ControllerRegistrationRequest,
                 wire::EnvelopeRequest>;

/// An ask of ours that came to an end. `answered` false: no answer came and none will.
struct PeerAnswer {
    Purpose purpose{};
    AskId ask;
    NodeId from = no_node;
    bool answered = false;
    std::int16_t api_key = 0;
    std::int16_t version = 0;
    std::size_t body_at = 0; ///< where the response's body begins in the frame received
    bool operator==(const PeerAnswer&) const = default;
    ORRERY_FIELDS(purpose, ask, from, answered, api_key, version, body_at)
};

class Peers {
public:
    /// `client_id` goes into request headers: "broker-1-lifecycle" for purpose lifecycle.
    Peers(NodeId self, std::uint64_t random);

    /// Sends the request to the node at `at`, now or as soon as its connection is ready.
    void ask(Purpose purpose, AskId id, NodeId to, const Endpoint& at, Duration timeout,
             PeerRequest&& request, Instant now, Effects& out);

    /// True if the connection is one of ours.
    bool owns(ConnectionId connection) const;
    void on_connected(ConnectionId connection, Instant now, Effects& out);
    void on_closed(ConnectionId connection, Instant now, Effects& out);
    /// The answer that the frame holds, if it holds one for an asker.
    std::optional<PeerAnswer> on_received(ConnectionId connection, const Chain& frame, Instant now,
                                          Effects& out);
    void wake(Instant now, Effects& out);
    std::optional<Instant> wakeup() const;

    bool any_failed() const { return !failed_.empty(); }
    /// Asks that ended without an answer since the last call, oldest first.
    std::vector<PeerAnswer> take_failed();

    bool operator==(const Peers&) const = default;

private:
    struct Waiting {
        AskId id;
        Instant deadline;
        PeerRequest request;
        bool operator==(const Waiting&) const = default;
        ORRERY_FIELDS(id, deadline, request)
    };
    /// One connection and what waits for it to become ready.
    struct Line {
        Purpose purpose{};
        wire::Channel channel;
        std::vector<Waiting> waiting;
        bool operator==(const Line&) const = default;
        ORRERY_FIELDS(purpose, channel, waiting)
    };

    void note_due(const Line& line);
    Line& line_to(Purpose purpose, NodeId to, const Endpoint& at);
    Line* line_of(ConnectionId connection);
    void send(Line& line, AskId id, Duration timeout, const PeerRequest& request,
              wire::ChannelContext& context);
    void pump(Line& line, Instant now, Effects& out);
    void fail_waiting(Line& line);
    void collect(Line& line);

    NodeId self_;
    Random random_;
    wire::ConnectionIds ids_;
    std::vector<Line> lines_;   ///< in the order in which they were first needed
    std::vector<Instant> dues_; ///< when each line wants to be woken: asked after every step
    std::vector<wire::FailedRequest> failed_now_;
    std::vector<PeerAnswer> failed_;

public:
    ORRERY_FIELDS(self_, random_, ids_, lines_, dues_, failed_now_, failed_)
};

} // namespace orrery::node
