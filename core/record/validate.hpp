// What a leader does to batches before it appends them, as Kafka's ProduceRequest.validateRecords,
// UnifiedLog and LogValidator do it:
//
//     check_produce         is the partition's data of a Produce request acceptable at all?
//     check_before_append   base offset (from clients), checksum
//     validate_for_append   every record: keys, timestamps, counts; then offsets, leader epoch and
//                           timestamps are set, in place where possible, else recompressed
//
// accept_produce does the three in a row. Nothing here knows a log: the caller appends the batch.
#pragma once

#include "core/record/batches.hpp"
#include "core/record/codec.hpp"
#include "core/record/records.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace orrery::record {

/// Who appends. Only clients are held to the strict rules.
enum class Origin : std::uint8_t { client, replication, coordinator, raft_leader };

struct AppendSettings {
    Offset next_offset{0}; ///< of the first record: the log's end offset
    std::int64_t now_ms = 0;
    LeaderEpoch leader_epoch{0};
    TimestampType timestamp_type = TimestampType::create_time; ///< message.timestamp.type
    /// message.timestamp.before.max.ms and .after.max.ms
    std::int64_t timestamp_before_max_ms = std::numeric_limits<std::int64_t>::max();
    std::int64_t timestamp_after_max_ms = 3'600'000;
    /// compression.type; nullopt is "producer": as it came
    std::optional<Codec> target_codec;
    bool compacted = false; ///< cleanup.policy has compact: every record needs a key
    Origin origin = Origin::client;
    std::size_t inflated_limit = default_inflated_limit;
};

/// The batch to append, and what the answer to the producer says of it.
struct ValidBatch {
    Batch batch; ///< offsets, epoch, timestamps and checksum are final
    Offset next_offset;
    std::int64_t log_append_time_ms = no_timestamp; ///< `now_ms`
    std::int64_t max_timestamp = no_timestamp;
    bool size_maybe_changed = false; ///< it was built anew
};

/// Which of the broker's meters a rejection turns.
enum class RejectionMeter : std::uint8_t {
    no_key_compacted_topic,
    invalid_magic,
    invalid_checksums,
    invalid_sequence,
    invalid_offset,
};
/// As Kafka names it: "invalidOffset".
std::string_view name_of(RejectionMeter meter);

struct RecordRejection {
    std::int32_t index = 0; ///< of the record in its batch: batch_index in ProduceResponse
    std::string message;
    bool operator==(const RecordRejection&) const = default;
    ORRERY_FIELDS(index, message)
};

struct Rejected {
    wire::Error error = wire::Error::none;
    std::string message;
    std::vector<RecordRejection> records; ///< record_errors in ProduceResponse
    std::vector<RejectionMeter> meters;   ///< one entry for each turn
};

template <class T>
using Validated = Result<T, Rejected>;

/// A Produce request must carry exactly one batch of format 2 per partition, and zstd only from
/// version 7 on. Returns that batch.
Validated<Batch> check_produce(const Chain& records, std::int16_t produce_version);

/// What UnifiedLog checks of each batch before its records are looked at.
Validated<void> check_before_append(const Batch& batch, Origin origin);

/// See above. `records` may hold several batches only in formats 0 and 1 without compression.
/// Error: the first reason to refuse, with the indexes of all records at fault where records are.
Validated<ValidBatch> validate_for_append(const Chain& records, const AppendSettings& settings);
/// The same for one batch that is split off already.
Validated<ValidBatch> validate_for_append(const Batch& batch, const AppendSettings& settings);

/// The whole way of one partition's data in a Produce request.
Validated<ValidBatch> accept_produce(const Chain& records, std::int16_t produce_version,
                                     const AppendSettings& settings);

} // namespace orrery::record
