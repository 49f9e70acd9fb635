// Snapshots of the metadata log (KIP-630): made from the image's records, handed out to replicas
// whose next offset has left the log, and fetched by them in pieces.
#include "core/raft/batches.hpp"
#include "core/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace orrery::raft {

using wire::code;
using wire::Error;
using wire::error_of;

namespace {

/// Offsets in a snapshot begin at 0 and mean nothing; its epoch is the id's.
Chain snapshot_content(const SnapshotId& id, std::int64_t last_contained_log_timestamp_ms,
                       std::span<const Bytes> values, std::size_t batch_bytes, const Now& now) {
    Chain content;
    Offset next{0};
    content.append(
        snapshot_header_batch({next, id.epoch, now.wall_ms}, last_contained_log_timestamp_ms)
            .bytes);
    next = next + 1;
    while (!values.empty()) {
        std::size_t count = 0;
        std::size_t bytes = 0;
        while (count < values.size() && (count == 0 || bytes + values[count].size() <= batch_bytes))
            bytes += values[count++].size();
        content.append(data_batch({next, id.epoch, now.wall_ms}, values.first(count)).bytes);
        next = next + static_cast<std::int64_t>(count);
        values = values.subspan(count);
    }
    content.append(snapshot_footer_batch({next, id.epoch, now.wall_ms}).bytes);
    return content;
}

const wire::FetchSnapshotRequest::PartitionSnapshot*
metadata_partition(const wire::FetchSnapshotRequest& request) {
    if (request.topics.size() != 1 || request.topics[0].name != topic_name ||
        request.topics[0].partitions.size() != 1 || request.topics[0].partitions[0].partition != 0)
        return nullptr;
    return &request.topics[0].partitions[0];
}

wire::FetchSnapshotResponse refused(Error error) {
    wire::FetchSnapshotResponse response;
    response.error_code = code(error);
    return response;
}

} // namespace

const Snapshot* Quorum::find_snapshot(const SnapshotId& id) const {
    for (const Snapshot& snapshot : snapshots_)
        if (snapshot.id == id)
            return &snapshot;
    return nullptr;
}

bool Quorum::create_snapshot(const SnapshotId& id, std::int64_t last_contained_log_timestamp_ms,
                             std::span<const Bytes> values, const Now& now, Out& out) {
    if (halted_ || snapshot_write_ || id.end_offset <= log_.start_offset() ||
        id.end_offset > high_watermark_)
        return false;
    if (!snapshots_.empty() && id <= snapshots_.back().id)
        return false;
    if (log_.epoch_of(id.end_offset - 1) != id.epoch || !begins_batch(id.end_offset))
        return false;
    Snapshot snapshot{id,
                      snapshot_content(id, last_contained_log_timestamp_ms, values,
                                       static_cast<std::size_t>(config_->batch_max_bytes), now)};
    const WriteId write = new_write();
    out.effects.emplace_back(
        Replace{write, config_->directory + '/' + file_name_of(id), snapshot.content});
    snapshot_write_ = SnapshotWrite{write, std::move(snapshot), false};
    return true;
}

/// A follower that begins from a snapshot fetches from its end offset, and can append what comes
/// only if a batch begins right there.
bool Quorum::begins_batch(Offset offset) const {
    if (offset == log_.end_offset())
        return true;
    const auto read = log_.read(offset, {1, log_.end_offset(), true});
    if (!read)
        return false;
    record::BatchReader batches(read->records);
    const auto batch = batches.next();
    return batch && *batch && (*batch)->header.base_offset == offset;
}

