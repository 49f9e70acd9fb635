// Vote, BeginQuorumEpoch and EndQuorumEpoch, asked and answered (KIP-595, KIP-996, KIP-853's voter
// keys). Each handler refuses first, in Kafka's order, so that the error is Kafka's too.
#include "core/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace orrery::raft {

using wire::code;
using wire::Error;
using wire::error_of;

namespace {

/// Who leads, where it listens: for the answers that carry it. None if the leader is unknown.
template <class Message>
void add_endpoint(Message& response, const Voter* leader) {
    if (leader == nullptr)
        return;
    auto& node = response.node_endpoints.emplace_back();
    node.node_id = leader->id.value;
    node.host = leader->endpoint.host;
    node.port = static_cast<std::uint16_t>(leader->endpoint.port);
}

template <class Message>
auto& add_partition(Message& response) {
    auto& topic = response.topics.emplace_back();
    topic.topic_name = topic_name;
    return topic.partitions.emplace_back();
}

template <class Message>
Message top_level(Error error) {
    Message response;
    response.error_code = code(error);
    return response;
}

} // namespace

bool Quorum::is_our_cluster(const std::optional<std::string>& cluster_id) const {
    return !cluster_id || *cluster_id == config_->cluster_id;
}

std::optional<Error> Quorum::refuse_voter_request(NodeId from, LeaderEpoch epoch) const {
    if (epoch < epoch_)
        return Error::fenced_leader_epoch;
    if (from.value < 0)
        return Error::invalid_request;
    return std::nullopt;
}

/// A request that names whom it wants must name us; one that names nobody is of an old version.
bool Quorum::is_our_key(std::int32_t voter_id, const Uuid& directory_id) const {
    if (voter_id < 0)
        return true;
    return voter_id == config_->id.value &&
           (directory_id.is_zero() || directory_id == config_->directory_id);
}

// --- Vote
// ------------------------------------------------------------------------------------------------

wire::VoteResponse Quorum::vote_response(std::int16_t version, Error error, bool granted) const {
    wire::VoteResponse response;
    auto& partition = add_partition(response);
    partition.error_code = code(error);
    partition.leader_id = leader().value;
    partition.leader_epoch = epoch_.value;
    partition.vote_granted = granted;
    if (version >= 1)
        add_endpoint(response, config_->voter(leader()));
    return response;
}

bool Quorum::can_grant(const ReplicaKey& to, bool log_up_to_date, bool pre_vote) const {
    if (const auto* follower = std::get_if<Follower>(&state_))
        // Who has just fetched knows that the leader lives: a rejoining node must not depose it.
        return pre_vote && !follower->has_fetched && log_up_to_date;
    if (is_leader())
        return false;
    if (role() == Role::candidate || role() == Role::resigned)
        return pre_vote && log_up_to_date;
    if (pre_vote || config_->planted.votes == Planted::Votes::for_everyone)
        return log_up_to_date;
    if (const auto given = voted())
        return given->matches(to);
    return leader() == no_node && log_up_to_date;
}

void Quorum::on_request(RequestId id, std::int16_t version, const wire::VoteRequest& request,
                        const Now& now, Out& out) {
    const auto* asked = only_partition(request);
    if (!is_our_cluster(request.cluster_id))
        return reply(id, top_level<wire::VoteResponse>(Error::inconsistent_cluster_id), out);
    if (asked == nullptr)
        return reply(id, top_level<wire::VoteResponse>(Error::invalid_request), out);

    const LeaderEpoch epoch{asked->replica_epoch};
    const LeaderEpoch last_epoch_there{asked->last_offset_epoch};
    // A candidate stands for an epoch that nothing in its log is of yet.
    const bool illegal_epoch =
        asked->pre_vote ? last_epoch_there > epoch : last_epoch_there >= epoch;
    if (asked->last_offset < 0 || last_epoch_there.value < 0 || illegal_epoch)
        return reply(id, vote_response(version, Error::invalid_request, false), out);
    if (const auto error = refuse_voter_request({asked->replica_id}, epoch))
        return reply(id, vote_response(version, *error, false), out);

    if (epoch > epoch_)
        become_unattached(Turn::learned_epoch, epoch, no_node, now, out);
    if (!is_our_key(request.voter_id, asked->voter_directory_id)) {
        reply(id, vote_response(version, Error::invalid_voter_key, false), out);
        return poll(now, out);
    }
    const ReplicaKey candidate{{asked->replica_id}, asked->replica_directory_id};
    const LeaderEpoch last_epoch_here = last_epoch();
    const bool up_to_date =
        last_epoch_there > last_epoch_here ||
        (last_epoch_there == last_epoch_here && Offset{asked->last_offset} >= log_.end_offset());
    const bool granted = can_grant(candidate, up_to_date, asked->pre_vote);
    const bool again = voted() && voted()->matches(candidate);
    if (granted && !asked->pre_vote && !again)
        add_vote(candidate, now, out);
    reply(id, vote_response(version, Error::none, granted), out);
    poll(now, out);
}

