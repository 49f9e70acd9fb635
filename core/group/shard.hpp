// What this broker knows of one partition of __consumer_offsets that it leads:
//
//     loading   the log is read piece by piece; requests get COORDINATOR_LOAD_IN_PROGRESS
//     active    requests are decided on latest(), which is ahead of stable() by what `pending_` has
//     failed    the log could not be read; requests get NOT_COORDINATOR until leadership moves
//
// Records are applied twice: to latest() when they have been appended, to stable() when the high
// watermark has passed them; then what waits for them is answered. What is not committed within
// offsets.commit.timeout.ms is answered with an error, but stays in the log, and may yet be
// committed.
//
// Sources: CoordinatorRuntime, CoordinatorLoaderImpl, GroupCoordinatorShard.
#pragma once

#include "core/base/id.hpp"
#include "core/base/process.hpp"
#include "core/base/reflect.hpp"
#include "core/group/classic_group.hpp"
#include "core/group/group.hpp"
#include "core/group/messages.hpp"
#include "core/group/partition_logs.hpp"
#include "core/record/batches.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::group {

enum class ShardPhase : std::uint8_t { loading, active, failed };
constexpr std::string_view name_of(ShardPhase phase) {
    switch (phase) {
    case ShardPhase::loading: return "loading";
    case ShardPhase::active: return "active";
    case ShardPhase::failed: return "failed";
    }
    return "?";
}

class Shard {
public:
    Shard() = default;
    /// Leadership of the partition has come, in that epoch: begins to load.
    Shard(std::int32_t partition, LeaderEpoch epoch, const Work& work);

    /// A request for groups of this partition; see coordinator.hpp.
    void on_request(const Work& work, const Caller& caller, const Request& request);
    /// Topics of the image have changed.
    void on_topics_changed(const Work& work, const metadata::Changes& changes);
    /// Gives what the high watermark has passed. False if that is nothing new.
    bool settle(const Work& work);
    void wake(const Work& work);
    /// Not later than the next deadline.
    Instant wakeup() const { return next_; }
    /// Everything that waits gets the error. The shard must not be used again.
    void unload(wire::Error error, Out& out);

    std::int32_t partition() const { return partition_; }
    LeaderEpoch epoch() const { return epoch_; }
    ShardPhase phase() const { return phase_; }
    const Groups& latest() const { return latest_; }
    const Groups& stable() const { return stable_; }
    /// Batches that are not committed yet.
    std::size_t uncommitted() const { return pending_.size(); }

    bool operator==(const Shard&) const = default;
    ORRERY_FIELDS(partition_, epoch_, phase_, latest_, stable_, pending_, load_next_, load_due_,
                  loaded_records_, loaded_bytes_, next_expiry_, next_)

private:
    friend struct ShardRequests; // shard_requests.cpp, shard_offsets.cpp: one request
    friend struct ShardLoad;     // shard_load.cpp

    /// A batch that was appended and is not committed yet, and who waits for that.
    struct Pending {
        Offset end;
        Instant give_up = never; ///< then the waiting are told that it takes too long
        std::string group;
        std::vector<Record> records;
        std::vector<Reply<Response>> replies;
        std::vector<Note> notes; ///< to be told when it is committed
        ClassicWritten written;
        bool operator==(const Pending&) const = default;
        ORRERY_FIELDS(end, give_up, group, records, replies, notes, written)
    };

    /// Appends the decision's records and lets its replies wait for them. `on_commit`: facts for
    /// then. Without records the replies wait for what is pending already: they may rest on it.
    void perform(const Work& work, const std::string& group, Decision&& decision,
                 ClassicWritten&& written = {}, std::vector<Note>&& on_commit = {});
    void conclude(const Work& work, const std::string& group, ClassicOutcome&& outcome);
    /// The records that `what` waited for are committed, or will not be.
    void written(const Work& work, const std::string& group, const ClassicWritten& what,
                 wire::Error error);
    void refuse_decision(const Work& work, const std::string& group, Decision&& decision,
                         const ClassicWritten& what, wire::Error error);
    void give_up_waiting(const Work& work);
    void wake_groups(const Work& work);
    void expire_offsets(const Work& work);
    void expire_group(const Work& work, const std::string& id);
    void deadline(Instant at);
    void find_next();
    void become_active(const Work& work);

    std::int32_t partition_ = -1;
    LeaderEpoch epoch_ = no_epoch;
    ShardPhase phase_ = ShardPhase::loading;
    Groups latest_;
    Groups stable_;
    std::vector<Pending> pending_; ///< in the log's order
    Offset load_next_;             ///< what is to be read next
    Instant load_due_ = never;
    std::int64_t loaded_records_ = 0;
    std::int64_t loaded_bytes_ = 0;
    Instant next_expiry_ = never;
    Instant next_ = never; ///< a bound from below of all deadlines
};

} // namespace orrery::group
