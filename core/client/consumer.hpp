// A consumer with its application: partitions are assigned to it, by hand or by its group, it
// fetches from their leaders and hands the records over in polls of up to max.poll.records, which
// the application takes a given time to process and commits as it likes (core/client/reading.hpp).
//
// Each partition has a phase:
//
//     reset_needed --ListOffsets--> resetting --> fetching <---------------------+
//          ^                                       |  the leader changed          |
//          |  out of range, truncated              v                             |
//          +------------------------------ validation_needed --> validating -----+
//     and `stuck` when auto.offset.reset=none forbids the way on; with group.id a partition begins
//     as `initializing`: OffsetFetch tells what is committed, or that it needs a reset
//
// After a leader change the position is validated with OffsetForLeaderEpoch (KIP-320): if the new
// leader's log ends earlier in our epoch, records that we have read are gone.
//
// A batch with a wrong checksum stops its partition as it would stop poll(); the application is
// taken to poll again, so it is fetched again after retry.backoff.ms.
//
// Facts: record_consumed for each partition and poll, offset_reset, truncation_detected,
// client_failed. With group.id also record_processed, partitions_assigned, partitions_revoked,
// partitions_lost, offsets_committed, commit_failed.
// Sources: FetchCollector, AbstractFetch, OffsetFetcher, SubscriptionState, ConsumerCoordinator.
#pragma once

#include "core/client/fetch_session.hpp"
#include "core/client/group_state.hpp"
#include "core/client/network.hpp"
#include "core/client/reading.hpp"
#include "core/record/batches.hpp"

#include <optional>
#include <string>
#include <vector>

namespace orrery::wire {
struct FetchResponse;
struct ListOffsetsResponse;
struct OffsetForLeaderEpochResponse;
} // namespace orrery::wire

namespace orrery::client {

enum class Phase : std::uint8_t {
    reset_needed,
    resetting,
    validation_needed,
    validating,
    fetching,
    stuck,
    initializing
};
constexpr std::string_view name_of(Phase phase) {
    switch (phase) {
    case Phase::reset_needed: return "needs a reset";
    case Phase::resetting: return "resetting";
    case Phase::validation_needed: return "needs validation";
    case Phase::validating: return "validating";
    case Phase::fetching: return "fetching";
    case Phase::stuck: return "stuck";
    case Phase::initializing: return "initializing";
    }
    return "?";
}

struct ConsumerPartition {
    std::size_t topic = 0; ///< in the metadata
    std::int32_t partition = 0;
    Phase phase = Phase::reset_needed;
    Offset position = no_offset;           ///< the next record to hand over
    LeaderEpoch position_epoch = no_epoch; ///< of the record before it
    NodeId leader = no_node;               ///< for which the position was found good
    LeaderEpoch leader_epoch = no_epoch;
    Offset high_watermark = no_offset; ///< as of the last answer
    Offset last_stable = no_offset;
    Offset log_start = no_offset;
    NodeId preferred = no_node; ///< a follower nearer to us (KIP-392)
    Instant preferred_until;
    bool reset_to_latest = false; ///< no record is as new as by_duration asks
    Instant retry_at;
    Chain buffered; ///< fetched, not handed over yet
    NodeId buffered_from = no_node;
    Offset corrupt_at = no_offset; ///< where a bad batch was found last
    std::int64_t consumed = 0;
    bool owned = true;    ///< assigned to us now
    bool leaving = false; ///< about to be given up: nothing more is read
    bool paused = false;
    Offset committed = no_offset; ///< as of the last commit or OffsetFetch that we know of
    bool operator==(const ConsumerPartition&) const = default;
    ORRERY_FIELDS(topic, partition, phase, position, position_epoch, leader, leader_epoch,
                  high_watermark, last_stable, log_start, preferred, preferred_until,
                  reset_to_latest, retry_at, buffered, buffered_from, corrupt_at, consumed, owned,
                  leaving, paused, committed)

