// A text file as lines of words with their depth of indentation; comments and empty lines left out.
#pragma once

#include <string>
#include <vector>

namespace orrery::wire_generator {

struct Line {
    int number = 0;
    int depth = 0; ///< in steps of four spaces
    std::vector<std::string> words;
};

/// Throws SchemaError if the file can't be read or is indented oddly. `shown` names it in errors.
std::vector<Line> read_lines(const std::string& path, const std::string& shown);

} // namespace orrery::wire_generator
