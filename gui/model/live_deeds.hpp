// Deeds: what a hand at the window asks for, as the faults and verbs that do it, as a clause that
// says why it can't be done, and as moments of a scenario's timeline.
#pragma once

#include "gui/model/live_people.hpp"
#include "gui/model/session.hpp"
#include "sim/faults/fault.hpp"
#include "sim/scenario/scenario.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace orrery::gui::model {

/// A fault, or a verb of scenario files for what is none.
using Doing = std::variant<sim::faults::Fault, sim::Verb>;

/// Why it cannot be done now; nullopt when it can. Verb::lesson_step is the session's own.
std::optional<std::string> why_not(const sim::World& world, const People& people,
                                   const Injection& deed);
/// What does it, in order. The deed can be done (why_not).
std::vector<Doing> doings_of(const sim::World& world, const People& people, const Injection& deed);

/// The verb of a scenario's timeline that says the same, as the members of a JSON object:
/// "\"kill\": \"broker 1\"".
std::string json_of(const People& people, const Doing& doing);

/// The verb of scenario files that this deed is, as far as a lesson can ask for it: "kill".
std::string_view word_of(Verb verb);

} // namespace orrery::gui::model
