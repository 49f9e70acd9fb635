// The partitions of __consumer_offsets as the group coordinator reaches them in one step: this
// broker's replicas. Never outlives Node::step.
#pragma once

#include "core/group/coordinator.hpp"
#include "core/record/codec.hpp"
#include "core/replica/replicas.hpp"

#include <span>

namespace orrery::node {

class OffsetsLogs final : public group::PartitionLogs {
public:
    /// `codec`: offsets.topic.compression.codec, for what the coordinator appends.
    OffsetsLogs(replica::Replicas& replicas, record::Codec codec, const Now& now, replica::Out& out)
        : replicas_(replicas), codec_(codec), now_(now), out_(out) {}

    Result<Offset, wire::Error> append(std::int32_t partition, LeaderEpoch epoch,
                                       std::span<const group::StoredRecord> records) override;
    Result<group::LogPiece, wire::Error> read(std::int32_t partition, LeaderEpoch epoch,
                                              Offset from, std::int64_t most) override;
    Offset log_start(std::int32_t partition) const override;
    Offset high_watermark(std::int32_t partition) const override;

private:
    replica::Replicas& replicas_;
    record::Codec codec_;
    const Now& now_;
    replica::Out& out_;
};

} // namespace orrery::node
