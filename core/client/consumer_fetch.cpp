// How a consumer fetches, and hands what it fetched to its application.
#include "core/client/consumer.hpp"
#include "core/client/load.hpp"
#include "core/record/records.hpp"
#include "core/wire/messages/fetch_request.hpp"
#include "core/wire/messages/fetch_response.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

/// From this version on Fetch names topics by id (KIP-516).
constexpr std::int16_t fetch_by_id_from = 13;

bool is_leader_error(wire::Error error) {
    return error == wire::Error::not_leader_or_follower ||
           error == wire::Error::fenced_leader_epoch;
}

} // namespace

// --- asking
// ---------------------------------------------------------------------------------------

/// The leader, or the follower that the leader said is nearer, for a while (KIP-392).
NodeId ConsumerProcess::replica_to_read(ConsumerPartition& partition, Instant now) {
    if (partition.preferred != no_node) {
        if (now < partition.preferred_until &&
            network_.metadata().broker(partition.preferred) != nullptr)
            return partition.preferred;
        partition.preferred = no_node;
    }
    return leader_of(partition);
}

FetchSession& ConsumerProcess::session_with(NodeId node) {
    for (FetchSession& session : sessions_)
        if (session.node() == node)
            return session;
    return sessions_.emplace_back(node);
}

void ConsumerProcess::send_fetches(Turn& turn) {
    // A broker of which we still hold records isn't asked: to leave those partitions out would
    // make it drop them from the session and take them in again (KAFKA-17182).
    std::vector<NodeId> holding;
    for (const std::size_t place : buffered_)
        if (partitions_[place].fetchable())
            holding.push_back(partitions_[place].buffered_from);
    const auto held = [&](NodeId node) {
        return std::find(holding.begin(), holding.end(), node) != holding.end();
    };
    std::vector<std::pair<NodeId, std::vector<SessionPartition>>> wanted;
    for (std::size_t place = 0; place < partitions_.size(); ++place) {
        ConsumerPartition& partition = partitions_[place];
        if (!partition.fetchable() || !partition.buffered.empty() ||
            partition.retry_at > turn.now.instant)
            continue;
        const NodeId node = replica_to_read(partition, turn.now.instant);
        if (node == no_node) {
            network_.want_metadata();
            continue;
        }
        if (held(node) || session_with(node).waiting())
            continue;
        auto at = std::find_if(wanted.begin(), wanted.end(),
                               [&](const auto& entry) { return entry.first == node; });
        if (at == wanted.end())
            at = wanted.insert(wanted.end(), {node, {}});
        at->second.push_back({place, partition.position, partition.leader_epoch});
    }
    for (auto& [node, partitions] : wanted)
        if (network_.ready(turn, node))
            send_fetch(turn, session_with(node), std::move(partitions));
}

void ConsumerProcess::send_fetch(Turn& turn, FetchSession& session,
                                 std::vector<SessionPartition> wanted) {
    auto version = network_.version_for<wire::FetchRequest>(session.node());
    for (const SessionPartition& partition : wanted)
        if (version && network_.metadata().topic(partitions_[partition.place].topic).id.is_zero())
            version = std::min<std::int16_t>(*version, fetch_by_id_from - 1);
    if (!version)
        return;
    const bool by_id = *version >= fetch_by_id_from;
    wire::FetchRequest request;
    request.max_wait_ms = static_cast<std::int32_t>(config_->fetch_max_wait.ms());
    request.min_bytes = config_->fetch_min_bytes;
    request.max_bytes = config_->fetch_max_bytes;
    request.isolation_level = config_->read_committed ? 1 : 0;
    request.session_id = session.id();
    request.session_epoch = session.epoch();
    request.rack_id = config_->common.client_rack;

    const FetchSession::Changes changes = session.begin(std::move(wanted), next_tag_++);
    std::size_t last_topic = SIZE_MAX;
    for (const SessionPartition& asked : changes.ask) {
        const ConsumerPartition& partition = partitions_[asked.place];
        const TopicInfo& topic = network_.metadata().topic(partition.topic);
        if (partition.topic != std::exchange(last_topic, partition.topic)) {
            auto& entry = request.topics.emplace_back();
            if (by_id)
                entry.topic_id = topic.id;
            else
                entry.topic = topic.name;
        }
        auto& part = request.topics.back().partitions.emplace_back();
        part.partition = partition.partition;
        part.current_leader_epoch = asked.leader_epoch.value;
        part.fetch_offset = asked.offset.value;
        part.partition_max_bytes = config_->max_partition_fetch_bytes;
    }
    for (const std::size_t place : changes.forget) {
        const ConsumerPartition& partition = partitions_[place];
        const TopicInfo& topic = network_.metadata().topic(partition.topic);
        auto& entry = request.forgotten_topics_data.emplace_back();
        if (by_id)
            entry.topic_id = topic.id;
        else
            entry.topic = topic.name;
        entry.partitions.push_back(partition.partition);
    }
    ++counters_.requests;
    if (!network_.send(turn, session.node(), request, *version, session.tag(),
                       config_->common.request_timeout))
        session.on_failed();
}

