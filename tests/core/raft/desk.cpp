// The desk; see the header.
#include "tests/core/raft/desk.hpp"

#include "core/raft/batches.hpp"

#include <algorithm>

namespace orrery::raft::tests {

Config three_voters(int node) {
    Config config;
    config.id = {node};
    config.directory_id = {0, static_cast<std::uint64_t>(100 + node)};
    config.cluster_id = "cluster";
    for (int i = 0; i < 3; ++i)
        config.voters.push_back({{i}, {}, {"host" + std::to_string(i), 9093}});
    return config;
}

Desk::Desk(Config config) : config_(std::move(config)) {
    boot();
}

void Desk::boot(std::uint64_t random) {
    disk_.kill();
    watched_.clear();
    replies_.clear();
    asks_.clear();
    Effects effects;
    Out out{effects, {}, {}};
    const std::vector<BootFile> files = disk_.files();
    auto booted = Quorum::boot(config_, files, random, now_, out);
    expect(booted.has_value(), "files that can be read");
    quorum_ = std::move(*booted);
    keep(out);
}

void Desk::keep(Out& out) {
    disk_.perform(out.effects, watched_);
    for (const Effect& effect : out.effects) {
        if (const auto* note = std::get_if<Note>(&effect))
            notes_.push_back(*note);
        halted_ = halted_ || std::holds_alternative<Exit>(effect);
    }
    for (auto& reply : out.replies)
        replies_.push_back(std::move(reply));
    for (auto& ask : out.asks)
        asks_.push_back(std::move(ask));
}

void Desk::confirm_one() {
    const WriteId id = watched_.front();
    watched_.erase(watched_.begin());
    disk_.confirm(id);
    call([id](Quorum& q, const Now& now, Out& out) { q.on_wrote(id, DiskFault::none, now, out); });
}

void Desk::settle() {
    while (!watched_.empty())
        confirm_one();
}

void Desk::pass(std::int64_t ms) {
    settle();
    const Instant end = now_.instant + milliseconds(ms);
    const auto move_to = [this](Instant instant) {
        now_.wall_ms += instant.ms() - now_.instant.ms();
        now_.instant = instant;
    };
    for (auto next = quorum_->wakeup(); next && *next <= end; next = quorum_->wakeup()) {
        move_to(std::max(*next, now_.instant));
        call([](Quorum& q, const Now& now, Out& out) { q.on_woke(now, out); });
        settle();
    }
    move_to(end);
}

std::optional<Response> Desk::reply(RequestId id) {
    for (std::size_t i = 0; i < replies_.size(); ++i)
        if (replies_[i].request == id) {
            Response response = std::move(replies_[i].response);
            replies_.erase(replies_.begin() + static_cast<std::ptrdiff_t>(i));
            return response;
        }
    return std::nullopt;
}

void Desk::win() {
    settle();
    for (int rounds = 0; !quorum_->is_leader() && rounds < 8; ++rounds) {
        const auto vote = question<wire::VoteRequest>(1);
        if (!vote) {
            pass(1'000);
            continue;
        }
        answer(vote->id, vote_answer(quorum_->epoch().value, true));
        settle();
    }
    expect(quorum_->is_leader(), "a leader");
}

void Desk::follow(std::int32_t epoch) {
    settle();
    asks_.clear();
    ask<wire::BeginQuorumEpochResponse>(begin_from(1, epoch));
    expect(quorum_->role() == Role::follower, "a follower");
}

Result<Offset, wire::Error> Desk::append(std::string_view value) {
    const Bytes bytes = Bytes::copy(value);
    Result<Offset, wire::Error> result = failure(wire::Error::unknown_server_error);
    call([&](Quorum& q, const Now& now, Out& out) { result = q.append({&bytes, 1}, now, out); });
    return result;
}

wire::VoteRequest vote_from(int node, std::int32_t epoch, std::int32_t last_epoch,
                            std::int64_t end_offset, bool pre_vote) {
    return vote_request("cluster", {{0}, {}},
                        {{epoch}, {{node}, {}}, {last_epoch}, {end_offset}, pre_vote});
}

wire::BeginQuorumEpochRequest begin_from(int node, std::int32_t epoch) {
    return begin_epoch_request(three_voters(node), {epoch}, {{0}, {}});
}

wire::EndQuorumEpochRequest end_from(int node, std::int32_t epoch, const std::vector<int>& heirs) {
    std::vector<ReplicaKey> successors;
    for (const int heir : heirs)
        successors.push_back({{heir}, {}});
    return end_epoch_request("cluster", {epoch}, {node}, successors);
}

wire::FetchRequest fetch_from(int node, std::int32_t epoch, std::int64_t offset,
                              std::int32_t last_epoch, std::int64_t high_watermark,
                              std::int32_t max_wait_ms) {
    return fetch_request({"cluster",
                          {{node}, {}},
                          {epoch},
                          {offset},
                          {last_epoch},
                          {high_watermark},
                          milliseconds(max_wait_ms),
                          1'000'000});
}

wire::VoteResponse vote_answer(std::int32_t epoch, bool granted) {
    wire::VoteResponse response;
    auto& topic = response.topics.emplace_back();
    topic.topic_name = topic_name;
    auto& partition = topic.partitions.emplace_back();
    partition.leader_id = -1;
    partition.leader_epoch = epoch;
    partition.vote_granted = granted;
    return response;
}

wire::FetchResponse fetch_answer(std::int32_t epoch, Chain records, std::int64_t high_watermark) {
    wire::FetchResponse response;
    auto& topic = response.responses.emplace_back();
    topic.topic_id = metadata_topic_id;
    auto& partition = topic.partitions.emplace_back();
    partition.current_leader.leader_id = 1;
    partition.current_leader.leader_epoch = epoch;
    partition.high_watermark = high_watermark;
    partition.records = std::move(records);
    return response;
}

wire::FetchResponse diverging_answer(std::int32_t epoch, std::int32_t end_epoch,
                                     std::int64_t end_offset) {
    wire::FetchResponse response = fetch_answer(epoch, {}, -1);
    auto& partition = response.responses[0].partitions[0];
    partition.diverging_epoch.epoch = end_epoch;
    partition.diverging_epoch.end_offset = end_offset;
    return response;
}

Chain batch(std::int64_t base, std::int32_t epoch, int count) {
    const std::vector<Bytes> values(static_cast<std::size_t>(count),
                                    Bytes::copy("record of " + std::to_string(epoch)));
    return data_batch({{base}, {epoch}, 0}, values).bytes;
}

} // namespace orrery::raft::tests
