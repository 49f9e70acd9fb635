// Planted bugs and museum pieces of the quorum. Each is an enum whose default is what Kafka does;
// the tests that set one show which invariant catches it.
#pragma once

#include "core/base/reflect.hpp"

#include <cstdint>

namespace orrery::raft {

/// All defaults: Kafka 4.4.
struct Planted {
    enum class PreVote : std::uint8_t { as_kafka, off };
    enum class CheckQuorum : std::uint8_t { as_kafka, off };
    enum class Votes : std::uint8_t { once_an_epoch, for_everyone };
    enum class VoteDurability : std::uint8_t { before_the_answer, forgotten };
    enum class AppendDurability : std::uint8_t { before_the_next_fetch, forgotten };
    enum class CommitEpoch : std::uint8_t { current_only, any };
    enum class CommitQuorum : std::uint8_t { majority, any_one };
    enum class SnapshotCleaning : std::uint8_t { with_the_log, the_log_alone };

    PreVote pre_vote = PreVote::as_kafka;
    CheckQuorum check_quorum = CheckQuorum::as_kafka;
    Votes votes = Votes::once_an_epoch;
    VoteDurability vote_durability = VoteDurability::before_the_answer;
    AppendDurability append_durability = AppendDurability::before_the_next_fetch;
    CommitEpoch commit_epoch = CommitEpoch::current_only;
    CommitQuorum commit_quorum = CommitQuorum::majority;
    SnapshotCleaning snapshot_cleaning = SnapshotCleaning::with_the_log;
    bool operator==(const Planted&) const = default;
    ORRERY_FIELDS(pre_vote, check_quorum, votes, vote_durability, append_durability, commit_epoch,
                  commit_quorum, snapshot_cleaning)
};

} // namespace orrery::raft
