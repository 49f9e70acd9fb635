// Reads schema files. The form, by example:
//
//     # Fetch: read record batches, also replication.
//     api Fetch  key 1  listeners broker,controller
//
//     request FetchRequest  versions 4-18  flexible 12+
//         max_wait_ms        int32         0+
//         topics             []FetchTopic  0+
//             topic          string        0-12  ignorable
//         rack_id            string        11+   nullable 12+  default null
//         struct Shared                    0+
//             cluster_id     string        12+   tag 0  nullable
//
// Indentation (four spaces) nests. A field is: name, type, versions, attributes. Words are parted
// by any number of spaces. A struct's fields stand under the field that uses it first, or under a
// line "struct Name versions" of the message. `nullable` without versions means all of the field's.
#pragma once

#include "core/wire/generator/model.hpp"

#include <string>
#include <vector>

namespace orrery::wire_generator {

/// What is wrong in a file, and where: printed as "file:line: what".
struct SchemaError {
    std::string file;
    int line = 0;
    std::string what;
};

/// One schema file. Throws SchemaError.
SchemaFile parse_schema(const std::string& folder, const std::string& path);

/// errors.table. Throws SchemaError.
std::vector<ErrorRow> parse_errors(const std::string& path);

} // namespace orrery::wire_generator
