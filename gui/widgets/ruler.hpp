// A ruler of time: which ticks to draw and how to write them. And times as people read them, always
// from whole nanoseconds, so that no locale and no rounding can change a digit.
#pragma once

#include "core/base/time.hpp"

#include <string>
#include <vector>

namespace orrery::gui::ui {

/// "21.482 317" seconds with microseconds.
std::string clock_text(Instant at);
/// "21.482": seconds with milliseconds.
std::string time_text(Instant at);
/// "9.0 s", "250 ms", "350 us", with at most three digits that matter.
std::string duration_text(Duration duration);
/// "-0.131 s": from `now`.
std::string relative_text(Instant at, Instant now);
/// "1.2 M", "18 204": with a thin gap between thousands.
std::string count_text(std::int64_t count);
/// "2.9 KB".
std::string bytes_text(std::int64_t bytes);

/// "2.9k/s": bytes a second where there is little room.
std::string rate_text(std::int64_t bytes_per_s);

struct Tick {
    Instant at;
    std::string words;
};
/// Round moments in [from, to], at most `most` of them.
std::vector<Tick> ticks(Instant from, Instant to, int most);

} // namespace orrery::gui::ui
