// Fetcher: what fetches from one leader broker for all partitions that follow it. A phase machine:
//
//     loop {
//         fetch = ask(what changed since the last request);     Idle -> Asking
//         answer(fetch) -> for each partition: append, or truncate, or begin anew, or wait
//         or no answer  -> forget the session, wait             Asking -> Resting -> Idle
//     }
//
// A partition within is itself in a phase: it fetches, rests after an error, or asks ListOffsets
// because its offset is outside the leader's log.
//
// Truncation is by epoch inside Fetch (KIP-595, as brokers do since 2.7): each request says the
// epoch of the last batch fetched, and a leader that knows better answers with the diverging epoch
// and its end instead of records.
//
// Sources: server/AbstractFetcherThread.scala, ReplicaFetcherThread.scala, clients'
// FetchSessionHandler.java.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/metadata/topics.hpp"
#include "core/replica/fetch_set.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace orrery::replica {

struct Fetching {
    bool operator==(const Fetching&) const = default;
    ORRERY_FIELDS()
};
/// After an error: not fetched until then.
struct Delayed {
    Instant until;
    bool operator==(const Delayed&) const = default;
    ORRERY_FIELDS(until)
};
/// OFFSET_OUT_OF_RANGE: asks for the leader's end, and if that is beyond ours, for its start.
struct Locating {
    AskId ask;
    bool start = false;
    bool operator==(const Locating&) const = default;
    ORRERY_FIELDS(ask, start)
};
using PartitionPhase = std::variant<Fetching, Delayed, Locating>;

/// What the leader's session knows of our wish for a partition: sent again only when it differs.
struct SentWish {
    Offset offset = no_offset;
    Offset log_start = no_offset;
    LeaderEpoch current_leader_epoch = no_epoch;
    LeaderEpoch last_fetched_epoch = no_epoch;
    std::int64_t high_watermark = no_high_watermark_wish;
    bool operator==(const SentWish&) const = default;
    ORRERY_FIELDS(offset, log_start, current_leader_epoch, last_fetched_epoch, high_watermark)
};

struct FetchedPartition {
    LeaderEpoch leader_epoch; ///< in which we follow
    Offset offset;            ///< to fetch next
    PartitionPhase phase;
    std::optional<SentWish> sent; ///< none: not in the session
    bool changed = true;          ///< is in Fetcher::changed
    bool operator==(const FetchedPartition&) const = default;
    ORRERY_FIELDS(leader_epoch, offset, phase, sent, changed)
};

struct Idle {
    bool operator==(const Idle&) const = default;
    ORRERY_FIELDS()
};
struct Asking {
    AskId ask;
    bool operator==(const Asking&) const = default;
    ORRERY_FIELDS(ask)
};
struct Resting {
    Instant until;
    bool operator==(const Resting&) const = default;
    ORRERY_FIELDS(until)
};
using FetcherPhase = std::variant<Idle, Asking, Resting>;

struct Fetcher {
    NodeId leader = no_node;
    FetcherPhase phase;
    FlatMap<Slot, FetchedPartition> partitions;
    std::vector<Slot> changed;                       ///< to be told in the next request
    std::vector<metadata::TopicPartitionId> removed; ///< to be forgotten in the next request
    std::int32_t session_id = 0;
    std::int32_t session_epoch = 0; ///< of the next request; 0 opens a session
    std::uint32_t in_session = 0;   ///< partitions that have been sent
    std::optional<Instant> delayed; ///< no delay of a partition ends before
    bool operator==(const Fetcher&) const = default;
    ORRERY_FIELDS(leader, phase, partitions, changed, removed, session_id, session_epoch,
                  in_session, delayed)

    void touch(Slot slot, FetchedPartition& partition) {
        if (!partition.changed) {
            partition.changed = true;
            changed.push_back(slot);
        }
    }
};

} // namespace orrery::replica
