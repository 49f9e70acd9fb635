// The switches by which tests plant a bug in the group coordinator.
#pragma once

#include "core/base/reflect.hpp"

namespace orrery::group {

/// Bugs to plant, so that tests can prove that the invariants see them. All off in life.
struct Planted {
    bool assign_before_revoked = false;  ///< a partition is given away while its owner still has it
    bool keep_generation = false;        ///< a classic rebalance does not raise the generation
    bool accept_any_epoch = false;       ///< commits and heartbeats of old generations are taken
    bool forget_commits_on_load = false; ///< a new coordinator loads groups but not their offsets
    bool operator==(const Planted&) const = default;
    ORRERY_FIELDS(assign_before_revoked, keep_generation, accept_any_epoch, forget_commits_on_load)
};

} // namespace orrery::group
