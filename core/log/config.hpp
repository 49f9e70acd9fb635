// What a log needs of its topic's configs, under Kafka's names and with Kafka's defaults.
#pragma once

#include "core/base/reflect.hpp"

#include <cstdint>
#include <limits>

namespace orrery::log {

struct LogConfig {
    std::int32_t segment_bytes = 1 << 30;        ///< segment.bytes
    std::int64_t segment_ms = 604'800'000;       ///< segment.ms
    std::int64_t segment_jitter_ms = 0;          ///< segment.jitter.ms
    std::int32_t segment_index_bytes = 10 << 20; ///< segment.index.bytes
    std::int32_t index_interval_bytes = 4096;    ///< index.interval.bytes
    std::int64_t flush_messages = std::numeric_limits<std::int64_t>::max(); ///< flush.messages
    std::int64_t flush_ms = std::numeric_limits<std::int64_t>::max();       ///< flush.ms
    std::int64_t retention_ms = 604'800'000;         ///< retention.ms, -1 is for ever
    std::int64_t retention_bytes = -1;               ///< retention.bytes, -1 is without bound
    std::int64_t min_cleanable_millionths = 500'000; ///< min.cleanable.dirty.ratio
    std::int64_t min_compaction_lag_ms = 0;          ///< min.compaction.lag.ms
    std::int64_t max_compaction_lag_ms =
        std::numeric_limits<std::int64_t>::max();  ///< max.compaction.lag.ms
    std::int64_t delete_retention_ms = 86'400'000; ///< delete.retention.ms
    bool operator==(const LogConfig&) const = default;
    ORRERY_FIELDS(segment_bytes, segment_ms, segment_jitter_ms, segment_index_bytes,
                  index_interval_bytes, flush_messages, flush_ms, retention_ms, retention_bytes,
                  min_cleanable_millionths, min_compaction_lag_ms, max_compaction_lag_ms,
                  delete_retention_ms)
};

} // namespace orrery::log
