// Committing positions, and finding what is committed for partitions that the consumer got.
// Sources: ConsumerCoordinator (OffsetCommitResponseHandler, OffsetFetchResponseHandler).
#include "core/base/backoff.hpp"
#include "core/client/consumer.hpp"
#include "core/client/decode.hpp"
#include "core/wire/messages/offset_fetch_request.hpp"
#include "core/wire/messages/offset_fetch_response.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

/// From these versions on OffsetFetch asks for many groups, and names topics by id.
constexpr std::int16_t fetch_many_from = 8;
constexpr std::int16_t member_from = 9;
constexpr std::int16_t fetch_committed_by_id_from = 10;
constexpr std::int16_t require_stable_from = 7;

wire::OffsetFetchRequest::OffsetFetchRequestTopics&
topic_in(std::vector<wire::OffsetFetchRequest::OffsetFetchRequestTopics>& topics,
         const TopicInfo& topic, bool by_id) {
    for (auto& entry : topics)
        if (by_id ? entry.topic_id == topic.id : entry.name == topic.name)
            return entry;
    auto& entry = topics.emplace_back();
    if (by_id)
        entry.topic_id = topic.id;
    else
        entry.name = topic.name;
    return entry;
}

/// An answer of any version, as the newest gives it.
wire::OffsetFetchResponse::OffsetFetchResponseGroup
newest_form(const wire::OffsetFetchResponse& response) {
    if (!response.groups.empty())
        return response.groups.front();
    wire::OffsetFetchResponse::OffsetFetchResponseGroup group;
    group.error_code = response.error_code;
    for (const auto& topic : response.topics) {
        auto& entry = group.topics.emplace_back();
        entry.name = topic.name;
        for (const auto& part : topic.partitions) {
            auto& same = entry.partitions.emplace_back();
            same.partition_index = part.partition_index;
            same.committed_offset = part.committed_offset;
            same.committed_leader_epoch = part.committed_leader_epoch;
            same.error_code = part.error_code;
        }
    }
    return group;
}

} // namespace

// --- committing
// -----------------------------------------------------------------------------------

bool ConsumerProcess::commits_automatically() const {
    return group_ && config_->group.auto_commit && reading_->commit == CommitStrategy::automatic;
}

/// What commitSync() without arguments commits: every position that is known to be good.
std::vector<CommitOffset> ConsumerProcess::all_consumed() const {
    std::vector<CommitOffset> offsets;
    for (const ConsumerPartition& partition : partitions_)
        if (partition.owned && partition.phase == Phase::fetching && partition.position.value >= 0)
            offsets.push_back({partition.topic, partition.partition, partition.position,
                               partition.position_epoch});
    std::sort(offsets.begin(), offsets.end(), [](const CommitOffset& a, const CommitOffset& b) {
        return std::pair(a.topic, a.partition) < std::pair(b.topic, b.partition);
    });
    return offsets;
}

std::uint64_t ConsumerProcess::begin_commit(Turn& turn, CommitKind kind, Duration time) {
    application_.commit_failed = false;
    return group_->commits.begin(kind, all_consumed(), turn.now.instant + time);
}

/// At each poll, if auto.commit.interval.ms is over: what earlier polls brought is processed.
void ConsumerProcess::auto_commit(Turn& turn) {
    if (!commits_automatically() || turn.now.instant < group_->next_auto_commit)
        return;
    group_->next_auto_commit = turn.now.instant + config_->group.auto_commit_interval;
    if (!all_consumed().empty())
        begin_commit(turn, CommitKind::automatic, config_->group.api_timeout);
}

/// Whose name a commit bears now; nothing between two generations.
std::optional<CommitAs> ConsumerProcess::committer() const {
    if (!group_->subscribed)
        return CommitAs{};
    if (modern())
        return group_->modern.in_group()
                   ? std::optional(CommitAs{group_->modern.epoch(), group_->modern.member_id()})
                   : std::nullopt;
    const Membership& member = group_->member;
    if (member.state() != JoinState::stable || member.lost_generation())
        return std::nullopt;
    return CommitAs{member.generation(), member.member_id()};
}

/// True if a commit has come to its end: the application may go on.
bool ConsumerProcess::drive_commits(Turn& turn) {
    GroupTurn group = group_turn(turn);
    const wire::Error unable =
        lost_membership() ? wire::Error::unknown_member_id : wire::Error::rebalance_in_progress;
    group_->commits.drive(group, group_->link, committer(), unable);
    const std::vector<Commit> finished = group_->commits.take_finished();
    for (const Commit& commit : finished)
        if (running_)
            on_commit_finished(turn, commit);
    return !finished.empty();
}

void ConsumerProcess::on_commit_finished(Turn& turn, const Commit& commit) {
    const bool failed = commit.error != wire::Error::none;
    for (const CommitOffset& offset : commit.offsets) {
        ConsumerPartition* partition = find(offset.topic, offset.partition);
        const wire::Error error = offset.error != wire::Error::none ? offset.error : commit.error;
        const bool lost = failed && error != wire::Error::none;
        Note note{lost ? Fact::commit_failed : Fact::offsets_committed,
                  network_.metadata().topic(offset.topic).name,
                  offset.partition,
                  {},
                  config_->group.id};
        note.numbers = {offset.offset.value, commit.as.generation, lost ? wire::code(error) : 0};
        if (lost)
            note.text += " " + std::string(wire::name_of(error));
        else if (partition != nullptr)
            partition->committed = offset.offset;
        turn.out.push_back(std::move(note));
    }
    if (commit.number == application_.commit)
        application_.commit_failed = failed;
    if (failed) {
        last_error_ = "commit: " + std::string(wire::name_of(commit.error));
        if (commit.kind == CommitKind::automatic && wire::is_retriable(commit.error))
            group_->next_auto_commit = turn.now.instant + config_->common.retry_backoff;
        on_group_error(turn, commit.error, commit.as.generation);
        return;
    }
    if (!commit.offsets.empty())
        crashes_at(turn, CrashPoint::after_commit);
}

