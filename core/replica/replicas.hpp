// Replicas: a broker's partitions as one value, Kafka's ReplicaManager. The node hands in decoded
// requests and what the metadata log said; it gets replies now or, for what waits, in a later step.
//
//     Replicas replicas(config, boot);                  // recovers the logs found on disk
//     replicas.apply(image, changes, now, out);         // after each batch of metadata records
//     replicas.produce(caller, request, now, out);      // out.replies, or parked
//     replicas.on_answer(ask, answer, now, out);        // to what out.asks asked
//     replicas.wake(now, out);                          // when wakeup() has come
//
// Cost. A request costs what it names; a parked one costs nothing until one of its partitions
// moves, since each partition knows who waits for it. Only the ISR check (each half of
// replica.lag.time.max.ms) and the checkpoints look at every partition.
//
// Copying costs a counter a block of partitions; a partition is cloned when it is written.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/cow_vector.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/metadata/image.hpp"
#include "core/replica/config.hpp"
#include "core/replica/fetch_set.hpp"
#include "core/replica/fetcher.hpp"
#include "core/replica/out.hpp"
#include "core/replica/own_records.hpp"
#include "core/replica/partition.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::replica {

/// A produce request of which some partitions wait for their high watermark.
struct ParkedProduce {
    RequestId request;
    std::int16_t version = 0;
    std::string listener;
    Instant give_up;
    std::uint32_t waiting = 0; ///< partitions that still wait: their error is REQUEST_TIMED_OUT
    wire::ProduceResponse response;
    bool operator==(const ParkedProduce&) const = default;
    ORRERY_FIELDS(request, version, listener, give_up, waiting, response)
};

struct ParkedDelete {
    RequestId request;
    Instant give_up;
    std::uint32_t waiting = 0;
    wire::DeleteRecordsResponse response;
    bool operator==(const ParkedDelete&) const = default;
    ORRERY_FIELDS(request, give_up, waiting, response)
};

/// Where a topic's partitions are.
struct TopicSlots {
    std::string name;
    std::vector<Slot> slots; ///< by partition number; no_slot where it is not on this broker
    bool operator==(const TopicSlots&) const = default;
    ORRERY_FIELDS(name, slots)
};

/// A log found at boot that the metadata has not spoken of yet.
struct FoundLog {
    std::string topic;
    std::int32_t partition = 0;
    Uuid topic_id;
    log::Log log;
    Offset high_watermark{};
    Offset cleaned{};
    bool operator==(const FoundLog&) const = default;
    ORRERY_FIELDS(topic, partition, topic_id, log, high_watermark, cleaned)
};

/// What a life begins with.
struct Boot {
    const std::vector<BootFile>& files; ///< all of the process; those of other rooms are left alone
    std::uint64_t random = 0;           ///< Started's draw: session ids come from it
};

class Replicas {
public:
    Replicas(const Config& config, const Boot& boot, const Now& now, Out& out);

    /// The broker epoch that our registration was given; asks carry it.
    void registered(BrokerEpoch epoch) { broker_epoch_ = epoch; }
    /// The broker epoch in the clean shutdown file found at boot; none after an unclean stop.
    std::optional<BrokerEpoch> cleanly_stopped_epoch() const { return stopped_epoch_; }

    /// The image has moved by `changes`: leaders and followers are made, logs made and erased,
    /// configs taken over. Within a metadata transaction nothing is shown: hand in the changes
    /// gathered since before it, once it has ended.
    void apply(const metadata::Image& image, const metadata::Changes& changes, const Now& now,
               Out& out);
    /// The metadata log was replayed up to its end after boot: logs that it does not know are
    /// strays and are erased.
    void erase_strays(const Now& now, Out& out);

    void produce(const Caller& caller, wire::ProduceRequest&& request, const Now& now, Out& out);
    void fetch(const Caller& caller, const wire::FetchRequest& request, const Now& now, Out& out);
    void list_offsets(const Caller& caller, const wire::ListOffsetsRequest& request, Out& out);
    void offset_for_leader_epoch(const Caller& caller,
                                 const wire::OffsetForLeaderEpochRequest& request, Out& out);
    void delete_records(const Caller& caller, const wire::DeleteRecordsRequest& request,
                        const Now& now, Out& out);