// --- what arrives
// ---------------------------------------------------------------------------------

void ConsumerProcess::on_fetched(Turn& turn, FetchSession& session,
                                 const wire::FetchResponse& response) {
    const wire::Error error = wire::error_of(response.error_code);
    if (!session.on_answer(error, response.session_id)) {
        last_error_ = wire::name_of(error);
        if (wire::is_invalid_metadata(error))
            network_.want_metadata();
        return;
    }
    for (const auto& node : response.node_endpoints)
        network_.learn_broker(NodeId{node.node_id}, {node.host, node.port},
                              node.rack.value_or(std::string{}));
    for (const auto& topic : response.responses) {
        const std::size_t index = network_.metadata().find_topic(topic.topic_id, topic.topic);
        for (const auto& part : topic.partitions) {
            ConsumerPartition* partition = find(index, part.partition_index);
            if (partition == nullptr)
                continue;
            const auto place = static_cast<std::size_t>(partition - partitions_.data());
            const SessionPartition* asked = session.find(place);
            // What was asked for a position that we have left since is of no use.
            if (asked == nullptr || partition->phase != Phase::fetching || !partition->owned ||
                asked->offset != partition->position || !partition->buffered.empty())
                continue;
            const wire::Error part_error = wire::error_of(part.error_code);
            if (is_leader_error(part_error) && part.current_leader.leader_id >= 0)
                if (network_.learn_leader(index, part.partition_index,
                                          NodeId{part.current_leader.leader_id},
                                          LeaderEpoch{part.current_leader.leader_epoch}))
                    follow_leaders();
            if (part_error != wire::Error::none) {
                on_fetch_error(turn, *partition, part_error, session.node());
                continue;
            }
            partition->high_watermark = Offset{part.high_watermark};
            partition->last_stable = Offset{part.last_stable_offset};
            partition->log_start = Offset{part.log_start_offset};
            if (part.preferred_read_replica >= 0) {
                partition->preferred = NodeId{part.preferred_read_replica};
                partition->preferred_until = turn.now.instant + config_->common.metadata_max_age;
            }
            if (part.records && !part.records->empty()) {
                partition->buffered = *part.records;
                partition->buffered_from = session.node();
                buffered_.push_back(place);
            }
        }
    }
}

void ConsumerProcess::on_fetch_error(Turn& turn, ConsumerPartition& partition, wire::Error error,
                                     NodeId from) {
    last_error_ = wire::name_of(error);
    switch (error) {
    case wire::Error::offset_out_of_range:
        if (partition.preferred == from && from != no_node) {
            partition.preferred = no_node; // a follower may lag: ask the leader
            return;
        }
        return ask_reset(turn, partition, "the position is out of the log's range");
    case wire::Error::unknown_leader_epoch: return; // the broker will learn of the leader soon
    case wire::Error::topic_authorization_failed:
        partition.phase = Phase::stuck;
        return complain(turn, partition, "not authorized to read the topic");
    case wire::Error::corrupt_message: return on_corrupt(turn, partition, partition.position);
    default:
        partition.preferred = no_node;
        network_.want_metadata();
        // Kafka asks again at once, as fast as the broker can refuse; the answer only changes with
        // the metadata, so we wait for its backoff, unless the refusal named the new leader.
        if (partition.leader == from || partition.leader == no_node)
            partition.retry_at = turn.now.instant + config_->common.retry_backoff;
    }
}

