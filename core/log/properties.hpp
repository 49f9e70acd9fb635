// Files of names and values: `meta.properties`, which says whose a log directory is, and
// `partition.metadata`, which says whose topic a partition's folder is (KIP-516).
#pragma once

#include "core/base/id.hpp"
#include "core/base/uuid.hpp"
#include "core/log/text_file.hpp"

#include <string>
#include <utility>
#include <vector>

namespace orrery::log {

using Properties = std::vector<std::pair<std::string, std::string>>;

/// Java properties: name=value or name:value, comments by # and !, blanks around both cut. Escapes
/// and lines that go on are refused: no Kafka writes them here.
FileResult<Properties> decode_properties(const Chain& content);
const std::string* find_property(const Properties& properties, std::string_view name);

} // namespace orrery::log
