// Where a consumer reads: resetting positions by ListOffsets, validating them by
// OffsetForLeaderEpoch after a leader change.
#include "core/base/backoff.hpp"
#include "core/client/consumer.hpp"
#include "core/wire/messages/list_offsets_request.hpp"
#include "core/wire/messages/list_offsets_response.hpp"
#include "core/wire/messages/offset_for_leader_epoch_request.hpp"
#include "core/wire/messages/offset_for_leader_epoch_response.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

constexpr std::int64_t latest_timestamp = -1;
constexpr std::int64_t earliest_timestamp = -2;
constexpr std::int32_t consumer_replica = -1;
/// Older brokers answer OffsetForLeaderEpoch only to replicas.
constexpr std::int16_t first_epoch_version_for_consumers = 3;

/// The entry of the topic in a request's list, made if it isn't the last.
template <class Topics>
auto& entry_of(Topics& topics, const std::string& name, std::string Topics::value_type::*field) {
    if (topics.empty() || topics.back().*field != name)
        topics.emplace_back().*field = name;
    return topics.back();
}

} // namespace

void ConsumerProcess::send_questions(Turn& turn, bool validate) {
    const Phase needed = validate ? Phase::validation_needed : Phase::reset_needed;
    std::vector<std::pair<NodeId, std::vector<std::size_t>>> by_leader;
    for (std::size_t place = 0; place < partitions_.size(); ++place) {
        const ConsumerPartition& partition = partitions_[place];
        if (partition.phase != needed || !partition.owned || partition.retry_at > turn.now.instant)
            continue;
        if (!validate && config_->reset == OffsetReset::none) {
            partitions_[place].phase = Phase::stuck;
            complain(turn, partition, "no offset to begin with, and auto.offset.reset is none");
            continue;
        }
        const NodeId leader = leader_of(partition);
        if (leader == no_node) {
            network_.want_metadata();
            continue;
        }
        auto at = std::find_if(by_leader.begin(), by_leader.end(),
                               [&](const auto& entry) { return entry.first == leader; });
        if (at == by_leader.end())
            at = by_leader.insert(by_leader.end(), {leader, {}});
        at->second.push_back(place);
    }
    for (auto& [node, places] : by_leader) {
        if (!network_.ready(turn, node))
            continue;
        const std::uint64_t tag = next_tag_++;
        const bool sent =
            validate ? ask_epochs(turn, node, places, tag) : ask_offsets(turn, node, places, tag);
        if (!sent)
            continue;
        for (const std::size_t place : places)
            partitions_[place].phase = validate ? Phase::validating : Phase::resetting;
        questions_.push_back({tag, validate, std::move(places)});
    }
}

std::int64_t ConsumerProcess::reset_timestamp(const ConsumerPartition& partition,
                                              const Now& now) const {
    if (config_->reset == OffsetReset::earliest)
        return earliest_timestamp;
    if (config_->reset == OffsetReset::by_duration && !partition.reset_to_latest)
        return std::max<std::int64_t>(0, now.wall_ms - config_->reset_by.ms());
    return latest_timestamp;
}

bool ConsumerProcess::ask_offsets(Turn& turn, NodeId node, const std::vector<std::size_t>& places,
                                  std::uint64_t tag) {
    const auto version = network_.version_for<wire::ListOffsetsRequest>(node);
    wire::ListOffsetsRequest request;
    request.replica_id = consumer_replica;
    request.isolation_level = config_->read_committed && version.value_or(0) >= 2 ? 1 : 0;
    for (const std::size_t place : places) {
        const ConsumerPartition& partition = partitions_[place];
        auto& part = entry_of(request.topics, topic_of(partition),
                              &wire::ListOffsetsRequest::ListOffsetsTopic::name)
                         .partitions.emplace_back();
        part.partition_index = partition.partition;
        part.current_leader_epoch =
            network_.metadata().partition(partition.topic, partition.partition)->epoch.value;
        part.timestamp = reset_timestamp(partition, turn.now);
    }
    if (version.value_or(0) >= 10)
        request.timeout_ms = static_cast<std::int32_t>(config_->common.request_timeout.ms());
    return version &&
           network_.send(turn, node, request, *version, tag, config_->common.request_timeout);
}

bool ConsumerProcess::ask_epochs(Turn& turn, NodeId node, const std::vector<std::size_t>& places,
                                 std::uint64_t tag) {
    const auto version = network_.version_for<wire::OffsetForLeaderEpochRequest>(node);
    if (version && *version < first_epoch_version_for_consumers) {
        for (const std::size_t place : places) // such a broker can't be asked: trust the position
            partitions_[place].phase = Phase::fetching;
        return false;
    }
    wire::OffsetForLeaderEpochRequest request;
    request.replica_id = consumer_replica;
    for (const std::size_t place : places) {
        const ConsumerPartition& partition = partitions_[place];
        auto& part = entry_of(request.topics, topic_of(partition),
                              &wire::OffsetForLeaderEpochRequest::OffsetForLeaderTopic::topic)
                         .partitions.emplace_back();
        part.partition = partition.partition;
        part.current_leader_epoch = partition.leader_epoch.value;
        part.leader_epoch = partition.position_epoch.value;
    }
    return version &&
           network_.send(turn, node, request, *version, tag, config_->common.request_timeout);
}

