#include "core/wire/generator/lines.hpp"

#include "core/wire/generator/parse.hpp"

#include <fstream>
#include <sstream>

namespace orrery::wire_generator {

std::vector<Line> read_lines(const std::string& path, const std::string& shown) {
    std::ifstream file(path);
    if (!file)
        throw SchemaError{shown, 0, "cannot be read"};
    std::vector<Line> lines;
    std::string text;
    for (int number = 1; std::getline(file, text); ++number) {
        const auto first = text.find_first_not_of(' ');
        if (first == std::string::npos || text[first] == '#')
            continue;
        if (first % 4 != 0)
            throw SchemaError{shown, number,
                              "indented by " + std::to_string(first) + " spaces; four make a step"};
        Line line{number, static_cast<int>(first / 4), {}};
        std::istringstream words(text);
        for (std::string word; words >> word;)
            line.words.push_back(word);
        lines.push_back(line);
    }
    return lines;
}

} // namespace orrery::wire_generator
