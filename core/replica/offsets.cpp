// ListOffsets, OffsetForLeaderEpoch and DeleteRecords: where logs begin and end, by time and by
// epoch, and moving where they begin.
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

using wire::Error;
using ListedPartition = wire::ListOffsetsResponse::ListOffsetsPartitionResponse;
using AskedPartition = wire::ListOffsetsRequest::ListOffsetsPartition;

namespace {

// Timestamps with a meaning of their own.
constexpr std::int64_t latest = -1;
constexpr std::int64_t earliest = -2;
constexpr std::int64_t max_timestamp = -3;      // KIP-734
constexpr std::int64_t earliest_local = -4;     // KIP-405
constexpr std::int64_t latest_tiered = -5;      // KIP-1005
constexpr std::int64_t earliest_to_upload = -6; // KIP-1023
constexpr std::int32_t consumer = -1;           // replica ids of those who are no broker
constexpr std::int32_t debugging_consumer = -2; // may ask any replica

/// The first version that knows the meaning; beyond all versions for a number without one.
std::int16_t version_of(std::int64_t timestamp) {
    switch (timestamp) {
    case latest:
    case earliest: return 1;
    case max_timestamp: return 7;
    case earliest_local: return 8;
    case latest_tiered: return 9;
    case earliest_to_upload: return 11;
    default: return timestamp >= 0 ? 0 : wire::ListOffsetsRequest::highest_version + 1;
    }
}

} // namespace

void Replicas::list_offsets(const Caller& caller, const wire::ListOffsetsRequest& request,
                            Out& out) {
    wire::ListOffsetsResponse response;
    for (const auto& topic : request.topics) {
        auto& listed = response.topics.emplace_back();
        listed.name = topic.name;
        for (const AskedPartition& asked : topic.partitions) {
            ListedPartition& part = listed.partitions.emplace_back();
            part.partition_index = asked.partition_index;
            const auto twice = std::count_if(topic.partitions.begin(), topic.partitions.end(),
                                             [&](const AskedPartition& o) {
                                                 return o.partition_index == asked.partition_index;
                                             });
            Error error = Error::none;
            const Slot slot = slot_of(topic.name, asked.partition_index);
            if (twice > 1)
                error = Error::invalid_request;
            else if (caller.version < version_of(asked.timestamp))
                error = Error::unsupported_version;
            else if (slot == no_slot)
                error = missing({{}, topic.name, asked.partition_index});
            else
                error = list_one(at(slot), request, asked, part);
            // Before version 5 clients don't know the former, which tells them to retry.
            if (error == Error::offset_not_available && caller.version < 5)
                error = Error::leader_not_available;
            part.error_code = wire::code(error);
        }
    }
    out.replies.push_back({caller.request, std::move(response)});
}

/// A leader whose high watermark has not reached its epoch's start does not know yet what is
/// committed: a client must not take its lagging end for the end (KIP-207).
Error Replicas::list_one(const Partition& partition, const wire::ListOffsetsRequest& request,
                         const AskedPartition& asked, ListedPartition& out) const {
    const Error error = partition.check({asked.current_leader_epoch},
                                        request.replica_id != debugging_consumer, config_->planted);
    if (error != Error::none)
        return error;
    const bool client = request.replica_id == consumer;
    const Offset end = !client                        ? partition.log_end()
                       : request.isolation_level == 0 ? partition.high_watermark
                                                      : partition.last_stable();
    const bool lagging = client && partition.epoch_start > partition.high_watermark;
    std::optional<log::TimestampAndOffset> found;
    switch (asked.timestamp) {
    case latest:
        if (lagging)
            return Error::offset_not_available;
        found = {record::no_timestamp, end, partition.leader_epoch};
        break;
    case earliest:
    case earliest_local:
        found = {record::no_timestamp, partition.log_start(),
                 partition.log.epoch_of(partition.log_start()).value_or(no_epoch)};
        break;
    case latest_tiered:
    case earliest_to_upload: return Error::none; // there is no remote storage: none, as -1
    default:
        found = asked.timestamp == max_timestamp ? partition.log.find_max_timestamp()
                                                 : partition.log.find_by_timestamp(asked.timestamp);
        if (found && found->offset >= end)
            found.reset();
        if (!found && lagging)
            return Error::offset_not_available;
        break;
    }
    if (found) {
        out.timestamp = found->timestamp;
        out.offset = found->offset.value;
        out.leader_epoch = found->epoch.value;
    }
    return Error::none;
}

