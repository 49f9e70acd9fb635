// The follower's half of replication: what an answer to a fetch brings.
#include "core/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace orrery::raft {

using wire::Error;
using wire::error_of;

Quorum::Handled Quorum::handle(NodeId /*from*/, const wire::FetchResponse& answer, const Now& now,
                               Out& out) {
    if (error_of(answer.error_code) != Error::none || answer.responses.size() != 1 ||
        answer.responses[0].topic_id != metadata_topic_id ||
        answer.responses[0].partitions.size() != 1 ||
        answer.responses[0].partitions[0].partition_index != 0)
        return Handled::rest;
    const auto& partition = answer.responses[0].partitions[0];
    const QuorumView view{error_of(partition.error_code),
                          {partition.current_leader.leader_id},
                          {partition.current_leader.leader_epoch}};
    if (const Handled common = handle_common(view, now, out); common != Handled::pass)
        return common;
    auto* follower = std::get_if<Follower>(&state_);
    if (view.error != Error::none || follower == nullptr)
        return Handled::rest;

    if (partition.diverging_epoch.epoch >= 0) {
        const log::EpochEnd divergence{{partition.diverging_epoch.epoch},
                                       {partition.diverging_epoch.end_offset}};
        if (!truncate(divergence, out))
            return Handled::rest;
    } else if (partition.snapshot_id.epoch >= 0 || partition.snapshot_id.end_offset >= 0) {
        if (partition.snapshot_id.epoch < 0 || partition.snapshot_id.end_offset < 0)
            return Handled::rest;
        const SnapshotId id{{partition.snapshot_id.end_offset}, {partition.snapshot_id.epoch}};
        if (find_snapshot(id) == nullptr)
            follower->download = SnapshotDownload{id, {}};
    } else {
        if (partition.records && !append_fetched(*partition.records, now, out))
            return Handled::rest;
        follow_high_watermark({partition.high_watermark}, out);
    }
    successful_fetch(now);
    return Handled::done;
}

void Quorum::successful_fetch(const Now& now) {
    auto& follower = std::get<Follower>(state_);
    follower.fetch_deadline = now.instant + config_->fetch_timeout;
    follower.has_fetched = true;
}

/// Cuts where the leader's log and ours part, by the epochs of both (KIP-101, KIP-595). False when
/// nothing could be cut. What is committed is never cut: a leader that asks for that has lost
/// committed records, and going on would spread the loss.
bool Quorum::truncate(const log::EpochEnd& leader_end, Out& out) {
    Offset to = leader_end.end_offset;
    if (leader_end.epoch != LeaderEpoch{0}) {
        const log::EpochEnd here = end_offset_for(leader_end.epoch);
        to = here.epoch == leader_end.epoch ? std::min(here.end_offset, to) : here.end_offset;
    }
    if (leader_end.end_offset < high_watermark_ || to < high_watermark_) {
        halt("the leader asks to truncate the metadata log to " + std::to_string(to.value) +
                 ", below the high watermark " + std::to_string(high_watermark_.value),
             out);
        return false;
    }
    const Offset from = log_.end_offset();
    std::vector<Offset> bases;
    for (std::size_t i = 0; i < log_.segment_count(); ++i)
        bases.push_back(log_.segment(i).base_offset);
    if (!log_.truncate_to(to, out.effects))
        return false;
    const Offset end = log_.end_offset();
    tell(Fact::metadata_truncated, {from.value, end.value}, out);
    // A flush under way may still confirm what was just cut. It must not vouch for what takes the
    // same offsets later.
    for (LogFlush& flush : flushes_)
        flush.end = std::min(flush.end, end);
    durable_end_ = std::min(durable_end_, end);
    // The log goes on in a new segment. Were the cut of the old one lost, and the new one kept,
    // recovery would find two that overlap; so the cut is durable before anything follows it.
    flush_closed_segment(out);
    // A segment that went whole and begins anew has the old one's file name: were its erasing lost,
    // new batches would be written over old ones.
    if (std::find(bases.begin(), bases.end(), end) != bases.end()) {
        out.effects.emplace_back(Truncate{log::segment_file(config_->directory, end, ".log"), 0});
        flush_segments(log_.segment_count() - 1, log_.segment_count(), out);
    }
    return true;
}

/// False when the records could not be appended; they will be fetched again.
bool Quorum::append_fetched(const Chain& records, const Now& now, Out& out) {
    if (records.empty())
        return true;
    // Observers vouch for nothing, so they need not wait for their disks.
    const bool waits = is_voter() && config_->planted.append_durability ==
                                         Planted::AppendDurability::before_the_next_fetch;
    const WriteId id = waits ? new_write() : unwatched;
    const auto appended = log_.append_fetched(records, now, out.effects, id);
    if (!appended)
        return false;
    if (appended->last == no_offset)
        return true;
    if (waits && appended->rolled)
        flush_closed_segment(out);
    if (waits)
        flush_log(id);
    else
        durable_end_ = log_.end_offset();
    tell(Fact::metadata_appended,
         {appended->first.value, appended->last.value, appended->last_epoch.value}, out);
    return true;
}

void Quorum::follow_high_watermark(Offset offset, Out& out) {
    const Offset known = std::min(offset, log_.end_offset());
    if (known <= high_watermark_)
        return;
    high_watermark_ = known;
    tell(Fact::metadata_high_watermark, {high_watermark_.value}, out);
}

} // namespace orrery::raft