// --- what comes of it
// -----------------------------------------------------------------------------

void ConsumerProcess::on_offsets(Turn& turn, const Question& question,
                                 const wire::ListOffsetsResponse& response) {
    for (const auto& topic : response.topics) {
        const std::size_t index = network_.metadata().find_topic({}, topic.name);
        for (const auto& answer : topic.partitions) {
            ConsumerPartition* partition = find(index, answer.partition_index);
            if (partition == nullptr || partition->phase != Phase::resetting)
                continue;
            const wire::Error error = wire::error_of(answer.error_code);
            if (error != wire::Error::none) {
                last_error_ = wire::name_of(error);
                retry_later(turn, *partition);
            } else if (answer.offset < 0) {
                partition->reset_to_latest = true; // nothing is as new as that: read what comes
                partition->phase = Phase::reset_needed;
            } else {
                const LeaderEpoch epoch{answer.leader_epoch};
                network_.learn_epoch(index, answer.partition_index, epoch);
                seek(turn, *partition, Offset{answer.offset}, epoch);
            }
        }
    }
    question_failed(turn, question); // whatever the answer left out
}

void ConsumerProcess::on_epochs(Turn& turn, const Question& question,
                                const wire::OffsetForLeaderEpochResponse& response) {
    for (const auto& topic : response.topics) {
        const std::size_t index = network_.metadata().find_topic({}, topic.topic);
        for (const auto& answer : topic.partitions) {
            ConsumerPartition* partition = find(index, answer.partition);
            if (partition == nullptr || partition->phase != Phase::validating)
                continue;
            const wire::Error error = wire::error_of(answer.error_code);
            if (error != wire::Error::none) {
                last_error_ = wire::name_of(error);
                retry_later(turn, *partition);
                continue;
            }
            const bool unknown = answer.end_offset < 0 || answer.leader_epoch < 0;
            if (!unknown && answer.end_offset >= partition->position.value) {
                partition->phase = Phase::fetching;
                continue;
            }
            ++counters_.truncations;
            Note note{
                Fact::truncation_detected, topic_of(*partition), partition->partition, {}, {}};
            note.numbers = {partition->position.value, unknown ? -1 : answer.end_offset,
                            partition->leader_epoch.value};
            turn.out.push_back(std::move(note));
            if (unknown || config_->reset == OffsetReset::none)
                ask_reset(turn, *partition, "the log was truncated below the position");
            else
                seek(turn, *partition, Offset{answer.end_offset}, LeaderEpoch{answer.leader_epoch});
        }
    }
    question_failed(turn, question);
}

/// Those of the question's partitions that still wait ask again later.
void ConsumerProcess::question_failed(Turn& turn, const Question& question) {
    const Phase waiting = question.validates ? Phase::validating : Phase::resetting;
    for (const std::size_t place : question.places)
        if (partitions_[place].phase == waiting)
            retry_later(turn, partitions_[place]);
}

void ConsumerProcess::retry_later(Turn& turn, ConsumerPartition& partition) {
    partition.phase =
        partition.phase == Phase::validating ? Phase::validation_needed : Phase::reset_needed;
    partition.retry_at = turn.now.instant + config_->common.retry_backoff;
    network_.want_metadata();
}

void ConsumerProcess::begin_validation(ConsumerPartition& partition, NodeId leader,
                                       LeaderEpoch epoch) {
    partition.leader = leader;
    partition.leader_epoch = epoch;
    partition.preferred = no_node;
    partition.retry_at = {};
    // Without the epoch of what was read last, or of the leader, there is nothing to compare.
    const bool comparable = partition.position_epoch.value >= 0 && epoch.value >= 0;
    partition.phase = comparable ? Phase::validation_needed : Phase::fetching;
}

void ConsumerProcess::ask_reset(Turn& turn, ConsumerPartition& partition, const char* why) {
    partition.buffered = {};
    if (config_->reset == OffsetReset::none) {
        partition.phase = Phase::stuck;
        complain(turn, partition, std::string(why) + ", and auto.offset.reset is none");
        return;
    }
    last_error_ = why;
    partition.phase = Phase::reset_needed;
    partition.reset_to_latest = false;
}

void ConsumerProcess::seek(Turn& turn, ConsumerPartition& partition, Offset to, LeaderEpoch epoch) {
    Note note{Fact::offset_reset, topic_of(partition), partition.partition, {}, {}};
    note.numbers = {partition.position.value, to.value};
    turn.out.push_back(std::move(note));
    ++counters_.resets;
    const PartitionInfo* info = network_.metadata().partition(partition.topic, partition.partition);
    partition.position = to;
    partition.position_epoch = epoch;
    partition.buffered = {};
    partition.leader = leader_of(partition);
    partition.leader_epoch = info == nullptr ? no_epoch : info->epoch;
    partition.phase = Phase::fetching;
}

} // namespace orrery::client
