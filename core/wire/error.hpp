// Kafka's error codes, from core/wire/schema/errors.table. The generated structs hold them as the
// wire has them, raw int16 numbers that a newer peer may extend; rooms say wire::Error.
#pragma once

#include "core/wire/messages/error_rows.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace orrery::wire {

enum class Error : std::int16_t {
#define ORRERY_ROW(name, number, retriable, invalid_metadata) name = number,
    ORRERY_ERRORS(ORRERY_ROW)
#undef ORRERY_ROW
};

constexpr std::int16_t code(Error error) {
    return static_cast<std::int16_t>(error);
}
/// The error of a code from the wire; one that this release doesn't know is unknown_server_error,
/// as the Java client takes it.
Error error_of(std::int16_t code);
/// As Kafka prints it: "NOT_LEADER_OR_FOLLOWER".
std::string_view name_of(Error error);
/// The error that Kafka prints so; nullopt if there is none.
std::optional<Error> error_named(std::string_view name);

/// The same request may succeed later.
bool is_retriable(Error error);
/// The client's picture of who leads what is out of date.
bool is_invalid_metadata(Error error);

} // namespace orrery::wire
