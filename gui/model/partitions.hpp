// What the window knows of partitions: who leads, who is in sync, how far each replica is; and for
// the one partition that is looked at, its replicas' logs record by record (the strips).
#pragma once

#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::gui::model {

enum class ReplicaState : std::uint8_t {
    leader,
    in_sync,
    out_of_sync,
    offline, ///< its process is down or its log directory has failed
    adding,
    removing
};

struct Replica {
    std::int32_t node = -1;
    ReplicaState state = ReplicaState::in_sync;
    bool eligible = false;      ///< in the ELR (KIP-966)
    std::int64_t log_start = 0; ///< the replica's own figures, also while it is offline
    std::int64_t log_end = 0;
    std::int64_t high_watermark = 0;
    std::int64_t lag = 0; ///< the leader's log end minus this one's; 0 without a leader
    bool operator==(const Replica&) const = default;
    ORRERY_FIELDS(node, state, eligible, log_start, log_end, high_watermark, lag)
};

/// A partition as it was before its latest change of leader, ISR or epoch.
struct PartitionBefore {
    Instant changed_at;
    std::uint64_t event = 0; ///< the event that changed it
    std::int32_t leader = -1;
    std::int32_t leader_epoch = 0;
    std::int32_t partition_epoch = 0;
    std::vector<std::int32_t> isr;
    std::vector<std::int32_t> elr;
    bool operator==(const PartitionBefore&) const = default;
    ORRERY_FIELDS(changed_at, event, leader, leader_epoch, partition_epoch, isr, elr)
};

/// The worst that is true of a partition, mildest first.
enum class Health : std::uint8_t { full, under_replicated, at_min_isr, under_min_isr, no_leader };

struct Partition {
    std::string topic;
    std::int32_t index = -1;
    std::int32_t leader = -1; ///< -1: none
    std::int32_t leader_epoch = 0;
    std::int32_t partition_epoch = 0;
    std::int32_t min_isr = 1;
    std::vector<std::int32_t> isr;
    std::vector<std::int32_t> elr;
    std::vector<Replica> replicas; ///< in the order of the assignment: the first is preferred
    std::int64_t log_start = 0;    ///< these four as the leader has them, or had them last
    std::int64_t high_watermark = 0;
    std::int64_t last_stable = 0;
    std::int64_t log_end = 0;
    std::int64_t records_per_s = 0;
    Health health = Health::full;
    std::optional<PartitionBefore> before;
    bool operator==(const Partition&) const = default;
    ORRERY_FIELDS(topic, index, leader, leader_epoch, partition_epoch, min_isr, isr, elr, replicas,
                  log_start, high_watermark, last_stable, log_end, records_per_s, health, before)
};

/// A run of offsets [first, end) written in one leader epoch.
struct EpochBand {
    std::int32_t epoch = 0;
    std::int64_t first = 0;
    std::int64_t end = 0;
    bool operator==(const EpochBand&) const = default;
    ORRERY_FIELDS(epoch, first, end)
};

enum class CellKind : std::uint8_t { record, tombstone, control };

/// One record of the visible stretch of a replica's log.
struct Cell {
    std::int64_t offset = 0;
    std::int32_t epoch = 0;
    std::int32_t bytes = 0;
    CellKind kind = CellKind::record;
    bool first_of_batch = true;
    std::string key;   ///< shortened for display; empty: none
    std::string value; ///< shortened for display
    bool operator==(const Cell&) const = default;
    ORRERY_FIELDS(offset, epoch, bytes, kind, first_of_batch, key, value)
};

/// One replica's log. From `diverges` on it holds what the leader does not have there; the replica
/// will cut it when it next asks.
struct Strip {
    std::int32_t node = -1;
    ReplicaState state = ReplicaState::in_sync;
    bool eligible = false;
    std::int32_t leader_epoch = 0; ///< the last one that this replica knows
    std::int64_t log_start = 0;
    std::int64_t high_watermark = 0;
    std::int64_t last_stable = 0;
    std::int64_t log_end = 0;
    std::optional<std::int64_t> diverges;
    std::vector<EpochBand> bands;
    std::vector<Cell> cells; ///< of the visible stretch, by offset; may have gaps
    bool operator==(const Strip&) const = default;
    ORRERY_FIELDS(node, state, eligible, leader_epoch, log_start, high_watermark, last_stable,
                  log_end, diverges, bands, cells)
};

/// A log that was cut a moment ago, so that the eye can see what fell off.
struct Ghost {
    std::int32_t node = -1;
    std::int64_t from = 0; ///< the offsets [from, end) are gone
    std::int64_t end = 0;
    Instant cut_at;
    bool operator==(const Ghost&) const = default;
    ORRERY_FIELDS(node, from, end, cut_at)
};

/// The logs of one partition, leader first, for the offsets [first, end).
struct Strips {
    std::string topic;
    std::int32_t partition = -1;
    std::int64_t first = 0;
    std::int64_t end = 0;
    std::vector<Strip> rows;
    std::vector<Ghost> ghosts;
    bool operator==(const Strips&) const = default;
    ORRERY_FIELDS(topic, partition, first, end, rows, ghosts)
};

} // namespace orrery::gui::model
