// Builds a record batch of format 2: what producers send, what the controller appends to the
// metadata log, what a leader recompresses. Records go straight into one buffer; building copies
// nothing more but what a codec must.
//
//     BatchBuilder builder({.base_offset = Offset{5}, .leader_epoch = LeaderEpoch{2}});
//     builder.append(now.wall_ms, key, value);
//     Batch batch = builder.build();
#pragma once

#include "core/record/batches.hpp"
#include "core/record/codec.hpp"
#include "core/record/records.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace orrery::record {

struct BatchOptions {
    Offset base_offset{0};
    LeaderEpoch leader_epoch = no_epoch;
    Codec codec = Codec::none;
    TimestampType timestamp_type = TimestampType::create_time;
    std::int64_t log_append_time = no_timestamp; ///< with TimestampType::log_append_time
    std::int64_t producer_id = no_producer_id;
    std::int16_t producer_epoch = no_producer_epoch;
    std::int32_t base_sequence = no_sequence;
    bool transactional = false;
    bool control = false;
    std::optional<std::int64_t> delete_horizon_ms; ///< takes the place of the base timestamp
    bool operator==(const BatchOptions&) const = default;
    ORRERY_FIELDS(base_offset, leader_epoch, codec, timestamp_type, log_append_time, producer_id,
                  producer_epoch, base_sequence, transactional, control, delete_horizon_ms)
};

class BatchBuilder {
public:
    explicit BatchBuilder(const BatchOptions& options = {}, std::size_t expected_bytes = 0);

    /// Adds a record at the next offset.
    void append(std::int64_t timestamp, std::optional<View> key, std::optional<View> value,
                std::span<const RecordHeader> headers = {});
    /// Adds a record at `offset`, above the last one's; compacted batches have gaps.
    void append_at(Offset offset, std::int64_t timestamp, std::optional<View> key,
                   std::optional<View> value, std::span<const RecordHeader> headers = {});
    /// Adds a record that was read from another batch, headers as they lie there.
    void append_copy(Offset offset, const Record& record);

    std::int32_t count() const { return count_; }
    bool empty() const { return count_ == 0; }
    /// Bytes of the batch so far, uncompressed, with its header.
    std::size_t size() const { return buffer_.size(); }
    /// What one more record would add at most: for "does it still fit into batch.size".
    static std::size_t largest_record_size(std::optional<View> key, std::optional<View> value,
                                           std::span<const RecordHeader> headers = {});
    Offset next_offset() const { return options_.base_offset + next_delta_; }
    std::int64_t max_timestamp() const { return max_timestamp_; }

    /// The finished batch with lengths, count and checksum. The builder is empty afterwards and
    /// must not be used again. `last_offset` reaches beyond the last record where compaction took
    /// records away.
    Batch build(std::optional<Offset> last_offset = std::nullopt);

    bool operator==(const BatchBuilder&) const = default;
    ORRERY_FIELDS(options_, buffer_, count_, next_delta_, base_timestamp_, max_timestamp_)

private:
    void begin_record(Offset offset, std::int64_t timestamp, std::size_t fields_size);

    BatchOptions options_;
    std::vector<std::byte> buffer_; ///< 61 bytes for the header, then records
    std::int32_t count_ = 0;
    std::int64_t next_delta_ = 0;
    std::int64_t base_timestamp_ = no_timestamp;
    std::int64_t max_timestamp_ = no_timestamp;
};

} // namespace orrery::record
