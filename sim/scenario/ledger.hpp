// The ledger: what clients were promised and what they got. From the facts that clients tell it
// knows which records each producer sent, which were acknowledged or failed, and which each
// consumer read; held against the leaders' logs it knows what is lost, doubled or unread.
//
// A batch is appended as one and cut as one, so it stands for its records: it is there if its first
// record is, by the name and number that the record itself bears (core/client/load.hpp).
#pragma once

#include "core/base/cow_vector.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "sim/checks/checks.hpp"
#include "sim/scenario/group_ledger.hpp"
#include "sim/world/world.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace orrery::sim {

/// A batch of a producer that was acknowledged. Offsets are -1 where acks=0 tells none.
struct AcknowledgedBatch {
    std::int32_t partition = -1;
    Offset first = no_offset;
    Offset last = no_offset;
    std::int64_t first_sequence = 0;
    std::int64_t records = 0;
    Instant at;
    bool operator==(const AcknowledgedBatch&) const = default;
    ORRERY_FIELDS(partition, first, last, first_sequence, records, at)
};

struct ProducerAccount {
    std::string name;
    std::string topic;
    std::int64_t acknowledged = 0;
    std::int64_t failed = 0;
    CowVector<AcknowledgedBatch> batches;
    bool operator==(const ProducerAccount&) const = default;
    ORRERY_FIELDS(name, topic, acknowledged, failed, batches)
};

/// What a consumer has read of a partition: offsets from..to (inclusive), in order, merged.
struct ReadRanges {
    std::vector<std::pair<Offset, Offset>> ranges;
    Offset begun = no_offset; ///< where its reading began
    bool operator==(const ReadRanges&) const = default;
    ORRERY_FIELDS(ranges, begun)
};

struct ConsumerAccount {
    std::string name;
    std::string topic;         ///< in a group that reads several: the first
    std::int64_t consumed = 0; ///< records, again and again where it read them again
    FlatMap<std::int32_t, ReadRanges> partitions;
    bool operator==(const ConsumerAccount&) const = default;
    ORRERY_FIELDS(name, topic, consumed, partitions)
};

/// Records that were acknowledged and are not in the leader's log any more.
struct Lost {
    std::int64_t records = 0;
    std::int32_t partition = -1;      ///< of the first
    std::int64_t first_sequence = -1; ///< the first's number
};

class Ledger {
public:
    void add_producer(ActorId actor, std::string name, std::string topic);
    void add_consumer(ActorId actor, std::string name, std::string topic);
    /// It is a member of the group, too, and reads these topics.
    void add_member(ActorId actor, const std::string& group,
                    const std::vector<std::string>& topics) {
        groups_.add_member(actor, group, topics);
    }
    void on_note(ActorId actor, const Note& note, Instant now);

    const FlatMap<ActorId, Cow<ProducerAccount>>& producers() const { return producers_; }
    const FlatMap<ActorId, Cow<ConsumerAccount>>& consumers() const { return consumers_; }

    const GroupLedger& groups() const { return groups_; }

    // These look at the leaders' logs as they are now; a partition without leader is judged by the
    // replica that led it last.
    Lost lost(const World& world, ActorId producer) const;
    /// Records of the producer that stand more than once in the leaders' logs.
    std::int64_t duplicates(const World& world, ActorId producer) const;
    /// Committed records from where the consumer began that it has not read.
    std::int64_t unread(const World& world, ActorId consumer) const;

    bool operator==(const Ledger&) const = default;
    ORRERY_FIELDS(producers_, consumers_, groups_)

private:
    FlatMap<ActorId, Cow<ProducerAccount>> producers_;
    FlatMap<ActorId, Cow<ConsumerAccount>> consumers_;
    GroupLedger groups_;
};

} // namespace orrery::sim
