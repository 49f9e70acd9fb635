// messages/fetch.cpp: how each struct is read and written, version by version.
#include "core/wire/generator/emit.hpp"
#include "core/wire/generator/text.hpp"

#include <algorithm>
#include <utility>

namespace orrery::wire_generator {

namespace {

/// The word stands in the text by itself, not as part of a name such as min_version.
bool has_word(const std::string& text, const std::string& word) {
    const auto part = [](char c) {
        return c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    };
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        if ((at == 0 || !part(text[at - 1])) && (end == text.size() || !part(text[end])))
            return true;
    }
    return false;
}

using Lines = std::vector<std::string>;

/// Statements under a condition: braces only where there is more than one line.
void put(Lines& out, const std::string& condition, const Lines& inner, const char* word = "if") {
    if (condition.empty()) {
        out.insert(out.end(), inner.begin(), inner.end());
        return;
    }
    const bool braces = inner.size() > 1;
    out.push_back(std::string(word) + " (" + condition + ")" + (braces ? " {" : ""));
    for (const std::string& line : inner)
        out.push_back("    " + line);
    if (braces)
        out.emplace_back("}");
}

class StructEmitter {
public:
    StructEmitter(const Message& message, const Struct& structure)
        : message_(message), structure_(structure),
          context_(intersection(structure.context, message.versions)),
          type_(structure.name == message.name ? message.name
                                               : message.name + "::" + structure.name) {}

    std::string read() const {
        Lines body;
        std::string pending;
        Lines group;
        for (const Field& field : structure_.fields) {
            const std::string when = condition(field.versions, context_);
            if (when == "false" || field.tag >= 0)
                continue;
            if (when != pending)
                put(body, pending, std::exchange(group, {}));
            pending = when;
            const Lines lines = read_versions(field, intersection(context_, field.versions));
            group.insert(group.end(), lines.begin(), lines.end());
        }
        put(body, pending, group);
        put_tags(body, read_tags());
        return function("read", "Reader& in", type_ + "& value", body);
    }

    std::string write() const {
        Lines body;
        std::string pending;
        Lines group;
        for (const Field& field : structure_.fields) {
            const std::string when = condition(field.versions, context_);
            const Lines refuse = refusal(field);
            Lines lines;
            if (field.tag < 0 && when != "false")
                lines = write_versions(field, intersection(context_, field.versions));
            const bool alone = !refuse.empty() && when != "";
            if (alone || when != pending || when == "false") {
                put(body, pending, std::exchange(group, {}));
                pending.clear();
            }
            if (when == "false" || (alone && field.tag >= 0)) {
                if (!refuse.empty())
                    put(body,
                        when == "false" ? difference(field)
                                        : negated(when) + " && " + difference(field),
                        refuse);
            } else if (alone) {
                put(body, when, lines);
                if (body.back() == "}") {
                    body.back() = "} else if (" + difference(field) + ") {";
                    body.push_back("    " + refuse[0]);
                    body.emplace_back("}");
                } else {
                    put(body, difference(field), refuse, "else if");
                }
            } else if (field.tag < 0) {
                pending = when;
                group.insert(group.end(), lines.begin(), lines.end());
            }
        }
        put(body, pending, group);
        put_tags(body, write_tags());
        return function("write", "Writer& out", "const " + type_ + "& value", body);
    }

private:
    static std::string negated(const std::string& when) { return "!(" + when + ")"; }
    std::string difference(const Field& field) const {
        return differs(message_, field, "value." + field.name);
    }
    Lines refusal(const Field& field) const {
        if (field.ignorable)
            return {};
        return {"out.refuse(\"" + message_.name + ": " + field.name +
                " is not in this version\");"};
    }
    static std::string form_of(const Field& field) {
        return field.never_flexible ? "Form::plain" : "form";
    }

    /// A nullable field may be nullable in some versions only.
    Lines read_versions(const Field& field, Range context) const {
        if (!field.optional())
            return read_value(field, false);
        const std::string null = condition(field.nullable, context);
        if (null.empty())
            return read_value(field, true);
        if (null == "false")
            return read_value(field, false);
        Lines made;
        put(made, null, read_value(field, true));
        const bool braces = made.back() == "}";
        const Lines other = read_value(field, false);
        made.back() = braces ? "} else {" : made.back();
        if (!braces)
            made.emplace_back("else");
        for (const std::string& line : other)
            made.push_back("    " + line);
        if (braces)
            made.emplace_back("}");
        return made;
    }

