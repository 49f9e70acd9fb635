#include "core/node/forwarding.hpp"

#include "core/base/expect.hpp"
#include "core/wire/error.hpp"
#include "core/wire/messages/default_principal_data.hpp"
#include "core/wire/writer.hpp"

#include <algorithm>

namespace orrery::node {

namespace {

constexpr Duration retry_backoff = milliseconds(100);
constexpr Duration attempt_timeout = seconds(30);

/// "User:ANONYMOUS" as brokers tell each other of principals: version, then the message.
Bytes anonymous_principal() {
    wire::DefaultPrincipalData principal;
    principal.type = "User";
    principal.name = "ANONYMOUS";
    wire::Writer writer;
    writer.int16(0);
    const auto written = principal.encode(writer, 0);
    expect(written.has_value(), "a principal that can be written");
    return writer.take().flat();
}

Bytes loopback_address() {
    std::byte* fill = nullptr;
    Bytes address = Bytes::allocate(4, &fill);
    fill[0] = std::byte{127};
    fill[1] = fill[2] = std::byte{0};
    fill[3] = std::byte{1};
    return address;
}

} // namespace

void Forwarding::add(RequestId request, Chain frame, Duration timeout, Instant now) {
    forwards_.push_back({request, std::move(frame), now + timeout, now, {}});
}

void Forwarding::forget(RequestId request) {
    std::erase_if(forwards_, [&](const Forward& forward) {
        return forward.request == request && request.value != 0;
    });
}

std::vector<Ask<wire::EnvelopeRequest>> Forwarding::due(Instant now) {
    std::vector<Ask<wire::EnvelopeRequest>> asks;
    for (Forward& forward : forwards_) {
        if (forward.retry_at > now)
            continue;
        forward.retry_at = never;
        forward.open = {next_ask_++};
        wire::EnvelopeRequest envelope;
        envelope.request_data = forward.frame.flat();
        envelope.request_principal = anonymous_principal();
        envelope.client_host_address = loopback_address();
        const Duration left = forward.give_up - now;
        asks.push_back(
            {forward.open, no_node, std::min(left, attempt_timeout), std::move(envelope)});
    }
    return asks;
}

std::optional<Forwarded> Forwarding::on_answer(AskId id, wire::EnvelopeResponse response,
                                               Instant now) {
    const auto at = std::find_if(forwards_.begin(), forwards_.end(),
                                 [&](const Forward& forward) { return forward.open == id; });
    if (at == forwards_.end())
        return std::nullopt;
    if (response.error_code != code(wire::Error::none) || !response.response_data) {
        on_no_answer(id, now); // NOT_CONTROLLER: by then we may have heard of the new one
        return std::nullopt;
    }
    Forwarded done{at->request, std::move(at->frame), std::move(response.response_data)};
    forwards_.erase(at);
    return done;
}

void Forwarding::on_no_answer(AskId id, Instant now) {
    for (Forward& forward : forwards_) {
        if (forward.open != id)
            continue;
        forward.open = {};
        forward.retry_at = now + retry_backoff;
    }
}

std::vector<Forwarded> Forwarding::expired(Instant now) {
    std::vector<Forwarded> gone;
    std::erase_if(forwards_, [&](Forward& forward) {
        if (forward.give_up > now)
            return false;
        gone.push_back({forward.request, std::move(forward.frame), std::nullopt});
        return true;
    });
    return gone;
}

std::optional<Instant> Forwarding::wakeup() const {
    std::optional<Instant> due;
    for (const Forward& forward : forwards_) {
        due = earlier(due, forward.give_up);
        if (forward.retry_at != never)
            due = earlier(due, forward.retry_at);
    }
    return due;
}

} // namespace orrery::node