// --- handing over
// ---------------------------------------------------------------------------------

/// The records of one poll, of at most max.poll.records; none if there are none. What a partition
/// has that is paused or about to be given up stays where it is.
std::vector<Taken> ConsumerProcess::take_poll(Turn& turn) {
    std::vector<Taken> batch;
    std::int64_t taken = 0;
    for (std::size_t i = 0; i < buffered_.size() && taken < config_->max_poll_records;) {
        ConsumerPartition& partition = partitions_[buffered_[i]];
        if (partition.owned && (partition.paused || partition.leaving)) {
            ++i;
            continue;
        }
        Taken handed = hand_over(turn, partition, config_->max_poll_records - taken);
        handed.place = buffered_[i];
        taken += handed.records;
        if (handed.records > 0)
            batch.push_back(handed);
        if (partition.buffered.empty())
            buffered_.erase(buffered_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    counters_.polls += taken > 0 ? 1 : 0;
    return batch;
}

/// Up to `most` records of what is buffered; the rest, from the batch that was begun on, stays.
Taken ConsumerProcess::hand_over(Turn& turn, ConsumerPartition& partition, std::int64_t most) {
    const Chain fetched = std::exchange(partition.buffered, {});
    if (partition.phase != Phase::fetching)
        return {}; // the position is in doubt: what we have will be fetched again
    record::BatchReader batches(fetched);
    Taken handed;
    while (true) {
        const std::size_t begun_at = batches.consumed();
        const auto next = batches.next();
        if (!next)
            on_corrupt(turn, partition, partition.position);
        if (!next || !*next)
            break;
        const record::Batch& batch = **next;
        if (batch.header.last_offset() < partition.position)
            continue;
        if (handed.records < most && !take_records(partition, batch, most, handed)) {
            on_corrupt(turn, partition, batch.header.base_offset);
            break;
        }
        if (handed.records >= most && partition.position <= batch.header.last_offset()) {
            partition.buffered = fetched.slice(begun_at, fetched.size() - begun_at);
            break;
        }
    }
    partition.consumed += handed.records;
    counters_.consumed += handed.records;
    if (handed.records > 0) {
        Note note{Fact::record_consumed, topic_of(partition), partition.partition, {}, {}};
        note.numbers = {handed.first.value, handed.last.value, partition.buffered_from.value,
                        handed.records, handed.digest};
        turn.out.push_back(std::move(note));
    }
    return handed;
}

/// Moves the position over the batch, or as far into it as `most` allows. False if it is corrupt.
bool ConsumerProcess::take_records(ConsumerPartition& partition, const record::Batch& batch,
                                   std::int64_t most, Taken& handed) {
    if (config_->check_crcs && !record::crc_is_valid(batch))
        return false;
    partition.position_epoch = batch.header.leader_epoch;
    if (!batch.header.is_control()) {
        record::Records records(batch);
        record::Record record;
        while (handed.records < most && records.next(record)) {
            if (record.offset < partition.position)
                continue;
            if (handed.records++ == 0)
                handed.first = record.offset;
            handed.last = record.offset;
            handed.digest = add_digests(
                handed.digest, digest_of(record.offset, record.value.value_or(record::View{})));
            counters_.bytes += static_cast<std::int64_t>(record.size);
            partition.position = record.offset + 1;
        }
        if (records.error() != record::RecordsError::none)
            return false;
        if (handed.records >= most)
            return true; // there may be more in it
    }
    partition.position = batch.header.next_offset(); // also past what compaction took away
    return true;
}

void ConsumerProcess::on_corrupt(Turn& turn, ConsumerPartition& partition, Offset at) {
    partition.retry_at = turn.now.instant + config_->common.retry_backoff;
    if (partition.corrupt_at == at)
        return; // said already
    partition.corrupt_at = at;
    ++counters_.corrupt;
    complain(turn, partition, "the batch at offset " + std::to_string(at.value) + " is corrupt");
}

} // namespace orrery::client
