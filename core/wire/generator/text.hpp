// Small helpers of the emitters: C++ types and values of fields, conditions on versions, wrapping.
#pragma once

#include "core/wire/generator/model.hpp"

#include <string>
#include <vector>

namespace orrery::wire_generator {

/// "// Generated from …" and what follows it.
std::string head_comment(const std::string& subject, const std::string& schema);
/// A field's C++ type: "std::optional<std::vector<FetchTopic>>". `scope` goes before a struct's
/// name.
std::string cpp_type(const Field& field, const std::string& scope = "");
/// Its member initialiser: " = -1", or empty.
std::string initialiser(const Field& field, const std::string& scope = "");
/// An expression that says whether the value differs from the default.
std::string differs(const Message& message, const Field& field, const std::string& value);
/// Where in `context` the range holds: "" for always, "false" for never, else "version >= 3".
std::string condition(Range range, Range context);
/// The least bytes that one value of the struct takes in any version of its context.
int least_size(const Message& message, const Struct& structure);
/// "open" + items parted by ", " + "close", broken into lines of at most 100 columns.
std::string wrapped(const std::string& open, const std::vector<std::string>& items,
                    const std::string& close, std::size_t indent);

} // namespace orrery::wire_generator