Quorum::Handled Quorum::handle(NodeId from, const wire::VoteResponse& answer, const Now& now,
                               Out& out) {
    const Error top = error_of(answer.error_code);
    if (top == Error::unsupported_version && role() == Role::prospective) {
        // A voter that has not heard of pre-votes: stand at once, as Kafka does.
        become_candidate(now, out);
        return Handled::done;
    }
    const auto* partition = only_partition(answer);
    if (top != Error::none || partition == nullptr)
        return Handled::rest;
    const QuorumView view{
        error_of(partition->error_code), {partition->leader_id}, {partition->leader_epoch}};
    if (const Handled common = handle_common(view, now, out); common != Handled::pass)
        return common;
    if (view.error != Error::none)
        return Handled::rest;
    if (auto* prospective = std::get_if<Prospective>(&state_))
        prospective->ballot.record(from, partition->vote_granted);
    else if (auto* candidate = std::get_if<Candidate>(&state_))
        candidate->ballot.record(from, partition->vote_granted);
    return Handled::done;
}

// --- BeginQuorumEpoch
// ------------------------------------------------------------------------------------------------

/// What BeginQuorumEpoch and EndQuorumEpoch are answered with.
template <class Response>
Response Quorum::epoch_response(std::int16_t version, Error error) const {
    Response response;
    auto& partition = add_partition(response);
    partition.error_code = code(error);
    partition.leader_id = leader().value;
    partition.leader_epoch = epoch_.value;
    if (version >= 1)
        add_endpoint(response, config_->voter(leader()));
    return response;
}

/// The refusal of one of the two; none when it is of the leader of its epoch.
template <class Response, class Request>
std::optional<Response> Quorum::refuse_epoch_request(std::int16_t version,
                                                     const Request& request) const {
    const auto* asked = only_partition(request);
    if (!is_our_cluster(request.cluster_id))
        return top_level<Response>(Error::inconsistent_cluster_id);
    if (asked == nullptr)
        return top_level<Response>(Error::invalid_request);
    const NodeId leader_id{asked->leader_id};
    const LeaderEpoch epoch{asked->leader_epoch};
    if (const auto error = refuse_voter_request(leader_id, epoch))
        return epoch_response<Response>(version, *error);
    // Two leaders in one epoch: only a broken quorum brings it. Kafka halts; we refuse the second.
    if (!is_consistent(leader_id, epoch))
        return epoch_response<Response>(version, Error::unknown_server_error);
    return std::nullopt;
}

void Quorum::on_request(RequestId id, std::int16_t version,
                        const wire::BeginQuorumEpochRequest& request, const Now& now, Out& out) {
    using Answered = wire::BeginQuorumEpochResponse;
    if (auto refusal = refuse_epoch_request<Answered>(version, request))
        return reply(id, std::move(*refusal), out);
    const auto& asked = *only_partition(request);
    maybe_transition({asked.leader_id}, {asked.leader_epoch}, now, out);
    const bool ours = is_our_key(request.voter_id, asked.voter_directory_id);
    const Error error = ours ? Error::none : Error::invalid_voter_key;
    reply(id, epoch_response<Answered>(version, error), out);
    poll(now, out);
}

Quorum::Handled Quorum::handle(NodeId /*from*/, const wire::BeginQuorumEpochResponse& answer,
                               const Now& now, Out& out) {
    const auto* partition = only_partition(answer);
    if (error_of(answer.error_code) != Error::none || partition == nullptr)
        return Handled::rest;
    const QuorumView view{
        error_of(partition->error_code), {partition->leader_id}, {partition->leader_epoch}};
    if (const Handled common = handle_common(view, now, out); common != Handled::pass)
        return common;
    return view.error == Error::none ? Handled::done : Handled::rest;
}

// --- EndQuorumEpoch
// ------------------------------------------------------------------------------------------------

