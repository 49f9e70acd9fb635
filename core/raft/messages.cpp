// Requests of the quorum, filled in as Kafka's RaftUtil does.
#include "core/raft/messages.hpp"

#include <utility>

namespace orrery::raft {

wire::VoteRequest vote_request(const std::string& cluster_id, const ReplicaKey& to,
                               const VoteAsk& ask) {
    wire::VoteRequest request;
    request.cluster_id = cluster_id;
    request.voter_id = to.id.value;
    auto& topic = request.topics.emplace_back();
    topic.topic_name = topic_name;
    auto& partition = topic.partitions.emplace_back();
    partition.replica_epoch = ask.epoch.value;
    partition.replica_id = ask.from.id.value;
    partition.replica_directory_id = ask.from.directory_id;
    partition.voter_directory_id = to.directory_id;
    partition.last_offset_epoch = ask.last_epoch.value;
    partition.last_offset = ask.end_offset.value;
    partition.pre_vote = ask.pre_vote;
    return request;
}

wire::BeginQuorumEpochRequest begin_epoch_request(const Config& config, LeaderEpoch epoch,
                                                  const ReplicaKey& to) {
    wire::BeginQuorumEpochRequest request;
    request.cluster_id = config.cluster_id;
    request.voter_id = to.id.value;
    auto& topic = request.topics.emplace_back();
    topic.topic_name = topic_name;
    auto& partition = topic.partitions.emplace_back();
    partition.voter_directory_id = to.directory_id;
    partition.leader_id = config.id.value;
    partition.leader_epoch = epoch.value;
    const Endpoint& endpoint = config.voter(config.id)->endpoint;
    auto& listener = request.leader_endpoints.emplace_back();
    listener.name = config.listener_name;
    listener.host = endpoint.host;
    listener.port = static_cast<std::uint16_t>(endpoint.port);
    return request;
}

wire::EndQuorumEpochRequest end_epoch_request(const std::string& cluster_id, LeaderEpoch epoch,
                                              NodeId leader,
                                              const std::vector<ReplicaKey>& successors) {
    wire::EndQuorumEpochRequest request;
    request.cluster_id = cluster_id;
    auto& topic = request.topics.emplace_back();
    topic.topic_name = topic_name;
    auto& partition = topic.partitions.emplace_back();
    partition.leader_id = leader.value;
    partition.leader_epoch = epoch.value;
    // Version 0 has the ids alone, later ones the keys; the encoder takes what its version knows.
    for (const ReplicaKey& successor : successors) {
        partition.preferred_successors.push_back(successor.id.value);
        auto& candidate = partition.preferred_candidates.emplace_back();
        candidate.candidate_id = successor.id.value;
        candidate.candidate_directory_id = successor.directory_id;
    }
    return request;
}

wire::FetchRequest fetch_request(const FetchAsk& ask) {
    wire::FetchRequest request;
    request.cluster_id = ask.cluster_id;
    request.replica_state.replica_id = ask.from.id.value;
    request.max_wait_ms = static_cast<std::int32_t>(ask.max_wait.ms());
    request.max_bytes = ask.max_bytes;
    auto& topic = request.topics.emplace_back();
    topic.topic = topic_name;
    topic.topic_id = metadata_topic_id;
    auto& partition = topic.partitions.emplace_back();
    partition.current_leader_epoch = ask.epoch.value;
    partition.fetch_offset = ask.offset.value;
    partition.last_fetched_epoch = ask.last_fetched_epoch.value;
    partition.replica_directory_id = ask.from.directory_id;
    partition.high_watermark = ask.high_watermark.value;
    return request;
}

} // namespace orrery::raft
