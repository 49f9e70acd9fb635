#include "sim/scenario/document.hpp"

#include "core/base/expect.hpp"
#include "sim/scenario/validator.hpp"

#include <nlohmann/json.hpp>

namespace orrery::sim {

namespace {

using nlohmann::json;

struct Unit {
    std::string_view name;
    std::int64_t ns;
};
constexpr Unit units[] = {{"ns", 1},
                          {"us", 1'000},
                          {"ms", 1'000'000},
                          {"s", 1'000'000'000},
                          {"min", 60'000'000'000},
                          {"h", 3'600'000'000'000},
                          {"d", 86'400'000'000'000}};

/// Line and column of a byte, counted from one.
std::string place_of(std::string_view text, std::size_t byte) {
    std::size_t line = 1;
    std::size_t column = 1;
    for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
        ++column;
        if (text[i] == '\n') {
            ++line;
            column = 1;
        }
    }
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// What the library says after its own place and error number.
std::string plain(std::string_view what) {
    const auto cut = what.find(": ", what.find("column"));
    return std::string(cut == std::string_view::npos ? what : what.substr(cut + 2));
}

} // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    std::int64_t whole = 0;
    std::int64_t part = 0;  // behind the point, as so many ...
    std::int64_t scale = 1; // ... parts of one
    std::size_t at = 0;
    bool digits = false;
    bool point = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9') {
            digits = true;
            if (!point) {
                if (whole > 1'000'000'000'000)
                    return std::nullopt;
                whole = whole * 10 + (c - '0');
            } else if (scale < 1'000'000'000) {
                part = part * 10 + (c - '0');
                scale *= 10;
            }
        } else {
            break;
        }
    }
    std::string_view unit = text.substr(at);
    while (unit.starts_with(' '))
        unit.remove_prefix(1);
    if (!digits)
        return std::nullopt;
    if (unit.empty())
        unit = "ms";
    for (const Unit& known : units) {
        if (known.name != unit)
            continue;
        if (whole > never.ns / known.ns / 2)
            return std::nullopt;
        // 64 bits are enough: part < 10^9 and the largest unit is below 10^14, so divide first.
        const std::int64_t fine = known.ns / scale * part + known.ns % scale * part / scale;
        return Duration{whole * known.ns + fine};
    }
    return std::nullopt;
}

Duration duration_of(const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const auto parsed = parse_duration(text);
    expect(parsed.has_value(), "a duration that the schema has checked");
    return *parsed;
}

InputErrors validate(const json& schema, const json& document, std::string_view file) {
    Validator validator(schema, std::string(file));
    validator.check(schema, document, "");
    return validator.take();
}

Result<json, InputErrors> read_document(std::string_view file, std::string_view text) {
    json document;
    try { // the one library here that throws; nothing of it gets out
        document = json::parse(text);
    } catch (const json::parse_error& error) {
        return failure(InputErrors{{std::string(file) + ": " + place_of(text, error.byte),
                                    "this is not JSON: " + plain(error.what()), ""}});
    }
    static const json schema = json::parse(schema_text());
    InputErrors errors = validate(schema, document, file);
    if (!errors.empty())
        return failure(std::move(errors));
    return document;
}

std::string line_of(const InputError& error) {
    std::string line = error.where + ": " + error.what;
    if (!error.hint.empty())
        line += "; " + error.hint;
    return line;
}

} // namespace orrery::sim
