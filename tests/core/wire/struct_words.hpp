// Any message's struct as text, for what a failing test says.
#pragma once

#include "core/wire/any_message.hpp"

#include <string>

namespace orrery::tests {

/// {error_code: 0, topics: 1 [ {name: "orders"}]}
std::string in_words(wire::AnyMessage& message);

} // namespace orrery::tests
