// Assertions that stay on in every build: for what only a bug can cause. What a peer, a file or a
// user can cause is a Result, never an expect().
#pragma once

#include <source_location>

namespace orrery {

/// Prints file, line and what was expected to stderr, then aborts.
[[noreturn]] void expect_failed(const char* what, std::source_location where);

inline void expect(bool holds, const char* what = "an assertion",
                   std::source_location where = std::source_location::current()) {
    if (!holds) [[unlikely]]
        expect_failed(what, where);
}

} // namespace orrery
