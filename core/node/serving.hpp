// Serving: the connections that others opened to this node. Like Kafka's SocketServer, a connection
// has at most one request under way: the next frame waits until the reply has gone out, which is
// what gives a client its order. A RequestId is the connection's number, since one is enough.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/process.hpp"

#include <optional>
#include <string>
#include <vector>

namespace orrery::node {

/// A request inside an Envelope: what the broker that forwarded it must be answered.
struct EnvelopeTerms {
    std::int16_t version = 0;
    std::int32_t correlation = 0;
    bool operator==(const EnvelopeTerms&) const = default;
    ORRERY_FIELDS(version, correlation)
};

/// The request that a connection has under way: what its reply is encoded by.
struct OpenRequest {
    std::int16_t api_key = 0;
    std::int16_t version = 0;
    std::int32_t correlation = 0;
    std::optional<EnvelopeTerms> envelope;
    bool operator==(const OpenRequest&) const = default;
    ORRERY_FIELDS(api_key, version, correlation, envelope)
};

struct ServedConnection {
    std::string listener;
    bool controller_listener = false;
    std::string client_id; ///< of the latest request
    std::string host;      ///< the client's address
    std::optional<OpenRequest> open;
    std::vector<Chain> waiting; ///< frames that came while a request was under way, oldest first
    bool operator==(const ServedConnection&) const = default;
    ORRERY_FIELDS(listener, controller_listener, client_id, host, open, waiting)
};

using ServedConnections = FlatMap<ConnectionId, ServedConnection>;

constexpr RequestId request_on(ConnectionId connection) {
    return {static_cast<std::uint64_t>(connection.value)};
}
constexpr ConnectionId connection_of(RequestId request) {
    return {static_cast<std::int64_t>(request.value)};
}

} // namespace orrery::node
