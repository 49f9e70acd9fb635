// The offsets that a consumer commits: each commit from its beginning to the coordinator's answer,
// with the tries in between. Who waits for it and what a refusal means for the membership is the
// consumer's matter (consumer_commit.cpp).
//
// A commit that the application waits for (sync), and those before partitions are given up or the
// consumer is closed, are tried again until their deadline; the others have one try, as in Kafka.
//
// Sources: ConsumerCoordinator (OffsetCommitResponseHandler), CommitRequestManager.
#pragma once

#include "core/client/coordinator_link.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::client {

enum class CommitKind : std::uint8_t { automatic, sync, async, before_revocation, before_close };
constexpr std::string_view name_of(CommitKind kind) {
    switch (kind) {
    case CommitKind::automatic: return "automatic";
    case CommitKind::sync: return "sync";
    case CommitKind::async: return "async";
    case CommitKind::before_revocation: return "before revocation";
    case CommitKind::before_close: return "before close";
    }
    return "?";
}

struct CommitOffset {
    std::size_t topic = 0; ///< in the metadata
    std::int32_t partition = 0;
    Offset offset;
    LeaderEpoch epoch = no_epoch;
    wire::Error error = wire::Error::none; ///< of the last answer
    bool operator==(const CommitOffset&) const = default;
    ORRERY_FIELDS(topic, partition, offset, epoch, error)
};

/// In whose name: a member's, or with generation -1 that of a consumer outside of any membership.
struct CommitAs {
    std::int32_t generation = -1; ///< or member epoch
    std::string member_id;
    bool operator==(const CommitAs&) const = default;
    ORRERY_FIELDS(generation, member_id)
};

struct Commit {
    std::uint64_t number = 0;
    CommitKind kind{};
    std::vector<CommitOffset> offsets;
    CommitAs as; ///< at the last try
    std::optional<std::uint64_t> tag;
    std::int32_t failed = 0;
    Instant retry_at;
    Instant deadline;
    wire::Error error = wire::Error::none; ///< when finished: why it failed
    bool operator==(const Commit&) const = default;
    ORRERY_FIELDS(number, kind, offsets, as, tag, failed, retry_at, deadline, error)
};

class Commits {
public:
    /// Begins a commit; drive() sends it. Returns its number.
    std::uint64_t begin(CommitKind kind, std::vector<CommitOffset> offsets, Instant deadline);
    /// True until the commit is finished.
    bool pending(std::uint64_t number) const;
    bool any_pending() const { return !commits_.empty(); }
    /// Sends what is due. Without `as` we are between two generations: a commit fails then with
    /// `unable` at once.
    void drive(GroupTurn& group, CoordinatorLink& link, const std::optional<CommitAs>& as,
               wire::Error unable);
    bool on_answer(GroupTurn& group, CoordinatorLink& link, const Chain& frame,
                   const wire::AnsweredRequest& answer);
    bool on_failed(GroupTurn& group, CoordinatorLink& link, const wire::FailedRequest& failed);
    /// What has finished since the last call.
    std::vector<Commit> take_finished() { return std::exchange(finished_, {}); }
    std::optional<Instant> wakeup(Instant now) const;

private:
    bool send(GroupTurn& group, CoordinatorLink& link, Commit& commit);
    void settle(GroupTurn& group, std::size_t place, wire::Error error);

    std::uint64_t next_number_ = 1;
    std::vector<Commit> commits_; ///< in the order in which they began
    std::vector<Commit> finished_;

public:
    bool operator==(const Commits&) const = default;
    ORRERY_FIELDS(next_number_, commits_, finished_)
};

} // namespace orrery::client