    /// Appends what the broker itself has to say, as one batch under the rules of acks=all; whether
    /// it is committed the high watermark tells. Gives the offset after it. Errors:
    /// NOT_LEADER_OR_FOLLOWER (also when we lead in another epoch), NOT_ENOUGH_REPLICAS,
    /// MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, KAFKA_STORAGE_ERROR.
    Result<Offset, wire::Error> append_own(const OwnBatch& own, const Now& now, Out& out);
    /// Reads it back as the leader of `epoch`, up to the log's end: from `from`, or from the log's
    /// start if that is above it, up to `most` bytes, but one batch if there is any. Errors: as
    /// append_own(), and OFFSET_OUT_OF_RANGE beyond the end.
    Result<OwnPiece, wire::Error> read_own(std::string_view topic, std::int32_t partition,
                                           LeaderEpoch epoch, Offset from, std::int64_t most) const;

    void on_answer(AskId ask, Answer&& answer, const Now& now, Out& out);
    /// Timed out, or the connection was lost: the peer may or may not have acted.
    void on_no_answer(AskId ask, const Now& now, Out& out);
    /// True for a file that is ours to hear of: see on_wrote().
    bool owns(std::string_view file) const;
    /// A failed write takes the log directory offline; all our files are in one.
    void on_wrote(const Wrote& wrote, const Now& now, Out& out);

    void wake(const Now& now, Out& out);
    std::optional<Instant> wakeup() const;

    /// Controlled shutdown begins: followers of nobody stop fetching.
    void stopping() { stopping_ = true; }
    /// Closes all logs with flushes under `flushes` (one Wrote each, to be handed in); when the
    /// last is durable come the checkpoints and the clean shutdown file, which is written under
    /// `last`.
    void shut_down(WriteId flushes, WriteId last, const Now& now, Out& out);

    // --- to read
    const Config& config() const { return *config_; }
    const metadata::Image& image() const { return image_; }
    /// Null when it is not on this broker.
    const Partition* find(std::string_view topic, std::int32_t partition) const;
    const Partition* find(const Uuid& topic, std::int32_t partition) const;
    /// Each partition, in order of topic names and numbers.
    template <class Visit>
    void each(Visit&& visit) const {
        for (const auto& [name, id] : *names_)
            for (const Slot slot : topics_->find(id)->slots)
                if (slot != no_slot)
                    visit(*partitions_[slot.value]);
    }
    std::size_t size() const { return count_; }
    const FlatMap<NodeId, Cow<Fetcher>>& fetchers() const { return fetchers_; }
    const FlatMap<SetId, Cow<FetchSet>>& fetch_sets() const { return sets_; }
    std::size_t parked_produces() const { return produces_.size(); }
    std::size_t parked_fetches() const;
    std::size_t fetch_sessions() const { return sessions_.size(); }
    bool log_dir_failed() const { return log_dir_failed_; }

    bool operator==(const Replicas&) const = default;

private:
    /// One partition of a fetch, read.
    struct ReadPartition {
        std::uint32_t place = 0; ///< in the set
        wire::FetchResponse::PartitionData data;
        std::int64_t bytes = 0;
        bool ready = false;     ///< the fetch must not wait: an error, a divergence, news
        bool stays_hot = false; ///< the next fetch must look at it again
    };
    struct ReadSet {
        std::vector<ReadPartition> parts;
        std::int64_t bytes = 0;
        bool ready = false;
    };
    /// A part of a response that has to wait.
    struct WaitingPart {
        Slot slot;
        std::size_t topic = 0;
        std::size_t part = 0;
    };
    /// A clean stop that waits for its flushes.
    struct Closing {
        WriteId flushes;
        WriteId last;
        std::uint64_t flushes_out = 0;
        bool operator==(const Closing&) const = default;
        ORRERY_FIELDS(flushes, last, flushes_out)
    };
    struct IsrProposal {
        Slot slot;
        std::uint64_t number = 0; ///< of the PendingIsr
        bool operator==(const IsrProposal&) const = default;
        ORRERY_FIELDS(slot, number)
    };
    /// What of a partition moved: only its end (followers look), or what everybody sees.
    enum class Progress : std::uint8_t { log_end, visible };

