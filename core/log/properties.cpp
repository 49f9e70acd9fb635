#include "core/log/properties.hpp"

namespace orrery::log {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\f";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

} // namespace

FileResult<Properties> decode_properties(const Chain& content) {
    const Bytes flat = content.flat();
    Properties properties;
    std::size_t number = 0;
    for (const std::string_view whole : split_lines(flat.text())) {
        ++number;
        const std::string_view line = trimmed(whole);
        if (line.empty() || line[0] == '#' || line[0] == '!')
            continue;
        if (line.find('\\') != std::string_view::npos)
            return bad_line(number, "escapes are not expected here");
        const auto separator = line.find_first_of("=:");
        if (separator == std::string_view::npos)
            return bad_line(number, "name=value expected");
        const std::string_view name = trimmed(line.substr(0, separator));
        if (find_property(properties, name) != nullptr)
            return bad_line(number, "'" + std::string(name) + "' is there twice");
        properties.emplace_back(name, trimmed(line.substr(separator + 1)));
    }
    return properties;
}

const std::string* find_property(const Properties& properties, std::string_view name) {
    for (const auto& [key, value] : properties)
        if (key == name)
            return &value;
    return nullptr;
}

} // namespace orrery::log
