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
#include "core/replica/partition.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
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
    bool operator==(const FoundLog&) const = default;
    ORRERY_FIELDS(topic, partition, topic_id, log, high_watermark)
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
    /// configs taken over. The first image that has reached the high watermark at boot also settles
    /// what becomes of found logs: `first` erases those that nobody speaks of.
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
    /// Flushes, checkpoints, and leaves the clean shutdown file, written under `last`.
    void shut_down(WriteId last, const Now& now, Out& out);

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
    struct Step;     // now, out
    struct Position; // one partition of a fetch, evaluated
    friend struct Applying;
    friend struct Producing;
    friend struct Reading;
    friend struct Sessions;
    friend struct InSync;
    friend struct Following;
    friend struct Files;

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
    std::uint64_t next_parked_ = 1;
    std::optional<Instant> produces_expire_; ///< no parked produce or delete gives up before
    std::optional<Instant> fetches_expire_;  ///< likewise

    // what we ask
    FlatMap<NodeId, Cow<Fetcher>> fetchers_;
    std::uint64_t next_ask_ = 1;
    std::vector<Slot> isr_queue_;  ///< pending ISRs not yet sent
    std::vector<Slot> isr_asked_;  ///< those in the request that is out
    std::optional<AskId> isr_ask_; ///< at most one AlterPartition is out
    std::optional<Instant> isr_retry_;

    // what comes round
    std::optional<Instant> isr_check_;
    std::optional<Instant> high_watermarks_due_;
    std::optional<Instant> recovery_points_due_;
    std::optional<Instant> retention_due_;
    bool high_watermarks_moved_ = false; ///< since the last checkpoint

public:
    ORRERY_FIELDS(config_, image_, broker_epoch_, stopped_epoch_, stopping_, log_dir_failed_,
                  random_, partitions_, free_slots_, count_, topics_, names_, found_, produces_,
                  deletes_, sets_, sessions_, next_parked_, produces_expire_, fetches_expire_,
                  fetchers_, next_ask_, isr_queue_, isr_asked_, isr_ask_, isr_retry_, isr_check_,
                  high_watermarks_due_, recovery_points_due_, retention_due_,
                  high_watermarks_moved_)
};

} // namespace orrery::replica
