// A partition's replica on this broker: its log, who leads, who is in sync, and who waits for it.
// The rules that need no other partition are its members; what spans partitions (parking, sessions,
// asking the controller) is in Replicas.
//
// The ISR. `isr` is what the controller has committed; `pending` what we asked it to become. Until
// we know the outcome both may be true, so the high watermark counts the union (KIP-497's maximal
// ISR), while min.insync.replicas counts only `isr`.
//
// Sources: cluster/Partition.scala, cluster/Replica.scala; KIP-497, KIP-841, KIP-903, KIP-966.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/log/log.hpp"
#include "core/metadata/image.hpp"
#include "core/record/codec.hpp"
#include "core/replica/config.hpp"
#include "core/replica/fetch_set.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::replica {

enum class Role : std::uint8_t {
    follower, ///< also of nobody, while the partition has no leader
    leader,
    offline, ///< its log directory failed: every request gets KAFKA_STORAGE_ERROR
};
std::string_view name_of(Role role);

/// Before everything: a follower that was never caught up.
inline constexpr Instant long_ago{std::numeric_limits<std::int64_t>::min() / 2};

/// What the leader knows of a follower, from the follower's fetches.
struct FollowerState {
    Offset log_end = no_offset;   ///< all below is on the follower; -1 before its first fetch
    Offset log_start = no_offset; ///< of the follower's own log
    Instant caught_up = long_ago; ///< last time it had all that we had when it asked
    Instant last_fetch = long_ago;
    Offset leader_end_at_last_fetch = no_offset;
    std::optional<BrokerEpoch> broker_epoch; ///< of its last fetch; none before the first
    bool operator==(const FollowerState&) const = default;
    ORRERY_FIELDS(log_end, log_start, caught_up, last_fetch, leader_end_at_last_fetch, broker_epoch)

    /// A fetch at `now` from `offset`, when our log ended at `leader_end`. A follower that reaches
    /// where we ended at its previous fetch was caught up then: so one that trails a steady stream
    /// by one fetch stays in sync.
    void fetched(Offset offset, Offset start, Instant now, Offset leader_end, BrokerEpoch epoch);
    bool is_caught_up(Offset leader_end, Instant now, Duration lag_max) const;
};

/// The change of the ISR that the controller was asked for, while its answer is out.
struct PendingIsr {
    std::vector<NodeId> isr;
    NodeId replica; ///< who comes or (the first that) goes
    bool expand = false;
    std::uint64_t number = 0; ///< tells proposals apart when answers come late
    bool operator==(const PendingIsr&) const = default;
    ORRERY_FIELDS(isr, replica, expand, number)
};

/// A produce request's part that waits for our high watermark to reach `required`.
struct ProduceWaiter {
    std::uint64_t parked = 0; ///< key in Replicas' parked produces
    std::uint32_t topic = 0;  ///< which part of its response: topic, and partition within
    std::uint32_t part = 0;
    Offset required;
    bool operator==(const ProduceWaiter&) const = default;
    ORRERY_FIELDS(parked, topic, part, required)
};
/// A DeleteRecords part that waits until every live replica's log starts at `required`.
struct DeleteWaiter {
    std::uint64_t parked = 0;
    std::uint32_t topic = 0;
    std::uint32_t part = 0;
    Offset required;
    bool operator==(const DeleteWaiter&) const = default;
    ORRERY_FIELDS(parked, topic, part, required)
};
/// A fetch set that has this partition.
struct FetchWatch {
    SetId set;
    std::uint32_t place = 0; ///< in the set's `wanted`
    bool operator==(const FetchWatch&) const = default;
    ORRERY_FIELDS(set, place)
};

/// What of a topic's configs is asked often.
struct TopicSettings {
    log::LogConfig log;
    std::int32_t min_in_sync_replicas = 1;
    std::int32_t max_message_bytes = 1'048'588;
    record::TimestampType timestamp_type = record::TimestampType::create_time;
    std::int64_t timestamp_before_max_ms = std::numeric_limits<std::int64_t>::max();
    std::int64_t timestamp_after_max_ms = 3'600'000;
    std::optional<record::Codec> target_codec; ///< none: as the producer compressed it
    bool deletes_old = true;                   ///< cleanup.policy has delete
    bool compacts = false;                     ///< cleanup.policy has compact
    bool operator==(const TopicSettings&) const = default;
    ORRERY_FIELDS(log, min_in_sync_replicas, max_message_bytes, timestamp_type,
                  timestamp_before_max_ms, timestamp_after_max_ms, target_codec, deletes_old,
                  compacts)
};

struct Partition {
    metadata::TopicPartitionId id;
    std::string topic;
    Role role = Role::follower;
    NodeId leader = no_node;
    LeaderEpoch leader_epoch = no_epoch;
    PartitionEpoch partition_epoch{-1};
    Offset epoch_start = no_offset; ///< leader only: our log's end when we took the epoch
    std::vector<NodeId> replicas;
    std::vector<NodeId> isr; ///< leader only: as the controller committed it
    std::optional<PendingIsr> pending;
    FlatMap<NodeId, FollowerState> followers; ///< leader only: all replicas but us
    Offset high_watermark{}; ///< log start <= it <= log end; all below is committed
    log::Log log;
    Offset cleaned{}; ///< of a compacted log: all below is clean
    Cow<TopicSettings> settings;
    std::vector<ProduceWaiter> produces; ///< by `required`, which only grows
    std::vector<DeleteWaiter> deletes;
    std::vector<FetchWatch> watches;
    bool operator==(const Partition&) const = default;
    ORRERY_FIELDS(id, topic, role, leader, leader_epoch, partition_epoch, epoch_start, replicas,
                  isr, pending, followers, high_watermark, log, cleaned, settings, produces,
                  deletes, watches)

    bool leads() const { return role == Role::leader; }
    Offset log_end() const { return log.end_offset(); }
    Offset log_start() const { return log.start_offset(); }
    /// Below which read_committed may read. Without transactions it is the high watermark.
    Offset last_stable() const { return high_watermark; }
    bool in_isr(NodeId id) const;
    /// In the committed or the pending ISR.
    bool in_maximal_isr(NodeId id) const;
    std::size_t maximal_isr_size() const;
    std::vector<NodeId> maximal_isr() const;
    /// min.insync.replicas, but never more than there are replicas.
    std::size_t effective_min_isr() const;

    /// The epoch check of every request that names one, then, if it must be the leader, that.
    /// `epoch` -1 is "not said".
    wire::Error check(LeaderEpoch epoch, bool only_leader, const Planted& planted) const;
};

} // namespace orrery::replica
