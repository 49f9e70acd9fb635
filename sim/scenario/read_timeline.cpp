// Conditions, moments, expectations and lessons from JSON.
#include "sim/scenario/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace orrery::sim {

namespace {

using nlohmann::json;
using Compare = Comparison::Kind;

constexpr std::pair<std::string_view, Compare> comparison_words[] = {
    {"is", Compare::is},           {"not", Compare::is_not},  {"at_least", Compare::at_least},
    {"at_most", Compare::at_most}, {"above", Compare::above}, {"below", Compare::below},
    {"has", Compare::has}};

Comparison::Value read_value(const json& from) {
    if (from.is_number_integer())
        return from.get<std::int64_t>();
    if (from.is_boolean())
        return std::int64_t{from.get<bool>() ? 1 : 0};
    if (from.is_array())
        return from.get<std::vector<std::int64_t>>();
    return from.is_string() ? from.get<std::string>() : from.dump();
}

/// A bare value is "is"; an object names how it is compared.
Comparison read_comparison(const json& from) {
    if (!from.is_object())
        return {Compare::is, read_value(from)};
    for (const auto& [word, kind] : comparison_words)
        if (from.contains(word))
            return {kind, read_value(from.at(std::string(word)))};
    return {};
}

/// The comparison that stands among a condition's own members: {"value": …, "at_least": 2}.
Comparison read_own_comparison(const json& from) {
    for (const auto& [word, kind] : comparison_words) {
        const auto found = from.find(word);
        if (found == from.end())
            continue;
        if (found->is_object())
            return read_comparison(*found);
        return {kind, read_value(*found)};
    }
    return {Compare::at_least, std::int64_t{1}};
}

FactMatch read_match(const json& from) {
    FactMatch match;
    match.fact = fact_named(from.at("fact").get<std::string>()).value_or(Fact{});
    match.who = from.value("who", "");
    match.topic = from.value("topic", "");
    match.partition = from.value("partition", -1);
    match.text_has = from.value("text_has", "");
    if (from.contains("where"))
        for (const auto& [name, value] : from.at("where").items())
            match.where.emplace_back(name, read_comparison(value));
    return match;
}

LinkEnds read_ends(const json& from) {
    if (from.contains("between")) {
        const auto& ends = from.at("between");
        return {ends[0].get<std::string>(), ends[1].get<std::string>(), true};
    }
    return {from.at("from").get<std::string>(), from.at("to").get<std::string>(), false};
}

Duration duration_in(const json& from, const char* name) {
    return from.contains(name) ? duration_of(from.at(name)) : Duration{};
}

void read_link_verb(Verb& verb, const json& from) {
    verb.link = read_ends(from);
    verb.by = duration_in(from, "by");
    verb.jitter = duration_in(from, "jitter");
    verb.period = duration_in(from, "period");
    verb.down = duration_in(from, "down");
    verb.number = from.value("bytes_per_second", std::int64_t{0});
}

void read_config_verb(Verb& verb, const json& from) {
    verb.topic.name = from.value("topic", "");
    if (from.contains("broker"))
        verb.broker = from.at("broker").is_string() ? from.at("broker").get<std::string>()
                                                    : from.at("broker").dump();
    if (from.contains("set"))
        verb.topic.configs = read_configs(json{{"configs", from.at("set")}});
    verb.remove = from.value("delete", std::vector<std::string>{});
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Verb read_verb(const std::string& name, const json& from) {
    Verb verb;
    verb.name = name;
    if (name == "create_topic") {
        verb.topic = read_topic(from);
    } else if (name == "delete_topic") {
        verb.topic.name = from.get<std::string>();
    } else if (name == "add_partitions") {
        verb.topic.name = from.at("topic").get<std::string>();
        verb.number = from.at("to").get<std::int64_t>();
    } else if (name == "alter_config") {
        read_config_verb(verb, from);
    } else if (name == "elect_leader") {
        verb.partition = from.at("partition").get<std::string>();
        verb.unclean = from.value("type", "preferred") == "unclean";
    } else if (name == "produce") {
        verb.who = from.at("producer").get<std::string>();
        verb.partition = from.value("partition", "");
    } else if (name == "crash_at") {
        verb.who = from.at("who").get<std::string>();
        verb.point = read_crash_point(from);
        verb.number = from.value("after_records", std::int64_t{0});
    } else if (is_one_of(name, {"pause_consuming", "resume_consuming", "seek"})) {
        verb.who = from.at("who").get<std::string>();
        verb.partition = from.at("partition").get<std::string>();
        verb.number = from.value("to", std::int64_t{0});
    } else if (is_one_of(name, {"lose_message", "hold_message", "release_message"})) {
        verb.link = read_ends(from);
        verb.number = from.value("number", std::int64_t{0});
    } else if (name == "split") {
        verb.groups = from.get<std::vector<std::vector<std::string>>>();
    } else if (from.is_string()) {
        verb.who = from.get<std::string>();
    } else if (is_one_of(name, {"delay", "throttle", "reset", "cut", "flap", "heal"})) {
        read_link_verb(verb, from);
    } else {
        verb.who = from.at("who").get<std::string>();
        verb.number = from.value("factor", from.value("ppm", std::int64_t{0}));
        verb.clean = from.value("clean", true);
        verb.by =
            from.contains("down_for") ? duration_in(from, "down_for") : duration_in(from, "by");
    }
    return verb;
}

Text read_text(const json& from) {
    if (from.is_string())
        return {{"en", from.get<std::string>()}};
    Text text;
    for (const auto& [language, words] : from.items())
        text[language] = words.is_string() ? words.get<std::string>() : words.dump();
    return text;
}

Text read_text_of(const json& from, const char* name) {
    return from.contains(name) ? read_text(from.at(name)) : Text{};
}

} // namespace

bool holds(const Comparison& comparison, const Comparison::Value& value) {
    const Comparison::Value& other = comparison.value;
    if (comparison.kind == Compare::is)
        return value == other;
    if (comparison.kind == Compare::is_not)
        return value != other;
    const auto* wanted = std::get_if<std::int64_t>(&other);
    if (wanted == nullptr)
        return false;
    if (comparison.kind == Compare::has) {
        const auto* list = std::get_if<std::vector<std::int64_t>>(&value);
        return list != nullptr && std::find(list->begin(), list->end(), *wanted) != list->end();
    }
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr)
        return false;
    switch (comparison.kind) {
    case Compare::at_least: return *number >= *wanted;
    case Compare::at_most: return *number <= *wanted;
    case Compare::above: return *number > *wanted;
    default: return *number < *wanted;
    }
}

