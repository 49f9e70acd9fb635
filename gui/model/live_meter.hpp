// A meter: how many a second, lately, for each of a row of things. Two windows of a second, of
// which the older counts by what is left of it, so the rate moves smoothly and is a function of the
// past alone.
#pragma once

#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <vector>

namespace orrery::gui::model {

class Meter {
public:
    void add(Instant at, std::size_t place, std::int64_t count) {
        roll(at);
        if (place >= current_.size()) {
            current_.resize(place + 1);
            previous_.resize(place + 1);
        }
        current_[place] += count;
    }
    std::int64_t rate(Instant now, std::size_t place) const {
        if (place >= current_.size())
            return 0;
        const std::int64_t windows = now.ns / window_ns - window_;
        const std::int64_t left = window_ns - now.ns % window_ns;
        const auto part = [&](std::int64_t count) { return count * (left / 1000) / 1'000'000; };
        if (windows == 0)
            return part(previous_[place]) + current_[place];
        return windows == 1 ? part(current_[place]) : 0;
    }
    bool operator==(const Meter&) const = default;
    ORRERY_FIELDS(window_, current_, previous_)

private:
    static constexpr std::int64_t window_ns = 1'000'000'000;
    void roll(Instant at) {
        const std::int64_t window = at.ns / window_ns;
        if (window == window_)
            return;
        if (window == window_ + 1)
            previous_.swap(current_);
        else
            previous_.assign(previous_.size(), 0);
        current_.assign(current_.size(), 0);
        window_ = window;
    }

    std::int64_t window_ = 0; ///< the second that `current_` counts
    std::vector<std::int64_t> current_;
    std::vector<std::int64_t> previous_;
};

} // namespace orrery::gui::model
