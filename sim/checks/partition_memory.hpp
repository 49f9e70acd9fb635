// What the checks remember of one partition: what was committed, who led, how far marks had come.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/cow_vector.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/base/uuid.hpp"
#include "core/log/leader_epochs.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace orrery::sim {

struct PartitionKey {
    std::string topic;
    std::int32_t partition = 0;
    auto operator<=>(const PartitionKey&) const = default;
    ORRERY_FIELDS(topic, partition)
};

/// Why Kafka does not promise an invariant any more, and since when. No reason: it does.
struct Excuse {
    std::string why;
    Instant since;
    explicit operator bool() const { return !why.empty(); }
    bool operator==(const Excuse&) const = default;
    ORRERY_FIELDS(why, since)
};

/// A batch that was below the high watermark of a rightful leader. `crc` stands for its bytes.
struct CommittedBatch {
    Offset base;
    Offset last;
    LeaderEpoch epoch;
    std::uint32_t crc = 0;
    bool operator==(const CommittedBatch&) const = default;
    ORRERY_FIELDS(base, last, epoch, crc)
};

/// The last committed record of a key, in a compacted topic. `value` is its checksum.
struct LastOfKey {
    Offset offset;
    std::uint32_t value = 0;
    bool tombstone = false;
    bool operator==(const LastOfKey&) const = default;
    ORRERY_FIELDS(offset, value, tombstone)
};

/// What was last seen of a replica, to compare the next sight with.
struct ReplicaMemory {
    std::uint32_t life = 0; ///< of its process: marks may go back when a new one begins
    LeaderEpoch leader_epoch = no_epoch;
    std::int32_t partition_epoch = -1;
    bool leads = false;
    Offset high_watermark;
    Offset log_start;
    Offset log_end;
    Offset indexed; ///< its index was looked at up to here
    Offset cleaned; ///< all below was clean, and its keys were looked at then
    bool operator==(const ReplicaMemory&) const = default;
    ORRERY_FIELDS(life, leader_epoch, partition_epoch, leads, high_watermark, log_start, log_end,
                  indexed, cleaned)
};

/// What a replica's log is known to hold, be its process alive or not: offsets [start, end), in
/// those epochs. Logs that agree in an offset's epoch agree up to there.
struct KeptLog {
    Offset start;
    Offset end;
    log::LeaderEpochs epochs;
    std::size_t min_isr = 0; ///< min.insync.replicas as its broker had it
    bool unread = false;     ///< its disk lost some of it, and what is left was not seen yet
    bool lost = false;       ///< its disk lost some of it, and it has not caught up since
    bool operator==(const KeptLog&) const = default;
    ORRERY_FIELDS(start, end, epochs, min_isr, unread, lost)
};

/// How far producers were told that their records are safe, by what they had asked for.
struct AcknowledgedEnds {
    Offset by_nobody{0}; ///< acks=0: at least one record just below this, or beyond
    Offset by_leader{0}; ///< acks=1: all below
    Offset by_isr{0};    ///< acks=all: all below
    bool operator==(const AcknowledgedEnds&) const = default;
    ORRERY_FIELDS(by_nobody, by_leader, by_isr)
};

struct PartitionMemory {
    Uuid topic;                           ///< its id; zero until a replica of it was seen
    Uuid deleted;                         ///< that of the topic that had the name before
    CowVector<CommittedBatch> committed;  ///< by offset, without gaps
    Offset committed_end{0};              ///< the true high watermark: it never goes back
    FlatMap<LeaderEpoch, NodeId> leaders; ///< who took which epoch
    LeaderEpoch leader_epoch = no_epoch;  ///< as the controller has decided
    std::int32_t partition_epoch = -1;
    std::vector<NodeId> isr; ///< as the controller has decided; empty before it first did
    /// ISR and ELR as the controller last had them, and the members' lives then.
    FlatMap<NodeId, BrokerEpoch> eligible;
    FlatMap<NodeId, ReplicaMemory> replicas;
    FlatMap<NodeId, KeptLog> kept;
    AcknowledgedEnds acknowledged;
    /// Replicas whose disk lost data, and the broker epoch of the life that lost it, until a later
    /// life has caught up and is in the ISR.
    FlatMap<NodeId, BrokerEpoch> losers;
    bool compacted = false;                             ///< its topic is, or was, compacted
    Cow<FlatMap<std::uint64_t, LastOfKey>> last_of_key; ///< by key hash, since it is compacted
    Excuse excuse; ///< committed data of this partition may be missing
    bool operator==(const PartitionMemory&) const = default;
    ORRERY_FIELDS(topic, deleted, committed, committed_end, leaders, leader_epoch, partition_epoch,
                  isr, eligible, replicas, kept, acknowledged, losers, compacted, last_of_key,
                  excuse)
};

} // namespace orrery::sim
