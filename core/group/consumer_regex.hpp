// Regular expressions of subscriptions. Kafka has RE2/J, this RE2: the same language but for a few
// edges, which are smoothed here, and the same guarantee that no expression takes long.
//
// Sources: TopicRegexResolver, Utils.throwIfRegularExpressionIsInvalid; KIP-848.
#pragma once

#include "core/metadata/image.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::group {

/// What is wrong with the expression, in RE2/J's words ("missing closing ]"); none: it is fine.
std::optional<std::string> regex_error(std::string_view regex);

/// The names of the topics that the expressions match as a whole, in order, for each expression.
/// One that is wrong matches none. As in Kafka, internal topics are topics like others here.
std::vector<std::vector<std::string>> topics_matching(const std::vector<std::string>& regexes,
                                                      const metadata::Image& image);

} // namespace orrery::group