    Lines read_value(const Field& field, bool null) const {
        const std::string target = "value." + field.name;
        const std::string form = form_of(field);
        if (field.array && field.structure) {
            const int least = least_size(message_, message_.find(field.type));
            std::string each = target + (field.optional() ? "->" : ".") + "emplace_back()";
            std::string begin =
                "in.begin(" + target + ", " + form + ", " + std::to_string(least) + ")";
            if (field.optional() && !null)
                begin = "in.begin(" + target + ".emplace(), " + form + ", " +
                        std::to_string(least) + ")";
            return {"for (auto left = " + begin + "; left > 0 && in.ok(); --left)",
                    "    read(in, " + each + ", version);"};
        }
        if (field.array)
            return {target + " = in." + (null ? "nullable_" : "") + field.type + "s(" + form +
                    ");"};
        if (field.structure && null)
            return {field.tag < 0 ? "if (in.present())" : "if (in.tagged_present())",
                    "    read(in, " + target + ".emplace(), version);", "else",
                    "    " + target + ".reset();"};
        if (field.structure)
            return {"read(in, " + target + (field.optional() ? ".emplace()" : "") + ", version);"};
        if (field.type == "string" || field.type == "bytes" || field.type == "records")
            return {target + " = in." + (null ? "nullable_" : "") + field.type + "(" + form + ");"};
        return {target + " = in." + (field.type == "bool" ? "boolean" : field.type) + "();"};
    }

    Lines write_versions(const Field& field, Range context) const {
        if (!field.optional())
            return write_value(field, false);
        const std::string null = condition(field.nullable, context);
        if (null.empty() || null == "false")
            return write_value(field, null.empty());
        Lines made;
        put(made, null, write_value(field, true));
        const bool braces = made.back() == "}";
        const Lines other = write_value(field, false);
        if (braces)
            made.back() = "} else {";
        else
            made.emplace_back("else");
        for (const std::string& line : other)
            made.push_back("    " + line);
        if (braces)
            made.emplace_back("}");
        return made;
    }

    Lines write_value(const Field& field, bool null) const {
        std::string source = "value." + field.name;
        const std::string form = form_of(field);
        if (field.optional() && !null)
            source = "out.required(" + source + ", \"" + message_.name + ": " + field.name +
                     " may not be null\")";
        const std::string prefix = null ? "nullable_" : "";
        if (field.array && field.structure) {
            if (null)
                return {"out.count(" + form + ", " + source + ");", "if (" + source + ")",
                        "    for (const auto& each : *" + source + ")",
                        "        write(out, each, version);"};
            return {"out.count(" + form + ", " + source + ");",
                    "for (const auto& each : " + source + ")", "    write(out, each, version);"};
        }
        if (field.array)
            return {"out." + prefix + field.type + "s(" + form + ", " + source + ");"};
        if (field.structure && null)
            return {(field.tag < 0 ? "out.present(" : "out.tagged_present(") + source +
                        ".has_value());",
                    "if (" + source + ")", "    write(out, *" + source + ", version);"};
        if (field.structure)
            return {"write(out, " + source + ", version);"};
        if (field.type == "string" || field.type == "bytes" || field.type == "records")
            return {"out." + prefix + field.type + "(" + form + ", " + source + ");"};
        return {"out." + (field.type == "bool" ? "boolean" : field.type) + "(" + source + ");"};
    }

    std::vector<Field> tagged() const {
        std::vector<Field> made;
        for (const Field& field : structure_.fields)
            if (field.tag >= 0 && condition(field.versions, context_) != "false")
                made.push_back(field);
        std::sort(made.begin(), made.end(),
                  [](const Field& a, const Field& b) { return a.tag < b.tag; });
        return made;
    }

    void put_tags(Lines& body, const Lines& lines) const {
        const std::string when = condition(message_.flexible, context_);
        if (when != "false" && !message_.flexible.empty())
            put(body, when, lines);
    }

    Lines read_tags() const {
        const auto fields = tagged();
        if (fields.empty())
            return {"in.unknown_tags(value.unknown_tags);"};
        Lines made = {"for (auto tags = in.tag_count(); tags > 0 && in.ok(); --tags) {",
                      "    const Reader::Tag tag = in.tag();"};
        const Range context = intersection(context_, message_.flexible);
        std::string word = "    if (";
        for (const Field& field : fields) {
            const std::string when = condition(field.versions, context);
            made.push_back(word + "tag.number == " + std::to_string(field.tag) +
                           (when.empty() ? "" : " && " + when) + ") {");
            for (const std::string& line :
                 read_versions(field, intersection(context, field.versions)))
                made.push_back("        " + line);
            word = "    } else if (";
        }
        made.insert(made.end(), {"    } else {", "        in.unknown_tag(tag, value.unknown_tags);",
                                 "    }", "}"});
        return made;
    }

    Lines write_tags() const {
        const auto fields = tagged();
        if (fields.empty())
            return {"out.unknown_tags(value.unknown_tags);"};
        const Range context = intersection(context_, message_.flexible);
        Lines made;
        std::string sum;
        for (const Field& field : fields) {
            const std::string when = condition(field.versions, context);
            made.push_back("const bool has_" + field.name + " = " +
                           (when.empty() ? "" : when + " && ") + difference(field) + ";");
            sum += (sum.empty() ? "" : " + ") + std::string("(has_") + field.name + " ? 1U : 0U)";
        }
        made.push_back("Writer::Tags tags = out.tags(" + sum + ", value.unknown_tags);");
        for (const Field& field : fields) {
            made.push_back("if (has_" + field.name + ") {");
            made.push_back("    out.begin_tag(tags, " + std::to_string(field.tag) + ");");
            for (const std::string& line :
                 write_versions(field, intersection(context, field.versions)))
                made.push_back("    " + line);
            made.emplace_back("    out.end_tag(tags);");
            made.emplace_back("}");
        }
        made.emplace_back("out.end_tags(tags);");
        return made;
    }

