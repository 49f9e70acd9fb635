// What the active controller knows of brokers beside the log: when each was last heard of, how far
// it has read the metadata, and where its controlled shutdown began. Kept in memory only; a new
// active controller begins with a fresh session for each.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <optional>

namespace orrery::controller {

struct Heard {
    Instant last;                       ///< of its last heartbeat, or of its registration
    Offset metadata_offset = no_offset; ///< what it said it has read; -1 until it says
    /// The last record written when its last heartbeat in controlled shutdown was handled; it may
    /// go once all others have read that far (so that none fetches from it). -1: not going.
    Offset shutdown_offset = no_offset;
    bool fenced = true; ///< as in latest(): a fenced broker has no session to lose
    bool operator==(const Heard&) const = default;
    ORRERY_FIELDS(last, metadata_offset, shutdown_offset, fenced)
};

/// By broker, for every registered one.
using Heartbeats = FlatMap<NodeId, Heard>;

/// The lowest metadata offset among the unfenced brokers; the highest there is when none.
Offset lowest_active_offset(const Heartbeats& heartbeats);
/// When the first session ends; none without unfenced brokers.
std::optional<Instant> first_expiry(const Heartbeats& heartbeats, Duration session_timeout);

} // namespace orrery::controller
