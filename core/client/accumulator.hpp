// The record accumulator: records that were sent by the application wait here, in batches, one
// queue a partition, until their broker can take them. Kafka's RecordAccumulator, for one topic.
//
// A batch is open while records may join it and closed when it is first taken out to be sent: from
// then on its bytes don't change, so that a retry sends what the first try sent.
#pragma once

#include "core/client/config.hpp"
#include "core/record/batch_builder.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace orrery::client {

struct ProducerBatch {
    std::int32_t partition = 0;
    std::int32_t records = 0;
    std::int64_t first_sequence = 0; ///< of the load's records
    std::int64_t last_sequence = 0;
    Instant created;
    Instant retry_at;                   ///< after a failed attempt: the end of its backoff
    std::int32_t attempts = 0;          ///< tries that failed
    LeaderEpoch tried_epoch = no_epoch; ///< the leader's, as known at the last try
    std::int64_t memory = 0;            ///< of buffer.memory
    bool full = false;                  ///< takes no more records
    bool done = false; ///< its records' fate is decided; it only waits for its request
    std::optional<record::BatchBuilder> builder; ///< while open
    record::Batch closed;                        ///< from then on
    bool operator==(const ProducerBatch&) const = default;
    ORRERY_FIELDS(partition, records, first_sequence, last_sequence, created, retry_at, attempts,
                  tried_epoch, memory, full, done, builder, closed)

    std::size_t size() const { return builder ? builder->size() : closed.bytes.size(); }
    /// Ends the adding of records.
    void close();
};

struct PartitionQueue {
    std::vector<ProducerBatch> batches; ///< to be sent from the front; only the last may be open
    bool muted = false; ///< a batch is in flight and must be done before the next (one in flight)
    bool operator==(const PartitionQueue&) const = default;
    ORRERY_FIELDS(batches, muted)
};

/// One record as the application sends it.
struct NewRecord {
    std::int64_t sequence = 0;
    Instant at;               ///< when it was sent
    std::int64_t wall_ms = 0; ///< its timestamp
    std::optional<record::View> key;
    record::View value;
};

class Accumulator {
public:
    explicit Accumulator(const ProducerConfig& config);

    /// Partitions that have anything queued, in order.
    const std::vector<std::int32_t>& active() const { return active_; }
    const PartitionQueue& queue(std::int32_t partition) const {
        return queues_[static_cast<std::size_t>(partition)];
    }
    PartitionQueue& queue(std::int32_t partition) {
        return queues_[static_cast<std::size_t>(partition)];
    }
    std::size_t partitions() const { return queues_.size(); }
    std::int64_t memory_free() const { return memory_max_ - memory_used_; }

    /// Adds the record to its partition's open batch, or opens one. Returns the bytes it took, 0 if
    /// buffer.memory has no room for a new batch.
    std::size_t append(std::int32_t partition, const NewRecord& record);
    /// True if nothing open waits behind: the sticky partitioner may move on without leaving a
    /// batch half full (KAFKA-14156).
    bool all_full(std::int32_t partition) const;
    /// How many records of at most `size` bytes surely join without filling a batch.
    std::int64_t room_for(std::size_t size) const;

    /// When the partition's first batch may be sent, leader and connection permitting. `flush`
    /// stands for a full buffer or a closing producer. Not for empty or muted queues.
    Instant ready_at(std::int32_t partition, LeaderEpoch leader_epoch, bool flush) const;
    /// True if the first batch waits for its backoff.
    bool backing_off(std::int32_t partition, LeaderEpoch leader_epoch, Instant now) const;
    /// Takes the first batch out, closed.
    ProducerBatch take_first(std::int32_t partition);
    /// Puts a batch that failed back to the front, as Kafka does without idempotence: of two
    /// batches that fail one after the other the second comes to stand before the first.
    void put_back(ProducerBatch batch);
    /// Takes out the batches at the front that were created before `limit`.
    void take_older(Instant limit, std::vector<ProducerBatch>& out);
    /// When the oldest batch at a front was created.
    std::optional<Instant> oldest() const;
    /// The memory of a batch that is done.
    void release(std::int64_t memory) { memory_used_ -= memory; }
    /// The batch in two halves of its records, for a broker that finds it too large.
    void put_back_split(const ProducerBatch& batch);

    bool operator==(const Accumulator&) const = default;
    ORRERY_FIELDS(batch_size_, linger_, codec_, memory_max_, memory_used_, queues_, active_)

private:
    PartitionQueue& activate(std::int32_t partition);
    void deactivate_if_empty(std::int32_t partition);

    std::int64_t batch_size_;
    Duration linger_;
    record::Codec codec_;
    std::int64_t memory_max_;
    std::int64_t memory_used_ = 0;
    std::vector<PartitionQueue> queues_;
    std::vector<std::int32_t> active_;
};

} // namespace orrery::client
