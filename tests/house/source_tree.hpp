// The source tree as the house rules read it: files as lines, with comments and literals blanked
// out, so that a rule about code is not tripped by prose.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::house {

struct SourceFile {
    std::string path;               ///< from the root of the tree: "core/log/log.cpp"
    std::vector<std::string> lines; ///< as written
    std::vector<std::string> code;  ///< the same, comments and literals blanked
    bool is_header() const { return path.ends_with(".hpp"); }
};

/// Every .hpp and .cpp below the given folders of the source tree, sorted by path.
std::vector<SourceFile> source_files(const std::vector<std::string>& folders);

/// A function's place: its first and last line, counted from one.
struct FunctionPlace {
    std::size_t first = 0;
    std::size_t last = 0;
};
/// The functions with bodies in a file, lambdas counted with the function that holds them.
std::vector<FunctionPlace> functions_of(const SourceFile& file);

/// The word stands in the line, not as part of a longer identifier.
bool has_word(std::string_view line, std::string_view word);

} // namespace orrery::house
