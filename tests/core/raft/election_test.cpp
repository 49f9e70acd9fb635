// Vote, BeginQuorumEpoch, EndQuorumEpoch: what is answered, with which error, and when.
#include "tests/core/raft/desk.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::raft;
using namespace orrery::raft::tests;
using wire::Error;

namespace {

bool granted(const wire::VoteResponse& response) {
    return response.topics[0].partitions[0].vote_granted;
}

wire::VoteResponse vote(Desk& desk, const wire::VoteRequest& request, std::int16_t version = 2) {
    return desk.ask<wire::VoteResponse>(request, version);
}

} // namespace

TEST_CASE("a vote is answered only when quorum-state is durable") {
    Desk desk;
    desk.settle();
    const RequestId id = desk.send(vote_from(1, 1, 0, 0), 2);
    CHECK(!desk.reply(id));
    desk.settle();
    const auto response = desk.reply(id);
    REQUIRE(response);
    CHECK(granted(std::get<wire::VoteResponse>(*response)));
    CHECK(desk.disk().safe("__cluster_metadata-0/quorum-state").find("\"votedId\":1") !=
          std::string::npos);
}

TEST_CASE("a voter has one vote in an epoch, also after a power cut") {
    Desk desk;
    desk.settle();
    CHECK(granted(vote(desk, vote_from(1, 1, 0, 0))));
    CHECK(granted(vote(desk, vote_from(1, 1, 0, 0)))); // the same candidate, asking again
    CHECK(!granted(vote(desk, vote_from(2, 1, 0, 0))));
    Random random(1, "cut");
    desk.disk().power_cut(random);
    desk.boot();
    desk.settle();
    CHECK(desk.quorum().voted()->id == NodeId{1});
    CHECK(!granted(vote(desk, vote_from(2, 1, 0, 0))));
    CHECK(granted(vote(desk, vote_from(2, 2, 0, 0)))); // a new epoch, a new vote
}

TEST_CASE("a vote is refused with Kafka's errors") {
    Desk desk;
    desk.settle();
    auto other_cluster = vote_from(1, 1, 0, 0);
    other_cluster.cluster_id = "another";
    CHECK(error_in(vote(desk, other_cluster)) == Error::inconsistent_cluster_id);
    auto other_topic = vote_from(1, 1, 0, 0);
    other_topic.topics[0].topic_name = "orders";
    CHECK(error_in(vote(desk, other_topic)) == Error::invalid_request);
    // Its log can't hold records of the epoch that it stands for.
    CHECK(error_in(vote(desk, vote_from(1, 3, 3, 5))) == Error::invalid_request);
    CHECK(error_in(vote(desk, vote_from(1, 3, -1, 5))) == Error::invalid_request);
    CHECK(desk.quorum().epoch() == LeaderEpoch{0});
    auto other_voter = vote_from(1, 3, 0, 0);
    other_voter.voter_id = 2;
    CHECK(error_in(vote(desk, other_voter)) == Error::invalid_voter_key);
    auto other_directory = vote_from(1, 3, 0, 0);
    other_directory.topics[0].partitions[0].voter_directory_id = {7, 7};
    CHECK(error_in(vote(desk, other_directory)) == Error::invalid_voter_key);
    CHECK(desk.quorum().epoch() == LeaderEpoch{3});
    CHECK(error_in(vote(desk, vote_from(1, 2, 0, 0))) == Error::fenced_leader_epoch);
    CHECK(error_in(vote(desk, vote_from(-1, 3, 0, 0))) == Error::invalid_request);
}

TEST_CASE("a candidate with a shorter or older log gets no vote") {
    Desk desk;
    desk.follow(2);
    desk.answer(desk.question<wire::FetchRequest>(1)->id, fetch_answer(2, batch(0, 2, 3), 0));
    desk.settle();
    CHECK(!granted(vote(desk, vote_from(2, 3, 2, 2))));
    CHECK(!granted(vote(desk, vote_from(2, 3, 1, 9))));
    CHECK(granted(vote(desk, vote_from(2, 3, 2, 3))));
}

