// Batches under construction; see the header.
#include "core/raft/accumulator.hpp"

#include "core/base/expect.hpp"

#include <utility>

namespace orrery::raft {

namespace {

constexpr std::size_t batch_header_bytes = 61;
/// Length, attributes, timestamp and offset deltas, key length, value length, header count.
constexpr std::size_t record_overhead_bytes = 5 + 1 + 10 + 5 + 1 + 5 + 1;

} // namespace

std::size_t Accumulator::size_of(std::span<const Bytes> values) {
    std::size_t bytes = batch_header_bytes;
    for (const Bytes& value : values)
        bytes += record_overhead_bytes + value.size();
    return bytes;
}

Offset Accumulator::add(std::span<const Bytes> values, const Now& now, Duration linger) {
    expect(!values.empty() && fits(values), "records that fit in one batch");
    const std::size_t bytes = size_of(values) - batch_header_bytes;
    if (batches_.empty() || batches_.back().bytes + bytes > batch_bytes_) {
        PendingBatch batch;
        batch.base_offset = next_;
        batch.created_ms = now.wall_ms;
        batch.bytes = batch_header_bytes;
        batches_.push_back(std::move(batch));
    }
    PendingBatch& batch = batches_.back();
    batch.bytes += bytes;
    batch.values.insert(batch.values.end(), values.begin(), values.end());
    next_ = next_ + static_cast<std::int64_t>(values.size());
    if (!drain_at_)
        drain_at_ = now.instant + linger;
    // A full batch has nothing to wait for.
    if (batches_.size() > 1)
        drain_at_ = now.instant;
    return next_ - 1;
}

std::vector<PendingBatch> Accumulator::drain() {
    drain_at_.reset();
    return std::exchange(batches_, {});
}

} // namespace orrery::raft
