// Following: what the leader answers, and what a follower does to its log for it.
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

using wire::Error;
using PartitionData = wire::FetchResponse::PartitionData;

/// True if the ask was a fetcher's.
bool Replicas::on_fetch_response(AskId ask, const wire::FetchResponse* response, const Step& step) {
    for (auto& [leader, shared] : fetchers_) {
        const Asking* asking = std::get_if<Asking>(&shared->phase);
        if (asking == nullptr || asking->ask != ask)
            continue;
        Fetcher& fetcher = shared.edit();
        fetcher.phase = Idle{};
        if (response == nullptr) {
            // The session may or may not have moved on: close it by opening another.
            lose_session(fetcher);
            fetcher.phase = Resting{step.now.instant + config_->fetch_backoff};
        } else if (wire::error_of(response->error_code) != Error::none) {
            on_fetch_refused(fetcher, wire::error_of(response->error_code), step);
        } else {
            for (const auto& topic : response->responses)
                for (const PartitionData& data : topic.partitions) {
                    const Slot slot = topic.topic_id.is_zero()
                                          ? slot_of(topic.topic, data.partition_index)
                                          : slot_of(topic.topic_id, data.partition_index);
                    if (slot != no_slot)
                        on_fetched(fetcher, slot, data, step);
                }
            fetcher.session_id = response->session_id;
            if (fetcher.session_id == 0) // it has no room for us, or has closed ours
                lose_session(fetcher);
            else
                fetcher.session_epoch = epoch_after(fetcher.session_epoch);
        }
        return true;
    }
    return false;
}

void Replicas::on_fetch_refused(Fetcher& fetcher, Error error, const Step& step) {
    lose_session(fetcher);
    if (error == Error::fetch_session_id_not_found)
        fetcher.session_id = 0;
    if (error != Error::fetch_session_id_not_found && error != Error::invalid_fetch_session_epoch)
        fetcher.phase = Resting{step.now.instant + config_->fetch_backoff};
}

void Replicas::on_fetched(Fetcher& fetcher, Slot slot, const PartitionData& data,
                          const Step& step) {
    FetchedPartition* fetched = fetcher.partitions.find(slot);
    // Only an answer to what we would still ask: the partition may have been truncated, or be
    // followed in another epoch, while the request was out.
    if (fetched == nullptr || !fetched->sent || !std::holds_alternative<Fetching>(fetched->phase) ||
        fetched->sent->offset != fetched->offset ||
        fetched->sent->current_leader_epoch != fetched->leader_epoch)
        return;
    switch (wire::error_of(data.error_code)) {
    case Error::none: break;
    case Error::offset_out_of_range: locate(fetcher, slot, false, step); return;
    case Error::fenced_leader_epoch:
        // We are behind; the metadata log will say whom to follow.
        leave_session(fetcher, *fetched, at(slot).id);
        fetcher.partitions.erase(slot);
        std::erase(fetcher.changed, slot);
        return;
    default: delay(fetcher, slot, step); return;
    }
    if (data.diverging_epoch.epoch >= 0) {
        truncate_to_epoch(slot, {data.diverging_epoch.epoch}, {data.diverging_epoch.end_offset},
                          step);
        fetched->offset = at(slot).log_end();
        fetcher.touch(slot, *fetched);
        return;
    }
    if (!follow(slot, data, step)) {
        delay(fetcher, slot, step);
        return;
    }
    const Partition& partition = at(slot);
    if (fetched->offset != partition.log_end() ||
        fetched->sent->log_start != partition.log_start()) {
        fetched->offset = partition.log_end();
        fetcher.touch(slot, *fetched);
    }
}

/// Appends what came, then takes over high watermark and log start. False: the records were bad.
bool Replicas::follow(Slot slot, const PartitionData& data, const Step& step) {
    const bool grows = data.records && !data.records->empty();
    const Partition& seen = at(slot);
    if (!grows && Offset{data.high_watermark} == seen.high_watermark &&
        data.log_start_offset <= seen.log_start().value)
        return true;
    Partition& partition = edit(slot);
    if (grows) {
        const auto done = partition.log.append_fetched(*data.records, step.now, step.out.effects);
        if (!done)
            return false;
        if (done->batches > 0)
            appended(partition, *done, step);
    }
    const Offset before = partition.high_watermark;
    const Offset to =
        std::max(std::min(Offset{data.high_watermark}, partition.log_end()), partition.log_start());
    if (to != before)
        set_high_watermark(partition, to, step);
    if (data.log_start_offset > partition.log_start().value &&
        data.log_start_offset <= partition.high_watermark.value) {
        partition.log.advance_start_offset({data.log_start_offset}, step.out.effects);
        logs_moved(step.now.instant);
    }
    if (to != before)
        progressed(slot, Progress::visible, step);
    return true;
}

