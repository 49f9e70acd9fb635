// Frames: header and body of a request or a response, without the four bytes of size that go before
// them on a socket.
#pragma once

#include "core/wire/api.hpp"
#include "core/wire/messages/request_header.hpp"
#include "core/wire/messages/response_header.hpp"
#include "core/wire/reader.hpp"
#include "core/wire/writer.hpp"

#include <cstdint>
#include <string_view>

namespace orrery::wire {

/// Reads a request's header and leaves the reader at its body. An api key that nobody knows is an
/// error, since the header's own form depends on it; a version out of range is not.
Result<RequestHeader> read_request_header(Reader& in);

/// Reads a response's header, by the API and version of the request that it answers: the
/// correlation id. Leaves the reader at the body.
Result<std::int32_t> read_response_header(Reader& in, std::int16_t api_key, std::int16_t version);

void write_request_header(Writer& out, std::int16_t api_key, std::int16_t version,
                          std::int32_t correlation, std::string_view client_id);
void write_response_header(Writer& out, std::int16_t api_key, std::int16_t version,
                           std::int32_t correlation);

/// A whole request. Error: a field that the version can't say.
template <class Request>
Result<Chain> request_frame(const Request& request, std::int16_t version, std::int32_t correlation,
                            std::string_view client_id) {
    Writer out;
    write_request_header(out, Request::api_key, version, correlation, client_id);
    const auto done = request.encode(out, version);
    if (!done)
        return failure(done.error());
    return out.take();
}

/// A whole response to a request of that API and version. Error: a field that the version can't
/// say.
template <class Response>
Result<Chain> response_frame(std::int16_t api_key, std::int16_t version, std::int32_t correlation,
                             const Response& response) {
    Writer out;
    write_response_header(out, api_key, version, correlation);
    const auto done = response.encode(out, version);
    if (!done)
        return failure(done.error());
    return out.take();
}

} // namespace orrery::wire
