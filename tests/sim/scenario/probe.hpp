// A probe: a client of a few lines that sends frames as they are and keeps what comes back, to see
// how a broker answers what no proper client would send.
#pragma once

#include "core/base/process.hpp"
#include "core/wire/frame.hpp"

#include <string>
#include <vector>

namespace orrery::sim {

struct Probe {
    Endpoint to;
    std::vector<Chain> frames; ///< sent all at once when the connection is there
    std::vector<Chain> replies;
    bool closed = false;
    bool operator==(const Probe&) const = default;
    ORRERY_FIELDS(to, frames, replies, closed)

    void step(const Now&, const Input& input, Effects& out) {
        if (std::holds_alternative<Started>(input))
            out.push_back(Dial{ConnectionId{1}, to});
        if (std::holds_alternative<Connected>(input))
            for (const Chain& frame : frames)
                out.push_back(Send{ConnectionId{1}, frame});
        if (const auto* received = std::get_if<Received>(&input))
            replies.push_back(received->frame);
        if (std::holds_alternative<Closed>(input))
            closed = true;
    }
    std::optional<Instant> wakeup() const { return std::nullopt; }
};

/// The body of a reply, decoded; nothing if it isn't that.
template <class Response>
std::optional<Response> body_of(const Chain& reply, std::int16_t version) {
    wire::Reader in(reply);
    if (!wire::read_response_header(in, Response::api_key, version))
        return std::nullopt;
    auto response = Response::decode(in, version);
    return response && in.remaining() == 0 ? std::optional(std::move(*response)) : std::nullopt;
}

} // namespace orrery::sim
