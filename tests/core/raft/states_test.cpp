// The transition table, walked; quorum files' names.
#include "core/raft/snapshots.hpp"
#include "core/raft/states.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <iterator>
#include <set>

using namespace orrery;
using namespace orrery::raft;

namespace {

constexpr Role roles[] = {Role::unattached, Role::follower, Role::prospective,
                          Role::candidate,  Role::leader,   Role::resigned};
constexpr Turn turns[] = {Turn::learned_epoch, Turn::learned_leader, Turn::granted_vote,
                          Turn::timed_out,     Turn::won_pre_vote,   Turn::won_election,
                          Turn::lost_pre_vote, Turn::stood_down};

std::size_t rows() {
    return std::size(transitions);
}

} // namespace

TEST_CASE("each transition is in the table once, and nothing else is found in it") {
    std::size_t found = 0;
    for (const Role from : roles)
        for (const Turn turn : turns)
            for (const Role to : roles)
                found += transition(from, turn, to) != nullptr ? 1U : 0U;
    CHECK(found == rows());
}

TEST_CASE("every role can be reached from every other") {
    for (const Role start : roles) {
        std::set<Role> reached{start};
        for (std::size_t i = 0; i < rows(); ++i)
            for (const Transition& row : transitions)
                if (reached.contains(row.from))
                    reached.insert(row.to);
        CHECK(reached.size() == std::size(roles));
    }
}

TEST_CASE("an observer is only ever unattached or follower, a leader only ever was candidate") {
    for (const Transition& row : transitions) {
        if (row.observer) {
            CHECK((row.from == Role::unattached || row.from == Role::follower));
            CHECK((row.to == Role::unattached || row.to == Role::follower));
        }
        if (row.to == Role::leader)
            CHECK(row.from == Role::candidate);
        if (row.to == Role::candidate)
            CHECK((row.from == Role::prospective && row.epochs == 1));
    }
}

TEST_CASE("pre-votes raise no epoch: into and through prospective the epoch stays") {
    for (const Transition& row : transitions)
        if (row.to == Role::prospective)
            CHECK(row.epochs == 0);
}

TEST_CASE("every role leaves when it learns of a higher epoch or a leader of it") {
    for (const Role from : roles) {
        CHECK(transition(from, Turn::learned_epoch, Role::unattached) != nullptr);
        CHECK(transition(from, Turn::learned_leader, Role::follower) != nullptr);
    }
}

TEST_CASE("a snapshot's file name is its end offset and its epoch, and is read back") {
    const SnapshotId id{{12}, {3}};
    CHECK(file_name_of(id) == "00000000000000000012-0000000003.checkpoint");
    CHECK(parse_snapshot_name(file_name_of(id)) == id);
    CHECK(!parse_snapshot_name("00000000000000000012-0000000003.checkpoint.part"));
    CHECK(!parse_snapshot_name("0000000000000000001x-0000000003.checkpoint"));
    CHECK(!parse_snapshot_name("00000000000000000012.log"));
}

TEST_CASE("a ballot is granted by a majority, and rejected when none can come") {
    const std::vector<Voter> voters{{{1}, {}, {}}, {{2}, {}, {}}, {{3}, {}, {}}, {{4}, {}, {}}};
    Ballot ballot(voters);
    ballot.record({1}, true);
    ballot.record({2}, true);
    CHECK(!ballot.is_granted());
    ballot.record({3}, false);
    CHECK(!ballot.is_rejected());
    ballot.record({4}, false);
    CHECK(ballot.is_rejected());
    ballot.record({4}, true); // asked again, it changed its mind
    CHECK(ballot.is_granted());
    CHECK(ballot.granting() == std::vector<NodeId>{{1}, {2}, {4}});
}
