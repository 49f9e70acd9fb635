// group::Coordinator: a broker's group coordinator. __consumer_offsets is a topic as any other;
// whoever leads one of its partitions coordinates the groups whose ids hash to it. A shard is what
// this broker knows of one such partition: loaded from its log when leadership comes, dropped when
// it goes.
//
//     apply(image, changes)   leadership comes: the shard loads; goes: all that waits is refused
//     on_request ──> decide ──> records ──> append to the partition's log ──> apply to the groups
//                         └──> reply, parked until the high watermark passes the last record
//     settle()                the high watermark has moved: parked replies are given
//
// What a request reads (OffsetFetch, descriptions) is what is committed; what it decides on is the
// latest. While a shard loads its requests get COORDINATOR_LOAD_IN_PROGRESS; what this broker does
// not coordinate gets NOT_COORDINATOR.
//
// Sources: GroupCoordinatorService, CoordinatorRuntime, GroupMetadataManager,
// OffsetMetadataManager; KIP-211, KIP-345, KIP-394, KIP-848.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/flat_map.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/group/gather.hpp"
#include "core/group/messages.hpp"
#include "core/group/partition_logs.hpp"
#include "core/group/settings.hpp"
#include "core/group/shard.hpp"
#include "core/metadata/image.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace orrery::group {

class Coordinator {
public:
    /// `random`: a fresh draw of this life; member ids come from it.
    Coordinator(Settings settings, std::uint64_t random);

    /// The image has moved by `changes`, and the replicas know it already: shards load or are
    /// dropped, and groups hear of topics that came, grew or went.
    void apply(const metadata::Image& image, const metadata::Changes& changes, const Now& now,
               Out& out);
    /// Any request of messages.hpp. Answered now, or when its records are committed, or when the
    /// group lets it go (JoinGroup, SyncGroup).
    void on_request(const Caller& caller, Request&& request, const Now& now, Out& out);
    /// To be called when the replicas may have moved: replies whose records are committed go out.
    /// False if there was nothing to do.
    bool settle(const Now& now, Out& out);
    /// A deadline of wakeup() has come: loading goes on, sessions end, rebalances time out.
    void wake(const Now& now, Out& out);
    std::optional<Instant> wakeup() const;
    /// The broker stops: what waits is answered COORDINATOR_NOT_AVAILABLE, and nothing is taken
    /// any more.
    void stop(Out& out);

    // --- to read
    const Settings& settings() const { return settings_; }
    /// The partition of __consumer_offsets that has the group: |hash| % partitions of the topic, or
    /// of offsets.topic.num.partitions while the topic is not there (see
    /// tests/vectors/coordinator-partition.jsonl).
    std::int32_t partition_for(std::string_view group_id) const;

    /// The partitions of __consumer_offsets that this broker leads, and what it knows of each.
    const FlatMap<std::int32_t, Cow<Shard>>& shards() const { return shards_; }

    bool operator==(const Coordinator&) const = default;
    ORRERY_FIELDS(settings_, random_, image_, shards_, gathers_, stopped_)

private:
    friend struct CoordinatorTurn; // coordinator.cpp: one call

    Settings settings_;
    Random random_;
    metadata::Image image_;
    FlatMap<std::int32_t, Cow<Shard>> shards_;
    FlatMap<RequestId, Gather> gathers_; ///< requests whose groups lie in several shards
    bool stopped_ = false;
};

} // namespace orrery::group