    std::string function(const std::string& name, const std::string& stream,
                         const std::string& value, const Lines& body) const {
        std::string text;
        for (const std::string& line : body)
            text += "    " + line + "\n";
        const auto uses = [&](const std::string& word) {
            return text.find(word) != std::string::npos;
        };
        std::string form;
        if (uses("form)") || uses("form,")) {
            const std::string when = condition(message_.flexible, context_);
            if (message_.flexible.empty() || when == "false")
                form = "    constexpr Form form = Form::plain;\n";
            else if (when.empty())
                form = "    constexpr Form form = Form::compact;\n";
            else
                form = "    const Form form = " + when + " ? Form::compact : Form::plain;\n";
        }
        const bool version = has_word(text, "version") || has_word(form, "version");
        const bool empty = text.empty();
        return "static void " + name + "(" + (empty ? stream.substr(0, stream.find(' ')) : stream) +
               ", " + (empty ? value.substr(0, value.rfind(' ')) : value) + ", std::int16_t" +
               (version ? " version" : " /*version*/") + ") {\n" + form + text + "}\n";
    }

    const Message& message_;
    const Struct& structure_;
    Range context_;
    std::string type_;
};

/// Lines that show one member to a visitor: core/wire/visit.hpp.
Lines visit_lines(const Field& field) {
    const std::string target = "value." + field.name;
    if (!field.structure)
        return {"visit_member(to, " + target + ");"};
    const std::string held = field.optional() ? "(*" + target + ")" : target;
    Lines value = {"visit(to, " + held + ");"};
    if (field.array)
        value = {"visit_count(to, " + held + ");", "for (auto& each : " + held + ")",
                 "    visit(to, each);", "to.finish_list();"};
    Lines inner;
    if (field.optional()) {
        inner = {"if (!to.present(" + target + ".has_value())) {", "    " + target + ".reset();",
                 "} else {", "    if (!" + target + ")", "        " + target + ".emplace();"};
        for (const std::string& line : value)
            inner.push_back("    " + line);
        inner.emplace_back("}");
    } else {
        inner = value;
    }
    inner.emplace_back("to.end();");
    Lines made;
    put(made, "to.begin()", inner);
    return made;
}

std::string visit_function(const Message& message, const Struct& structure) {
    const std::string type =
        structure.name == message.name ? message.name : message.name + "::" + structure.name;
    Lines body = {"to.open();"};
    for (const Field& field : structure.fields)
        for (const std::string& line : visit_lines(field))
            body.push_back(line);
    if (!message.flexible.empty())
        body.emplace_back("to.tags(value.unknown_tags);");
    body.emplace_back("to.close();");
    const bool empty = body.size() == 2;
    std::string text =
        "static void visit(Visitor& to, " + type + "&" + (empty ? "" : " value") + ") {\n";
    for (const std::string& line : body)
        text += "    " + line + "\n";
    return text + "}\n\n";
}

std::string entry_points(const Message& message) {
    const std::string& name = message.name;
    const std::string within =
        "in_version < " + name + "::lowest_version || in_version > " + name + "::highest_version";
    std::string out =
        "Result<" + name + "> " + name + "::decode(Reader& in, std::int16_t in_version) {\n";
    out += "    Result<" + name + "> made;\n";
    out += "    if (in_version < lowest_version || in_version > highest_version)\n";
    out += "        in.fail(\"" + name + " has no such version\");\n";
    out += "    else\n        read(in, *made, in_version);\n";
    out += "    if (!in.ok())\n        made = failure(in.error());\n    return made;\n}\n\n";
    out += "Result<void> " + name + "::encode(Writer& out, std::int16_t in_version) const {\n";
    out += "    if (in_version < lowest_version || in_version > highest_version)\n";
    out += "        out.refuse(\"" + name + " has no such version\");\n";
    out += "    else\n        write(out, *this, in_version);\n";
    out += "    if (!out.ok())\n        return failure(out.error());\n    return {};\n}\n\n";
    const std::string erased = "Erased erased_" + snake_case(name);
    out += "extern const " + erased + ";\n";
    out += "constinit const " + erased + " = erased_of<" + name + ", visit>();\n";
    return out;
}

} // namespace

std::string emit_source(const SchemaFile& file) {
    std::string out =
        head_comment("How the messages of " + file.stem + " are read and written.", file.path);
    for (const Message& message : file.messages)
        out += "#include \"core/wire/messages/" + snake_case(message.name) + ".hpp\"\n";
    out += "\n#include \"core/wire/any_message.hpp\"\n\nnamespace orrery::wire {\n\n";
    for (const Message& message : file.messages) {
        for (const Struct& structure : message.structs) {
            const StructEmitter emitter(message, structure);
            out +=
                emitter.read() + "\n" + emitter.write() + "\n" + visit_function(message, structure);
        }
        out += entry_points(message) + "\n";
    }
    return out + "} // namespace orrery::wire\n";
}

} // namespace orrery::wire_generator
