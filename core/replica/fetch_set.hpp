// FetchSet: the partitions that one fetcher is interested in, with what it asked of each. A fetch
// session (KIP-227) is one that outlives its request; a sessionless long poll has one while it is
// parked.
//
// Thousands of partitions may be in a set of which few move. So a set keeps `hot`: those that a
// fetch must look at, because the request named them, or they changed since they were last found to
// have nothing to say, or they have more than fitted. All others have nothing for this fetcher, and
// a follower's replica among them is at the leader's end: their cost is zero, also when idle.
//
// Sources: server/FetchSession.scala, KIP-227; KIP-516 for sessions by topic id.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/base/uuid.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace orrery::replica {

using SetId = Id<struct FetchSetTag, std::uint64_t>;
/// A partition's place in Replicas; holds while the partition is on this broker.
using Slot = Id<struct SlotTag, std::uint32_t>;
inline constexpr Slot no_slot{std::numeric_limits<std::uint32_t>::max()};

/// What "I don't know the high watermark, don't tell me of it" is on the wire (KIP-1166).
inline constexpr std::int64_t no_high_watermark_wish = std::numeric_limits<std::int64_t>::max();

/// Session epochs count from 1 and wrap to 1: 0 opens a session and -1 closes it.
constexpr std::int32_t epoch_after(std::int32_t epoch) {
    return epoch == std::numeric_limits<std::int32_t>::max() ? 1 : epoch + 1;
}

/// How a request named a partition: by the topic's id (version 13 and up) or by its name.
struct PartitionName {
    Uuid topic_id;
    std::string topic;
    std::int32_t partition = 0;
    auto operator<=>(const PartitionName&) const = default;
    ORRERY_FIELDS(topic_id, topic, partition)
};

/// What a fetcher wants of one partition, and what it was last told of it.
struct WantedPartition {
    PartitionName name;
    Slot slot = no_slot; ///< none: not on this broker when last looked at
    Offset offset{};
    LeaderEpoch current_leader_epoch = no_epoch;
    LeaderEpoch last_fetched_epoch = no_epoch;
    Offset log_start = no_offset; ///< a follower's own
    std::int32_t max_bytes = 0;
    std::int64_t known_high_watermark = no_high_watermark_wish;
    // sessions answer only what differs from this
    Offset told_high_watermark = no_offset;
    Offset told_log_start = no_offset;
    std::uint64_t turn = 0; ///< order in responses; who got data goes to the end
    bool hot = false;       ///< is in FetchSet::hot
    bool gone = false;      ///< forgotten: the place is free
    bool operator==(const WantedPartition&) const = default;
    ORRERY_FIELDS(name, slot, offset, current_leader_epoch, last_fetched_epoch, log_start,
                  max_bytes, known_high_watermark, told_high_watermark, told_log_start, turn, hot,
                  gone)
};

/// What a Fetch request says beside its partitions.
struct FetchTerms {
    RequestId request;
    std::int16_t version = 0;
    NodeId replica = no_node;     ///< -1: a consumer
    BrokerEpoch broker_epoch{-1}; ///< of the follower; -1: an old version, not checked
    std::int32_t min_bytes = 0;
    std::int32_t max_bytes = 0;
    std::int8_t isolation = 0; ///< 1: read_committed
    std::string listener;
    bool operator==(const FetchTerms&) const = default;
    ORRERY_FIELDS(request, version, replica, broker_epoch, min_bytes, max_bytes, isolation,
                  listener)
    bool from_follower() const { return replica.value >= 0; }
    bool by_topic_id() const { return version >= 13; }
};

/// A fetch that waits. At most one per set: a newer request on the session ends it.
struct ParkedFetch {
    FetchTerms terms;
    Instant give_up;
    bool all = false; ///< every partition is answered, not only those with news
    bool operator==(const ParkedFetch&) const = default;
    ORRERY_FIELDS(terms, give_up, all)
};

struct FetchSet {
    SetId id; ///< {0}: not kept, so nothing watches for it
    std::vector<WantedPartition> wanted;
    FlatMap<PartitionName, std::uint32_t> places; ///< into `wanted`
    std::vector<std::uint32_t> hot;               ///< into `wanted`
    std::vector<std::uint32_t> free;              ///< places of `wanted` that are gone
    std::optional<ParkedFetch> parked;
    std::uint64_t next_turn = 1;

    // of a session
    std::int32_t session_id = 0; ///< 0: not a session
    std::int32_t epoch = 0;      ///< that the next request must have
    bool privileged = false;     ///< a follower's
    bool by_topic_id = false;
    NodeId replica = no_node;
    BrokerEpoch broker_epoch{-1}; ///< of the follower's last request
    Instant created;
    Instant last_used;
    bool operator==(const FetchSet&) const = default;
    ORRERY_FIELDS(id, wanted, places, hot, free, parked, next_turn, session_id, epoch, privileged,
                  by_topic_id, replica, broker_epoch, created, last_used)

    std::size_t size() const { return wanted.size() - free.size(); }
    void heat(std::uint32_t place) {
        if (wanted[place].hot || wanted[place].gone)
            return;
        wanted[place].hot = true;
        hot.push_back(place);
    }
};

} // namespace orrery::replica
