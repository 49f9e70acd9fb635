// Turns schemas into C++: text of the files that the build compiles.
#pragma once

#include "core/wire/generator/model.hpp"

#include <string>
#include <vector>

namespace orrery::wire_generator {

/// messages/fetch_request.hpp
std::string emit_header(const Message& message);
/// messages/fetch.cpp: decode and encode of all messages of one schema file.
std::string emit_source(const SchemaFile& file);
/// messages/schemas.cpp: the tables of core/wire/schema.hpp.
std::string emit_schemas(const std::vector<SchemaFile>& files);
/// messages/all.hpp: a list of all messages for tests that go through all of them.
std::string emit_all(const std::vector<SchemaFile>& files);
/// error_codes.inc and api_table.inc: rows for core/wire/error.hpp and api.cpp.
std::string emit_errors(const std::vector<ErrorRow>& rows);
std::string emit_apis(const std::vector<SchemaFile>& files);

} // namespace orrery::wire_generator