Condition read_condition(const json& from) {
    Condition condition;
    if (from.contains("fact")) {
        condition.kind = Condition::Kind::fact;
        condition.match = read_match(from);
    } else if (from.contains("count")) {
        condition.kind = Condition::Kind::count;
        condition.match = read_match(from.at("count"));
        condition.comparison = read_own_comparison(from);
    } else if (from.contains("value")) {
        condition.metric = from.at("value").get<std::string>();
        condition.of = from.value("of", "");
        condition.comparison = read_own_comparison(from);
    } else if (from.contains("no")) {
        condition.kind = Condition::Kind::no;
        condition.parts.push_back(read_condition(from.at("no")));
    } else {
        const bool all = from.contains("all");
        condition.kind = all ? Condition::Kind::all : Condition::Kind::any;
        for (const json& part : from.at(all ? "all" : "any"))
            condition.parts.push_back(read_condition(part));
    }
    return condition;
}

Moment read_moment(const json& from, std::string path) {
    Moment moment;
    moment.path = std::move(path);
    for (const auto& [name, value] : from.items()) {
        if (name == "at")
            moment.at = duration_of(value);
        else if (name == "when")
            moment.when = read_condition(value);
        else if (name == "after")
            moment.after = duration_of(value);
        else
            moment.verb = read_verb(name, value);
    }
    return moment;
}

Expectation read_expectation(const json& from) {
    constexpr std::pair<const char*, Expectation::Kind> kinds[] = {
        {"always", Expectation::Kind::always},
        {"eventually", Expectation::Kind::eventually},
        {"never", Expectation::Kind::never},
        {"at_end", Expectation::Kind::at_end}};
    Expectation expectation;
    expectation.name = from.value("name", "");
    expectation.because = from.value("because", "");
    expectation.from = duration_in(from, "from");
    if (from.contains("by"))
        expectation.by = duration_of(from.at("by"));
    if (from.contains("breaks")) {
        expectation.kind = Expectation::Kind::breaks;
        expectation.invariant = from.at("breaks").get<std::string>();
        expectation.excused_by = from.value("excused_by", "");
        return expectation;
    }
    for (const auto& [word, kind] : kinds) {
        if (!from.contains(word))
            continue;
        expectation.kind = kind;
        expectation.condition = read_condition(from.at(word));
    }
    return expectation;
}

Lesson read_lesson(const json& from) {
    Lesson lesson;
    lesson.title = read_text(from.at("title"));
    lesson.intro = read_text_of(from, "intro");
    for (const json& step : from.at("steps")) {
        LessonStep made;
        if (step.contains("when"))
            made.when = read_condition(step.at("when"));
        made.text = read_text(step.at("text"));
        made.look_at = read_text_of(step, "look_at");
        lesson.steps.push_back(std::move(made));
    }
    for (const json& idea : from.value("try", json::array()))
        lesson.tries.push_back(read_text(idea));
    return lesson;
}

} // namespace orrery::sim
