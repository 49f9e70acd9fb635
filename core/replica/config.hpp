// What a broker's partitions are told at boot: the broker's settings that steer replication, by
// Kafka's names and defaults, and what is planted.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/replica/planted.hpp"

#include <cstdint>
#include <string>

namespace orrery::replica {

struct Config {
    NodeId node = no_node; ///< node.id
    /// server.properties as given, by name: what topics fall back to (log.segment.bytes, …).
    FlatMap<std::string, std::string> properties;
    Duration lag_time_max = seconds(30);          ///< replica.lag.time.max.ms
    Duration fetch_wait_max = milliseconds(500);  ///< replica.fetch.wait.max.ms
    std::int32_t fetch_min_bytes = 1;             ///< replica.fetch.min.bytes
    std::int32_t fetch_partition_bytes = 1 << 20; ///< replica.fetch.max.bytes
    std::int32_t fetch_response_bytes = 10 << 20; ///< replica.fetch.response.max.bytes
    Duration fetch_backoff = seconds(1);          ///< replica.fetch.backoff.ms
    Duration request_timeout = seconds(30);       ///< replica.socket.timeout.ms
    Duration alter_partition_backoff = milliseconds(50);
    Duration high_watermark_checkpoint = seconds(5);  ///< replica.high.watermark.checkpoint.…
    Duration recovery_point_checkpoint = seconds(60); ///< log.flush.offset.checkpoint.interval.ms
    Duration log_start_checkpoint = seconds(60);      ///< log.flush.start.offset.checkpoint.…
    Duration retention_check = seconds(300);          ///< log.retention.check.interval.ms
    bool cleaner_enable = true;                       ///< log.cleaner.enable
    Duration cleaner_backoff = seconds(15);           ///< log.cleaner.backoff.ms
    std::int64_t cleaner_keys = 5'033'164;            ///< log.cleaner.dedupe.buffer.size holds them
    std::int32_t fetch_max_bytes = 55 << 20;          ///< fetch.max.bytes, for consumers
    std::int32_t session_slots = 1000;                ///< max.incremental.fetch.session.cache.slots
    Planted planted;
    bool operator==(const Config&) const = default;
    ORRERY_FIELDS(node, properties, lag_time_max, fetch_wait_max, fetch_min_bytes,
                  fetch_partition_bytes, fetch_response_bytes, fetch_backoff, request_timeout,
                  alter_partition_backoff, high_watermark_checkpoint, recovery_point_checkpoint,
                  log_start_checkpoint, retention_check, cleaner_enable, cleaner_backoff,
                  cleaner_keys, fetch_max_bytes, session_slots, planted)
};

} // namespace orrery::replica
