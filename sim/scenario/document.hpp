// A scenario file as a checked JSON document. The rules are those of scenarios/scenario.schema.json
// itself, which is built into the program: schema and code can't disagree. Every error says the
// file, the JSON path, what is wrong, and the nearest right word.
#pragma once

#include "core/base/result.hpp"
#include "core/base/time.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::sim {

using InputErrors = std::vector<InputError>;

/// The text of scenarios/scenario.schema.json.
std::string_view schema_text();

/// Parses and checks. `file` is only for the errors. Syntax errors come alone, with line and
/// column; others all at once.
Result<nlohmann::json, InputErrors> read_document(std::string_view file, std::string_view text);

/// Holds a document against a schema; the keywords that the scenario schema uses are understood,
/// and any other is an error of the schema. Formats: duration, fact, metric, invariant, who.
InputErrors validate(const nlohmann::json& schema, const nlohmann::json& document,
                     std::string_view file);

/// "1.5s", "200ms", "30us", "2min", "1h", or a bare number of milliseconds.
std::optional<Duration> parse_duration(std::string_view text);
/// The same from JSON; the document was checked.
Duration duration_of(const nlohmann::json& value);

/// What to say beside an unknown word: the nearest known one, or all if they are few.
std::string hint_for(std::string_view word, const std::vector<std::string>& known);

/// "file.json: /timeline/2/at: no such thing; perhaps …" as one line.
std::string line_of(const InputError& error);

} // namespace orrery::sim