/// What a refused commit or OffsetFetch tells of the membership. True if it told something.
bool ConsumerProcess::on_group_error(Turn& turn, wire::Error error, std::int32_t generation) {
    Membership& member = group_->member;
    switch (error) {
    case wire::Error::rebalance_in_progress:
        if (group_->subscribed && !modern())
            member.ask_rejoin("offset commit failed since group is already rebalancing");
        return true;
    case wire::Error::unknown_member_id:
    case wire::Error::illegal_generation:
    case wire::Error::fenced_instance_id:
        // In the consumer protocol the next heartbeat will hear of it.
        if (group_->subscribed && !modern() && generation == member.generation() &&
            member.state() == JoinState::stable)
            member.forget_generation(error);
        return true;
    case wire::Error::not_coordinator:
    case wire::Error::coordinator_not_available: {
        GroupTurn group = group_turn(turn);
        group_->link.lose(group, std::string(wire::name_of(error)));
        return true;
    }
    default: return false;
    }
}

// --- what is committed
// ----------------------------------------------------------------------------

void ConsumerProcess::fetch_committed(Turn& turn) {
    CommittedQuestion& question = group_->committed;
    if (question.tag || turn.now.instant < question.retry_at)
        return;
    std::vector<std::size_t> places;
    bool ids_known = true;
    for (std::size_t place = 0; place < partitions_.size(); ++place) {
        const ConsumerPartition& partition = partitions_[place];
        if (!partition.owned || partition.phase != Phase::initializing)
            continue;
        places.push_back(place);
        ids_known = ids_known && !network_.metadata().topic(partition.topic).id.is_zero();
    }
    GroupTurn group = group_turn(turn);
    if (places.empty() || !group_->link.ready(group))
        return;
    auto version = network_.version_for<wire::OffsetFetchRequest>(group_->link.channel());
    if (version && !ids_known)
        version = std::min<std::int16_t>(*version, fetch_committed_by_id_from - 1);
    const bool by_id = version.value_or(0) >= fetch_committed_by_id_from;
    wire::OffsetFetchRequest::OffsetFetchRequestGroup asked;
    asked.group_id = config_->group.id;
    if (modern() && group_->modern.in_group() && version.value_or(0) >= member_from) {
        asked.member_id = group_->modern.member_id();
        asked.member_epoch = group_->modern.epoch();
    }
    for (const std::size_t place : places) {
        const TopicInfo& topic = network_.metadata().topic(partitions_[place].topic);
        topic_in(*asked.topics, topic, by_id)
            .partition_indexes.push_back(partitions_[place].partition);
    }
    wire::OffsetFetchRequest request;
    request.require_stable = version.value_or(0) >= require_stable_from;
    if (version.value_or(0) >= fetch_many_from) {
        request.groups.push_back(std::move(asked));
    } else {
        request.group_id = asked.group_id;
        for (const auto& topic : *asked.topics) {
            auto& entry = request.topics->emplace_back();
            entry.name = topic.name;
            entry.partition_indexes = topic.partition_indexes;
        }
    }
    const std::uint64_t tag = next_tag_++;
    if (!version || !network_.send(turn, group_->link.channel(), request, *version, tag,
                                   config_->common.request_timeout))
        return committed_later(turn);
    question.tag = tag;
    question.places = std::move(places);
}

void ConsumerProcess::on_committed(Turn& turn, const Chain& frame,
                                   const wire::AnsweredRequest& answer) {
    CommittedQuestion& question = group_->committed;
    question.tag.reset();
    const auto response = decode_answer<wire::OffsetFetchResponse>(frame, answer);
    if (!response)
        return committed_later(turn);
    const auto group = newest_form(*response);
    wire::Error error = wire::error_of(group.error_code);
    for (const auto& topic : group.topics) {
        const std::size_t index = network_.metadata().find_topic(topic.topic_id, topic.name);
        for (const auto& part : topic.partitions) {
            ConsumerPartition* partition = find(index, part.partition_index);
            if (error == wire::Error::none)
                error = wire::error_of(part.error_code);
            if (partition == nullptr || !partition->owned ||
                partition->phase != Phase::initializing || part.error_code != 0)
                continue;
            if (part.committed_offset < 0) {
                partition->phase = Phase::reset_needed;
                continue;
            }
            partition->position = partition->committed = Offset{part.committed_offset};
            partition->position_epoch = LeaderEpoch{part.committed_leader_epoch};
            network_.learn_epoch(index, part.partition_index, partition->position_epoch);
            partition->leader = no_node;
            partition->phase = Phase::fetching;
        }
    }
    follow_leaders();
    if (error == wire::Error::none) {
        question.failed = 0;
        return;
    }
    last_error_ = "OffsetFetch: " + std::string(wire::name_of(error));
    on_group_error(turn, error, generation());
    committed_later(turn);
}

void ConsumerProcess::committed_later(Turn& turn) {
    CommittedQuestion& question = group_->committed;
    const CommonConfig& common = config_->common;
    question.retry_at =
        turn.now.instant + exponential_backoff(common.retry_backoff, common.retry_backoff_max,
                                               question.failed++, network_.random());
}

} // namespace orrery::client