    bool fetchable() const { return phase == Phase::fetching && owned && !leaving && !paused; }
    /// Records between position and high watermark; -1 if not known.
    std::int64_t lag() const {
        return high_watermark.value < 0 || position.value < 0 ? -1 : high_watermark - position;
    }
};

struct ConsumerCounters {
    std::int64_t consumed = 0;
    std::int64_t bytes = 0; ///< of keys, values and their overhead, as handed over
    std::int64_t polls = 0; ///< that brought records
    std::int64_t requests = 0;
    std::int64_t resets = 0;
    std::int64_t truncations = 0;
    std::int64_t corrupt = 0;
    bool operator==(const ConsumerCounters&) const = default;
    ORRERY_FIELDS(consumed, bytes, polls, requests, resets, truncations, corrupt)
};

class ConsumerProcess {
public:
    ConsumerProcess(const ConsumerConfig& config, Reading reading);

    void step(const Now& now, const Input& input, Effects& out);
    std::optional<Instant> wakeup() const { return wakeup_; }
    /// The application does this now, or with its next poll.
    void tell(const Now& now, const ConsumerDeed& deed, Effects& out);

    const ConsumerConfig& config() const { return *config_; }
    const Reading& reading() const { return *reading_; }
    const ConsumerCounters& counters() const { return counters_; }
    const Network& network() const { return network_; }
    const std::vector<ConsumerPartition>& partitions() const { return partitions_; }
    const std::vector<FetchSession>& sessions() const { return sessions_; }
    const Application& application() const { return application_; }
    /// Null without group.id.
    const GroupState* group() const { return group_ ? &*group_ : nullptr; }
    const std::string& topic_of(const ConsumerPartition& partition) const {
        return network_.metadata().topic(partition.topic).name;
    }
    const std::string& last_error() const { return last_error_; }

private:
    /// A ListOffsets or OffsetForLeaderEpoch under way.
    struct Question {
        std::uint64_t tag = 0;
        bool validates = false;
        std::vector<std::size_t> places;
        bool operator==(const Question&) const = default;
        ORRERY_FIELDS(tag, validates, places)
    };

    void start(const Started& started);
    /// What follows each input: everything that is due.
    void go_on(Turn& turn);
    void on_stopping(Turn& turn);
    void end(Turn& turn, bool clean, std::string why);
    void refresh_assignment();
    void add_partition(const Assigned& assigned, std::size_t topic, std::int32_t partition);
    void follow_leaders();
    void on_answer(Turn& turn, const Chain& frame, const wire::AnsweredRequest& answer);
    void on_failed(Turn& turn);
    void on_failed(Turn& turn, const wire::FailedRequest& failed);
    NodeId leader_of(const ConsumerPartition& partition) const;

    // consumer_fetch.cpp
    void send_fetches(Turn& turn);
    NodeId replica_to_read(ConsumerPartition& partition, Instant now);
    FetchSession& session_with(NodeId node);
    void send_fetch(Turn& turn, FetchSession& session, std::vector<SessionPartition> wanted);
    void on_fetched(Turn& turn, FetchSession& session, const wire::FetchResponse& response);
    void on_fetch_error(Turn& turn, ConsumerPartition& partition, wire::Error error, NodeId from);
    std::vector<Taken> take_poll(Turn& turn);
    Taken hand_over(Turn& turn, ConsumerPartition& partition, std::int64_t most);
    bool take_records(ConsumerPartition& partition, const record::Batch& batch, std::int64_t most,
                      Taken& handed);
    void on_corrupt(Turn& turn, ConsumerPartition& partition, Offset at);

    // consumer_application.cpp
    void run_application(Turn& turn);
    bool poll(Turn& turn);
    void begin_processing(Turn& turn);
    void finish_processing(Turn& turn);
    void finish_committing(Turn& turn);
    bool crashes_at(Turn& turn, CrashPoint point);
    bool in_poll() const;

