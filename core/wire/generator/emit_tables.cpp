// Tables: the schemas as data for the inspector, the list of all messages, error codes, APIs.
#include "core/wire/generator/emit.hpp"
#include "core/wire/generator/text.hpp"

#include <algorithm>

namespace orrery::wire_generator {

namespace {

std::string range_value(Range range) {
    return "{" + std::to_string(range.low) + ", " + std::to_string(range.high) + "}";
}

std::string yes_no(bool is) {
    return is ? "true" : "false";
}

std::string field_row(const Message& message, const Field& field) {
    const std::string kind = field.structure        ? "structure"
                             : field.type == "bool" ? "boolean"
                                                    : field.type;
    return "    {\"" + field.name + "\", Kind::" + kind + ", " + yes_no(field.array) + ", " +
           range_value(field.versions) + ", " + range_value(field.nullable) + ", " +
           std::to_string(field.tag) + ", " + yes_no(field.ignorable) + ", " +
           yes_no(field.never_flexible) + ", \"" + field.default_text + "\", " +
           (field.structure ? "&" + message.name + "_" + field.type : "nullptr") + "},\n";
}

void struct_tables(std::string& out, const Message& message) {
    for (const Struct& structure : message.structs) {
        const std::string id =
            message.name + "_" + (structure.name == message.name ? "body" : structure.name);
        if (!structure.fields.empty()) {
            out += "constexpr FieldSchema " + id + "_fields[] = {\n";
            for (const Field& field : structure.fields)
                out += field_row(message, field);
            out += "};\n";
        }
        out += "constexpr StructSchema " + id + "{\"" + structure.name + "\", " +
               (structure.fields.empty() ? "{}" : id + "_fields") + "};\n";
    }
}

std::vector<Message> messages_of(const std::vector<SchemaFile>& files) {
    std::vector<Message> all;
    for (const SchemaFile& file : files)
        all.insert(all.end(), file.messages.begin(), file.messages.end());
    std::sort(all.begin(), all.end(),
              [](const Message& a, const Message& b) { return a.name < b.name; });
    return all;
}

} // namespace

std::string emit_schemas(const std::vector<SchemaFile>& files) {
    const auto all = messages_of(files);
    std::string out = head_comment("All schemas as tables, by name.", "*/*.schema");
    out += "#include \"core/wire/any_message.hpp\"\n\nnamespace orrery::wire {\n\n";
    for (const Message& message : all)
        out += "extern const Erased erased_" + snake_case(message.name) + ";\n";
    out += "\nnamespace {\n\n";
    for (const Message& message : all)
        struct_tables(out, message);
    out += "\nconstexpr MessageSchema messages[] = {\n";
    for (const Message& message : all)
        out += "    {\"" + message.name + "\", MessageKind::" + message.kind + ", " +
               std::to_string(message.key) + ", " + range_value(message.versions) + ", " +
               range_value(message.flexible) + ", " + yes_no(message.latest_unstable) + ", &" +
               message.name + "_body, &erased_" + snake_case(message.name) + "},\n";
    out += "};\n\n} // namespace\n\nstd::span<const MessageSchema> all_messages() {\n"
           "    return messages;\n}\n\n} // namespace orrery::wire\n";
    return out;
}

std::string emit_all(const std::vector<SchemaFile>& files) {
    const auto all = messages_of(files);
    std::string out =
        head_comment("All messages: for tests that go through every one.", "*/*.schema");
    out += "#pragma once\n\n";
    for (const Message& message : all)
        out += "#include \"core/wire/messages/" + snake_case(message.name) + ".hpp\"\n";
    out += "\n// Calls X(Name) for each message.\n#define ORRERY_WIRE_MESSAGES(X)";
    for (const Message& message : all)
        out += " \\\n    X(" + message.name + ")";
    return out + "\n";
}

std::string emit_errors(const std::vector<ErrorRow>& rows) {
    std::string out = "// Kafka's error codes: X(name, code, retriable, invalid_metadata).\n"
                      "// Generated from core/wire/schema/errors.table by core/wire/generator.\n"
                      "#pragma once\n\n#define ORRERY_ERRORS(X)";
    for (const ErrorRow& row : rows)
        out += " \\\n    X(" + row.name + ", " + std::to_string(row.code) + ", " +
               yes_no(row.retriable) + ", " + yes_no(row.invalid_metadata) + ")";
    return out + "\n";
}

std::string emit_apis(const std::vector<SchemaFile>& files) {
    std::vector<std::pair<Api, Message>> rows;
    for (const SchemaFile& file : files)
        for (const Message& message : file.messages)
            if (file.api && message.kind == "request")
                rows.emplace_back(*file.api, message);
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.first.key < b.first.key; });
    std::string out =
        "// The APIs: X(name, CamelName, key, {versions}, {advertised}, flexible_from, "
        "broker, controller,\n//         cluster_action, forwardable).\n"
        "// Generated from core/wire/schema/api by core/wire/generator.\n"
        "#pragma once\n\n#define ORRERY_APIS(X)";
    for (const auto& [api, request] : rows) {
        const Range advertised = api.advertised.value_or(request.versions);
        const int flexible_from = request.flexible.empty() ? Range::open : request.flexible.low;
        out += " \\\n    X(" + snake_case(api.name) + ", " + api.name + ", " +
               std::to_string(api.key) + ", " + std::to_string(request.versions.low) + ", " +
               std::to_string(request.versions.high) + ", " + std::to_string(advertised.low) +
               ", " + std::to_string(advertised.high) + ", " + std::to_string(flexible_from) +
               ", " + yes_no(api.broker_listener) + ", " + yes_no(api.controller_listener) + ", " +
               yes_no(api.cluster_action) + ", " + yes_no(api.forwardable) + ")";
    }
    return out + "\n";
}

} // namespace orrery::wire_generator
