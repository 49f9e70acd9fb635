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

#include "core/base/exchange.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/group/messages.hpp"
#include "core/group/record.hpp"
#include "core/group/settings.hpp"
#include "core/metadata/image.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace orrery::group {

/// The topic that holds the groups.
inline constexpr std::string_view offsets_topic = "__consumer_offsets";

/// A piece of a partition's log, read while a shard loads.
struct LogPiece {
    Chain records;         ///< whole batches, the first being the one that holds `from`
    Offset end;            ///< log end offset
    Offset high_watermark; ///< all below is committed
};

/// The partitions of __consumer_offsets, as this broker's replicas hold them. The coordinator calls
/// it within a step; what it returns is a function of the partition's state.
class PartitionLogs {
public:
    virtual ~PartitionLogs() = default;
    /// Appends the records as one batch, as the leader of `epoch`. Gives the offset after the last.
    /// Errors: NOT_LEADER_OR_FOLLOWER (also: another epoch), NOT_ENOUGH_REPLICAS,
    /// MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, KAFKA_STORAGE_ERROR. Nothing was appended then.
    virtual Result<Offset, wire::Error> append(std::int32_t partition, LeaderEpoch epoch,
                                               std::span<const StoredRecord> records) = 0;
    /// Reads from `from` up to `most` bytes, but at least one batch if there is one. The error is
    /// that of a replica that does not lead in `epoch` any more.
    virtual Result<LogPiece, wire::Error> read(std::int32_t partition, LeaderEpoch epoch,
                                               Offset from, std::int64_t most) = 0;
    /// Where the partition's log starts and which of it is committed; no_offset when it is not
    /// here.
    virtual Offset log_start(std::int32_t partition) const = 0;
    virtual Offset high_watermark(std::int32_t partition) const = 0;
};

/// What a call wants done. The caller owns all of it.
struct Out {
    Effects& effects; ///< facts (Note) only
    std::vector<Reply<Response>>& replies;
    PartitionLogs& logs;
};

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

    bool operator==(const Coordinator&) const = default;
    ORRERY_FIELDS(settings_, random_, image_)

private:
    Settings settings_;
    Random random_;
    metadata::Image image_;
};

} // namespace orrery::group
