// What the sticky assignors (KIP-54, KIP-429) start from: what the members say they own, made
// consistent. A member that was away may still claim what others were given since, so the newest
// generation wins; of two that claim a partition in the same generation neither can be believed.
#pragma once

#include "core/client/assignor_racks.hpp"
#include "core/client/assignor_view.hpp"

#include <vector>

namespace orrery::client {

struct Claims {
    std::vector<Numbers> held;  ///< by member: the partitions that it owns
    std::vector<bool> disputed; ///< by partition: claimed twice in one generation, so owned by none
    /// The last owner in an older generation than the newest, by partition.
    Owners before;
};

Claims claims_of(const AssignorView& view);

/// What a sticky assignor decides: owners, and who owns a partition that is to be handed over.
struct StickyOwners {
    Owners owners;
    std::vector<bool> moving; ///< by partition: somebody else has it still
};

/// Where all members want the same topics.
StickyOwners sticky_equal(const AssignorView& view, const Claims& claims, const Racks& racks);
/// Where they do not.
Owners sticky_unequal(const AssignorView& view, const Claims& claims, const Racks& racks);

} // namespace orrery::client
