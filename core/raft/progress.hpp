// What a leader knows of one replica of the metadata log; DescribeQuorum shows it, the high
// watermark and check-quorum hang on it.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/raft/config.hpp"

#include <cstdint>
#include <vector>

namespace orrery::raft {

struct ReplicaProgress {
    ReplicaKey key;
    /// Everything below is durable on the replica: it has asked for this offset. The leader's own
    /// is what its disk has confirmed. no_offset until the first fetch of this epoch.
    Offset end = no_offset;
    std::int64_t last_fetch_ms = -1;     ///< wall clock; -1 never
    std::int64_t last_caught_up_ms = -1; ///< wall clock: when it last had all that the leader had
    Offset leader_end_at_last_fetch = no_offset;
    Instant last_fetch{-1};
    bool operator==(const ReplicaProgress&) const = default;
    ORRERY_FIELDS(key, end, last_fetch_ms, last_caught_up_ms, leader_end_at_last_fetch, last_fetch)

    /// The replica asked for `offset` while the leader's log ended at `leader_end`.
    void fetched(Offset offset, Offset leader_end, const Now& now) {
        if (offset >= leader_end)
            last_caught_up_ms = last_caught_up_ms > now.wall_ms ? last_caught_up_ms : now.wall_ms;
        else if (leader_end_at_last_fetch.value > 0 && offset >= leader_end_at_last_fetch)
            last_caught_up_ms =
                last_caught_up_ms > last_fetch_ms ? last_caught_up_ms : last_fetch_ms;
        leader_end_at_last_fetch = leader_end;
        last_fetch_ms = last_fetch_ms > now.wall_ms ? last_fetch_ms : now.wall_ms;
        last_fetch = now.instant;
        end = offset;
    }
};

/// The most caught up first; equal ones by id.
void sort_by_end(std::vector<ReplicaProgress>& replicas);

} // namespace orrery::raft
