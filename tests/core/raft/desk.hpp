// One quorum value on a desk, for tests by sentences: the test hands it requests, answers and time,
// and looks at what comes out. Writes are confirmed when the test says so.
#pragma once

#include "core/raft/quorum.hpp"
#include "tests/core/raft/disk.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace orrery::raft::tests {

/// Node 0 of voters 0, 1 and 2.
Config three_voters(int node = 0);

class Desk {
public:
    explicit Desk(Config config = three_voters());

    /// A new life from what the disk has.
    void boot(std::uint64_t random = 1);
    /// Runs a call of the quorum and keeps what came out; confirms nothing.
    template <class Call>
    void call(Call&& what) {
        Effects effects;
        Out out{effects, {}, {}};
        what(*quorum_, now_, out);
        keep(out);
    }
    /// Confirms all writes, and those that come of it.
    void settle();
    /// Confirms the oldest unconfirmed write.
    void confirm_one();
    /// Time passes; deadlines are met as they come, writes confirmed.
    void pass(std::int64_t ms);

    /// The answer to a request, if it came at once.
    template <class Request>
    RequestId send(const Request& request, std::int16_t version = 1) {
        const RequestId id{next_request_++};
        call([&](Quorum& q, const Now& now, Out& out) {
            q.on_request(id, version, request, now, out);
        });
        return id;
    }
    /// Takes the reply to this request out of the replies.
    std::optional<Response> reply(RequestId id);
    /// Sends, settles, and gives the reply, which must have come.
    template <class Answer, class Request>
    Answer ask(const Request& request, std::int16_t version = 1) {
        const RequestId id = send(request, version);
        settle();
        const auto response = reply(id);
        expect(response.has_value(), "a reply");
        return std::get<Answer>(*response);
    }
    /// Takes the latest question of this kind to the node, if there is one.
    template <class Question_>
    std::optional<Ask<Question>> question(int to) {
        for (std::size_t i = asks_.size(); i-- > 0;)
            if (asks_[i].to == NodeId{to} && std::holds_alternative<Question_>(asks_[i].request)) {
                auto found = asks_[i];
                asks_.erase(asks_.begin() + static_cast<std::ptrdiff_t>(i));
                return found;
            }
        return std::nullopt;
    }
    void answer(AskId id, const Answer& answer) {
        call([&](Quorum& q, const Now& now, Out& out) { q.on_answer(id, answer, now, out); });
    }
    /// Stands for leader and wins with the vote of node 1.
    void win();
    /// Becomes the follower of node 1 in this epoch.
    void follow(std::int32_t epoch);
    Result<Offset, wire::Error> append(std::string_view value);

    Quorum& quorum() { return *quorum_; }
    Disk& disk() { return disk_; }
    const Now& now() const { return now_; }
    const std::vector<Ask<Question>>& asks() const { return asks_; }
    std::size_t unconfirmed() const { return watched_.size(); }
    const std::vector<Note>& notes() const { return notes_; }
    bool halted() const { return halted_; }

private:
    void keep(Out& out);

    Config config_;
    Disk disk_;
    std::optional<Quorum> quorum_;
    Now now_{{0}, 1'700'000'000'000};
    std::vector<WriteId> watched_;
    std::vector<Reply<Response>> replies_;
    std::vector<Ask<Question>> asks_;
    std::vector<Note> notes_;
    std::uint64_t next_request_ = 1;
    bool halted_ = false;
};

// Requests of node 1 to node 0, and answers of node 1.
wire::VoteRequest vote_from(int node, std::int32_t epoch, std::int32_t last_epoch,
                            std::int64_t end_offset, bool pre_vote = false);
wire::BeginQuorumEpochRequest begin_from(int node, std::int32_t epoch);
wire::EndQuorumEpochRequest end_from(int node, std::int32_t epoch, const std::vector<int>& heirs);
wire::FetchRequest fetch_from(int node, std::int32_t epoch, std::int64_t offset,
                              std::int32_t last_epoch, std::int64_t high_watermark = -1,
                              std::int32_t max_wait_ms = 500);
wire::VoteResponse vote_answer(std::int32_t epoch, bool granted);
/// From leader 1.
wire::FetchResponse fetch_answer(std::int32_t epoch, Chain records, std::int64_t high_watermark);
wire::FetchResponse diverging_answer(std::int32_t epoch, std::int32_t end_epoch,
                                     std::int64_t end_offset);
/// A batch of `count` records as a leader of this epoch writes it.
Chain batch(std::int64_t base, std::int32_t epoch, int count = 1);

template <class Response_>
wire::Error error_in(const Response_& response) {
    if (response.error_code != 0 || response.topics.empty())
        return wire::error_of(response.error_code);
    return wire::error_of(response.topics[0].partitions[0].error_code);
}
inline const wire::FetchResponse::PartitionData& partition_of(const wire::FetchResponse& response) {
    return response.responses[0].partitions[0];
}

} // namespace orrery::raft::tests
