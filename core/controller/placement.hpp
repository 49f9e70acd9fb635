// Where new replicas go: Kafka's striped, rack-aware placement.
//
// Racks take turns, and so do the brokers of a rack; each partition starts one rack and one broker
// further than the one before, so leaders (first replicas) and replicas spread evenly where racks
// are of equal size. Fenced brokers get replicas only after the unfenced ones of their rack, and
// never lead. After as many partitions as there are unfenced brokers the order is shuffled anew, or
// the same sets would repeat for ever.
#pragma once

#include "core/base/id.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::controller {

struct UsableBroker {
    NodeId id;
    std::optional<std::string> rack; ///< those without one make a rack of their own
    bool fenced = false;
};

/// Replicas for each of `partitions` new partitions, `factor` each, the leader first. An error is
/// Kafka's sentence for INVALID_REPLICATION_FACTOR.
Result<std::vector<std::vector<NodeId>>, std::string>
place_replicas(Random& random, const std::vector<UsableBroker>& brokers, std::int32_t partitions,
               std::int32_t factor);

} // namespace orrery::controller