void Replicas::offset_for_leader_epoch(const Caller& caller,
                                       const wire::OffsetForLeaderEpochRequest& request, Out& out) {
    wire::OffsetForLeaderEpochResponse response;
    for (const auto& topic : request.topics) {
        auto& answered = response.topics.emplace_back();
        answered.topic = topic.topic;
        for (const auto& asked : topic.partitions) {
            auto& part = answered.partitions.emplace_back();
            part.partition = asked.partition;
            const Slot slot = slot_of(topic.topic, asked.partition);
            const Error error = slot == no_slot ? missing({{}, topic.topic, asked.partition})
                                                : at(slot).check({asked.current_leader_epoch}, true,
                                                                 config_->planted);
            part.error_code = wire::code(error);
            if (error != Error::none)
                continue;
            const log::EpochEnd end = at(slot).log.end_offset_for({asked.leader_epoch});
            part.leader_epoch = end.epoch.value;
            part.end_offset = end.end_offset.value;
        }
    }
    out.replies.push_back({caller.request, std::move(response)});
}

// --- DeleteRecords

void Replicas::delete_records(const Caller& caller, const wire::DeleteRecordsRequest& request,
                              const Now& now, Out& out) {
    const Step step{now, out};
    wire::DeleteRecordsResponse response;
    std::vector<WaitingPart> waiting;
    for (const auto& topic : request.topics) {
        auto& answered = response.topics.emplace_back();
        answered.name = topic.name;
        for (const auto& asked : topic.partitions) {
            auto& part = answered.partitions.emplace_back();
            part.partition_index = asked.partition_index;
            part.low_watermark = no_offset.value;
            const Slot slot = slot_of(topic.name, asked.partition_index);
            const Error error = slot == no_slot ? missing({{}, topic.name, asked.partition_index})
                                                : delete_up_to(slot, {asked.offset}, step);
            part.error_code = wire::code(error);
            if (error != Error::none)
                continue;
            const Offset low = low_watermark(at(slot));
            if (low >= at(slot).log_start())
                part.low_watermark = low.value;
            else
                waiting.push_back(
                    {slot, response.topics.size() - 1, answered.partitions.size() - 1});
        }
    }
    if (waiting.empty()) {
        out.replies.push_back({caller.request, std::move(response)});
        finish(step);
        return;
    }
    const std::uint64_t key = next_parked_++;
    for (const WaitingPart& part : waiting) {
        response.topics[part.topic].partitions[part.part].error_code =
            wire::code(Error::request_timed_out);
        Partition& partition = edit(part.slot);
        partition.deletes.push_back({key, static_cast<std::uint32_t>(part.topic),
                                     static_cast<std::uint32_t>(part.part), partition.log_start()});
    }
    const Instant give_up = now.instant + milliseconds(request.timeout_ms);
    deletes_[key] = ParkedDelete{caller.request, give_up,
                                 static_cast<std::uint32_t>(waiting.size()), std::move(response)};
    produces_expire_ = earlier(produces_expire_, give_up);
    finish(step);
}

/// -1 is the high watermark; beyond it nothing may be deleted.
Error Replicas::delete_up_to(Slot slot, Offset to, const Step& step) {
    const Partition& seen = at(slot);
    const Error error = seen.check(no_epoch, true, config_->planted);
    if (error != Error::none)
        return error;
    if (!seen.settings->deletes_old)
        return Error::policy_violation; // a compacted topic's past is what it is for
    const Offset target = to == no_offset ? seen.high_watermark : to;
    if (target < Offset{0} || target > seen.high_watermark)
        return Error::offset_out_of_range;
    if (target <= seen.log_start())
        return Error::none;
    edit(slot).log.advance_start_offset(target, step.out.effects);
    logs_moved(step.now.instant);
    progressed(slot, Progress::visible, step);
    return Error::none;
}

} // namespace orrery::replica
