// The lessons of scenarios/lessons, as tests see them.
#pragma once

#include "sim/scenario/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace orrery::tests {

/// "kill-the-leader", ... in order of their names.
inline std::vector<std::string> lessons() {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(source_dir() + "/scenarios/lessons"))
        if (entry.path().extension() == ".json")
            names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

inline sim::Scenario lesson(const std::string& name) {
    const std::string file = "scenarios/lessons/" + name + ".json";
    auto scenario = sim::read_scenario(file, read_file(source_dir() + "/" + file));
    std::string errors;
    if (!scenario)
        for (const InputError& error : scenario.error())
            errors += sim::line_of(error) + "\n";
    INFO(errors);
    REQUIRE(scenario.has_value());
    return std::move(*scenario);
}

} // namespace orrery::tests
