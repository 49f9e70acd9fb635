#include "core/wire/generator/check.hpp"

#include "core/wire/generator/parse.hpp"

#include <cerrno>
#include <cstdlib>
#include <map>
#include <set>

namespace orrery::wire_generator {

namespace {

/// A number of C++ that a signed integer of so many bits can hold: "-1", "0x7fffffff".
bool fits(const std::string& text, int bits) {
    char* end = nullptr;
    errno = 0;
    const long long value = std::strtoll(text.c_str(), &end, 0);
    if (*end != '\0' || errno != 0)
        return false;
    const long long most = bits == 64 ? 0x7fffffffffffffffLL : (1LL << (bits - 1)) - 1;
    return -most - 1 <= value && value <= most;
}

bool default_fits(const Field& field) {
    static const std::map<std::string, int> bits = {
        {"int8", 8}, {"int16", 16}, {"int32", 32}, {"int64", 64}};
    const std::string& text = field.default_text;
    if (text.empty() || text == "null")
        return true;
    if (field.array || field.structure)
        return false;
    if (field.type == "bool")
        return text == "true" || text == "false";
    const auto found = bits.find(field.type);
    return found != bits.end() && fits(text, found->second);
}

void check_struct(const Message& message, const Struct& structure) {
    std::set<std::string> names;
    std::map<int, std::string> tags;
    for (const Field& field : structure.fields) {
        const auto fail = [&](const std::string& what) {
            throw SchemaError{message.file, field.line, what};
        };
        if (!names.insert(field.name).second)
            fail("a second field " + field.name);
        if (!default_fits(field))
            fail("'" + field.default_text + "' is no " + field.type + (field.array ? "s" : ""));
        if (!field.nullable.empty() && intersection(field.nullable, field.versions).empty())
            fail(field.name + " is nullable only in versions that lack it");
        if (field.tag < 0)
            continue;
        const auto [other, fresh] = tags.emplace(field.tag, field.name);
        if (!fresh)
            fail("tag " + std::to_string(field.tag) + " is " + other->second + "'s");
        if (!message.flexible.covers(intersection(field.versions, message.versions)))
            fail(field.name + " is tagged in versions that are not flexible");
    }
}

} // namespace

void check_message(const Message& message) {
    for (const Struct& structure : message.structs)
        check_struct(message, structure);
}

} // namespace orrery::wire_generator
