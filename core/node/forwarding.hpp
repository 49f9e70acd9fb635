// Forwarding: admin requests that a client sent to this broker and that the active controller must
// decide (KIP-590). Each travels in an Envelope with the client's own header and body inside; the
// answer's bytes go back to the client as they come. Until a controller answers, a forward is tried
// again; when its time is up the client is told REQUEST_TIMED_OUT.
#pragma once

#include "core/base/exchange.hpp"
#include "core/base/process.hpp"
#include "core/wire/messages/envelope_request.hpp"
#include "core/wire/messages/envelope_response.hpp"

#include <optional>
#include <vector>

namespace orrery::node {

struct Forward {
    RequestId request; ///< {0}: our own, such as the automatic creation of a topic
    Chain frame;       ///< header and body as the client sent them
    Instant give_up;
    Instant retry_at = never; ///< never while an ask is open
    AskId open;
    bool operator==(const Forward&) const = default;
    ORRERY_FIELDS(request, frame, give_up, retry_at, open)
};

/// What became of a forward.
struct Forwarded {
    RequestId request;
    Chain frame;                   ///< of the request
    std::optional<Bytes> response; ///< header and body for the client; none: out of time
};

class Forwarding {
public:
    /// How long a client waits for the controller.
    static constexpr Duration patience = seconds(30);

    /// Takes a frame to forward; it is due at once.
    void add(RequestId request, Chain frame, Duration timeout, Instant now);
    /// The client is gone. What was sent stays sent.
    void forget(RequestId request);

    /// Envelopes that are to be sent now.
    std::vector<Ask<wire::EnvelopeRequest>> due(Instant now);
    /// The answer to one of them; nothing when it has to be tried again.
    std::optional<Forwarded> on_answer(AskId id, wire::EnvelopeResponse response, Instant now);
    void on_no_answer(AskId id, Instant now);
    /// Forwards whose time is up.
    std::vector<Forwarded> expired(Instant now);
    std::optional<Instant> wakeup() const;

    bool operator==(const Forwarding&) const = default;

private:
    std::vector<Forward> forwards_; ///< oldest first
    std::uint64_t next_ask_ = 1;

public:
    ORRERY_FIELDS(forwards_, next_ask_)
};

} // namespace orrery::node
