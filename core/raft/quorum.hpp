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
#include "core/log/quorum_state.hpp"
#include "core/raft/config.hpp"
#include "core/raft/connections.hpp"
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
    /// The earliest that is kept; log() begins nowhere behind it.
    const Snapshot* oldest_snapshot() const {
        return snapshots_.empty() ? nullptr : &snapshots_.front();
    }
    /// Leader only, else nothing: gives up this epoch, as the controller asks after a fault.
    void resign(const Now& now, Out& out);
    /// A voter's patience ends now, whatever its timer says: a leader resigns, a follower stands
    /// for election (and is told by pre-votes whether the others still hear from the leader,
    /// KIP-996).
    void lose_patience(const Now& now, Out& out);
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
                  election_write_, parked_replies_, flushes_, durable_end_, snapshots_,
                  snapshot_write_, next_cleaning_, next_write_, next_ask_, shutting_down_, halted_)

private:
    /// Once `write` is confirmed, the log is durable below `end`.
    struct LogFlush {
        WriteId write;
        Offset end;
        bool confirmed = false;
        bool operator==(const LogFlush&) const = default;
        ORRERY_FIELDS(write, end, confirmed)
    };
    /// A snapshot on its way to the disk.
    struct SnapshotWrite {
        WriteId write;
        Snapshot snapshot;
        bool downloaded = false; ///< from the leader, to begin anew from; else made here
        bool operator==(const SnapshotWrite&) const = default;
        ORRERY_FIELDS(write, snapshot, downloaded)
    };
    /// What every answer says of the quorum.
    struct QuorumView {
        wire::Error error = wire::Error::none;
        NodeId leader = no_node;
        LeaderEpoch epoch;
    };
    /// What became of an answer: its node may be asked again at once, or after a rest; or the
    /// answer is an ordinary one, for its own handler.
    enum class Handled : std::uint8_t { done, rest, pass };
    /// Whether a replica's log is a prefix of ours up to where it wants to go on, and if not, what
    /// tells it so.
    struct Validity {
        enum class Kind : std::uint8_t { valid, diverging, snapshot } kind = Kind::valid;
        Offset offset;
        LeaderEpoch epoch;
    };

    explicit Quorum(Config config, std::uint64_t random);

    // quorum.cpp: transitions, durability
    void enter(Turn turn, LeaderEpoch epoch, State next, const Now& now, Out& out);
    static void tell(Fact fact, std::array<std::int64_t, fact_numbers> numbers, Out& out,
                     std::string text = {});
    void become_unattached(Turn turn, LeaderEpoch epoch, NodeId leader, const Now& now, Out& out);
    void become_follower(Turn turn, LeaderEpoch epoch, NodeId leader, const Now& now, Out& out);
    void become_prospective(const Now& now, Out& out);
    void become_candidate(const Now& now, Out& out);
    void become_leader(const Now& now, Out& out);
    void become_resigned(std::string why, const Now& now, Out& out);
    void add_vote(const ReplicaKey& candidate, const Now& now, Out& out);
    bool maybe_transition(NodeId leader, LeaderEpoch epoch, const Now& now, Out& out);
    std::optional<InputError> open_log(bool exists, std::span<const BootFile> files, const Now& now,
                                       Out& out);
    std::vector<BootFile> without_leftovers(std::span<const BootFile> files, Out& out) const;
    void take_up(const log::QuorumState& found, const Now& now, Out& out);
    log::LogConfig log_config() const;
    State first_state(const log::QuorumState& found, const Now& now);
    log::QuorumState election() const;
    void persist(Out& out);
    void reply(RequestId id, Response response, Out& out);
    void ask(NodeId to, Question question, const Now& now, Out& out);
    void halt(std::string why, Out& out);
    WriteId new_write() { return WriteId{next_write_++}; }
    /// Once `id` is confirmed the log is durable as it stands now.
    void flush_log(WriteId id);
    void flush_segments(std::size_t from, std::size_t to, Out& out);
    void flush_closed_segment(Out& out);
    bool log_is_flushing() const { return !flushes_.empty(); }
    void log_confirmed(const Now& now, Out& out);
    Duration random_election_timeout();
    /// 1.5 times the fetch timeout, as Kafka has it.
    Duration check_quorum_timeout() const { return config_->fetch_timeout * 3 / 2; }
    ReplicaKey self() const { return {config_->id, config_->directory_id}; }
    bool is_peer(NodeId node) const {
        return node != config_->id && config_->voter(node) != nullptr;
    }

    // poll.cpp: what time brings
    void poll(const Now& now, Out& out);
    bool turn(const Now& now, Out& out);
    bool turn_unattached(const Unattached& state, const Now& now, Out& out);
    bool turn_follower(const Follower& state, const Now& now, Out& out);
    bool turn_prospective(const Prospective& state, const Now& now, Out& out);
    bool turn_candidate(const Candidate& state, const Now& now, Out& out);
    bool turn_leader(const Now& now, Out& out);
    bool turn_resigned(const Resigned& state, const Now& now, Out& out);
    void lose_pre_vote(const Now& now, Out& out);
    void send_votes(const Ballot& ballot, bool pre_vote, const Now& now, Out& out);
    void fetch_from_leader(const Follower& state, const Now& now, Out& out);
    void fetch_from_any(const Now& now, Out& out);
    wire::FetchRequest fetch_request() const;

    // elections.cpp: Vote, BeginQuorumEpoch, EndQuorumEpoch
    bool is_our_cluster(const std::optional<std::string>& cluster_id) const;
    std::optional<wire::Error> refuse_voter_request(NodeId from, LeaderEpoch epoch) const;
    bool is_consistent(NodeId leader_id, LeaderEpoch epoch) const;
    bool is_our_key(std::int32_t voter_id, const Uuid& directory_id) const;
    bool can_grant(const ReplicaKey& to, bool log_up_to_date, bool pre_vote) const;
    wire::VoteResponse vote_response(std::int16_t version, wire::Error error, bool granted) const;
    template <class Response>
    Response epoch_response(std::int16_t version, wire::Error error) const;
    template <class Response, class Request>
    std::optional<Response> refuse_epoch_request(std::int16_t version,
                                                 const Request& request) const;
    Duration end_epoch_backoff(const wire::EndQuorumEpochRequest::PartitionData& request) const;
    Handled handle(NodeId from, const wire::VoteResponse& answer, const Now& now, Out& out);
    Handled handle(NodeId from, const wire::BeginQuorumEpochResponse& answer, const Now& now,
                   Out& out);
    Handled handle(NodeId from, const wire::EndQuorumEpochResponse& answer, const Now& now,
                   Out& out);
    Handled handle_common(const QuorumView& view, const Now& now, Out& out);

    // leading.cpp: the leader's log, high watermark, check-quorum
    void announce_epoch(const Now& now, Out& out);
    void drain(const Now& now, Out& out);
    void append_batch(const record::Batch& batch, WriteId id, const Now& now, Out& out);
    void send_begin_epoch(const Now& now, Out& out);
    void update_high_watermark(const Now& now, Out& out);
    bool progressed(const ReplicaKey& replica, Offset offset, const Now& now);
    void heard_of_voter(const ReplicaKey& replica, const Now& now);
    ReplicaProgress* find_voter(const ReplicaKey& replica);

    // serving.cpp: Fetch as the leader answers it
    std::optional<wire::Error> refuse_leader_request(LeaderEpoch epoch) const;
    Validity validate(Offset offset, LeaderEpoch epoch) const;
    log::EpochEnd end_offset_for(LeaderEpoch epoch) const;
    wire::FetchResponse fetch_response(std::int16_t version, wire::Error error,
                                       const Validity& validity, Chain records,
                                       Offset high_watermark) const;
    wire::FetchResponse complete(const ParkedFetch& fetch, const Now& now, Out& out);
    void complete_fetches(Offset below, const Now& now, Out& out);
    void expire_fetches(const Now& now, Out& out);
    void refuse_fetches(const std::vector<ParkedFetch>& fetches, Out& out);

    // following.cpp: answers to our fetches
    Handled handle(NodeId from, const wire::FetchResponse& answer, const Now& now, Out& out);
    bool truncate(const log::EpochEnd& leader_end, Out& out);
    bool append_fetched(const Chain& records, const Now& now, Out& out);
    void follow_high_watermark(Offset offset, Out& out);
    void successful_fetch(const Now& now);

    // snapshotting.cpp
    Handled handle(NodeId from, const wire::FetchSnapshotResponse& answer, const Now& now,
                   Out& out);
    wire::FetchSnapshotRequest snapshot_request(const SnapshotDownload& download) const;
    void snapshot_confirmed(const Now& now, Out& out);
    std::optional<Instant> next_cleaning() const;
    void skip_cleanings(const Now& now);
    void clean_snapshots(const Now& now, Out& out);
    void erase_oldest_snapshot(Out& out);
    bool begins_batch(Offset offset) const;
    const Snapshot* find_snapshot(const SnapshotId& id) const;
    /// Of the last record of the log; of the snapshot when the log is empty after one; else 0.
    LeaderEpoch last_epoch() const;
    /// What a fetch says that we know: nothing until a leader has told.
    Offset known_high_watermark() const {
        return high_watermark_.value > 0 ? high_watermark_ : no_offset;
    }

    Cow<Config> config_;
    Random random_;
    log::Log log_;
    State state_;
    LeaderEpoch epoch_;
    Offset high_watermark_;
    Connections connections_;
    log::QuorumState persisted_; ///< what quorum-state says, or will when election_write_ is done
    std::optional<WriteId> election_write_;       ///< the latest, unconfirmed
    std::vector<Reply<Response>> parked_replies_; ///< until election_write_ is confirmed
    std::vector<LogFlush> flushes_;               ///< in order of issue
    Offset durable_end_;                          ///< the disk has confirmed the log below
    Snapshots snapshots_;
    std::optional<SnapshotWrite> snapshot_write_;
    Instant next_cleaning_; ///< of snapshots and the log below them
    std::uint64_t next_write_ = 0;
    std::uint64_t next_ask_ = 0;
    bool shutting_down_ = false;
    bool halted_ = false; ///< has emitted Exit; nothing more comes
};

} // namespace orrery::raft
