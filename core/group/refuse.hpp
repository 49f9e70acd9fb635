// Errors as responses: every request has its own place for them.
#pragma once

#include "core/group/messages.hpp"
#include "core/wire/error.hpp"

namespace orrery::group {

/// The response that says the error to all that the request asked for, in the form that its version
/// has.
Response refuse(const Request& request, std::int16_t version, wire::Error error);
/// Makes a response that was not sent yet say the error instead: its records were not written.
void withdraw(Response& response, wire::Error error);
/// The error that a coordinator's client is told when its partition's log says `error`.
wire::Error coordinator_error(wire::Error error);

/// What only LeaveGroup versions below 3 say: the one member's result as the whole one's.
void flatten_leave(wire::LeaveGroupResponse& response, std::int16_t version);

} // namespace orrery::group