    // replicas.cpp
    const Partition& at(Slot slot) const { return *partitions_[slot.value]; }
    /// Holds until the slot is given up; other partitions may be edited meanwhile.
    Partition& edit(Slot slot) { return partitions_.edit(slot.value).edit(); }
    Slot slot_of(const Uuid& topic, std::int32_t partition) const;
    Slot slot_of(std::string_view topic, std::int32_t partition) const;
    Slot slot_named(const PartitionName& name) const;
    Slot add_partition(Partition&& partition);
    void remove_partition(Slot slot);
    wire::Error missing(const PartitionName& name) const;
    std::pair<NodeId, LeaderEpoch> current_leader(const Uuid& topic_id, std::string_view topic,
                                                  std::int32_t partition) const;
    const metadata::Listener* endpoint_of(NodeId id, std::string_view listener) const;
    void appended(Partition& partition, const log::Appended& done, const Step& step);
    void flush_logs(const Step& step);
    void finish(const Step& step);
    AskId next_ask() { return {next_ask_++}; }

    // apply.cpp
    void reconcile_all(const Step& step);
    void reconcile(const metadata::TopicPartitionId& id, const Step& step);
    void delete_topic(const Uuid& id, const Step& step);
    void become_leader(Slot slot, const metadata::Partition& registered, const Step& step);
    void begin_epoch(Partition& partition, const metadata::Partition& registered, bool was_leader,
                     const Step& step);
    void become_follower(Slot slot, const metadata::Partition& registered, const Step& step);
    void look_at_fetches_of(NodeId broker);
    void take_configs(const metadata::ConfigResource& resource, const Step& step);
    void take_settings(Slot slot, const Step& step);
    TopicSettings settings_of(std::string_view topic) const;

    // files.cpp
    void recover(const Boot& boot, const Step& step);
    void recover_one(FoundLog&& found, const log::RecoverFrom& from, Offset high_watermark,
                     std::span<const BootFile> files, const Step& step);
    Slot make_replica(const metadata::TopicPartitionId& id, const Step& step);
    void erase_found(const FoundLog& found, const Step& step);
    void delete_replica(Slot slot, const Step& step);
    void logs_moved(Instant now);
    void logs_were_cut();
    void checkpoint_soon(Instant now);
    void write_high_watermarks(const Step& step);
    void write_log_points(const Step& step);
    void write_cleaned(const Step& step);
    void apply_retention(const Step& step);
    void close_cleanly(const Step& step);
    void flush_confirmed(const Wrote& wrote, const Step& step);
    void fail_log_dir(std::string&& why, const Step& step);

    // cleaner.cpp
    void clean_soon(Instant now);
    void clean_logs(const Step& step);
    void cleaned(Slot slot, Offset end, const Step& step);

    // produce.cpp
    void append_produced(Slot slot, const std::optional<Chain>& records, std::int16_t version,
                         std::int16_t acks, wire::ProduceResponse::PartitionProduceResponse& part,
                         const Step& step);
    void append_as_leader(Slot slot, const record::Batch& batch, const Step& step);
    void park_produce(const Caller& caller, std::int32_t timeout_ms,
                      wire::ProduceResponse&& response, const std::vector<WaitingPart>& waiting,
                      const Step& step);
    void produce_refused(Slot slot, std::string_view topic,
                         const wire::ProduceResponse::PartitionProduceResponse& part,
                         const Step& step) const;
    void reply_produce(std::int16_t version, std::string_view listener, RequestId request,
                       wire::ProduceResponse&& response, const Step& step) const;

    // own_records.cpp
    wire::Error own_error(Slot slot, LeaderEpoch epoch) const;

    // waiting.cpp
    void progressed(Slot slot, Progress what, const Step& step);
    void finish_produces(Slot slot, const Step& step);
    void finish_part(const ProduceWaiter& waiter, wire::Error error, const Step& step);
    void expire_produces(const Step& step);
    Offset low_watermark(const Partition& partition) const;
    void finish_deletes(Slot slot, const Step& step);
    void expire_deletes(const Step& step);
    void expire_fetches(const Step& step);

