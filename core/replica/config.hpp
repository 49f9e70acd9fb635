// What a broker's partitions are told at boot: the broker's settings that steer replication, by
// Kafka's names and defaults, and the switches by which tests and the museum plant a historic flaw.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <string>

namespace orrery::replica {

/// Flaws that Kafka once had, or never had. All off is Kafka 4.4. Off default only in tests and in
/// the museum's scenarios.
struct Planted {
    bool truncate_to_high_watermark = false; ///< before KIP-101: a new follower cuts to its own HW
    bool committed_isr_only = false; ///< before KIP-497's maximal ISR: pending members don't count
    bool high_watermark_alone = false;         ///< HW is the leader's own end: acks=all acked early
    bool high_watermark_under_min_isr = false; ///< before KIP-966: HW advances under min ISR
    bool no_fetch_fencing = false;             ///< before KIP-320: leader epochs are not compared
    bool no_broker_epoch_fencing = false; ///< before KIP-903: a stale broker epoch counts as fresh
    bool admit_fenced = false;            ///< before KIP-841: a fenced broker is asked into the ISR
    bool join_isr_by_high_watermark = false; ///< before KAFKA-7128: epoch start is not asked for
    bool ack_below_min_isr = false;          ///< min.insync.replicas is not enforced on produce
    bool read_beyond_high_watermark = false; ///< consumers see what is not committed
    bool high_watermark_goes_back = false;   ///< the leader's HW follows a lagging follower down
    bool serve_wrong_bytes = false;          ///< a served batch has one byte flipped
    bool operator==(const Planted&) const = default;
    ORRERY_FIELDS(truncate_to_high_watermark, committed_isr_only, high_watermark_alone,
                  high_watermark_under_min_isr, no_fetch_fencing, no_broker_epoch_fencing,
                  admit_fenced, join_isr_by_high_watermark, ack_below_min_isr,
                  read_beyond_high_watermark, high_watermark_goes_back, serve_wrong_bytes)
};

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
    std::int32_t fetch_max_bytes = 55 << 20;          ///< fetch.max.bytes, for consumers
    std::int32_t session_slots = 1000;                ///< max.incremental.fetch.session.cache.slots
    Planted planted;
    bool operator==(const Config&) const = default;
    ORRERY_FIELDS(node, properties, lag_time_max, fetch_wait_max, fetch_min_bytes,
                  fetch_partition_bytes, fetch_response_bytes, fetch_backoff, request_timeout,
                  alter_partition_backoff, high_watermark_checkpoint, recovery_point_checkpoint,
                  log_start_checkpoint, retention_check, fetch_max_bytes, session_slots, planted)
};

} // namespace orrery::replica
