// One line that a person is asked for: which file to open, which seed to live by. What is wrong
// with it is said under the line, the line stays to be mended, and the session lives on.
#pragma once

#include "gui/frame/desk.hpp"

namespace orrery::gui {

void open_prompt(Desk& desk, Prompt prompt);
void draw_prompt(Desk& desk, float width, float height);

/// A whole number that fits 64 bits, and nothing else; the error says what a seed is.
Result<std::uint64_t, InputError> parse_seed(std::string_view text);
/// Where, what, and the hint, as one sentence.
std::string words_of(const InputError& error);

} // namespace orrery::gui
