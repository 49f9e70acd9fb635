// Which keyframe a history misses least when it has one too many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace orrery::sim::history {

/// `events` are the keyframes' places, growing, three at least. The one to drop is where the
/// stretch that its neighbours must then bridge is shortest for its age, so that over time what is
/// recent stays dense and the old thins out evenly. The first and the last two stay.
std::size_t least_missed(const std::vector<std::uint64_t>& events);

} // namespace orrery::sim::history
