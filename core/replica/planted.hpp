// The switches by which tests and the museum plant a flaw in a broker's partitions.
#pragma once

#include "core/base/reflect.hpp"

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
    bool forget_unflushed = false; ///< after an unclean stop a log ends at its recovery point
    bool clean_beyond_high_watermark = false; ///< a log is cleaned by what may yet be cut away
    bool operator==(const Planted&) const = default;
    ORRERY_FIELDS(truncate_to_high_watermark, committed_isr_only, high_watermark_alone,
                  high_watermark_under_min_isr, no_fetch_fencing, no_broker_epoch_fencing,
                  admit_fenced, join_isr_by_high_watermark, ack_below_min_isr,
                  read_beyond_high_watermark, high_watermark_goes_back, serve_wrong_bytes,
                  forget_unflushed, clean_beyond_high_watermark)
};

} // namespace orrery::replica
