// Golden vectors: JSON Lines files, some gzip-compressed, in the folder that ORRERY_VECTORS names,
// by default tests/vectors of this project.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace orrery::tests {

/// The root of the source tree, from ORRERY_SOURCE (ctest sets it), else the working directory.
std::string source_dir();
/// Where the vector files are.
std::string vectors_dir();
/// One set, "batches" or "requests": every line of NAME.jsonl or NAME.jsonl.gz. Empty if the folder
/// has no such file; throws on a file that can't be read.
std::vector<nlohmann::json> load_vectors(std::string_view set);
/// The whole of a file; throws if it can't be read.
std::string read_file(const std::string& path);

} // namespace orrery::tests
