// The tables of schema/, read once, and the text forms of values.
#include "core/metadata/configs.hpp"

#include "core/base/expect.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace orrery::metadata {

namespace tables { // generated from schema/*.txt
extern const char* const admin;
extern const char* const broker;
extern const char* const client_metrics;
extern const char* const consumer;
extern const char* const group;
extern const char* const producer;
extern const char* const topic;
} // namespace tables

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ')
        text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ')
        text.remove_suffix(1);
    return text;
}

/// Takes what is before the separator off the text's front, and the separator.
std::string_view take(std::string_view& text, char separator) {
    const auto at = text.find(separator);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return part;
}

constexpr std::array<std::pair<ConfigType, std::string_view>, 9> type_names = {{
    {ConfigType::boolean, "BOOLEAN"},
    {ConfigType::string, "STRING"},
    {ConfigType::int32, "INT"},
    {ConfigType::int16, "SHORT"},
    {ConfigType::int64, "LONG"},
    {ConfigType::float64, "DOUBLE"},
    {ConfigType::list, "LIST"},
    {ConfigType::class_name, "CLASS"},
    {ConfigType::password, "PASSWORD"},
}};

ConfigType type_named(std::string_view name) {
    for (const auto& [type, type_name] : type_names)
        if (type_name == name)
            return type;
    expect(false, "a known type in a config table");
    return ConfigType::string;
}

void read_note(ConfigDefinition& definition, std::string_view note) {
    constexpr std::string_view falls_back = "falls back to ";
    if (note == "internal")
        definition.internal = true;
    else if (note == "required")
        definition.required = true;
    else if (note == "per-broker")
        definition.update = UpdateMode::per_broker;
    else if (note == "cluster-wide")
        definition.update = UpdateMode::cluster_wide;
    else if (note.substr(0, falls_back.size()) == falls_back)
        definition.broker_name = note.substr(falls_back.size());
    else
        expect(note.empty(), "a known note in a config table");
}

ConfigDefinition read_line(std::string_view line) {
    ConfigDefinition definition;
    definition.name = trimmed(take(line, '|'));
    definition.type = type_named(trimmed(take(line, '|')));
    const std::string_view value = trimmed(take(line, '|'));
    if (value != "null")
        definition.default_value = value;
    definition.allowed = trimmed(take(line, '|'));
    definition.importance = trimmed(take(line, '|'));
    std::string_view notes = line;
    while (!notes.empty())
        read_note(definition, trimmed(take(notes, ',')));
    return definition;
}

std::vector<ConfigDefinition> read_table(std::string_view text) {
    std::vector<ConfigDefinition> definitions;
    while (!text.empty()) {
        const std::string_view line = trimmed(take(text, '\n'));
        if (!line.empty() && line.front() != '#')
            definitions.push_back(read_line(line));
    }
    const auto by_name = [](const ConfigDefinition& a, const ConfigDefinition& b) {
        return a.name < b.name;
    };
    std::sort(definitions.begin(), definitions.end(), by_name);
    return definitions;
}

} // namespace

std::string_view name_of(ConfigType type) {
    for (const auto& [known, name] : type_names)
        if (known == type)
            return name;
    return "?";
}

std::span<const ConfigDefinition> config_definitions(ConfigScope scope) {
    static const std::array<std::vector<ConfigDefinition>, 7> all = {
        read_table(tables::broker),   read_table(tables::topic),
        read_table(tables::group),    read_table(tables::client_metrics),
        read_table(tables::producer), read_table(tables::consumer),
        read_table(tables::admin)};
    return all[static_cast<std::size_t>(scope)];
}

const ConfigDefinition* config_definition(ConfigScope scope, std::string_view name) {
    const auto all = config_definitions(scope);
    const auto at = std::lower_bound(
        all.begin(), all.end(), name,
        [](const ConfigDefinition& d, std::string_view key) { return d.name < key; });
    return at != all.end() && at->name == name ? &*at : nullptr;
}

std::optional<std::int64_t> parse_number(std::string_view value) {
    value = trimmed(value);
    if (value.size() > 1 && value.front() == '+' && value[1] != '-')
        value.remove_prefix(1); // Java takes "+5"
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (value.empty() || error != std::errc() || end != value.data() + value.size())
        return std::nullopt;
    return number;
}

std::optional<bool> parse_flag(std::string_view value) {
    std::string lower(trimmed(value));
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    if (lower == "true")
        return true;
    if (lower == "false")
        return false;
    return std::nullopt;
}

std::vector<std::string> parse_list(std::string_view value) {
    std::vector<std::string> items;
    value = trimmed(value);
    if (value.empty())
        return items;
    // As Java's split(","): empty items stay, but not those at the end.
    do
        items.emplace_back(trimmed(take(value, ',')));
    while (!value.empty());
    while (!items.empty() && items.back().empty())
        items.pop_back();
    return items;
}

} // namespace orrery::metadata
