#include "core/log/cleaning.hpp"

#include "core/record/batch_builder.hpp"
#include "core/record/records.hpp"
#include "core/record/rewrite.hpp"

#include <algorithm>

namespace orrery::log {

namespace {

constexpr std::int64_t million = 1'000'000;

std::string_view text_of_key(record::View key) {
    return {reinterpret_cast<const char*>(key.data()), key.size()};
}

record::BatchOptions options_of(const record::BatchHeader& header) {
    record::BatchOptions options;
    options.base_offset = header.base_offset;
    options.leader_epoch = header.leader_epoch;
    options.codec = header.codec();
    options.timestamp_type = header.timestamp_type();
    if (options.timestamp_type == record::TimestampType::log_append_time)
        options.log_append_time = header.max_timestamp;
    options.producer_id = header.producer_id;
    options.producer_epoch = header.producer_epoch;
    options.base_sequence = header.base_sequence;
    options.transactional = header.is_transactional();
    if (header.has_delete_horizon())
        options.delete_horizon_ms = header.base_timestamp;
    return options;
}

} // namespace

std::int64_t Cleanable::dirty_ratio() const {
    const std::int64_t all = clean_bytes + dirty_bytes;
    return all == 0 ? 0 : dirty_bytes * million / all;
}

bool Cleanable::is_due(const LogConfig& config) const {
    return dirty_bytes > 0 && (overdue || dirty_ratio() > config.min_cleanable_millionths);
}

bool add_keys(LatestOffsets& latest, const StoredBatch& stored, Offset from, Offset end,
              std::size_t most) {
    const record::Batch batch{stored.header(), stored.bytes};
    if (!batch.header.is_control()) {
        record::Records records(batch);
        for (record::Record record; records.next(record);) {
            if (record.offset < from || record.offset >= end || !record.key)
                continue;
            if (latest.by_key.size() >= most) {
                latest.end = record.offset;
                return false;
            }
            latest.by_key[std::string(text_of_key(*record.key))] = record.offset;
        }
    }
    latest.end = std::min(stored.last_offset() + 1, end);
    return true;
}

/// Kafka's shouldRetainRecord: what was not looked at stays; of what was, the latest of each key,
/// but not a tombstone whose time is over. In a compacted topic a record without a key is a mistake
/// of old brokers, and goes.
bool BatchCleaner::stays(const record::BatchHeader& header, const record::Record& record) const {
    if (record.offset >= latest_.end)
        return true;
    if (!record.key)
        return false;
    const auto found = latest_.by_key.find(text_of_key(*record.key));
    if (found != latest_.by_key.end() && record.offset < found->second)
        return false;
    return record.value || !header.has_delete_horizon() || now_ms_ < header.base_timestamp;
}

std::optional<record::Batch> BatchCleaner::clean(const StoredBatch& stored) const {
    record::Batch batch{stored.header(), stored.bytes};
    if (batch.header.is_control() || batch.header.base_offset >= latest_.end)
        return batch;
    std::int32_t kept = 0;
    bool tombstones = false;
    record::Records look(batch);
    for (record::Record record; look.next(record);)
        if (stays(batch.header, record)) {
            ++kept;
            tombstones = tombstones || !record.value;
        }
    if (look.error() != record::RecordsError::none)
        return batch; // what can't be read is not thrown away
    if (kept == 0)
        return std::nullopt;
    const bool horizon = tombstones && !batch.header.has_delete_horizon();
    if (kept == batch.header.count && !horizon)
        return batch;
    record::BatchOptions options = options_of(batch.header);
    if (horizon)
        options.delete_horizon_ms = now_ms_ + config_.delete_retention_ms;
    record::BatchBuilder builder(options, batch.bytes.size());
    record::Records records(batch);
    for (record::Record record; records.next(record);)
        if (stays(batch.header, record))
            builder.append_copy(record.offset, record);
    return builder.build(batch.header.last_offset());
}

} // namespace orrery::log
