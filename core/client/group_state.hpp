// What a consumer with group.id holds beside its partitions: the way to the coordinator, its
// membership, its commits, and what its application is doing between two polls.
#pragma once

#include "core/client/commits.hpp"
#include "core/client/membership.hpp"
#include "core/client/membership_modern.hpp"
#include "core/client/reading.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::client {

enum class Activity : std::uint8_t { polling, committing_first, processing, committing };
constexpr std::string_view name_of(Activity activity) {
    switch (activity) {
    case Activity::polling: return "polling";
    case Activity::committing_first: return "committing before it processes";
    case Activity::processing: return "processing";
    case Activity::committing: return "committing";
    }
    return "?";
}

/// What a poll took from one partition.
struct Taken {
    std::size_t place = 0; ///< in the consumer's list of partitions
    std::int64_t records = 0;
    std::int64_t digest = 0;
    Offset first = no_offset;
    Offset last = no_offset;
    bool operator==(const Taken&) const = default;
    ORRERY_FIELDS(place, records, digest, first, last)
};

/// The application, between poll and poll.
struct Application {
    Activity activity = Activity::polling;
    Instant busy_until;         ///< it processes what the last poll gave it
    std::vector<Taken> batch;   ///< with a group: what it has in hand
    std::int64_t taken = 0;     ///< records that polls brought in this life
    std::uint64_t commit = 0;   ///< for which it waits
    bool stuck = false;         ///< it doesn't poll
    bool commit_failed = false; ///< the one it waited for
    std::optional<Crash> crash;
    bool operator==(const Application&) const = default;
    ORRERY_FIELDS(activity, busy_until, batch, taken, commit, stuck, commit_failed, crash)
};

/// The last steps of a consumer with a group.
enum class Closing : std::uint8_t { no, asked, committing, leaving };
constexpr std::string_view name_of(Closing closing) {
    switch (closing) {
    case Closing::no: return "no";
    case Closing::asked: return "asked";
    case Closing::committing: return "committing";
    case Closing::leaving: return "leaving";
    }
    return "?";
}

/// An OffsetFetch: what was committed for partitions that we got.
struct CommittedQuestion {
    std::optional<std::uint64_t> tag;
    std::vector<std::size_t> places;
    std::int32_t failed = 0;
    Instant retry_at;
    bool operator==(const CommittedQuestion&) const = default;
    ORRERY_FIELDS(tag, places, failed, retry_at)
};

struct GroupState {
    CoordinatorLink link;
    Membership member;       ///< of the classic protocol
    ModernMembership modern; ///< of the consumer protocol
    Commits commits;
    CommittedQuestion committed;
    bool subscribed = false;          ///< else partitions were assigned by hand
    std::vector<std::string> topics;  ///< of the subscription, ascending
    std::uint64_t matched_in = 0;     ///< the metadata version that the pattern was matched in
    bool prepared = false;            ///< what must be given up before joining is
    std::uint64_t before_joining = 0; ///< the commit that must be through first, if any
    TopicPartitions last_assignment;  ///< for the sticky assignor
    std::int32_t last_generation = no_generation;
    std::vector<std::string> group_topics;      ///< of all members, if we lead
    std::vector<AssignableTopic> assigned_from; ///< the metadata by which we assigned
    Instant next_auto_commit;
    Instant poll_deadline = never; ///< while the application is away from poll()
    Closing closing = Closing::no;
    Instant closing_deadline = never;
    std::uint64_t closing_commit = 0;
    bool unsubscribing = false;
    bool operator==(const GroupState&) const = default;
    ORRERY_FIELDS(link, member, modern, commits, committed, subscribed, topics, matched_in,
                  prepared, before_joining, last_assignment, last_generation, group_topics,
                  assigned_from, next_auto_commit, poll_deadline, closing, closing_deadline,
                  closing_commit, unsubscribing)
};

} // namespace orrery::client