void Quorum::on_request(RequestId id, std::int16_t version,
                        const wire::EndQuorumEpochRequest& request, const Now& now, Out& out) {
    using Answered = wire::EndQuorumEpochResponse;
    if (auto refusal = refuse_epoch_request<Answered>(version, request))
        return reply(id, std::move(*refusal), out);
    const auto& asked = *only_partition(request);
    const NodeId leader_id{asked.leader_id};
    maybe_transition(leader_id, {asked.leader_epoch}, now, out);
    if (auto* follower = std::get_if<Follower>(&state_); follower && follower->leader == leader_id)
        follower->fetch_deadline = now.instant + end_epoch_backoff(asked);
    reply(id, epoch_response<Answered>(version, Error::none), out);
    poll(now, out);
}

/// The most caught-up voter stands at once, each further one later by powers of two, so that
/// they don't split the votes.
Duration
Quorum::end_epoch_backoff(const wire::EndQuorumEpochRequest::PartitionData& request) const {
    std::size_t position = 0;
    std::size_t total = 0;
    if (!request.preferred_candidates.empty()) {
        const auto& all = request.preferred_candidates;
        const auto at = std::find_if(all.begin(), all.end(), [this](const auto& candidate) {
            return ReplicaKey{{candidate.candidate_id}, candidate.candidate_directory_id}.matches(
                self());
        });
        position = static_cast<std::size_t>(at - all.begin());
        total = all.size();
    } else {
        const auto& all = request.preferred_successors;
        position = static_cast<std::size_t>(std::find(all.begin(), all.end(), config_->id.value) -
                                            all.begin());
        total = all.size();
    }
    const std::int64_t max_ms = config_->election_backoff_max.ms();
    if (position == 0)
        return {};
    if (position >= total)
        return milliseconds(max_ms);
    const std::int64_t base_ms = max_ms >> std::min<std::size_t>(total - 1, 62);
    return milliseconds(std::min(max_ms, base_ms << std::min<std::size_t>(position - 1, 20)));
}

Quorum::Handled Quorum::handle(NodeId from, const wire::EndQuorumEpochResponse& answer,
                               const Now& now, Out& out) {
    const auto* partition = only_partition(answer);
    if (error_of(answer.error_code) != Error::none || partition == nullptr)
        return Handled::rest;
    const QuorumView view{
        error_of(partition->error_code), {partition->leader_id}, {partition->leader_epoch}};
    if (const Handled common = handle_common(view, now, out); common != Handled::pass)
        return common;
    if (view.error != Error::none)
        return Handled::rest;
    if (auto* resigned = std::get_if<Resigned>(&state_))
        std::erase(resigned->unacknowledged, from);
    return Handled::done;
}

// --- all answers
// ------------------------------------------------------------------------------------------------

bool Quorum::is_consistent(NodeId leader_id, LeaderEpoch epoch) const {
    if (leader_id == config_->id)
        return is_leader() && epoch == epoch_;
    return epoch != epoch_ || leader_id == no_node || leader() == no_node || leader() == leader_id;
}

Quorum::Handled Quorum::handle_common(const QuorumView& view, const Now& now, Out& out) {
    // Kafka asks again at once after these, as fast as the network is; a rest asks no worse.
    if (view.epoch < epoch_ || view.error == Error::unknown_leader_epoch)
        return Handled::rest;
    if (view.epoch > epoch_ || view.error == Error::fenced_leader_epoch ||
        view.error == Error::not_leader_or_follower) {
        const bool moved = maybe_transition(view.leader, view.epoch, now, out);
        return moved ? Handled::done : Handled::rest;
    }
    if (leader() == no_node && is_peer(view.leader)) {
        // So an observer finds the leader and gets its records in one answer.
        maybe_transition(view.leader, view.epoch, now, out);
        return view.error == Error::none ? Handled::pass : Handled::done;
    }
    if (view.error == Error::broker_not_available || view.error == Error::invalid_voter_key ||
        view.error == Error::invalid_request)
        return Handled::rest;
    return Handled::pass;
}

void Quorum::on_answer(AskId id, const Answer& answer, const Now& now, Out& out) {
    const auto node = connections_.whose(id);
    if (!node || halted_)
        return;
    const Handled handled =
        std::visit([&](const auto& response) { return handle(*node, response, now, out); }, answer);
    // A transition on the way has forgotten all questions, this one too.
    if (connections_.whose(id)) {
        if (handled == Handled::rest)
            connections_.rest(*node, now.instant + config_->retry_backoff);
        else
            connections_.forget(*node);
    } else if (handled == Handled::rest) {
        connections_.rest(*node, now.instant + config_->retry_backoff);
    }
    poll(now, out);
}

void Quorum::on_no_answer(AskId id, const Now& now, Out& out) {
    const auto node = connections_.whose(id);
    if (!node || halted_)
        return;
    connections_.rest(*node, now.instant + config_->retry_backoff);
    poll(now, out);
}

} // namespace orrery::raft
