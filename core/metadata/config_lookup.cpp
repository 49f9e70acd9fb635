// Which value of a config is in effect: the layers, and the several names that brokers have for
// some topic configs.
#include "core/base/expect.hpp"
#include "core/metadata/configs.hpp"

#include <array>
#include <utility>

namespace orrery::metadata {

namespace {

struct Synonyms {
    std::array<std::string_view, 3> names; ///< the first that is set counts
};
constexpr std::array<Synonyms, 4> several = {{
    {{"log.retention.ms", "log.retention.minutes", "log.retention.hours"}},
    {{"log.roll.ms", "log.roll.hours", ""}},
    {{"log.roll.jitter.ms", "log.roll.jitter.hours", ""}},
    {{"log.flush.interval.ms", "log.flush.scheduler.interval.ms", ""}},
}};

Synonyms synonyms_of(std::string_view broker_name) {
    for (const Synonyms& entry : several)
        for (const std::string_view name : entry.names)
            if (name == broker_name)
                return entry;
    return {{broker_name, "", ""}};
}

/// Milliseconds in the unit of the name: log.retention.hours is kept in hours.
std::int64_t unit_ms(std::string_view name) {
    const auto ends_with = [&](std::string_view end) {
        return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
    };
    if (ends_with(".hours"))
        return 3'600'000;
    return ends_with(".minutes") ? 60'000 : 1;
}

void add(std::vector<ConfigSynonym>& out, std::string_view name, const std::string* value,
         ConfigSource source) {
    if (value)
        out.push_back({std::string(name), *value, source});
}

/// The broker's layers under a name: all of one layer before the next, as DescribeConfigs has them.
void add_broker_layers(std::vector<ConfigSynonym>& out, const ConfigView& view,
                       std::string_view broker_name) {
    const Synonyms synonyms = synonyms_of(broker_name);
    const ConfigMap* own =
        view.image.configs_of({ResourceType::broker, std::to_string(view.node.value)});
    const ConfigMap* all = view.image.configs_of({ResourceType::broker, ""});
    const auto each = [&](const auto& visit) {
        for (const std::string_view name : synonyms.names)
            if (!name.empty())
                visit(name);
    };
    if (own)
        each([&](std::string_view n) { add(out, n, own->find(n), ConfigSource::dynamic_broker); });
    if (all)
        each([&](std::string_view n) {
            add(out, n, all->find(n), ConfigSource::dynamic_default_broker);
        });
    each([&](std::string_view n) { add(out, n, view.file.find(n), ConfigSource::static_broker); });
    each([&](std::string_view n) {
        const ConfigDefinition* definition = config_definition(ConfigScope::broker, n);
        if (definition && definition->default_value)
            out.push_back({std::string(n), std::string(*definition->default_value),
                           ConfigSource::default_config});
    });
}

/// The value in the unit that the topic's config has.
std::optional<std::string> in_effect(const std::vector<ConfigSynonym>& synonyms) {
    if (synonyms.empty())
        return std::nullopt;
    const ConfigSynonym& first = synonyms.front();
    const std::int64_t unit = unit_ms(first.name);
    if (unit == 1 || !first.value)
        return first.value;
    const auto number = parse_number(*first.value);
    // Kafka: a negative time, in whichever unit, is "no limit".
    return std::to_string(number.value_or(-1) < 0 ? -1 : *number * unit);
}

std::int64_t number_or_default(const std::optional<std::string>& value,
                               const ConfigDefinition& definition) {
    if (value)
        if (const auto number = parse_number(*value))
            return *number;
    const auto fallback = parse_number(definition.default_value.value_or("0"));
    return fallback.value_or(0);
}

bool flag_or_default(const std::optional<std::string>& value, const ConfigDefinition& definition) {
    if (value)
        if (const auto flag = parse_flag(*value))
            return *flag;
    return parse_flag(definition.default_value.value_or("false")).value_or(false);
}

const ConfigDefinition& known(ConfigScope scope, std::string_view name) {
    const ConfigDefinition* definition = config_definition(scope, name);
    expect(definition != nullptr, "a config that Kafka has");
    return *definition;
}

} // namespace

std::vector<ConfigSynonym> topic_synonyms(const ConfigView& view, std::string_view topic,
                                          std::string_view name) {
    std::vector<ConfigSynonym> out;
    const ConfigDefinition* definition = config_definition(ConfigScope::topic, name);
    if (!definition)
        return out;
    add(out, name, view.image.config({ResourceType::topic, std::string(topic)}, name),
        ConfigSource::topic);
    if (!definition->broker_name.empty())
        add_broker_layers(out, view, definition->broker_name);
    else if (definition->default_value)
        out.push_back({std::string(name), std::string(*definition->default_value),
                       ConfigSource::default_config});
    return out;
}

std::vector<ConfigSynonym> broker_synonyms(const ConfigView& view, std::string_view name) {
    std::vector<ConfigSynonym> out;
    add_broker_layers(out, view, name);
    return out;
}

std::optional<std::string> topic_config(const ConfigView& view, std::string_view topic,
                                        std::string_view name) {
    known(ConfigScope::topic, name);
    return in_effect(topic_synonyms(view, topic, name));
}

std::optional<std::string> broker_config(const ConfigView& view, std::string_view name) {
    known(ConfigScope::broker, name);
    const auto synonyms = broker_synonyms(view, name);
    for (const ConfigSynonym& synonym : synonyms)
        if (synonym.name == name)
            return synonym.value;
    return std::nullopt;
}

std::int64_t topic_number(const ConfigView& view, std::string_view topic, std::string_view name) {
    return number_or_default(topic_config(view, topic, name), known(ConfigScope::topic, name));
}

bool topic_flag(const ConfigView& view, std::string_view topic, std::string_view name) {
    return flag_or_default(topic_config(view, topic, name), known(ConfigScope::topic, name));
}

std::int64_t broker_number(const ConfigView& view, std::string_view name) {
    return number_or_default(broker_config(view, name), known(ConfigScope::broker, name));
}

bool broker_flag(const ConfigView& view, std::string_view name) {
    return flag_or_default(broker_config(view, name), known(ConfigScope::broker, name));
}

} // namespace orrery::metadata
