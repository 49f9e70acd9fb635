// Decisions about partitions that exist: AlterPartition, ElectLeaders, and the elections that the
// controller holds of its own accord.
#pragma once

#include "core/controller/decision.hpp"
#include "core/controller/messages.hpp"

namespace orrery::controller {

/// The leader of a partition reports its ISR (KIP-497, KIP-841, KIP-903).
Decision<wire::AlterPartitionResponse>
decide_alter_partition(const Basis& basis, const wire::AlterPartitionRequest& request);
Decision<wire::ElectLeadersResponse> decide_elect_leaders(const Basis& basis,
                                                          const wire::ElectLeadersRequest& request);

/// At most this many elections are held at once; `more` says that there may be others.
inline constexpr std::size_t elections_max = 1'000;
struct Elections {
    Records records;
    bool more = false;
};
/// Gives leaderships back to the preferred leaders that may have them.
Elections elect_preferred_leaders(const Basis& basis);
/// Gives partitions without a leader one out of sync, where unclean.leader.election.enable says so.
Elections elect_unclean_leaders(const Basis& basis);

} // namespace orrery::controller
