// raft::Quorum: one node's part in the KRaft quorum, a regular value that owns the replicated
// metadata log (KIP-595; pre-vote: KIP-996; snapshots: KIP-630; high watermark in fetches:
// KIP-1166). Voters elect, observers follow; both replicate by fetching from the leader.
//
//     Out out{effects, {}, {}};
//     auto quorum = Quorum::boot(config, started.files, started.random, now, out);
//     quorum.on_request(id, version, vote_request, now, out);  // answered now or later, in replies
//     quorum.on_answer(ask, fetch_response, now, out);         // to an Ask of out.asks
//     quorum.on_wrote(write, fault, now, out);                 // for write ids that owns() claims
//     if (quorum.wakeup() <= now.instant) quorum.on_woke(now, out);
//
// After each step a node compares `leadership()` and `high_watermark()` with what it saw before:
// records of log() below the high watermark are committed and may be applied, whoever leads. A new
// leader may decide (append) once it has applied everything below epoch_start() + 1.
//
// Durability. Epoch and vote (the file quorum-state) are written before anything that bears them
// leaves: while that write is unconfirmed, replies are parked and nothing is asked. A voter fetches
// again only when what it fetched is durable, since asking for offset n says "below n is safe with
// me"; a leader counts itself up to what its disk has confirmed. A truncation is flushed before
// anything is written after it. A write that fails ends the process (Exit), as Kafka halts.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/log/log.hpp"
#include "core/raft/config.hpp"
#include "core/raft/connections.hpp"
#include "core/raft/election_state.hpp"
#include "core/raft/messages.hpp"
#include "core/raft/snapshots.hpp"
#include "core/raft/states.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace orrery::raft {

/// Who leads, as of which epoch; no_node while that is not known.
struct Leadership {
    LeaderEpoch epoch;
    NodeId leader = no_node;
    bool operator==(const Leadership&) const = default;
    ORRERY_FIELDS(epoch, leader)
};

class Quorum {
public:
    /// Takes the files found at boot (those below config.directory matter; others are ignored) and
    /// recovers the log as after an unclean stop. `random` seeds the election timeouts. Fails if
    /// quorum-state or a snapshot can't be read: Kafka refuses to start then, too.
    static Result<Quorum, InputError> boot(Config config, std::span<const BootFile> files,
                                           std::uint64_t random, const Now& now, Out& out);

    // Requests. `version` is the api version of the request; it decides which fields the answer
    // may bear.
    void on_request(RequestId id, std::int16_t version, const wire::VoteRequest& request,
                    const Now& now, Out& out);
    void on_request(RequestId id, std::int16_t version,
                    const wire::BeginQuorumEpochRequest& request, const Now& now, Out& out);
    void on_request(RequestId id, std::int16_t version, const wire::EndQuorumEpochRequest& request,
                    const Now& now, Out& out);
    /// Parked up to max_wait_ms when there is nothing new below our log's end.
    void on_request(RequestId id, std::int16_t version, const wire::FetchRequest& request,
                    const Now& now, Out& out);
    void on_request(RequestId id, std::int16_t version, const wire::FetchSnapshotRequest& request,
                    const Now& now, Out& out);
    void on_request(RequestId id, std::int16_t version, const wire::DescribeQuorumRequest& request,
                    const Now& now, Out& out);

    /// An answer to one of our asks; ignored when we no longer wait for it.
    void on_answer(AskId id, const Answer& answer, const Now& now, Out& out);
    /// There is none: the timeout ran out, the connection was lost or could not be made.
    void on_no_answer(AskId id, const Now& now, Out& out);
    void on_wrote(WriteId id, DiskFault fault, const Now& now, Out& out);
    void on_woke(const Now& now, Out& out);

    /// Leader only: the records (each a framed metadata record, the value of a log record) join one
    /// batch, which goes to the log after append_linger. Returns the offset of the last. Fails with
    /// not_leader_or_follower, or record_list_too_large when they don't fit in one batch.
    Result<Offset, wire::Error> append(std::span<const Bytes> values, const Now& now, Out& out);
    /// The offset that the next appended record gets; leader only.
    Offset next_offset() const;
    /// Keeps a snapshot of the image as of `id`, made by the image's owner: the values of records
    /// that rebuild it. False, and nothing kept, when id.end_offset is not committed here, or when
    /// a snapshot at or past it exists. Old log and old snapshots go when the new one is durable.
    bool create_snapshot(const SnapshotId& id, std::int64_t last_contained_log_timestamp_ms,
                         std::span<const Bytes> values, const Now& now, Out& out);
    /// The latest snapshot, from which an image starts whose next offset is below log().start().
    const Snapshot* latest_snapshot() const {
        return snapshots_.empty() ? nullptr : &snapshots_.back();
    }
    /// Leader only, else nothing: gives up this epoch, as the controller asks after a fault.
    void resign(const Now& now, Out& out);
    /// A leader resigns and tells the others who should follow it. The process may go when
    /// may_stop(), or when its own patience ends.
    void begin_shutdown(const Now& now, Out& out);
    bool may_stop() const;

    bool is_voter() const { return config_->is_voter(); }
    bool is_leader() const { return role() == Role::leader; }
    Role role() const { return role_of(state_); }
    const State& state() const { return state_; }
    LeaderEpoch epoch() const { return epoch_; }
    /// The leader of this epoch, or no_node.
    NodeId leader() const;
    Leadership leadership() const { return {epoch_, leader()}; }
    /// Whom we voted for in this epoch.
    std::optional<ReplicaKey> voted() const;
    /// Everything below is committed; only grows while the process lives.
    Offset high_watermark() const { return high_watermark_; }
    /// Leader only: the offset of its epoch's LeaderChange record.
    Offset epoch_start() const;
    const log::Log& log() const { return log_; }
    const Config& config() const { return *config_; }
    const std::vector<Voter>& voters() const { return config_->voters; }

    /// Whether a watched write is ours.
    bool owns(WriteId id) const;
    /// When on_woke() must be called at the latest.
    std::optional<Instant> wakeup() const;
    bool operator==(const Quorum&) const = default;
    ORRERY_FIELDS(config_, random_, log_, state_, epoch_, high_watermark_, connections_, persisted_,
                  election_write_, parked_replies_, flushes_, durable_end_, snapshots_, next_write_,
                  next_ask_, shutting_down_)

private:
    /// A reply that must not leave before quorum-state is durable.
    struct ParkedReply {
        Reply<Response> reply;
        bool operator==(const ParkedReply&) const = default;
        ORRERY_FIELDS(reply)
    };
    /// Once `write` is confirmed, the log is durable below `end`.
    struct LogFlush {
        WriteId write;
        Offset end;
        bool operator==(const LogFlush&) const = default;
        ORRERY_FIELDS(write, end)
    };

    Cow<Config> config_;
    Random random_;
    log::Log log_;
    State state_;
    LeaderEpoch epoch_;
    Offset high_watermark_;
    Connections connections_;
    ElectionState persisted_; ///< what quorum-state says, or will when election_write_ is done
    std::optional<WriteId> election_write_;
    std::vector<ParkedReply> parked_replies_;
    std::vector<LogFlush> flushes_; ///< in order of issue; they are confirmed in any order
    Offset durable_end_;
    Snapshots snapshots_;
    std::uint64_t next_write_ = 0;
    std::uint64_t next_ask_ = 0;
    bool shutting_down_ = false;
};

} // namespace orrery::raft
