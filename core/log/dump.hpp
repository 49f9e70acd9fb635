// Any file of a log directory as text, as `orrery dump FILE` prints it. Which kind of file it is,
// its name says.
#pragma once

#include "core/base/bytes.hpp"
#include "core/record/records.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::log {

/// Says in one line what a record holds; an empty answer means "print it as you would without me".
using DescribeRecord = std::string (*)(const record::Record& record);

struct Dump {
    std::string text;                 ///< lines, each ended; what could be read before any damage
    std::optional<std::string> error; ///< what is wrong and where, for people
};

/// `name` may have folders before it. Known are `.log` and `.checkpoint` (batches and records; a
/// batch whose checksum is wrong is printed as such and is an error), `.index`, `.timeindex`, the
/// four checkpoint files, `partition.metadata`, `meta.properties`, `quorum-state` and
/// `.kafka_cleanshutdown`. `describe` is asked about data records, and may be null.
Dump dump_file(std::string_view name, const Chain& content, DescribeRecord describe = nullptr);

/// True for the names that dump_file knows.
bool can_dump(std::string_view name);

} // namespace orrery::log
