// Checks of config values: types, limits and the few rules between configs, with the sentences that
// Kafka's ConfigDef says about them.
#include "core/metadata/configs.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace orrery::metadata {

namespace {

std::string refused(const ConfigDefinition& definition, std::string_view value,
                    std::string_view why) {
    std::string text = "Invalid value ";
    text.append(value).append(" for configuration ").append(definition.name).append(": ");
    return text.append(why);
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ')
        text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ')
        text.remove_suffix(1);
    return text;
}

std::optional<double> decimal(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

/// As Java writes a double of the sizes that configs have: "2.0", "0.25".
std::string java_text(double number) {
    std::array<char, 64> room{};
    const auto end = std::to_chars(room.data(), room.data() + room.size(), number).ptr;
    std::string text(room.data(), end);
    if (text.find_first_of(".en") == std::string::npos)
        text += ".0";
    return text;
}

/// "[1,...,9] or -1" into its parts; each is empty when there is none.
struct Limits {
    std::string_view low;
    std::string_view high;
    std::string_view or_else;
};
std::optional<Limits> limits_of(std::string_view allowed) {
    if (allowed.empty() || allowed.front() != '[')
        return std::nullopt;
    const auto dots = allowed.find("...");
    const auto close = allowed.find(']');
    if (dots == std::string_view::npos || close == std::string_view::npos || dots > close)
        return std::nullopt; // the list of words that a string may be
    Limits limits;
    limits.low = allowed.substr(1, allowed.find(',') - 1);
    if (allowed[dots + 3] == ',')
        limits.high = allowed.substr(dots + 4, close - dots - 4);
    constexpr std::string_view or_text = "] or ";
    if (allowed.substr(close, or_text.size()) == or_text)
        limits.or_else = allowed.substr(close + or_text.size());
    return limits;
}

std::optional<std::string> range_error(const ConfigDefinition& definition, double number,
                                       const std::string& shown) {
    const auto limits = limits_of(definition.allowed);
    if (!limits)
        return std::nullopt;
    const bool low = number < decimal(limits->low).value_or(number);
    const bool high = !limits->high.empty() && number > decimal(limits->high).value_or(number);
    if (!low && !high)
        return std::nullopt;
    if (!limits->or_else.empty()) {
        if (number == decimal(limits->or_else))
            return std::nullopt;
        std::string why = "Value must be between ";
        why.append(limits->low).append(" and ").append(limits->high).append(" or equal to ");
        return refused(definition, shown, why.append(limits->or_else));
    }
    return refused(definition, shown,
                   low ? "Value must be at least " + std::string(limits->low)
                       : "Value must be no more than " + std::string(limits->high));
}

template <class Int>
bool fits(std::int64_t number) {
    return number >= std::numeric_limits<Int>::min() && number <= std::numeric_limits<Int>::max();
}

std::optional<std::string> number_error(const ConfigDefinition& definition,
                                        std::string_view value) {
    const auto no_number = [&] {
        return refused(definition, value,
                       "Not a number of type " + std::string(name_of(definition.type)));
    };
    if (definition.type == ConfigType::float64) {
        const auto number = decimal(without_blanks(value));
        if (!number)
            return no_number();
        return range_error(definition, *number, java_text(*number));
    }
    const auto number = parse_number(value);
    if (!number || (definition.type == ConfigType::int32 && !fits<std::int32_t>(*number)) ||
        (definition.type == ConfigType::int16 && !fits<std::int16_t>(*number)))
        return no_number();
    return range_error(definition, static_cast<double>(*number), std::to_string(*number));
}

/// The words of "[a, b]", or of "(case insensitive) [A, B]"; none for other forms.
std::vector<std::string> words_of(std::string_view allowed) {
    if (allowed.empty() || allowed.back() != ']' || limits_of(allowed))
        return {};
    const auto open = allowed.find('[');
    return parse_list(allowed.substr(open + 1, allowed.size() - open - 2));
}

std::optional<std::string> word_error(const ConfigDefinition& definition, std::string_view value) {
    const auto words = words_of(definition.allowed);
    if (words.empty())
        return std::nullopt;
    const bool any_case = definition.allowed.front() == '(';
    constexpr std::string_view duration = "by_duration:";
    for (const std::string& word : words) {
        if (word == value || (word.substr(0, duration.size()) == duration &&
                              value.substr(0, duration.size()) == duration))
            return std::nullopt;
        if (any_case && std::equal(word.begin(), word.end(), value.begin(), value.end(),
                                   [](char a, char b) { return (a | 0x20) == (b | 0x20); }))
            return std::nullopt;
    }
    std::string why =
        any_case ? "String must be one of (case insensitive): " : "String must be one of: ";
    for (std::size_t i = 0; i < words.size(); ++i)
        why.append(i == 0 ? "" : ", ").append(words[i]);
    return refused(definition, value, why);
}

bool is_replica_of_list(std::string_view item) {
    const auto colon = item.find(':');
    const auto digits = [](std::string_view text) {
        return !text.empty() &&
               std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    return colon != std::string_view::npos && digits(item.substr(0, colon)) &&
           digits(item.substr(colon + 1));
}

std::optional<std::string> list_error(const ConfigDefinition& definition, std::string_view value) {
    const auto items = parse_list(value);
    std::string shown = "[";
    for (const std::string& item : items)
        shown.append(shown.size() == 1 ? "" : ", ").append(item);
    shown += "]";
    if (definition.allowed.substr(0, 13) == "[partitionId]") {
        const bool all = items.size() == 1 && items.front() == "*";
        if (all || std::all_of(items.begin(), items.end(), is_replica_of_list))
            return std::nullopt;
        std::string why(definition.name);
        why += " must be the literal '*' or a list of replicas in the following format: ";
        return refused(definition, shown, why.append(definition.allowed));
    }
    for (const std::string& item : items)
        if (auto error = word_error(definition, item))
            return error;
    return std::nullopt;
}

std::optional<std::string> topic_rules_error(const ConfigMap& configs) {
    const std::string* low = configs.find("min.compaction.lag.ms");
    const std::string* high = configs.find("max.compaction.lag.ms");
    if (!low || !high)
        return std::nullopt;
    const std::int64_t low_ms = parse_number(*low).value_or(0);
    const std::int64_t high_ms = parse_number(*high).value_or(0);
    if (low_ms <= high_ms)
        return std::nullopt;
    return "conflict topic config setting min.compaction.lag.ms (" + std::to_string(low_ms) +
           ") > max.compaction.lag.ms (" + std::to_string(high_ms) + ")";
}

std::string_view unknown_name(ConfigScope scope) {
    switch (scope) {
    case ConfigScope::topic: return "Unknown topic config name: ";
    case ConfigScope::group: return "Unknown group config name: ";
    case ConfigScope::client_metrics: return "Unknown client metrics configuration: ";
    case ConfigScope::broker:
    case ConfigScope::producer:
    case ConfigScope::consumer:
    case ConfigScope::admin: return "Unknown config name: ";
    }
    return "";
}

} // namespace

std::optional<std::string> config_error(const ConfigDefinition& definition,
                                        std::string_view value) {
    switch (definition.type) {
    case ConfigType::boolean:
        if (!parse_flag(value))
            return refused(definition, value, "Expected value to be either true or false");
        return std::nullopt;
    case ConfigType::int32:
    case ConfigType::int16:
    case ConfigType::int64:
    case ConfigType::float64: return number_error(definition, value);
    case ConfigType::list: return list_error(definition, value);
    case ConfigType::string: {
        const std::string_view text = without_blanks(value);
        if (definition.allowed == "non-empty string" && text.empty())
            return refused(definition, text, "String must be non-empty");
        return word_error(definition, text);
    }
    case ConfigType::class_name:
    case ConfigType::password: return std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::string> configs_error(ConfigScope scope, const ConfigMap& configs) {
    // Brokers take any name: a plugin may know it.
    if (scope != ConfigScope::broker)
        for (const auto& [name, value] : configs)
            if (!config_definition(scope, name))
                return std::string(unknown_name(scope)) + name;
    for (const auto& [name, value] : configs) {
        const ConfigDefinition* definition = config_definition(scope, name);
        if (!definition)
            continue;
        if (auto error = config_error(*definition, value))
            return error;
    }
    return scope == ConfigScope::topic ? topic_rules_error(configs) : std::nullopt;
}

namespace {

/// "listener.name.external.ssl.keystore.location" is ssl.keystore.location of one listener.
std::string_view without_listener(std::string_view name) {
    constexpr std::string_view prefix = "listener.name.";
    if (!name.starts_with(prefix))
        return name;
    const auto dot = name.find('.', prefix.size());
    return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

/// "why: [a, b]" for the names that `wrong` finds so; none if it finds none.
template <class Wrong>
std::optional<std::string> names_error(const ConfigMap& configs, std::string_view why,
                                       Wrong wrong) {
    std::string names;
    for (const auto& entry : configs)
        if (wrong(entry.first))
            names.append(names.empty() ? "" : ", ").append(entry.first);
    if (names.empty())
        return std::nullopt;
    return std::string(why) + ": [" + names + "]";
}

} // namespace

std::optional<std::string> dynamic_configs_error(const ConfigMap& configs, bool whole_cluster) {
    const auto updated = [](std::string_view name, UpdateMode mode) {
        const ConfigDefinition* definition = config_definition(ConfigScope::broker, name);
        return definition != nullptr && definition->update == mode;
    };
    if (auto error = names_error(
            configs, "Cannot update these configs dynamically",
            [&](std::string_view name) { return updated(name, UpdateMode::read_only); }))
        return error;
    if (auto error = names_error(configs,
                                 "These security configs can be dynamically updated only "
                                 "per-listener using the listener prefix",
                                 [&](std::string_view name) {
                                     return name.starts_with("ssl.") &&
                                            updated(name, UpdateMode::per_broker);
                                 }))
        return error;
    for (const auto& [name, value] : configs) {
        const auto* definition = config_definition(ConfigScope::broker, without_listener(name));
        if (definition == nullptr)
            continue;
        if (auto error = config_error(*definition, value))
            return error;
    }
    if (!whole_cluster)
        return std::nullopt;
    return names_error(configs,
                       "Cannot update these configs at default cluster level, broker id must be "
                       "specified",
                       [&](std::string_view name) {
                           const std::string_view base = without_listener(name);
                           return updated(base, UpdateMode::per_broker) ||
                                  (base != name && !updated(base, UpdateMode::cluster_wide));
                       });
}

} // namespace orrery::metadata