    // fetch.cpp
    void fetch_without_session(FetchSet&& set, FetchTerms&& terms, std::int32_t max_wait_ms,
                               const Step& step);
    void park(FetchSet& set, FetchTerms&& terms, bool all, std::int32_t max_wait_ms,
              const Now& now);
    bool is_ready(const FetchSet& set) const;
    void answer_parked(SetId id, const Step& step);
    void answer(FetchSet& set, const FetchTerms& terms, bool all, ReadSet&& read, const Step& step);
    void tell_leader(wire::FetchResponse::PartitionData& data, const WantedPartition& wanted,
                     const FetchTerms& terms, std::vector<NodeId>& leaders) const;
    static bool is_news(const wire::FetchResponse::PartitionData& data,
                        const WantedPartition& wanted);

    // read.cpp
    wire::Error fetch_error(const Partition& partition, const WantedPartition& wanted,
                            const FetchTerms& terms) const;
    std::optional<log::EpochEnd> divergence(const Partition& partition,
                                            const WantedPartition& wanted) const;
    Offset readable_end(const Partition& partition, const FetchTerms& terms) const;
    static std::optional<std::int64_t> bytes_available(const Partition& partition, Offset from,
                                                       Offset end);
    ReadPartition read_one(std::uint32_t place, const WantedPartition& wanted,
                           const FetchTerms& terms, std::int64_t limit, bool at_least_one) const;
    ReadSet read_first(FetchSet& set, const FetchTerms& terms, const Step& step);
    ReadSet read_again(FetchSet& set, const FetchTerms& terms) const;
    static void in_turn(FetchSet& set);
    void cool(FetchSet& set, const ReadSet& read) const;
    void follower_fetched(const WantedPartition& wanted, const FetchTerms& terms, const Step& step);
    void note_idle_fetch(Slot slot, const FetchSet& set, std::uint32_t place);
    void note_idle_fetches(Slot slot);

    // sessions.cpp
    void want(FetchSet& set, PartitionName&& name, const wire::FetchRequest::FetchPartition& asked);
    void want_all(FetchSet& set, const wire::FetchRequest& request, const FetchTerms& terms);
    void forget(FetchSet& set, const PartitionName& name);
    SetId open_session(FetchSet& set, const FetchTerms& terms, const Step& step);
    bool make_room(const FetchSet& fresh, const Step& step);
    void close_session(std::int32_t session_id, const Step& step);
    wire::Error continue_session(const wire::FetchRequest& request, const FetchTerms& terms,
                                 const Step& step, SetId& id);
    void watch(SetId id, std::uint32_t place, Slot slot);
    void unwatch(SetId id, Slot slot);

    // isr.cpp
    bool eligible(const Partition& partition, NodeId id) const;
    void set_high_watermark(Partition& partition, Offset to, const Step& step);
    bool advance_high_watermark(Partition& partition, const Step& step);
    void expand_isr(Slot slot, NodeId id, const Step& step);
    void shrink_isr(Slot slot, const Step& step);
    void check_isrs(const Step& step);
    void send_isr_changes(const Step& step);
    void on_alter_partition(const wire::AlterPartitionResponse* response, const Step& step);
    void on_isr_answer(Slot slot, const wire::AlterPartitionResponse::PartitionData& data,
                       const Step& step);
    void on_isr_refused(Slot slot, wire::Error error, const Step& step);
    void isr_applied(const Partition& partition, const Step& step) const;

    // following.cpp
    void start_fetching(Slot slot);
    void stop_fetching(Slot slot);
    static void leave_session(Fetcher& fetcher, FetchedPartition& partition,
                              const metadata::TopicPartitionId& id);
    static void lose_session(Fetcher& fetcher);
    void delay(Fetcher& fetcher, Slot slot, const Step& step);
    void wake_fetcher(Fetcher& fetcher, const Step& step);
    void add_wishes(Fetcher& fetcher, wire::FetchRequest& request) const;
    void ask_leader(Fetcher& fetcher, const Step& step);
    void locate(Fetcher& fetcher, Slot slot, bool start, const Step& step);

