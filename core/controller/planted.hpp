// The switches by which tests plant a bug in the controller.
#pragma once

#include "core/base/reflect.hpp"

namespace orrery::controller {

/// Bugs to plant, so that tests can prove that the invariants see them. All off in life.
struct Planted {
    bool keep_fenced_in_isr = false;   ///< a fenced broker stays in its ISRs
    bool elect_outside_isr = false;    ///< any live replica may lead, config or not
    bool skip_partition_epoch = false; ///< AlterPartition is not checked for its epoch
    bool keep_leader_epoch = false;    ///< a new leader keeps the old leader epoch
    bool elr_overlaps_isr = false;     ///< whoever comes back to the ISR stays in the ELR
    bool drop_elr = false;             ///< whoever leaves a short ISR is forgotten, not eligible
    bool operator==(const Planted&) const = default;
    ORRERY_FIELDS(keep_fenced_in_isr, elect_outside_isr, skip_partition_epoch, keep_leader_epoch,
                  elr_overlaps_isr, drop_elr)
};

} // namespace orrery::controller