TEST_CASE("a pre-vote changes nothing, and is not granted while the leader is heard of") {
    Desk desk;
    desk.settle();
    CHECK(granted(vote(desk, vote_from(1, 0, 0, 0, true))));
    CHECK(!desk.quorum().voted());
    CHECK(desk.quorum().epoch() == LeaderEpoch{0});
    desk.follow(1);
    CHECK(granted(vote(desk, vote_from(2, 1, 0, 0, true)))); // has not fetched from it yet
    desk.answer(desk.question<wire::FetchRequest>(1)->id, fetch_answer(1, {}, -1));
    CHECK(!granted(vote(desk, vote_from(2, 1, 0, 0, true))));
    CHECK(desk.quorum().role() == Role::follower);
}

TEST_CASE("answers name the leader's endpoint from the version that has the field") {
    Desk desk;
    desk.follow(1);
    CHECK(vote(desk, vote_from(2, 1, 0, 0), 0).node_endpoints.empty());
    const auto response = vote(desk, vote_from(2, 1, 0, 0), 1);
    REQUIRE(response.node_endpoints.size() == 1);
    CHECK(response.node_endpoints[0].host == "host1");
    CHECK(response.topics[0].partitions[0].leader_id == 1);
}

TEST_CASE("BeginQuorumEpoch makes a follower; an old epoch and a second leader are refused") {
    Desk desk;
    desk.follow(2);
    CHECK(desk.quorum().leader() == NodeId{1});
    using Answered = wire::BeginQuorumEpochResponse;
    CHECK(error_in(desk.ask<Answered>(begin_from(1, 2))) == Error::none);
    CHECK(error_in(desk.ask<Answered>(begin_from(1, 1))) == Error::fenced_leader_epoch);
    CHECK(error_in(desk.ask<Answered>(begin_from(2, 2))) == Error::unknown_server_error);
    CHECK(desk.quorum().leader() == NodeId{1});
    CHECK(error_in(desk.ask<Answered>(begin_from(2, 3))) == Error::none);
    CHECK(desk.quorum().leader() == NodeId{2});
}

TEST_CASE("EndQuorumEpoch lets the first successor stand at once and the next later") {
    using Answered = wire::EndQuorumEpochResponse;
    Desk first;
    first.follow(1);
    CHECK(error_in(first.ask<Answered>(end_from(1, 1, {0, 2}))) == Error::none);
    CHECK(first.quorum().role() == Role::prospective);
    Desk second;
    second.follow(1);
    second.ask<Answered>(end_from(1, 1, {2, 0}));
    CHECK(second.quorum().role() == Role::follower);
    second.pass(500); // half of the largest backoff, for the second of two
    CHECK(second.quorum().role() == Role::prospective);
}

