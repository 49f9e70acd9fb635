// The words that sentences about faults share.
#pragma once

#include "core/base/time.hpp"
#include "sim/world/actor.hpp"
#include "sim/world/latency.hpp"

#include <string>
#include <vector>

namespace orrery::sim {
class World;
}

namespace orrery::sim::faults {

/// "3 s", "250 ms", "-20 us".
std::string words_of(Duration d);
/// "5 ms + 2 ms exponential".
std::string words_of(const Latency& latency);
/// "broker-1 | broker-2, broker-3".
std::string words_of(const World& world, const std::vector<std::vector<ActorId>>& groups);

} // namespace orrery::sim::faults