void Quorum::snapshot_confirmed(const Now& now, Out& out) {
    SnapshotWrite done = std::move(*snapshot_write_);
    snapshot_write_.reset();
    const SnapshotId id = done.snapshot.id;
    skip_cleanings(now);
    snapshots_.push_back(std::move(done.snapshot));
    std::sort(snapshots_.begin(), snapshots_.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    tell(Fact::metadata_snapshot, {id.end_offset.value, id.epoch.value}, out,
         done.downloaded ? "fetched from the leader" : "made of the image");
    const LeaderEpoch latest = log_.latest_epoch().value_or(LeaderEpoch{0});
    const bool ahead =
        id.epoch > latest || (id.epoch == latest && id.end_offset > log_.end_offset());
    if (done.downloaded && ahead && !is_leader()) {
        log_.truncate_fully_and_start_at(id.end_offset, now, out.effects);
        flushes_.clear();
        durable_end_ = id.end_offset;
        while (snapshots_.front().id != id)
            erase_oldest_snapshot(out);
        if (id.end_offset > high_watermark_) {
            high_watermark_ = id.end_offset;
            tell(Fact::metadata_high_watermark, {high_watermark_.value}, out);
        }
    }
}

void Quorum::erase_oldest_snapshot(Out& out) {
    out.effects.emplace_back(Erase{config_->directory + '/' + file_name_of(snapshots_.front().id)});
    snapshots_.erase(snapshots_.begin());
}

/// Cleaning comes round by the clock; without two snapshots it would find nothing to do.
std::optional<Instant> Quorum::next_cleaning() const {
    return snapshots_.size() >= 2 ? std::optional(next_cleaning_) : std::nullopt;
}

void Quorum::skip_cleanings(const Now& now) {
    while (next_cleaning_ <= now.instant)
        next_cleaning_ = next_cleaning_ + config_->clean_interval;
}

/// metadata.max.retention.bytes and .ms: the oldest snapshot goes, and the log up to the next one,
/// as long as there is a next one.
void Quorum::clean_snapshots(const Now& now, Out& out) {
    skip_cleanings(now);
    if (config_->planted.snapshot_cleaning == Planted::SnapshotCleaning::the_log_alone)
        log_.advance_start_offset(high_watermark_, out.effects);
    const auto total = [this] {
        std::int64_t bytes = log_.size();
        for (const Snapshot& snapshot : snapshots_)
            bytes += static_cast<std::int64_t>(snapshot.content.size());
        return bytes;
    };
    while (snapshots_.size() >= 2) {
        const auto made = last_contained_log_timestamp(snapshots_.front().content);
        const bool too_big = config_->retention_bytes >= 0 && total() > config_->retention_bytes;
        const bool too_old =
            config_->retention_ms >= 0 && made && now.wall_ms - *made > config_->retention_ms;
        if (!too_big && !too_old)
            return;
        const Offset next = snapshots_[1].id.end_offset;
        if (next > log_.end_offset() || !log_.advance_start_offset(next, out.effects))
            return;
        erase_oldest_snapshot(out);
    }
}

// --- FetchSnapshot
// ------------------------------------------------------------------------------------------------

void Quorum::on_request(RequestId id, std::int16_t version,
                        const wire::FetchSnapshotRequest& request, const Now& now, Out& out) {
    if (!is_our_cluster(request.cluster_id))
        return reply(id, refused(Error::inconsistent_cluster_id), out);
    if (request.topics.size() != 1 || request.topics[0].partitions.size() != 1)
        return reply(id, refused(Error::invalid_request), out);

    wire::FetchSnapshotResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = request.topics[0].name;
    auto& partition = topic.partitions.emplace_back();
    partition.index = request.topics[0].partitions[0].partition;
    if (const Voter* voter = config_->voter(leader()); voter != nullptr && version >= 1) {
        auto& node = response.node_endpoints.emplace_back();
        node.node_id = voter->id.value;
        node.host = voter->endpoint.host;
        node.port = static_cast<std::uint16_t>(voter->endpoint.port);
    }
    const auto* asked = metadata_partition(request);
    if (asked == nullptr) {
        partition.error_code = code(Error::unknown_topic_or_partition);
        return reply(id, std::move(response), out);
    }
    partition.current_leader.leader_id = leader().value;
    partition.current_leader.leader_epoch = epoch_.value;
    const SnapshotId wanted{{asked->snapshot_id.end_offset}, {asked->snapshot_id.epoch}};
    const Snapshot* snapshot = find_snapshot(wanted);
    const auto size = snapshot ? static_cast<std::int64_t>(snapshot->content.size()) : 0;
    if (const auto error = refuse_leader_request({asked->current_leader_epoch})) {
        partition.error_code = code(*error);
    } else if (snapshot == nullptr) {
        partition.error_code = code(Error::snapshot_not_found);
    } else if (asked->position < 0 || asked->position >= size) {
        partition.error_code = code(Error::position_out_of_range);
    } else {
        const auto count =
            std::min<std::int64_t>(std::max(request.max_bytes, 0), size - asked->position);
        partition.snapshot_id.end_offset = wanted.end_offset.value;
        partition.snapshot_id.epoch = wanted.epoch.value;
        partition.size = size;
        partition.position = asked->position;
        partition.unaligned_records = snapshot->content.slice(
            static_cast<std::size_t>(asked->position), static_cast<std::size_t>(count));
        heard_of_voter({{request.replica_id}, asked->replica_directory_id}, now);
    }
    reply(id, std::move(response), out);
    poll(now, out);
}

wire::FetchSnapshotRequest Quorum::snapshot_request(const SnapshotDownload& download) const {
    wire::FetchSnapshotRequest request;
    request.cluster_id = config_->cluster_id;
    request.replica_id = config_->id.value;
    request.max_bytes = config_->fetch_snapshot_max_bytes;
    auto& topic = request.topics.emplace_back();
    topic.name = topic_name;
    auto& partition = topic.partitions.emplace_back();
    partition.current_leader_epoch = epoch_.value;
    partition.snapshot_id.end_offset = download.id.end_offset.value;
    partition.snapshot_id.epoch = download.id.epoch.value;
    partition.position = static_cast<std::int64_t>(download.content.size());
    partition.replica_directory_id = config_->directory_id;
    return request;
}

Quorum::Handled Quorum::handle(NodeId /*from*/, const wire::FetchSnapshotResponse& answer,
                               const Now& now, Out& out) {
    if (error_of(answer.error_code) != Error::none || answer.topics.size() != 1 ||
        answer.topics[0].partitions.size() != 1)
        return Handled::rest;
    const auto& partition = answer.topics[0].partitions[0];
    const QuorumView view{error_of(partition.error_code),
                          {partition.current_leader.leader_id},
                          {partition.current_leader.leader_epoch}};
    if (const Handled common = handle_common(view, now, out); common != Handled::pass)
        return common;
    auto* follower = std::get_if<Follower>(&state_);
    if (follower == nullptr || !follower->download)
        return Handled::rest;
    SnapshotDownload& download = *follower->download;
    const SnapshotId id{{partition.snapshot_id.end_offset}, {partition.snapshot_id.epoch}};
    const auto arrived = static_cast<std::int64_t>(download.content.size());
    if (view.error != Error::none || id != download.id || partition.position != arrived) {
        // The leader has another snapshot by now: fetch, and be told which.
        follower->download.reset();
        successful_fetch(now);
        return view.error == Error::snapshot_not_found ? Handled::done : Handled::rest;
    }
    download.content.append(partition.unaligned_records);
    if (static_cast<std::int64_t>(download.content.size()) >= partition.size) {
        const WriteId write = new_write();
        out.effects.emplace_back(
            Replace{write, config_->directory + '/' + file_name_of(id), download.content});
        if (snapshot_write_) // one of our own on its way: older than this one
            out.effects.emplace_back(
                Erase{config_->directory + '/' + file_name_of(snapshot_write_->snapshot.id)});
        snapshot_write_ = SnapshotWrite{write, {id, std::move(download.content)}, true};
        follower->download.reset();
    }
    successful_fetch(now);
    return Handled::done;
}

} // namespace orrery::raft