    // consumer_group.cpp
    GroupTurn group_turn(Turn& turn) { return {turn, network_, *config_, next_tag_}; }
    void start_group();
    void keep_membership(Turn& turn);
    void poll_group(Turn& turn);
    void join_if_needed(Turn& turn);
    bool cooperative() const;
    bool prepare_to_join(Turn& turn);
    std::vector<std::pair<Assignor, Bytes>> offers() const;
    void lead(Turn& turn);
    void complete_join(Turn& turn, const Bytes& bytes);
    void notice_metadata();
    void match_pattern();
    bool subscribes_to(const std::string& topic) const;
    std::vector<AssignableTopic> assignable(const std::vector<std::string>& topics) const;
    void close_group(Turn& turn);
    void unsubscribe_now(Turn& turn);
    void on_fatal(Turn& turn, const std::string& why);
    void on_group_answer(Turn& turn, const Chain& frame, const wire::AnsweredRequest& answer);
    void on_group_failed(Turn& turn, const wire::FailedRequest& failed);
    std::optional<Instant> group_wakeup(Instant now) const;

    std::int32_t generation() const;
    bool lost_membership() const;

    // consumer_modern.cpp
    bool modern() const;
    Wanted wanted() const;
    void poll_modern(Turn& turn);
    TopicPartitions resolved_target();
    void reconcile(Turn& turn);

    // consumer_owned.cpp
    TopicPartitions owned() const;
    bool owns_any() const;
    static TopicPartitions without(const TopicPartitions& all, const TopicPartitions& gone);
    void own(Turn& turn, const TopicPartitions& fresh, std::int32_t generation);
    void disown(Turn& turn, Fact how, const TopicPartitions& gone, std::int32_t generation);

    // consumer_commit.cpp
    bool commits_automatically() const;
    std::vector<CommitOffset> all_consumed() const;
    std::uint64_t begin_commit(Turn& turn, CommitKind kind, Duration time);
    void auto_commit(Turn& turn);
    std::optional<CommitAs> committer() const;
    bool drive_commits(Turn& turn);
    void on_commit_finished(Turn& turn, const Commit& commit);
    void fetch_committed(Turn& turn);
    void on_committed(Turn& turn, const Chain& frame, const wire::AnsweredRequest& answer);
    bool on_group_error(Turn& turn, wire::Error error, std::int32_t generation);
    void committed_later(Turn& turn);

    // consumer_position.cpp
    void send_questions(Turn& turn, bool validate);
    bool ask_offsets(Turn& turn, NodeId node, const std::vector<std::size_t>& places,
                     std::uint64_t tag);
    bool ask_epochs(Turn& turn, NodeId node, const std::vector<std::size_t>& places,
                    std::uint64_t tag);
    void on_offsets(Turn& turn, const Question& question,
                    const wire::ListOffsetsResponse& response);
    void on_epochs(Turn& turn, const Question& question,
                   const wire::OffsetForLeaderEpochResponse& response);
    void question_failed(Turn& turn, const Question& question);
    void retry_later(Turn& turn, ConsumerPartition& partition);
    void begin_validation(ConsumerPartition& partition, NodeId leader, LeaderEpoch epoch);
    void ask_reset(Turn& turn, ConsumerPartition& partition, const char* why);
    void seek(Turn& turn, ConsumerPartition& partition, Offset to, LeaderEpoch epoch);
    void complain(Turn& turn, const ConsumerPartition& partition, std::string what);
    std::int64_t reset_timestamp(const ConsumerPartition& partition, const Now& now) const;
    ConsumerPartition* find(std::size_t topic, std::int32_t partition);

    void plan_wakeup(Instant now);

    Cow<ConsumerConfig> config_;
    Cow<Reading> reading_;
    Network network_;
    bool running_ = false;
    std::uint64_t metadata_seen_ = 0;           ///< the metadata version that the partitions follow
    std::vector<ConsumerPartition> partitions_; ///< only grows
    std::vector<FetchSession> sessions_;
    std::vector<Question> questions_;
    std::vector<std::size_t> buffered_; ///< partitions with fetched records, in order of arrival
    Application application_;
    std::optional<GroupState> group_;
    std::uint64_t next_tag_ = 0;
    std::optional<Instant> wakeup_;
    ConsumerCounters counters_;
    std::string last_error_;

public:
    bool operator==(const ConsumerProcess&) const = default;
    ORRERY_FIELDS(config_, reading_, network_, running_, metadata_seen_, partitions_, sessions_,
                  questions_, buffered_, application_, group_, next_tag_, wakeup_, counters_,
                  last_error_)
};

} // namespace orrery::client
