// messages/fetch_request.hpp: the struct of one message.
#include "core/wire/generator/emit.hpp"
#include "core/wire/generator/text.hpp"

#include <set>

namespace orrery::wire_generator {

namespace {

std::string range_text(Range range) {
    if (range.empty())
        return "none";
    if (range.low == range.high)
        return std::to_string(range.low);
    return std::to_string(range.low) +
           (range.high == Range::open ? "+" : "-" + std::to_string(range.high));
}

/// The structs that stand before their message instead of in it, with an alias inside: those that a
/// std::optional holds, and what they use. While a class is unfinished, a nested struct with member
/// initialisers counts as not default-constructible; clang remembers that answer, and emplace() on
/// the optional is an error ever after (core issue 1397).
std::set<std::string> structs_outside(const Message& message) {
    std::set<std::string> made;
    for (auto user = message.structs.rbegin(); user != message.structs.rend(); ++user)
        for (const Field& field : user->fields)
            if (field.structure &&
                ((field.optional() && !field.array) || made.count(user->name) != 0))
                made.insert(field.type);
    return made;
}

void emit_fields(std::string& out, const Message& message, const Struct& structure,
                 std::size_t indent, const std::string& scope = "") {
    const std::string space(indent, ' ');
    std::vector<std::string> names;
    for (const Field& field : structure.fields) {
        std::string line =
            space + cpp_type(field, scope) + " " + field.name + initialiser(field, scope) + ";";
        std::string note;
        if (!field.versions.covers(intersection(structure.context, message.versions)))
            note += " in " + range_text(field.versions);
        if (field.tag >= 0)
            note += std::string(note.empty() ? "" : ",") + " tag " + std::to_string(field.tag);
        out += line + (note.empty() ? "" : " ///<" + note) + "\n";
        names.push_back(field.name);
    }
    if (!message.flexible.empty()) {
        out += space + "TaggedFields unknown_tags;\n";
        names.emplace_back("unknown_tags");
    }
    out += space + "bool operator==(const " + scope + structure.name + "&) const = default;\n";
    out += wrapped("ORRERY_FIELDS(", names, ")", indent);
}

std::string flexible_test(const Message& message) {
    if (message.flexible.empty())
        return "std::int16_t /*version*/) { return false; }";
    if (message.flexible.low == 0)
        return "std::int16_t /*version*/) { return true; }";
    return "std::int16_t version) { return version >= " + std::to_string(message.flexible.low) +
           "; }";
}

} // namespace

std::string emit_header(const Message& message) {
    const Range versions = message.versions;
    std::string subject = message.name + ", " + message.kind;
    if (message.key >= 0)
        subject += " " + std::to_string(message.key);
    subject += ", versions " + range_text(versions) + ", flexible " + range_text(message.flexible);
    std::string out = head_comment(subject + ".", message.file);
    out += "#pragma once\n\n#include \"core/wire/message.hpp\"\n\nnamespace orrery::wire {\n\n";
    const auto outside = structs_outside(message);
    for (const Struct& structure : message.structs)
        if (outside.count(structure.name) != 0) {
            out += "struct " + message.name + "_" + structure.name + " {\n";
            emit_fields(out, message, structure, 4, message.name + "_");
            out += "};\n\n";
        }
    out += "struct " + message.name + " {\n";
    const std::string constant = "    static constexpr ";
    out += constant + "std::string_view message_name = \"" + message.name + "\";\n";
    if (message.key >= 0)
        out += constant + "std::int16_t api_key = " + std::to_string(message.key) + ";\n";
    out += constant + "std::int16_t lowest_version = " + std::to_string(versions.low) + ";\n";
    out += constant + "std::int16_t highest_version = " + std::to_string(versions.high) + ";\n";
    out += constant + "bool is_flexible(" + flexible_test(message) + "\n\n";
    for (std::size_t i = 0; i + 1 < message.structs.size(); ++i) {
        const std::string& structure = message.structs[i].name;
        if (outside.count(structure) != 0) {
            out += "    using " + structure + " = " + message.name + "_" + structure + ";\n";
            continue;
        }
        out += "    struct " + structure + " {\n";
        emit_fields(out, message, message.structs[i], 8);
        out += "    };\n";
    }
    if (message.structs.size() > 1)
        out += "\n";
    std::string body;
    emit_fields(body, message, message.body(), 4);
    const auto equality = body.find("    bool operator==");
    out += body.substr(0, equality) + (equality > 0 ? "\n" : "");
    out += "    static Result<" + message.name + "> decode(Reader& in, std::int16_t version);\n";
    out += "    Result<void> encode(Writer& out, std::int16_t version) const;\n";
    out += body.substr(equality);
    out += "};\n\n} // namespace orrery::wire\n";
    return out;
}

} // namespace orrery::wire_generator
