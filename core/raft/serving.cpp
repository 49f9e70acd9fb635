// Fetch on the metadata partition, as the leader answers it, and DescribeQuorum.
//
// A fetch is answered at once when there is something to say:
//   1. an error: a stale or future epoch, not the leader, an impossible request
//   2. records past its offset
//   3. its log has parted from ours (diverging epoch), or what it wants is only in a snapshot
//   4. a high watermark past the one it knows
//   5. it does not want to wait
// and else parked until the log grows past its offset, the high watermark moves, its patience ends,
// or we are no longer the leader.
#include "core/raft/quorum.hpp"

#include <limits>
#include <utility>

namespace orrery::raft {

using wire::code;
using wire::Error;

namespace {

wire::FetchResponse fetch_refused(Error error) {
    wire::FetchResponse response;
    response.error_code = code(error);
    return response;
}

NodeId replica_of(const wire::FetchRequest& request) {
    return {request.replica_state.replica_id != -1 ? request.replica_state.replica_id
                                                   : request.replica_id};
}

const wire::FetchRequest::FetchPartition* metadata_partition(const wire::FetchRequest& request) {
    if (request.topics.size() != 1 || request.topics[0].topic_id != metadata_topic_id ||
        request.topics[0].partitions.size() != 1 || request.topics[0].partitions[0].partition != 0)
        return nullptr;
    return &request.topics[0].partitions[0];
}

} // namespace

std::optional<Error> Quorum::refuse_leader_request(LeaderEpoch epoch) const {
    if (epoch < epoch_)
        return Error::fenced_leader_epoch;
    if (epoch > epoch_)
        return Error::unknown_leader_epoch;
    if (!is_leader())
        return Error::not_leader_or_follower;
    if (shutting_down_)
        return Error::broker_not_available;
    return std::nullopt;
}

LeaderEpoch Quorum::last_epoch() const {
    if (const auto epoch = log_.latest_epoch())
        return *epoch;
    return snapshots_.empty() ? LeaderEpoch{0} : snapshots_.back().id.epoch;
}

log::EpochEnd Quorum::end_offset_for(LeaderEpoch epoch) const {
    const log::EpochEnd found = log_.end_offset_for(epoch);
    if (found.epoch == no_epoch)
        return {last_epoch(), log_.end_offset()};
    // Below the first epoch of the log: what is left of it is the oldest snapshot.
    if (!snapshots_.empty() && found.end_offset == snapshots_.front().id.end_offset &&
        found.epoch == epoch)
        return {snapshots_.front().id.epoch, found.end_offset};
    return found;
}

Quorum::Validity Quorum::validate(Offset offset, LeaderEpoch epoch) const {
    using Kind = Validity::Kind;
    const Offset start = log_.start_offset();
    if (offset == Offset{0} && start == Offset{0})
        return {Kind::valid, offset, epoch};
    if (!snapshots_.empty()) {
        const SnapshotId& oldest = snapshots_.front().id;
        const SnapshotId& latest = snapshots_.back().id;
        if (offset < start || (offset == start && epoch != oldest.epoch) || epoch < oldest.epoch)
            return {Kind::snapshot, latest.end_offset, latest.epoch};
    }
    const log::EpochEnd end = end_offset_for(epoch);
    if (end.epoch != epoch || end.end_offset < offset)
        return {Kind::diverging, end.end_offset, end.epoch};
    return {Kind::valid, offset, epoch};
}

wire::FetchResponse Quorum::fetch_response(std::int16_t version, Error error,
                                           const Validity& validity, Chain records,
                                           Offset high_watermark) const {
    wire::FetchResponse response;
    auto& topic = response.responses.emplace_back();
    topic.topic = topic_name;
    topic.topic_id = metadata_topic_id;
    auto& partition = topic.partitions.emplace_back();
    partition.error_code = code(error);
    partition.high_watermark = high_watermark.value;
    partition.log_start_offset = log_.start_offset().value;
    partition.current_leader.leader_id = leader().value;
    partition.current_leader.leader_epoch = epoch_.value;
    if (validity.kind == Validity::Kind::diverging) {
        partition.diverging_epoch.epoch = validity.epoch.value;
        partition.diverging_epoch.end_offset = validity.offset.value;
    } else if (validity.kind == Validity::Kind::snapshot) {
        partition.snapshot_id.epoch = validity.epoch.value;
        partition.snapshot_id.end_offset = validity.offset.value;
    }
    partition.records = std::move(records);
    if (const Voter* endpoint = config_->voter(leader()); endpoint != nullptr && version >= 17) {
        auto& node = response.node_endpoints.emplace_back();
        node.node_id = endpoint->id.value;
        node.host = endpoint->endpoint.host;
        node.port = endpoint->endpoint.port;
    }
    return response;
}

wire::FetchResponse Quorum::complete(const ParkedFetch& fetch, const Now& now, Out& out) {
    if (const auto error = refuse_leader_request(fetch.leader_epoch))
        return fetch_response(fetch.version, *error, {}, {}, no_offset);
    Validity validity = validate(fetch.offset, fetch.last_fetched_epoch);
    if (fetch.offset == Offset{0} && !snapshots_.empty())
        // A new replica: the snapshot is the shorter way, even while the log reaches back to 0.
        validity = {Validity::Kind::snapshot, snapshots_.back().id.end_offset,
                    snapshots_.back().id.epoch};
    Chain records;
    if (validity.kind == Validity::Kind::valid) {
        if (progressed(fetch.replica, fetch.offset, now))
            update_high_watermark(now, out);
        const log::ReadLimits limits{fetch.max_bytes, log_.end_offset(), true};
        if (auto read = log_.read(fetch.offset, limits))
            records = std::move(read->records);
    }
    return fetch_response(fetch.version, Error::none, validity, std::move(records),
                          std::get<Leader>(state_).high_watermark);
}

void Quorum::on_request(RequestId id, std::int16_t version, const wire::FetchRequest& request,
                        const Now& now, Out& out) {
    if (!is_our_cluster(request.cluster_id))
        return reply(id, fetch_refused(Error::inconsistent_cluster_id), out);
    const auto* asked = metadata_partition(request);
    if (asked == nullptr)
        return reply(id, fetch_refused(Error::invalid_request), out);
    if (request.max_wait_ms < 0 || asked->fetch_offset < 0 || asked->last_fetched_epoch < 0 ||
        asked->last_fetched_epoch > asked->current_leader_epoch)
        return reply(id, fetch_response(version, Error::invalid_request, {}, {}, no_offset), out);

    ParkedFetch fetch;
    fetch.request = id;
    fetch.version = version;
    fetch.replica = {replica_of(request), asked->replica_directory_id};
    fetch.leader_epoch = {asked->current_leader_epoch};
    fetch.offset = {asked->fetch_offset};
    fetch.last_fetched_epoch = {asked->last_fetched_epoch};
    fetch.max_bytes = request.max_bytes;
    fetch.deadline = now.instant + milliseconds(request.max_wait_ms);
    if (is_leader() && fetch.replica.id == config_->id)
        return reply(id, fetch_response(version, Error::unknown_server_error, {}, {}, no_offset),
                     out);

    wire::FetchResponse response = complete(fetch, now, out);
    const auto& partition = response.responses[0].partitions[0];
    const bool has_news = partition.error_code != code(Error::none) ||
                          (partition.records && !partition.records->empty()) ||
                          partition.diverging_epoch.epoch != -1 ||
                          partition.snapshot_id.epoch != -1 ||
                          asked->high_watermark < partition.high_watermark;
    if (has_news || request.max_wait_ms == 0)
        reply(id, std::move(response), out);
    else
        std::get<Leader>(state_).fetches.push_back(fetch);
    poll(now, out);
}

void Quorum::complete_fetches(Offset below, const Now& now, Out& out) {
    auto& waiting = std::get<Leader>(state_).fetches;
    const auto kept = std::stable_partition(waiting.begin(), waiting.end(),
                                            [&](const auto& f) { return f.offset >= below; });
    const std::vector<ParkedFetch> due(std::make_move_iterator(kept),
                                       std::make_move_iterator(waiting.end()));
    waiting.erase(kept, waiting.end());
    for (const ParkedFetch& fetch : due)
        reply(fetch.request, complete(fetch, now, out), out);
}

void Quorum::expire_fetches(const Now& now, Out& out) {
    auto* leader = std::get_if<Leader>(&state_);
    if (leader == nullptr)
        return;
    for (std::size_t i = 0; i < leader->fetches.size();) {
        const ParkedFetch& fetch = leader->fetches[i];
        if (fetch.deadline > now.instant) {
            ++i;
            continue;
        }
        // Its patience ended: nothing new, and no news of the replica either.
        reply(fetch.request,
              fetch_response(fetch.version, Error::none, {}, {}, leader->high_watermark), out);
        leader->fetches.erase(leader->fetches.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

void Quorum::refuse_fetches(const std::vector<ParkedFetch>& fetches, Out& out) {
    for (const ParkedFetch& fetch : fetches)
        reply(fetch.request,
              fetch_response(fetch.version, Error::not_leader_or_follower, {}, {}, no_offset), out);
}

// --- DescribeQuorum (KIP-836)
// ------------------------------------------------------------------------------------------------

namespace {

constexpr Duration observer_session = seconds(300);

void describe(std::vector<wire::DescribeQuorumResponse::ReplicaState>& list,
              const ReplicaProgress& progress, std::int16_t version) {
    auto& state = list.emplace_back();
    state.replica_id = progress.key.id.value;
    if (version >= 2)
        state.replica_directory_id = progress.key.directory_id;
    state.log_end_offset = progress.end.value;
    state.last_fetch_timestamp = progress.last_fetch_ms;
    state.last_caught_up_timestamp = progress.last_caught_up_ms;
}

} // namespace

void Quorum::on_request(RequestId id, std::int16_t version,
                        const wire::DescribeQuorumRequest& request, const Now& now, Out& out) {
    wire::DescribeQuorumResponse response;
    if (only_partition(request) == nullptr) {
        for (const auto& asked : request.topics) {
            auto& topic = response.topics.emplace_back();
            topic.topic_name = asked.topic_name;
            for (const auto& partition : asked.partitions) {
                auto& refused = topic.partitions.emplace_back();
                refused.partition_index = partition.partition_index;
                refused.error_code = code(Error::unknown_topic_or_partition);
            }
        }
        return reply(id, std::move(response), out);
    }
    auto& topic = response.topics.emplace_back();
    topic.topic_name = topic_name;
    auto& partition = topic.partitions.emplace_back();
    auto* leader = std::get_if<Leader>(&state_);
    if (leader == nullptr) {
        partition.error_code = code(Error::not_leader_or_follower);
        return reply(id, std::move(response), out);
    }
    std::erase_if(leader->observers, [&](const ReplicaProgress& observer) {
        return observer.last_fetch + observer_session <= now.instant;
    });
    partition.leader_id = config_->id.value;
    partition.leader_epoch = epoch_.value;
    partition.high_watermark = leader->high_watermark.value;
    for (ReplicaProgress voter : leader->voters) {
        if (voter.key.id == config_->id) {
            voter.end = log_.end_offset();
            voter.last_fetch_ms = now.wall_ms;
            voter.last_caught_up_ms = now.wall_ms;
        }
        describe(partition.current_voters, voter, version);
    }
    for (const ReplicaProgress& observer : leader->observers)
        describe(partition.observers, observer, version);
    if (version >= 2) {
        for (const Voter& voter : config_->voters) {
            auto& node = response.nodes.emplace_back();
            node.node_id = voter.id.value;
            auto& listener = node.listeners.emplace_back();
            listener.name = config_->listener_name;
            listener.host = voter.endpoint.host;
            listener.port = static_cast<std::uint16_t>(voter.endpoint.port);
        }
    }
    reply(id, std::move(response), out);
}

} // namespace orrery::raft
