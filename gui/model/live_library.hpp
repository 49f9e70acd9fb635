// Scenario files as the window needs them: the list of lessons beside a file, and a file written
// from a scenario's text and what a hand has done.
#pragma once

#include "core/base/result.hpp"
#include "gui/model/story.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::gui::model {

/// A whole file; nullopt when it can't be read.
std::optional<std::string> read_text(const std::string& file);

/// The scenarios in the folder of that file that have a lesson, in the order in which they are
/// taught; lessons that this program does not know come last, by name.
std::vector<LessonTitle> lessons_beside(const std::string& file);

/// One deed: when, and the members of its JSON object, or the place of the moment in the scenario's
/// own timeline that was done by hand.
struct SavedDeed {
    Instant at;
    std::string members;
    std::int32_t moment = -1;
};
struct SavedRun {
    std::string text; ///< of the scenario
    std::uint64_t seed = 0;
    bool keeps_timeline = true; ///< else its moments happened only where the hand did them
    std::vector<SavedDeed> deeds;
};
/// The text of a scenario file that does the same by itself.
std::string scenario_text(const SavedRun& run);

} // namespace orrery::gui::model
