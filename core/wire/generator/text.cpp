#include "core/wire/generator/text.hpp"

#include <map>

namespace orrery::wire_generator {

namespace {

const std::map<std::string, std::pair<std::string, int>> types = {
    {"bool", {"bool", 1}},          {"int8", {"std::int8_t", 1}},
    {"int16", {"std::int16_t", 2}}, {"uint16", {"std::uint16_t", 2}},
    {"int32", {"std::int32_t", 4}}, {"uint32", {"std::uint32_t", 4}},
    {"int64", {"std::int64_t", 8}}, {"float64", {"double", 8}},
    {"uuid", {"Uuid", 16}},         {"string", {"std::string", 0}},
    {"bytes", {"Bytes", 0}},        {"records", {"Chain", 0}},
};

bool is_container(const Field& field) {
    return field.array || field.type == "string" || field.type == "bytes" ||
           field.type == "records";
}

int least_size_at(const Message& message, const Struct& structure, int version) {
    const bool flexible = message.flexible.has(version);
    int sum = flexible ? 1 : 0; // the count of tagged fields
    for (const Field& field : structure.fields) {
        if (!field.versions.has(version) || field.tag >= 0)
            continue;
        if (is_container(field))
            sum += flexible && !field.never_flexible        ? 1
                   : field.type == "string" && !field.array ? 2
                                                            : 4;
        else if (!field.structure)
            sum += types.at(field.type).second;
        else
            sum += field.nullable.has(version)
                       ? 1
                       : least_size_at(message, message.find(field.type), version);
    }
    return sum;
}

} // namespace

std::string head_comment(const std::string& subject, const std::string& schema) {
    return "// " + subject + "\n// Generated from core/wire/schema/" + schema +
           " by core/wire/generator.\n";
}

std::string cpp_type(const Field& field, const std::string& scope) {
    std::string type = field.structure ? scope + field.type : types.at(field.type).first;
    if (field.array)
        type = "std::vector<" + type + ">";
    return field.optional() ? "std::optional<" + type + ">" : type;
}

std::string initialiser(const Field& field, const std::string& scope) {
    const std::string& text = field.default_text;
    if (field.optional()) {
        const std::string type = cpp_type(field, scope);
        return text == "null" ? "" : " = " + type.substr(14, type.size() - 15) + "{}";
    }
    if (is_container(field) || field.structure || field.type == "uuid")
        return "";
    if (text.empty())
        return field.type == "bool" ? " = false" : " = 0";
    return " = " + text;
}

std::string differs(const Message& message, const Field& field, const std::string& value) {
    const std::string& text = field.default_text;
    if (field.optional() && text == "null")
        return value + ".has_value()";
    if (field.optional() && field.structure && !field.array)
        return value + " != " + message.name + "::" + field.type + "{}";
    if (field.optional())
        return "(!" + value + ".has_value() || !" + value + "->empty())";
    if (is_container(field))
        return "!" + value + ".empty()";
    if (field.structure)
        return value + " != " + message.name + "::" + field.type + "{}";
    if (field.type == "uuid")
        return "!" + value + ".is_zero()";
    if (field.type == "bool")
        return text == "true" ? "!" + value : value;
    return value + " != " + (text.empty() ? "0" : text);
}

std::string condition(Range range, Range context) {
    if (range.covers(context))
        return "";
    const Range inside = intersection(range, context);
    if (inside.empty())
        return "false";
    if (inside.low == inside.high)
        return "version == " + std::to_string(inside.low);
    if (inside.low <= context.low)
        return "version <= " + std::to_string(inside.high);
    const std::string from = "version >= " + std::to_string(inside.low);
    return inside.high >= context.high ? from
                                       : from + " && version <= " + std::to_string(inside.high);
}

int least_size(const Message& message, const Struct& structure) {
    int least = -1;
    const Range context = intersection(structure.context, message.versions);
    for (int version = context.low; version <= context.high; ++version) {
        const int size = least_size_at(message, structure, version);
        least = least < 0 ? size : std::min(least, size);
    }
    return least < 0 ? 0 : least;
}

std::string wrapped(const std::string& open, const std::vector<std::string>& items,
                    const std::string& close, std::size_t indent) {
    std::string made;
    std::string line(indent, ' ');
    line += open;
    const std::size_t column = line.size();
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string item = items[i] + (i + 1 < items.size() ? "," : close);
        const bool first = line.find_last_not_of(' ') + 1 == column || line.size() == column;
        if (!first && line.size() + 1 + item.size() > 100) {
            made += line + "\n";
            line = std::string(column, ' ') + item;
        } else {
            line += (i == 0 ? "" : " ") + item;
        }
    }
    return made + line + (items.empty() ? close : "") + "\n";
}

} // namespace orrery::wire_generator
