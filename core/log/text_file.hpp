// Small text files of a log directory, taken apart line by line. What is wrong with one is said
// with its line, for the person who has to look at it.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::log {

/// Why a file can't be used: "line 3: 'x' is no number".
struct FileError {
    std::string what;
    bool operator==(const FileError&) const = default;
};

template <class T>
using FileResult = Result<T, FileError>;

inline auto bad_line(std::size_t line, std::string_view what) {
    return failure(FileError{"line " + std::to_string(line) + ": " + std::string(what)});
}

/// The lines without their ends ("\n" or "\r\n"). An empty last line is none.
std::vector<std::string_view> split_lines(std::string_view text);
/// The words between blanks and tabs.
std::vector<std::string_view> split_words(std::string_view line);

/// A whole decimal number that fits T; nullopt for anything else.
template <std::integral T>
std::optional<T> parse_number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return value;
}

} // namespace orrery::log