    // fetched.cpp
    bool on_fetch_response(AskId ask, const wire::FetchResponse* response, const Step& step);
    void on_fetch_refused(Fetcher& fetcher, wire::Error error, const Step& step);
    void on_fetched(Fetcher& fetcher, Slot slot, const wire::FetchResponse::PartitionData& data,
                    const Step& step);
    bool follow(Slot slot, const wire::FetchResponse::PartitionData& data, const Step& step);
    void truncate_to_epoch(Slot slot, LeaderEpoch epoch, Offset leader_end, const Step& step);
    void truncate(Partition& partition, Offset to, const Step& step);
    bool on_located(AskId ask, const wire::ListOffsetsResponse* response, const Step& step);
    void on_leader_offset(Fetcher& fetcher, Slot slot, bool start,
                          const wire::ListOffsetsResponse::ListOffsetsPartitionResponse& data,
                          const Step& step);

    // offsets.cpp
    wire::Error list_one(const Partition& partition, const wire::ListOffsetsRequest& request,
                         const wire::ListOffsetsRequest::ListOffsetsPartition& asked,
                         wire::ListOffsetsResponse::ListOffsetsPartitionResponse& out) const;
    wire::Error delete_up_to(Slot slot, Offset to, const Step& step);

    Cow<Config> config_;
    metadata::Image image_;
    BrokerEpoch broker_epoch_{-1};
    std::optional<BrokerEpoch> stopped_epoch_;
    bool stopping_ = false;
    bool log_dir_failed_ = false;
    Random random_;

    // partitions
    CowVector<Cow<Partition>> partitions_; ///< by slot; a free slot holds an empty one
    std::vector<Slot> free_slots_;
    std::size_t count_ = 0;
    Cow<FlatMap<Uuid, TopicSlots>> topics_;
    Cow<FlatMap<std::string, Uuid>> names_; ///< of topics_
    std::vector<Cow<FoundLog>> found_;

    // what waits
    FlatMap<std::uint64_t, ParkedProduce> produces_;
    FlatMap<std::uint64_t, ParkedDelete> deletes_;
    FlatMap<SetId, Cow<FetchSet>> sets_;
    FlatMap<std::int32_t, SetId> sessions_;
    std::uint64_t next_set_ = 1;
    std::uint64_t next_parked_ = 1;
    std::optional<Instant> produces_expire_; ///< no parked produce or delete gives up before
    std::optional<Instant> fetches_expire_;  ///< likewise

    // what we ask
    FlatMap<NodeId, Cow<Fetcher>> fetchers_;
    std::uint64_t next_ask_ = 1;
    std::uint64_t next_proposal_ = 1;
    std::vector<IsrProposal> isr_queue_; ///< pending ISRs not yet sent
    std::vector<IsrProposal> isr_asked_; ///< those in the request that is out
    std::optional<AskId> isr_ask_;       ///< at most one AlterPartition is out
    std::optional<Instant> isr_retry_;

    // what comes round
    std::optional<Instant> isr_check_;
    std::optional<Instant> high_watermarks_due_;
    std::optional<Instant> recovery_points_due_;
    bool recovery_points_stale_ = false; ///< the file may vouch for what is no longer there
    std::uint64_t next_log_ = 0;         ///< gives each log flush ids of its own
    std::optional<Instant> retention_due_;
    std::optional<Instant> clean_due_; ///< the log cleaner's next turn
    std::optional<Instant> flush_due_; ///< no log's flush.ms asks before
    std::optional<Closing> closing_;

public:
    ORRERY_FIELDS(config_, image_, broker_epoch_, stopped_epoch_, stopping_, log_dir_failed_,
                  random_, partitions_, free_slots_, count_, topics_, names_, found_, produces_,
                  deletes_, sets_, sessions_, next_set_, next_parked_, produces_expire_,
                  fetches_expire_, fetchers_, next_ask_, next_proposal_, isr_queue_, isr_asked_,
                  isr_ask_, isr_retry_, isr_check_, high_watermarks_due_, recovery_points_due_,
                  recovery_points_stale_, next_log_, retention_due_, clean_due_, flush_due_,
                  closing_)
};

} // namespace orrery::replica
