// Own records: appended by the rules of acks=all, but nobody waits for them here: the writer looks
// at the high watermark itself.
#include "core/record/batch_builder.hpp"
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

using wire::Error;

namespace {

record::Batch build_own(const Partition& partition, const OwnBatch& own, std::int64_t now_ms) {
    const TopicSettings& topic = *partition.settings;
    record::BatchOptions options;
    options.base_offset = partition.log_end();
    options.leader_epoch = partition.leader_epoch;
    options.codec = topic.target_codec.value_or(own.codec);
    options.timestamp_type = topic.timestamp_type;
    if (topic.timestamp_type == record::TimestampType::log_append_time)
        options.log_append_time = now_ms;
    record::BatchBuilder builder(options);
    for (const OwnRecord& record : own.records)
        builder.append(now_ms, record.key, record.value);
    return builder.build();
}

} // namespace

/// Why we can't read or write the log as the leader of that epoch. A writer of another epoch has
/// not heard yet, or too early, who leads: for it we are not the leader.
Error Replicas::own_error(Slot slot, LeaderEpoch epoch) const {
    if (slot == no_slot)
        return Error::not_leader_or_follower;
    const Partition& partition = at(slot);
    const Error error = partition.check(no_epoch, true, config_->planted);
    if (error == Error::none && partition.leader_epoch != epoch)
        return Error::not_leader_or_follower;
    return error;
}

Result<Offset, Error> Replicas::append_own(const OwnBatch& own, const Now& now, Out& out) {
    expect(!own.records.empty(), "own records to append");
    const Step step{now, out};
    const Slot slot = slot_of(own.topic, own.partition);
    const Error error = own_error(slot, own.epoch);
    if (error != Error::none)
        return failure(error);
    const Partition& seen = at(slot);
    if (seen.isr.size() < seen.effective_min_isr() && !config_->planted.ack_below_min_isr)
        return failure(Error::not_enough_replicas);
    const record::Batch batch = build_own(seen, own, now.wall_ms);
    const TopicSettings& settings = *seen.settings;
    if (batch.bytes.size() > static_cast<std::size_t>(std::max(settings.max_message_bytes, 0)))
        return failure(Error::message_too_large);
    if (batch.bytes.size() > static_cast<std::size_t>(settings.log.segment_bytes))
        return failure(Error::record_list_too_large);
    append_as_leader(slot, batch, step);
    finish(step);
    return batch.header.next_offset();
}

Result<OwnPiece, Error> Replicas::read_own(std::string_view topic, std::int32_t partition,
                                           LeaderEpoch epoch, Offset from,
                                           std::int64_t most) const {
    const Slot slot = slot_of(topic, partition);
    const Error error = own_error(slot, epoch);
    if (error != Error::none)
        return failure(error);
    const Partition& seen = at(slot);
    auto read = seen.log.read(std::max(from, seen.log_start()),
                              log::ReadLimits{most, seen.log_end(), true});
    if (!read)
        return failure(Error::offset_out_of_range);
    return OwnPiece{std::move(read->records), seen.log_end(), seen.high_watermark};
}

} // namespace orrery::replica
