// Does a decoded struct say what Kafka's JSON says, member by member and name by name?
#pragma once

#include "core/wire/any_message.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace orrery::tests {

/// Sentences about what differs. A member that the JSON lacks is outside the version, or a tagged
/// field at its default: then the struct must have the default, too.
std::vector<std::string> differences(wire::AnyMessage& message, const nlohmann::json& expected);

} // namespace orrery::tests
