// Subscribing to all topics whose names match a regular expression. In the classic protocol a
// member matches names by itself, whenever its metadata has news; Kafka's Java client takes Java's
// expressions, we take RE2's, as Kafka's coordinator does in the consumer protocol.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orrery::client {

/// True if RE2 can read the expression.
bool is_topic_pattern(std::string_view pattern);

/// Those of the names that match as a whole, in their order; none if the pattern can't be read.
std::vector<std::string> matching_topics(std::string_view pattern,
                                         const std::vector<std::string>& names);

} // namespace orrery::client
