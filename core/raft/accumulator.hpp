// What a leader has been given to append and has not yet written: Kafka's BatchAccumulator. Records
// of several appends share a batch while they wait for the linger; those of one append are never
// split.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace orrery::raft {

struct PendingBatch {
    Offset base_offset;
    std::int64_t created_ms = 0; ///< wall clock of its first append; stamps all its records
    std::size_t bytes = 0;       ///< an upper bound of its size on disk
    std::vector<Bytes> values;
    bool operator==(const PendingBatch&) const = default;
    ORRERY_FIELDS(base_offset, created_ms, bytes, values)
};

class Accumulator {
public:
    Accumulator() = default;
    /// `first` is the offset of the first record; batches don't grow beyond `batch_bytes`.
    Accumulator(Offset first, std::size_t batch_bytes) : next_(first), batch_bytes_(batch_bytes) {}

    Offset next_offset() const { return next_; }
    bool empty() const { return batches_.empty(); }
    /// Whether these values fit in one batch at all.
    bool fits(std::span<const Bytes> values) const { return size_of(values) <= batch_bytes_; }
    /// Takes the values, which must fit, and starts the linger if nothing waited. Returns the
    /// offset of the last.
    Offset add(std::span<const Bytes> values, const Now& now, Duration linger);
    bool due(Instant now) const { return drain_at_ && *drain_at_ <= now; }
    std::optional<Instant> wakeup() const { return drain_at_; }
    /// All batches, oldest first; none remain.
    std::vector<PendingBatch> drain();
    bool operator==(const Accumulator&) const = default;
    ORRERY_FIELDS(next_, batch_bytes_, batches_, drain_at_)

private:
    static std::size_t size_of(std::span<const Bytes> values);
    Offset next_;
    std::size_t batch_bytes_ = 0;
    std::vector<PendingBatch> batches_;
    std::optional<Instant> drain_at_;
};

} // namespace orrery::raft
