// What a consumer's application does, as data: which partitions or topics it reads, how long it
// takes for a record, when it commits, and where it dies. The order of commit and processing is
// what makes a consumer read at least once or at most once.
//
// The loop that such an application runs:
//
//     poll()                                       automatic: commits here, by interval
//     [commitSync()]                               before_processing
//     process the records                          time_per_record each; their effect is there
//     [commitSync() | commitAsync()]               after_processing | asynchronous
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orrery::client {

/// A partition to read, or with partition -1 all that the topic has or comes to have.
struct Assigned {
    std::string topic;
    std::int32_t partition = -1;
    std::optional<Offset> start{}; ///< else what is committed, or auto.offset.reset, decides
    bool operator==(const Assigned&) const = default;
    ORRERY_FIELDS(topic, partition, start)
};

/// All but `automatic` commit by hand, and turn enable.auto.commit off.
enum class CommitStrategy : std::uint8_t {
    automatic,         ///< as enable.auto.commit says
    after_processing,  ///< commitSync after the records of each poll: at least once
    before_processing, ///< commitSync before them: at most once
    asynchronous,      ///< commitAsync after them
    none
};
constexpr std::string_view name_of(CommitStrategy strategy) {
    switch (strategy) {
    case CommitStrategy::automatic: return "automatic";
    case CommitStrategy::after_processing: return "after_processing";
    case CommitStrategy::before_processing: return "before_processing";
    case CommitStrategy::asynchronous: return "asynchronous";
    case CommitStrategy::none: return "none";
    }
    return "?";
}

/// Where in its loop an application dies.
enum class CrashPoint : std::uint8_t {
    before_processing, ///< a poll gave it records, nothing was done with them
    after_processing,  ///< their effects are there; a commit that follows was not begun
    after_commit       ///< the coordinator has acknowledged a commit
};
constexpr std::string_view name_of(CrashPoint point) {
    switch (point) {
    case CrashPoint::before_processing: return "before_processing";
    case CrashPoint::after_processing: return "after_processing";
    case CrashPoint::after_commit: return "after_commit";
    }
    return "?";
}

/// The process exits, uncleanly, the first time it is at the point and its polls have brought at
/// least so many records in this life. Records are counted by whole polls (max.poll.records).
struct Crash {
    std::int64_t after_records = 0;
    CrashPoint point = CrashPoint::before_processing;
    bool operator==(const Crash&) const = default;
    ORRERY_FIELDS(after_records, point)
};

/// What the consumer's application does. It assigns itself `partitions`, or subscribes to `topics`
/// or to all topics that match `pattern`: one of the three.
struct Reading {
    std::vector<Assigned> partitions{};
    std::int64_t records_per_second = 0; ///< how fast it processes; 0: in no time
    std::vector<std::string> topics{};
    std::string pattern{}; ///< a regular expression of RE2 that a topic's whole name must match
    Duration time_per_record{}; ///< added to what records_per_second asks for
    CommitStrategy commit = CommitStrategy::automatic;
    std::optional<Crash> crash{};
    bool operator==(const Reading&) const = default;
    ORRERY_FIELDS(partitions, records_per_second, topics, pattern, time_per_record, commit, crash)

    bool subscribes() const { return !topics.empty() || !pattern.empty(); }
};

// --- what a hand or a timeline makes the application do
// -------------------------------------------

/// No records of the partition are handed over until it is resumed. Only while it is assigned.
struct PausePartition {
    std::string topic;
    std::int32_t partition = 0;
    bool paused = true; ///< false: resume
    bool operator==(const PausePartition&) const = default;
    ORRERY_FIELDS(topic, partition, paused)
};
/// The next record to read is this one. Only while it is assigned.
struct SeekPartition {
    std::string topic;
    std::int32_t partition = 0;
    Offset to;
    bool operator==(const SeekPartition&) const = default;
    ORRERY_FIELDS(topic, partition, to)
};
/// The application is stuck: it does not call poll() any more, until told otherwise.
struct StopPolling {
    bool stop = true;
    bool operator==(const StopPolling&) const = default;
    ORRERY_FIELDS(stop)
};
/// unsubscribe(): leaves the group with its next poll, and reads nothing more.
struct Unsubscribe {
    bool operator==(const Unsubscribe&) const = default;
    ORRERY_FIELDS()
};
/// Dies at the point, as Reading::crash, counted from now.
struct CrashAt {
    Crash crash;
    bool operator==(const CrashAt&) const = default;
    ORRERY_FIELDS(crash)
};
using ConsumerDeed = std::variant<PausePartition, SeekPartition, StopPolling, Unsubscribe, CrashAt>;

} // namespace orrery::client
