// Decisions about features and producer ids, and the records that a new term begins with.
#pragma once

#include "core/controller/decision.hpp"
#include "core/controller/messages.hpp"

namespace orrery::controller {

Decision<wire::UpdateFeaturesResponse>
decide_update_features(const Basis& basis, const wire::UpdateFeaturesRequest& request);

/// Hands out the next block of producer ids.
inline constexpr std::int32_t producer_ids_per_block = 1'000;
Decision<wire::AllocateProducerIdsResponse>
decide_allocate_producer_ids(const Basis& basis, const wire::AllocateProducerIdsRequest& request);

/// What a controller writes when it becomes active: the bootstrap of a new cluster, in one metadata
/// transaction (KIP-868); the end of a transaction that a former controller left open.
Records activation_records(const Basis& basis);

} // namespace orrery::controller
