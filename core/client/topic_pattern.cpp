#include "core/client/topic_pattern.hpp"

#include <re2/re2.h>

namespace orrery::client {

namespace {

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

RE2::Options quiet() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
}

} // namespace

bool is_topic_pattern(std::string_view pattern) {
    return RE2(piece(pattern), quiet()).ok();
}

std::vector<std::string> matching_topics(std::string_view pattern,
                                         const std::vector<std::string>& names) {
    const RE2 expression(piece(pattern), quiet());
    std::vector<std::string> found;
    for (const std::string& name : names)
        if (expression.ok() && RE2::FullMatch(piece(name), expression))
            found.push_back(name);
    return found;
}

} // namespace orrery::client
