// Channel: one outgoing connection to one peer, kept as Kafka's NetworkClient keeps it for a node,
// but as a value without I/O. It dials with backoff, learns the peer's versions (ApiVersions),
// gives frames their correlation ids, holds what is in flight in order with its deadlines, and
// pairs each answer with the tag that the owner gave. Clients use it to brokers, nodes use it to
// each other.
//
//     disconnected --ready()--> dialing --on_connected--> negotiating --ApiVersions--> ready
//           ^                      |                            |                        |
//           +------ closed, setup timeout, request timeout, a frame that can't be read --+
//
// The owner hands in what arrives under `connection()`, calls `wake` no later than `wakeup()`, and
// finds requests that will have no answer in ChannelContext::failed. As in Kafka one request that
// times out closes the whole connection: the peer is presumed stuck, and what it still owes can't
// be told from what it will never send.
//
// Sources: clients/NetworkClient.java, ClusterConnectionStates.java, InFlightRequests.java; KIP-511
// (ApiVersions), KIP-601 (setup timeout), KIP-144 (exponential reconnect backoff).
#pragma once

#include "core/base/cow.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/wire/writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::wire {

/// The versions of one API that somebody speaks; `lowest > highest` is "none".
struct ApiRange {
    std::int16_t lowest = 0;
    std::int16_t highest = -1;
    bool operator==(const ApiRange&) const = default;
    ORRERY_FIELDS(lowest, highest)
};

struct ChannelConfig {
    std::string client_id;                         ///< in each request's header
    Duration reconnect_backoff = milliseconds(50); ///< reconnect.backoff.ms
    Duration reconnect_backoff_max = seconds(1);   ///< reconnect.backoff.max.ms
    Duration setup_timeout = seconds(10);          ///< socket.connection.setup.timeout.ms
    Duration setup_timeout_max = seconds(30);      ///< socket.connection.setup.timeout.max.ms
    Duration request_timeout = seconds(30);        ///< of the ApiVersions request itself
    Duration max_idle{};                           ///< connections.max.idle.ms; 0 is for ever
    std::int32_t max_in_flight = 5;                ///< max.in.flight.requests.per.connection
    bool negotiate = true; ///< false: ask no ApiVersions, take the peer's versions to be ours
    bool operator==(const ChannelConfig&) const = default;
    ORRERY_FIELDS(client_id, reconnect_backoff, reconnect_backoff_max, setup_timeout,
                  setup_timeout_max, request_timeout, max_idle, max_in_flight, negotiate)
};

/// Gives out the numbers of the connections that one process dials.
struct ConnectionIds {
    std::int64_t next = 1;
    ConnectionId take() { return {next++}; }
    bool operator==(const ConnectionIds&) const = default;
    ORRERY_FIELDS(next)
};

/// Why a request that was sent has no answer. The peer may or may not have acted on it.
enum class NoAnswer : std::uint8_t { disconnected, timed_out };

struct FailedRequest {
    std::uint64_t tag = 0;
    std::int16_t api_key = 0;
    NoAnswer why{};
    bool operator==(const FailedRequest&) const = default;
    ORRERY_FIELDS(tag, api_key, why)
};

/// The answer to the request sent with `tag`. Its body begins at byte `body_at` of the frame that
/// the owner handed in, and is encoded in `version`.
struct AnsweredRequest {
    std::uint64_t tag = 0;
    std::int16_t api_key = 0;
    std::int16_t version = 0;
    std::size_t body_at = 0;
    bool operator==(const AnsweredRequest&) const = default;
    ORRERY_FIELDS(tag, api_key, version, body_at)
};

/// What a channel needs from its owner in every call, and where it leaves what it has to say.
struct ChannelContext {
    Instant now;
    ConnectionIds& ids;
    Random& random; ///< jitter of backoffs and setup timeouts
    Effects& out;
    std::vector<FailedRequest>& failed; ///< appended to, in the order in which they were sent
};

enum class ChannelState : std::uint8_t { disconnected, dialing, negotiating, ready };
std::string_view name_of(ChannelState state);

class Channel {
public:
    Channel() = default;
    Channel(Cow<ChannelConfig> config, NodeId peer, Endpoint at);

    NodeId peer() const { return peer_; }
    const Endpoint& endpoint() const { return endpoint_; }
    /// The peer lives elsewhere now: holds for the next dial.
    void move_to(Endpoint at) { endpoint_ = std::move(at); }
    ChannelState state() const { return state_; }
    /// The number of the connection that is open or being dialed; {0} when disconnected.
    ConnectionId connection() const { return connection_; }
    std::size_t in_flight() const { return in_flight_.size(); }
    /// When it was dialed or lost last; the longest untried is the best to try next.
    Instant last_attempt() const { return last_attempt_; }
    /// True while a reconnect backoff runs: the last connection or dial ended badly.
    bool backing_off(Instant now) const {
        return state_ == ChannelState::disconnected && now < dial_not_before_;
    }

