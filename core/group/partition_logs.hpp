// What the group coordinator has of the replicas: the partitions of __consumer_offsets, to append
// to and to load from. Who puts a broker together implements it on core/replica.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/exchange.hpp"
#include "core/base/id.hpp"
#include "core/base/process.hpp"
#include "core/base/result.hpp"
#include "core/group/decision.hpp"
#include "core/group/messages.hpp"
#include "core/group/record.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
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

/// One call: what it sees, and where what it wants goes.
struct Work {
    const Context& context;
    Out& out;

    void tell(std::vector<Note>& notes) const {
        for (Note& note : notes)
            out.effects.emplace_back(std::move(note));
        notes.clear();
    }
};

} // namespace orrery::group
