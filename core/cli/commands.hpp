// The subcommands of `orrery`: each takes its options and returns the exit code. 0: fine, 1: the
// scenario failed, 2: the input can't be used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::cli {

inline constexpr int good = 0;
inline constexpr int failed = 1;
inline constexpr int bad_input = 2;

struct RunOptions {
    std::string file;
    std::optional<std::uint64_t> seed;
    std::string until;           ///< "12s"; empty: the scenario's duration
    std::string report = "text"; ///< text, json, junit
    std::string trace;           ///< a file; empty: none
    std::string disks;           ///< a folder for the nodes' disks; empty: none
    bool checks = true;
};
int run(const RunOptions& options);

/// Reads scenario files and tells all that is wrong with them.
int check(const std::vector<std::string>& files);

/// Any file of a Kafka log directory as text.
int dump(const std::string& file);

/// "facts", "invariants", "metrics": the words that scenarios can use.
int list(std::string_view what);

/// A whole file, or nothing if it can't be read; then the error is told.
std::optional<std::string> read_file(const std::string& path);
void tell(std::string_view error);

} // namespace orrery::cli
