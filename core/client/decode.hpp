// Reading an answer's body out of the frame that it came in.
#pragma once

#include "core/wire/channel.hpp"
#include "core/wire/reader.hpp"

namespace orrery::client {

/// The answer as its message. Error: it can't be read as that.
template <class Response>
Result<Response> decode_answer(const Chain& frame, const wire::AnsweredRequest& answer) {
    wire::Reader reader(frame);
    reader.skip(answer.body_at);
    return Response::decode(reader, answer.version);
}

} // namespace orrery::client
