#include "gui/views/time_axis.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

namespace {

constexpr double beyond_ns = 1e9; ///< half a knot beyond the last one

} // namespace

void Knots::follow(const model::Timeline& timeline, std::int32_t branch) {
    bool anew = branch != branch_ || taken_.size() != timeline.lanes.size();
    for (std::size_t i = 0; i < taken_.size() && !anew; ++i)
        anew = timeline.lanes[i].marks.size() < taken_[i];
    if (anew) {
        times_.assign(1, 0);
        taken_.assign(timeline.lanes.size(), 0);
        branch_ = branch;
    }
    const std::size_t known = times_.size();
    for (std::size_t i = 0; i < taken_.size(); ++i)
        for (const auto& marks = timeline.lanes[i].marks; taken_[i] < marks.size(); ++taken_[i])
            times_.push_back(marks[taken_[i]].at.ns);
    if (times_.size() == known)
        return;
    // What is new lies at the end, but for what several lanes tell of one moment.
    std::sort(times_.begin() + static_cast<std::ptrdiff_t>(known), times_.end());
    std::inplace_merge(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(known),
                       times_.end());
    times_.erase(std::unique(times_.begin(), times_.end()), times_.end());
}

double Knots::place(std::int64_t ns) const {
    const auto next = std::upper_bound(times_.begin(), times_.end(), ns);
    if (next == times_.begin())
        return 0;
    const auto index = static_cast<double>(next - times_.begin() - 1);
    const auto since = static_cast<double>(ns - *(next - 1));
    if (next == times_.end())
        return index + since / (since + beyond_ns);
    return index + since / static_cast<double>(*next - *(next - 1));
}

std::int64_t Knots::at(double place) const {
    const double bounded = std::max(0.0, place);
    const auto index = static_cast<std::size_t>(bounded);
    const double part = bounded - std::floor(bounded);
    if (index + 1 < times_.size())
        return times_[index] + static_cast<std::int64_t>(
                                   part * static_cast<double>(times_[index + 1] - times_[index]));
    if (index >= times_.size() || part > 0.999)
        return times_.back() + 1'000 * static_cast<std::int64_t>(beyond_ns);
    return times_.back() + static_cast<std::int64_t>(part / (1 - part) * beyond_ns);
}

std::int64_t Axis::at_place(double place) const {
    return knots == nullptr ? static_cast<std::int64_t>(place) : knots->at(place);
}

} // namespace orrery::gui