/// KIP-279: the leader knows our last epoch, or the largest below it, and where that ends with it.
/// If we have that epoch too, the logs part at the smaller of the two ends; if not, at the end of
/// the largest epoch below it that we do have, from where we ask again.
void Replicas::truncate_to_epoch(Slot slot, LeaderEpoch epoch, Offset leader_end,
                                 const Step& step) {
    Partition& partition = edit(slot);
    const log::EpochEnd own = partition.log.end_offset_for(epoch);
    Offset to = leader_end;
    if (own.epoch == epoch)
        to = std::min(own.end_offset, leader_end);
    else if (own.epoch != no_epoch)
        to = own.end_offset;
    truncate(partition, to, step);
}

void Replicas::truncate(Partition& partition, Offset to, const Step& step) {
    const Offset from = partition.log_end();
    // Also when there is nothing to cut: the last epoch may be one that we led without a record,
    // and that the leader never heard of. Kept, it would part us from the leader for ever.
    partition.log.truncate_to(std::max(to, partition.log_start()), step.out.effects);
    if (partition.log_end() == from)
        return;
    if (partition.cleaned > partition.log_end()) {
        partition.cleaned = partition.log_end();
        write_cleaned(step);
    }
    logs_were_cut();
    step.note({Fact::truncated,
               partition.topic,
               partition.id.partition,
               {from.value, partition.log_end().value, partition.leader_epoch.value},
               {}});
    if (partition.high_watermark > partition.log_end())
        set_high_watermark(partition, partition.log_end(), step);
}

// --- outside of the leader's log

bool Replicas::on_located(AskId ask, const wire::ListOffsetsResponse* response, const Step& step) {
    for (auto& [leader, shared] : fetchers_)
        for (const auto& [slot, fetched] : shared->partitions) {
            const Locating* locating = std::get_if<Locating>(&fetched.phase);
            if (locating == nullptr || locating->ask != ask)
                continue;
            const bool start = locating->start;
            const Slot place = slot;
            Fetcher& fetcher = shared.edit();
            if (response == nullptr || response->topics.empty() ||
                response->topics.front().partitions.empty())
                delay(fetcher, place, step);
            else
                on_leader_offset(fetcher, place, start, response->topics.front().partitions.front(),
                                 step);
            return true;
        }
    return false;
}

/// A leader that ends before us was elected uncleanly, or lost its tail: cut to its end. One that
/// begins behind our end has deleted what we lack: begin anew at its start.
void Replicas::on_leader_offset(Fetcher& fetcher, Slot slot, bool start,
                                const wire::ListOffsetsResponse::ListOffsetsPartitionResponse& data,
                                const Step& step) {
    const Error error = wire::error_of(data.error_code);
    FetchedPartition& fetched = *fetcher.partitions.find(slot);
    if (error == Error::fenced_leader_epoch) {
        fetcher.partitions.erase(slot);
        std::erase(fetcher.changed, slot);
        return;
    }
    if (error != Error::none || data.offset < 0) {
        delay(fetcher, slot, step);
        return;
    }
    const Offset theirs{data.offset};
    if (!start && theirs >= at(slot).log_end()) {
        locate(fetcher, slot, true, step);
        return;
    }
    Partition& partition = edit(slot);
    if (!start) {
        truncate(partition, theirs, step);
    } else if (theirs > partition.log_end()) {
        step.note({Fact::truncated,
                   partition.topic,
                   partition.id.partition,
                   {partition.log_end().value, theirs.value, partition.leader_epoch.value},
                   {}});
        partition.log.truncate_fully_and_start_at(theirs, step.now, step.out.effects);
        logs_were_cut();
        set_high_watermark(partition, theirs, step);
    }
    fetched.offset = partition.log_end();
    fetched.phase = Fetching{};
    fetcher.touch(slot, fetched);
}

} // namespace orrery::replica
