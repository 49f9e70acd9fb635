// Assertions that stay on in every build: for what only a bug can cause. What a peer, a file or a
// user can cause is a Result, never an expect().
#pragma once

namespace orrery {

/// Prints file, line and what was expected to stderr, then aborts.
[[noreturn]] void expect_failed(const char* what, const char* file, int line, const char* function);

/// The last three are filled in where it is called (by the compilers' builtins: clang 14 lacks what
/// std::source_location of libstdc++ is made of).
inline void expect(bool holds, const char* what = "an assertion",
                   const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                   const char* function = __builtin_FUNCTION()) {
    if (!holds) [[unlikely]]
        expect_failed(what, file, line, function);
}

} // namespace orrery
