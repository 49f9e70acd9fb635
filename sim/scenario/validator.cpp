#include "sim/scenario/validator.hpp"

#include "core/base/expect.hpp"
#include "core/base/fact.hpp"
#include "core/base/nearest.hpp"
#include "sim/scenario/document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace orrery::sim {

namespace {

using nlohmann::json;

std::string type_of(const json& value) {
    if (value.is_number_integer())
        return "an integer";
    if (value.is_number())
        return "a number";
    if (value.is_string())
        return "text";
    if (value.is_boolean())
        return "a yes or no";
    if (value.is_array())
        return "a list";
    if (value.is_object())
        return "an object";
    return "null";
}

std::string english(const std::string& type) {
    if (type == "integer")
        return "an integer";
    if (type == "number")
        return "a number";
    if (type == "string")
        return "text";
    if (type == "boolean")
        return "true or false";
    if (type == "array")
        return "a list";
    return "an object";
}

bool is_of_type(const json& value, const std::string& type) {
    if (type == "integer")
        return value.is_number_integer();
    if (type == "number")
        return value.is_number();
    if (type == "string")
        return value.is_string();
    if (type == "boolean")
        return value.is_boolean();
    if (type == "array")
        return value.is_array();
    return type == "object" && value.is_object();
}

std::vector<std::string> words_of(const json& list) {
    std::vector<std::string> words;
    for (const json& word : list)
        words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
    return words;
}

std::string listed(const std::vector<std::string>& words, std::string_view last) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            text += i + 1 == words.size() ? " " + std::string(last) + " " : ", ";
        text += words[i];
    }
    return text;
}

/// A member's name as a JSON pointer has it.
std::string below(const std::string& path, std::string name) {
    for (const auto& [from, to] : {std::pair("~", "~0"), std::pair("/", "~1")})
        for (auto at = name.find(from); at != std::string::npos; at = name.find(from, at + 2))
            name.replace(at, 1, to);
    return path + "/" + name;
}

} // namespace

std::string hint_for(std::string_view word, const std::vector<std::string>& known) {
    std::vector<std::string_view> views(known.begin(), known.end());
    const std::string_view near = nearest(word, views);
    if (!near.empty())
        return "did you mean \"" + std::string(near) + "\"?";
    return known.size() <= 12 ? "known are " + listed(known, "and") : "";
}

void Validator::fail(const std::string& path, std::string what, std::string hint) {
    errors_.push_back(
        {file_ + ": " + (path.empty() ? "/" : path), std::move(what), std::move(hint)});
}

void Validator::check(const json& schema, const json& value, const std::string& path) {
    if (const auto ref = schema.find("$ref"); ref != schema.end())
        return check(root_.at(json::json_pointer(ref->get<std::string>().substr(1))), value, path);
    if (!check_type(schema, value, path))
        return;
    check_enum(schema, value, path);
    check_number(schema, value, path);
    if (const auto format = schema.find("format"); format != schema.end())
        check_format(format->get<std::string>(), value, path);
    if (value.is_array())
        check_array(schema, value, path);
    if (value.is_object())
        check_object(schema, value, path);
}

bool Validator::check_type(const json& schema, const json& value, const std::string& path) {
    const auto type = schema.find("type");
    if (type == schema.end())
        return true;
    std::vector<std::string> wanted =
        type->is_array() ? words_of(*type) : std::vector{type->get<std::string>()};
    for (const std::string& one : wanted)
        if (is_of_type(value, one))
            return true;
    for (std::string& one : wanted)
        one = english(one);
    fail(path, "should be " + listed(wanted, "or") + ", is " + type_of(value));
    return false;
}

void Validator::check_enum(const json& schema, const json& value, const std::string& path) {
    const auto choices = schema.find("enum");
    if (choices == schema.end())
        return;
    if (std::find(choices->begin(), choices->end(), value) != choices->end())
        return;
    const auto words = words_of(*choices);
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    fail(path, "\"" + text + "\" is none of " + listed(words, "and"), hint_for(text, words));
}

void Validator::check_number(const json& schema, const json& value, const std::string& path) {
    if (!value.is_number())
        return;
    const double number = value.get<double>();
    if (const auto least = schema.find("minimum");
        least != schema.end() && number < least->get<double>())
        fail(path, value.dump() + " is too small", "at least " + least->dump());
    if (const auto most = schema.find("maximum");
        most != schema.end() && number > most->get<double>())
        fail(path, value.dump() + " is too large", "at most " + most->dump());
}

void Validator::check_format(std::string_view format, const json& value, const std::string& path) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (format == "duration" && !parse_duration(text))
        fail(path, "\"" + text + "\" is no time",
             "write a number and a unit: \"1.5s\", \"200ms\", \"2min\"");
    if (format == "fact" && !fact_named(text)) {
        std::vector<std::string> known;
        for (const FactRow& row : fact_table())
            known.emplace_back(row.name);
        fail(path, "there is no fact \"" + text + "\"", hint_for(text, known));
    }
}

void Validator::check_array(const json& schema, const json& value, const std::string& path) {
    const auto least = schema.find("minItems");
    if (least != schema.end() && value.size() < least->get<std::size_t>())
        fail(path, "has " + std::to_string(value.size()) + " items", "at least " + least->dump());
    const auto most = schema.find("maxItems");
    if (most != schema.end() && value.size() > most->get<std::size_t>())
        fail(path, "has " + std::to_string(value.size()) + " items", "at most " + most->dump());
    const auto items = schema.find("items");
    if (items == schema.end())
        return;
    for (std::size_t i = 0; i < value.size(); ++i)
        check(*items, value[i], path + "/" + std::to_string(i));
}

void Validator::check_object(const json& schema, const json& value, const std::string& path) {
    check_required(schema, value, path);
    const auto properties = schema.find("properties");
    const auto others = schema.find("additionalProperties");
    for (const auto& [name, member] : value.items()) {
        const std::string at = below(path, name);
        if (properties != schema.end() && properties->contains(name)) {
            check(properties->at(name), member, at);
        } else if (others != schema.end() && others->is_object()) {
            check(*others, member, at);
        } else if (others != schema.end() && *others == json(false)) {
            std::vector<std::string> known;
            for (const auto& [word, unused] : properties->items())
                known.push_back(word);
            fail(at, "there is no \"" + name + "\" here", hint_for(name, known));
        }
    }
    if (const auto choices = schema.find("oneOf"); choices != schema.end())
        check_one_of(*choices, value, path);
}

void Validator::check_required(const json& schema, const json& value, const std::string& path) {
    const auto required = schema.find("required");
    if (required == schema.end())
        return;
    for (const json& name : *required)
        if (!value.contains(name.get<std::string>()))
            fail(path, "\"" + name.get<std::string>() + "\" is missing");
}

/// "oneOf" is only used to say which members exclude each other: each choice lists what it
/// requires.
void Validator::check_one_of(const json& choices, const json& value, const std::string& path) {
    std::vector<std::string> all;
    std::vector<std::string> present;
    for (const json& choice : choices) {
        expect(choice.size() == 1 && choice.contains("required"), "a oneOf of required members");
        const auto names = words_of(choice.at("required"));
        const std::string shown = listed(names, "with");
        all.push_back(shown);
        const bool has = std::all_of(names.begin(), names.end(),
                                     [&](const std::string& name) { return value.contains(name); });
        if (has)
            present.push_back(shown);
    }
    if (present.empty())
        fail(path, "one of these is missing: " + listed(all, "or"));
    else if (present.size() > 1)
        fail(path, "has " + listed(present, "and") + ", but only one may be there");
}

} // namespace orrery::sim
