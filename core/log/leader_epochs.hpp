// Which leader epoch begins at which offset (KIP-101): what `leader-epoch-checkpoint` holds, and
// how a follower learns where it parted from the leader (KIP-279).
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"

#include <optional>
#include <span>
#include <vector>

namespace orrery::log {

struct EpochStart {
    LeaderEpoch epoch = no_epoch;
    Offset start = no_offset;
    bool operator==(const EpochStart&) const = default;
    ORRERY_FIELDS(epoch, start)
};

/// The answer to "where does this epoch end": the largest epoch not above the one asked for, and
/// the offset after its last record. {no_epoch, no_offset} when unknown.
struct EpochEnd {
    LeaderEpoch epoch = no_epoch;
    Offset end_offset = no_offset;
    bool operator==(const EpochEnd&) const = default;
    ORRERY_FIELDS(epoch, end_offset)
};

class LeaderEpochs {
public:
    LeaderEpochs() = default;
    /// Entries as a checkpoint listed them; those that don't rise in both numbers are passed over
    /// as assign() would.
    explicit LeaderEpochs(std::span<const EpochStart> entries);

    /// Notes that `epoch` begins at `start`, dropping entries that contradict it (epoch or start at
    /// or beyond the new ones). True if anything changed.
    bool assign(LeaderEpoch epoch, Offset start);
    /// Forgets what begins at or beyond `end`. True if anything changed.
    bool truncate_from_end(Offset end);
    /// Forgets epochs that end at or below `start`; the one that holds `start` begins there now.
    /// True if anything changed.
    bool truncate_from_start(Offset start);
    bool clear();

    std::optional<LeaderEpoch> latest_epoch() const;
    /// See EpochEnd; the latest epoch ends at `log_end_offset`.
    EpochEnd end_offset_for(LeaderEpoch asked, Offset log_end_offset) const;
    /// The epoch that holds the offset; nullopt below the first.
    std::optional<LeaderEpoch> epoch_of(Offset offset) const;
    std::optional<Offset> start_of(LeaderEpoch epoch) const;
    std::span<const EpochStart> entries() const { return entries_; }

    bool operator==(const LeaderEpochs&) const = default;
    ORRERY_FIELDS(entries_)

private:
    std::vector<EpochStart> entries_; ///< epoch and start both rise
};

} // namespace orrery::log
