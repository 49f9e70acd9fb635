// The votes of one election, Kafka's EpochElection: who of the voters has granted, who has refused,
// and whether that settles it.
#pragma once

#include "core/base/expect.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/raft/config.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace orrery::raft {

enum class VoteState : std::uint8_t { unrecorded, granted, rejected };

class Ballot {
public:
    Ballot() = default;
    explicit Ballot(const std::vector<Voter>& voters) {
        votes_.reserve(voters.size());
        for (const Voter& voter : voters)
            votes_.push_back({voter.id, VoteState::unrecorded});
    }

    /// The last word of a voter counts: a vote refused and later granted is granted.
    void record(NodeId voter, bool granted) {
        for (auto& [id, vote] : votes_)
            if (id == voter)
                vote = granted ? VoteState::granted : VoteState::rejected;
    }
    std::size_t majority() const { return votes_.size() / 2 + 1; }
    bool is_granted() const { return count(VoteState::granted) >= majority(); }
    /// No majority can come any more.
    bool is_rejected() const {
        return count(VoteState::granted) + count(VoteState::unrecorded) < majority();
    }
    std::vector<NodeId> with(VoteState wanted) const {
        std::vector<NodeId> ids;
        for (const auto& [id, vote] : votes_)
            if (vote == wanted)
                ids.push_back(id);
        return ids;
    }
    std::vector<NodeId> granting() const { return with(VoteState::granted); }
    std::vector<NodeId> unrecorded() const { return with(VoteState::unrecorded); }
    bool operator==(const Ballot&) const = default;
    ORRERY_FIELDS(votes_)

private:
    struct Vote {
        NodeId voter;
        VoteState vote = VoteState::unrecorded;
        bool operator==(const Vote&) const = default;
        ORRERY_FIELDS(voter, vote)
    };
    std::size_t count(VoteState wanted) const {
        std::size_t n = 0;
        for (const Vote& v : votes_)
            n += v.vote == wanted ? 1 : 0;
        return n;
    }
    std::vector<Vote> votes_;
};

} // namespace orrery::raft
