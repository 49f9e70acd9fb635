// The timeline's axis, in one of two measures. Linear: a second is as wide as any other. Event-
// paced: each moment at which something was told is as far from the next as any other, so that nine
// silent seconds take no more room than the millisecond in which a leader is elected.
#pragma once

#include "gui/model/story.hpp"

#include <vector>

namespace orrery::gui {

/// The moments at which something was told, on all lanes, in order; the first is the start.
class Knots {
public:
    /// Learns what is new on the timeline; starts anew on another branch or a shorter one.
    void follow(const model::Timeline& timeline, std::int32_t branch);
    const std::vector<std::int64_t>& times() const { return times_; }
    /// 3.5 is half way from the fourth knot to the fifth. Beyond the last one time still goes on,
    /// ever slower: up to one knot more.
    double place(std::int64_t ns) const;
    std::int64_t at(double place) const;

private:
    std::vector<std::int64_t> times_{0};
    std::vector<std::size_t> taken_; ///< of each lane's marks
    std::int32_t branch_ = -1;
};

/// What of the timeline is in sight, and where it is on the screen.
struct Axis {
    float left = 0;
    float width = 1;
    double from = 0; ///< in nanoseconds, or in knots
    double to = 1;
    const Knots* knots = nullptr; ///< event-paced; null is linear

    double place(std::int64_t ns) const {
        return knots == nullptr ? static_cast<double>(ns) : knots->place(ns);
    }
    std::int64_t at_place(double place) const;
    float x(Instant at) const {
        return left + static_cast<float>((place(at.ns) - from) / (to - from)) * width;
    }
    /// The time at that pixel.
    std::int64_t at(float x_pixel) const { return at_place(place_of(x_pixel)); }
    double place_of(float x_pixel) const {
        return from + static_cast<double>((x_pixel - left) / width) * (to - from);
    }
    std::int64_t first() const { return at_place(from); }
    std::int64_t last() const { return at_place(to); }
    float right() const { return left + width; }
};

} // namespace orrery::gui