    /// True if a request can be sent now. Otherwise begins to connect, if no backoff forbids it.
    bool ready(ChannelContext& context);
    /// The same without side effect.
    bool can_send() const {
        return state_ == ChannelState::ready &&
               in_flight_.size() < static_cast<std::size_t>(config_->max_in_flight);
    }
    /// The highest version that both speak, for an API of which we speak `ours`; nullopt if there
    /// is none or the peer isn't known yet.
    std::optional<std::int16_t> version_for(std::int16_t api_key, ApiRange ours) const;
    template <class Request>
    std::optional<std::int16_t> version_for() const {
        return version_for(Request::api_key, {Request::lowest_version, Request::highest_version});
    }

    /// Sends a request (a generated wire struct) in `version`; needs can_send(). The answer comes
    /// under `tag`. Fails, with nothing sent, if the request can't be said in that version.
    template <class Request>
    Result<void> send(ChannelContext& context, const Request& request, std::int16_t version,
                      std::uint64_t tag, Duration timeout) {
        expect(can_send(), "a channel that can send");
        return send_as(context, request, version, timeout, {tag, false});
    }
    /// The same for a request that has no answer (Produce with acks=0).
    template <class Request>
    Result<void> send_unanswered(ChannelContext& context, const Request& request,
                                 std::int16_t version) {
        expect(can_send(), "a channel that can send");
        return send_frame(context, frame_of(request, version));
    }

    /// Inputs for our connection(). The frame of `on_received` must outlive the use of `body_at`.
    /// Nothing is returned for an answer that the channel keeps to itself (ApiVersions), and for a
    /// frame that isn't the answer it should be, which closes the connection.
    void on_connected(ChannelContext& context);
    std::optional<AnsweredRequest> on_received(ChannelContext& context, const Chain& frame);
    void on_closed(ChannelContext& context);
    /// Ends what is past its deadline: a dial, a request (and the connection with it), idleness.
    void wake(ChannelContext& context);
    /// The earliest of those deadlines, and of the end of the backoff if ready() was refused by it.
    std::optional<Instant> wakeup() const;
    /// Hangs up without blame: no backoff follows.
    void hang_up(ChannelContext& context);

    bool operator==(const Channel&) const = default;

private:
    struct InFlight {
        std::uint64_t tag = 0;
        Instant deadline;
        std::int32_t correlation = 0;
        std::int16_t api_key = 0;
        std::int16_t version = 0;
        bool flexible = false; ///< so the answer's header has a section of tagged fields
        bool own = false;      ///< our ApiVersions request, of which the owner knows nothing
        bool operator==(const InFlight&) const = default;
        ORRERY_FIELDS(tag, deadline, correlation, api_key, version, flexible, own)
    };
    struct Purpose {
        std::uint64_t tag = 0;
        bool own = false;
    };

    template <class Request>
    Result<Chain> frame_of(const Request& request, std::int16_t version) const {
        Writer writer;
        begin_frame(writer, Request::api_key, version, Request::is_flexible(version));
        if (const auto encoded = request.encode(writer, version); !encoded)
            return failure(encoded.error());
        return writer.take();
    }
    template <class Request>
    Result<void> send_as(ChannelContext& context, const Request& request, std::int16_t version,
                         Duration timeout, Purpose purpose) {
        auto sent = send_frame(context, frame_of(request, version));
        if (sent)
            in_flight_.push_back(
                {purpose.tag, context.now + timeout, next_correlation_ - 1, Request::api_key,
                 version, Request::is_flexible(version) && Request::api_key != 18, purpose.own});
        return sent;
    }
    /// The request header, v2 if flexible, else v1.
    void begin_frame(Writer& writer, std::int16_t api_key, std::int16_t version,
                     bool flexible) const;
    Result<void> send_frame(ChannelContext& context, Result<Chain> frame);
    void dial(ChannelContext& context);
    void ask_versions(ChannelContext& context, std::int16_t version);
    void on_versions(ChannelContext& context, const InFlight& request, const Chain& frame);
    void become_ready();
    /// The connection is gone: everything in flight fails, a backoff begins.
    void become_disconnected(ChannelContext& context);
    /// Hangs up because of what the peer did or didn't do.
    void give_up(ChannelContext& context);
    void fail_in_flight(ChannelContext& context);

    Cow<ChannelConfig> config_;
    NodeId peer_ = no_node;
    Endpoint endpoint_;
    ChannelState state_ = ChannelState::disconnected;
    ConnectionId connection_;
    std::int32_t next_correlation_ = 0;
    std::uint8_t failed_attempts_ = 0; ///< closed connections since the last that became ready
    std::uint8_t failed_dials_ = 0;    ///< dials that never connected, since the last that did
    bool wanted_ = false;              ///< ready() was asked during the backoff
    Instant dial_not_before_;          ///< end of the reconnect backoff
    Instant last_attempt_;
    Instant setup_deadline_;                   ///< while dialing
    Instant last_use_;                         ///< of the open connection, for max_idle
    std::vector<InFlight> in_flight_;          ///< oldest first; answers come in this order
    Cow<std::vector<ApiRange>> peer_versions_; ///< by api key; of the connection while ready

public:
    ORRERY_FIELDS(config_, peer_, endpoint_, state_, connection_, next_correlation_,
                  failed_attempts_, failed_dials_, wanted_, dial_not_before_, last_attempt_,
                  setup_deadline_, last_use_, in_flight_, peer_versions_)
};

} // namespace orrery::wire