TEST_CASE("who hears of no leader asks for pre-votes, then stands, then leads") {
    Desk desk;
    desk.pass(2'000);
    REQUIRE(desk.quorum().role() == Role::prospective);
    CHECK(desk.quorum().epoch() == LeaderEpoch{0});
    const auto pre_vote = desk.question<wire::VoteRequest>(1);
    REQUIRE(pre_vote);
    CHECK(std::get<wire::VoteRequest>(pre_vote->request).topics[0].partitions[0].pre_vote);
    desk.answer(pre_vote->id, vote_answer(0, true));
    CHECK(desk.quorum().role() == Role::candidate);
    CHECK(desk.quorum().epoch() == LeaderEpoch{1});
    CHECK(!desk.question<wire::VoteRequest>(1)); // its own vote is not durable yet
    desk.settle();
    const auto vote_question = desk.question<wire::VoteRequest>(2);
    REQUIRE(vote_question);
    desk.answer(vote_question->id, vote_answer(1, true));
    CHECK(desk.quorum().is_leader());
    desk.settle();
    CHECK(desk.quorum().log().end_offset() == Offset{1}); // LeaderChange
    CHECK(desk.question<wire::BeginQuorumEpochRequest>(2));
}

TEST_CASE("a refused pre-vote leads back, a lost election is waited out") {
    Desk desk;
    desk.pass(2'000);
    REQUIRE(desk.quorum().role() == Role::prospective);
    desk.answer(desk.question<wire::VoteRequest>(1)->id, vote_answer(0, false));
    desk.answer(desk.question<wire::VoteRequest>(2)->id, vote_answer(0, false));
    CHECK(desk.quorum().role() == Role::unattached);
    CHECK(desk.quorum().epoch() == LeaderEpoch{0});
}

TEST_CASE("a voter that does not know pre-votes makes the prospective stand at once") {
    Desk desk;
    desk.pass(2'000);
    wire::VoteResponse unsupported;
    unsupported.error_code = wire::code(Error::unsupported_version);
    desk.answer(desk.question<wire::VoteRequest>(1)->id, unsupported);
    CHECK(desk.quorum().role() == Role::candidate);
}

TEST_CASE("a leader comes back resigned: it leads and votes no more in that epoch") {
    Desk desk;
    desk.win();
    desk.settle();
    const LeaderEpoch epoch = desk.quorum().epoch();
    desk.boot();
    desk.settle();
    CHECK(desk.quorum().role() == Role::resigned);
    CHECK(desk.quorum().epoch() == epoch);
    CHECK(!granted(vote(desk, vote_from(1, epoch.value, epoch.value - 1, 9))));
    desk.pass(2'000);
    CHECK(desk.quorum().epoch() == epoch + 1);
}

TEST_CASE("a leader without fetches of a majority resigns after 1.5 fetch timeouts") {
    Desk desk;
    desk.win();
    desk.settle();
    desk.pass(2'999);
    CHECK(desk.quorum().is_leader());
    desk.pass(1);
    CHECK(desk.quorum().role() == Role::resigned);
    CHECK(desk.question<wire::EndQuorumEpochRequest>(1));
    Desk heard;
    heard.win();
    heard.settle();
    for (int i = 0; i < 4; ++i) {
        heard.send(fetch_from(2, 1, 1, 1), 18);
        heard.pass(2'000);
    }
    CHECK(heard.quorum().is_leader());
}

TEST_CASE("shutting down, a leader hands over and may stop once another leads") {
    Desk desk;
    desk.win();
    desk.settle();
    desk.call([](Quorum& q, const Now& now, Out& out) { q.begin_shutdown(now, out); });
    CHECK(desk.quorum().role() == Role::resigned);
    CHECK(!desk.quorum().may_stop());
    desk.ask<wire::BeginQuorumEpochResponse>(begin_from(1, 5));
    CHECK(desk.quorum().may_stop());
}

TEST_CASE("a write that fails ends the process") {
    Desk desk;
    desk.call([](Quorum& q, const Now& now, Out& out) {
        q.on_wrote(WriteId{1}, DiskFault::io_error, now, out);
    });
    CHECK(desk.halted());
    CHECK(!desk.quorum().wakeup());
}

TEST_CASE("a voter that is made to lose patience stands for election, a leader resigns") {
    const auto lose_patience = [](Desk& desk) {
        desk.call([](Quorum& q, const Now& now, Out& out) { q.lose_patience(now, out); });
        desk.settle();
    };
    Desk desk;
    desk.follow(2);
    CHECK(desk.quorum().role() == Role::follower);
    lose_patience(desk);
    CHECK(desk.quorum().role() == Role::prospective);
    CHECK(desk.quorum().epoch() == LeaderEpoch{2}); // a pre-vote raises nothing (KIP-996)
    REQUIRE(desk.question<wire::VoteRequest>(1));
    Desk leading;
    leading.win();
    const LeaderEpoch won = leading.quorum().epoch();
    CHECK(leading.quorum().role() == Role::leader);
    lose_patience(leading);
    CHECK(leading.quorum().role() == Role::resigned);
    CHECK(leading.quorum().epoch() == won);
    lose_patience(leading); // and waits no longer than it must
    CHECK(leading.quorum().role() == Role::prospective);
    CHECK(leading.quorum().epoch() > won);
}
