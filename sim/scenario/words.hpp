// How reports and traces write times, names and numbers.
#pragma once

#include "core/base/time.hpp"
#include "sim/checks/checks.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/world/world.hpp"

#include <string>
#include <string_view>

namespace orrery::sim {

/// "  12.034506 s"
std::string time_words(Instant at);
/// "12.034 s", without blanks before
std::string short_time(Instant at);
/// The text with blanks behind, at least one.
std::string padded(std::string text, std::size_t width);
/// The actor's name; "the world" for no_actor.
std::string name_in(const World& world, ActorId actor);
/// 1234567 as "1,234,567".
std::string with_commas(std::int64_t number);
/// The expectation's own name, or what it expects.
std::string title_of(const Expectation& expectation);
/// "one_leader broken at 12.034 s, event 1,234: ..."; with what excuses it, if something does.
std::string sentence_of(const Broken& broken);
/// The value in 16 hexadecimal digits.
std::string hex(std::uint64_t value);

} // namespace orrery::sim
