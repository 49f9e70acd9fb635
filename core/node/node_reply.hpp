// Node::reply: a response becomes the frame that its caller waits for, in the caller's version; if
// the request came in an Envelope, so does its answer.
#pragma once

#include "core/node/node.hpp"
#include "core/node/node_step.hpp"
#include "core/wire/error.hpp"
#include "core/wire/frame.hpp"
#include "core/wire/messages/envelope_response.hpp"

#include <variant>

namespace orrery::node {

/// The response's body in a peer's frame; nothing if it can't be read, which is as good as no
/// answer.
template <class Response>
std::optional<Response> body_of(const PeerAnswer& answer, const Chain& frame) {
    wire::Reader reader(frame);
    reader.skip(answer.body_at);
    auto response = Response::decode(reader, answer.version);
    return response ? std::optional(std::move(*response)) : std::nullopt;
}

/// The error that a response begins with: its own, or that of its first item.
template <class Response>
std::int16_t first_error(const Response& response) {
    if constexpr (requires { response.error_code; }) {
        return response.error_code;
    } else if constexpr (requires { response.results; }) {
        return response.results.empty() ? std::int16_t{0} : response.results.front().error_code;
    } else if constexpr (requires { response.responses.front().error_code; }) {
        return response.responses.empty() ? std::int16_t{0} : response.responses.front().error_code;
    } else if constexpr (requires { response.topics.front().error_code; }) {
        return response.topics.empty() ? std::int16_t{0} : response.topics.front().error_code;
    } else {
        return 0;
    }
}

template <class Response>
void Node::reply(RequestId request, const Response& response, Step& step) {
    const ServedConnection* served = served_.find(connection_of(request));
    if (served == nullptr || !served->open)
        return; // the caller has gone
    const OpenRequest& open = *served->open;
    if constexpr (std::is_same_v<Response, wire::ElectLeadersResponse>) {
        if (open.version == 0 && response.error_code != 0) { // it had no error of its own yet
            Response older = response;
            older.error_code = 0;
            return reply(request, older, step);
        }
    }
    const auto frame = wire::response_frame(open.api_key, open.version, open.correlation, response);
    if (!frame) // the version that the client chose can't say it: Kafka closes the connection, too
        return hang_up(connection_of(request), step);
    if (!open.envelope)
        return send_reply(request, *frame, step);
    // A broker that hears NOT_CONTROLLER on the Envelope looks for the new controller; inside it,
    // the client would be told of a matter that is not its own.
    wire::EnvelopeResponse envelope;
    if (first_error(response) == code(wire::Error::not_controller))
        envelope.error_code = code(wire::Error::not_controller);
    else
        envelope.response_data = frame->flat();
    const auto outer = wire::response_frame(wire::EnvelopeResponse::api_key, open.envelope->version,
                                            open.envelope->correlation, envelope);
    expect(outer.has_value(), "an Envelope that can be said");
    send_reply(request, *outer, step);
}

/// The same for a response that is one of several.
template <class Ready>
void Node::answer(const Ready& ready, Step& step) {
    std::visit([&](const auto& response) { reply(ready.request, response, step); }, ready.response);
}

} // namespace orrery::node
