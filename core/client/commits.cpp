#include "core/client/commits.hpp"

#include "core/base/backoff.hpp"
#include "core/client/decode.hpp"
#include "core/wire/messages/offset_commit_request.hpp"
#include "core/wire/messages/offset_commit_response.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

/// From this version on OffsetCommit names topics by id.
constexpr std::int16_t commit_by_id_from = 10;
constexpr std::int16_t instance_in_commit_from = 7;

/// Worth another try for who waits: the coordinator may be there later, or elsewhere; with a new
/// member epoch the same commit is good.
bool may_succeed_later(wire::Error error) {
    return wire::is_retriable(error) || error == wire::Error::stale_member_epoch;
}

bool tries_again(CommitKind kind) {
    return kind == CommitKind::sync || kind == CommitKind::before_revocation ||
           kind == CommitKind::before_close;
}

/// What a whole commit came to: the first refusal of a part.
wire::Error error_in(const ClusterMetadata& metadata, const wire::OffsetCommitResponse& response,
                     std::vector<CommitOffset>& offsets) {
    wire::Error worst = wire::Error::none;
    for (const auto& topic : response.topics) {
        const std::size_t index = metadata.find_topic(topic.topic_id, topic.name);
        for (const auto& part : topic.partitions)
            for (CommitOffset& ours : offsets)
                if (ours.topic == index && ours.partition == part.partition_index) {
                    ours.error = wire::error_of(part.error_code);
                    if (worst == wire::Error::none)
                        worst = ours.error;
                }
    }
    return worst;
}

} // namespace

std::uint64_t Commits::begin(CommitKind kind, std::vector<CommitOffset> offsets, Instant deadline) {
    Commit& commit = commits_.emplace_back();
    commit.number = next_number_++;
    commit.kind = kind;
    commit.offsets = std::move(offsets);
    commit.deadline = deadline;
    return commit.number;
}

bool Commits::pending(std::uint64_t number) const {
    return std::any_of(commits_.begin(), commits_.end(),
                       [&](const Commit& commit) { return commit.number == number; });
}

void Commits::drive(GroupTurn& group, CoordinatorLink& link, const std::optional<CommitAs>& as,
                    wire::Error unable) {
    for (std::size_t i = 0; i < commits_.size();) {
        Commit& commit = commits_[i];
        const std::size_t before = commits_.size();
        if (!commit.tag) {
            if (group.now() >= commit.deadline) {
                commit.failed = -1; // no more tries
                settle(group, i, wire::Error::request_timed_out);
            } else if (!as) {
                commit.failed = -1;
                settle(group, i, unable);
            } else if (commit.offsets.empty()) {
                settle(group, i, wire::Error::none);
            } else if (group.now() >= commit.retry_at && link.ready(group)) {
                commit.as = *as;
                if (!send(group, link, commit))
                    settle(group, i, wire::Error::unsupported_version);
            }
        }
        if (commits_.size() == before)
            ++i;
    }
}

bool Commits::send(GroupTurn& group, CoordinatorLink& link, Commit& commit) {
    auto version = group.network.version_for<wire::OffsetCommitRequest>(link.channel());
    const ClusterMetadata& metadata = group.network.metadata();
    for (const CommitOffset& offset : commit.offsets)
        if (version && metadata.topic(offset.topic).id.is_zero())
            version = std::min<std::int16_t>(*version, commit_by_id_from - 1);
    if (!version)
        return false;
    wire::OffsetCommitRequest request;
    request.group_id = group.config.group.id;
    request.generation_id_or_member_epoch = commit.as.generation;
    request.member_id = commit.as.member_id;
    if (*version >= instance_in_commit_from && !group.config.group.instance_id.empty() &&
        commit.as.generation >= 0)
        request.group_instance_id = group.config.group.instance_id;
    std::size_t last_topic = SIZE_MAX;
    for (const CommitOffset& offset : commit.offsets) {
        if (offset.topic != last_topic) {
            auto& entry = request.topics.emplace_back();
            if (*version >= commit_by_id_from)
                entry.topic_id = metadata.topic(offset.topic).id;
            else
                entry.name = metadata.topic(offset.topic).name;
            last_topic = offset.topic;
        }
        auto& part = request.topics.back().partitions.emplace_back();
        part.partition_index = offset.partition;
        part.committed_offset = offset.offset.value;
        part.committed_leader_epoch = offset.epoch.value;
    }
    const std::uint64_t tag = group.next_tag++;
    if (!group.network.send(group.turn, link.channel(), request, *version, tag,
                            group.config.common.request_timeout))
        return false;
    commit.tag = tag;
    return true;
}

/// A try came to an end: the commit is finished, or tried again if that may help.
void Commits::settle(GroupTurn& group, std::size_t place, wire::Error error) {
    Commit& commit = commits_[place];
    commit.tag.reset();
    if (error != wire::Error::none && commit.failed >= 0 && tries_again(commit.kind) &&
        may_succeed_later(error)) {
        const CommonConfig& common = group.config.common;
        commit.retry_at =
            group.now() + exponential_backoff(common.retry_backoff, common.retry_backoff_max,
                                              commit.failed++, group.network.random());
        if (commit.retry_at < commit.deadline)
            return;
    }
    commit.error = error;
    finished_.push_back(std::move(commit));
    commits_.erase(commits_.begin() + static_cast<std::ptrdiff_t>(place));
}

bool Commits::on_answer(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                        const wire::AnsweredRequest& answer) {
    for (std::size_t i = 0; i < commits_.size(); ++i) {
        if (commits_[i].tag != answer.tag)
            continue;
        const auto response = decode_answer<wire::OffsetCommitResponse>(frame, answer);
        const wire::Error error =
            response ? error_in(group.network.metadata(), *response, commits_[i].offsets)
                     : wire::Error::unknown_server_error;
        if (is_coordinator_lost(error) || error == wire::Error::request_timed_out)
            link.lose(group, "OffsetCommit: " + std::string(wire::name_of(error)));
        settle(group, i, error);
        return true;
    }
    return false;
}

bool Commits::on_failed(GroupTurn& group, CoordinatorLink& link,
                        const wire::FailedRequest& failed) {
    for (std::size_t i = 0; i < commits_.size(); ++i) {
        if (commits_[i].tag != failed.tag)
            continue;
        link.lose(group, "the connection to the coordinator was lost");
        settle(group, i, wire::Error::network_exception);
        return true;
    }
    return false;
}

std::optional<Instant> Commits::wakeup(Instant now) const {
    std::optional<Instant> at;
    for (const Commit& commit : commits_) {
        if (commit.tag)
            continue;
        if (commit.retry_at > now)
            at = earlier(at, commit.retry_at);
        if (commit.deadline > now)
            at = earlier(at, commit.deadline);
    }
    return at;
}

} // namespace orrery::client
