// The feature levels that this release speaks (KIP-584): what nodes register with and ApiVersions
// tells. Features whose code is not here yet are not offered, so that no client comes to rely on
// them.
#pragma once

#include <cstdint>
#include <string_view>

namespace orrery::node {

struct FeatureRange {
    std::string_view name;
    std::int16_t lowest;
    std::int16_t highest;
};

inline constexpr FeatureRange supported_features[] = {
    {"eligible.leader.replicas.version", 0, 1},
    {"group.version", 0, 1},
    {"kraft.version", 0, 1},
    {"metadata.version", 7, 33},
};

} // namespace orrery::node
