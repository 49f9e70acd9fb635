// Result<T>: a value, or what the world did wrong. Exceptions are not used in core.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>

namespace orrery {

/// Bytes that cannot be read: what was wrong, and at which byte of the input.
struct ParseError {
    const char* what = ""; ///< a string literal: "string length is negative"
    std::size_t at = 0;
    bool operator==(const ParseError&) const = default;
};

/// Text a person wrote that cannot be used: a config, a scenario, a command line.
struct InputError {
    std::string where; ///< file and JSON path, or key: "kill.json: /timeline/2/at"
    std::string what;  ///< what is wrong, in one sentence
    std::string hint;  ///< what would be right; may be empty
    bool operator==(const InputError&) const = default;
};

template <class T, class E = ParseError>
using Result = tl::expected<T, E>;

template <class E>
auto failure(E error) {
    return tl::make_unexpected(std::move(error));
}

} // namespace orrery
