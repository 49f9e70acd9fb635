// Reports of a run: the story for people, JSON for programs, JUnit XML for continuous integration.
#pragma once

#include "sim/scenario/chronicle.hpp"
#include "sim/scenario/runner.hpp"

#include <cstdint>
#include <string>

namespace orrery::sim {

struct Run {
    const Runner& runner;
    const Chronicle& chronicle;
    std::int64_t cpu_ms = 0; ///< measured by whoever may look at a clock
};

/// Of the runner's whole state, as 16 hexadecimal digits.
std::string fingerprint_of(const Runner& runner);

/// "passed", "failed", or "unfinished" when it was stopped before its duration was over.
std::string verdict_of(const Runner& runner);

std::string text_report(const Run& run);
std::string json_report(const Run& run);
std::string junit_report(const Run& run);

} // namespace orrery::sim
