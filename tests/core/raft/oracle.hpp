// The oracle of the property tests: it sees all nodes and all disks at once and remembers all that
// ever was. What it checks, after each step of a node:
//
//   election safety       at most one leader in an epoch
//   one vote              a voter votes for one node in an epoch, whatever happens to it
//   kept epochs           a node comes back with no lower epoch than it showed
//   log matching          the same offset and epoch mean the same batch after the same batch
//   leader append-only    a leader's log never shrinks
//   leader completeness   a new leader's log has all that was committed
//   committed for ever    what was committed at an offset never changes
//   high watermark        never goes back while a process lives; a majority has it on disk
//   pre-votes             nobody's epoch rises but by standing for leader, or after resigning
//   snapshots             one holds what replay of the committed log would give
#pragma once

#include "core/raft/quorum.hpp"
#include "tests/core/raft/disk.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery::raft::tests {

/// A batch as the oracle knows it.
struct KnownBatch {
    Offset base;
    Offset next;
    LeaderEpoch epoch;
    std::uint64_t hash = 0;
    bool operator==(const KnownBatch&) const = default;
};

/// Calls `see` for each batch of the log from the one that holds `from` on.
void for_each_batch(const log::Log& log, Offset from,
                    const std::function<void(const KnownBatch&, const Bytes&)>& see);

class Oracle {
public:
    explicit Oracle(int voters) : voters_(voters) {}

    /// A node has come up; what it knew of itself before must still be so.
    void booted(int node, const Quorum& quorum);
    /// A node has made a step.
    void stepped(int node, const Quorum& quorum, const std::vector<const Disk*>& disks);
    /// Something left the node: its epoch is known to others now.
    void spoke(int node, const Quorum& quorum);
    void voted(int node, LeaderEpoch epoch, NodeId candidate);
    /// A node lost its disk: it is another replica now.
    void wiped(int node);

    /// What snapshots at `end` must hold: 8 bytes that stand for the committed log below it.
    std::optional<Bytes> image_at(Offset end) const;
    /// The committed batch that ends last at or below `end`.
    const KnownBatch* committed_before(Offset end) const;
    Offset committed_end() const { return committed_.empty() ? Offset{0} : committed_.back().next; }

    void fail(std::string what);
    const std::string& broken() const { return broken_; }
    std::uint64_t elections() const { return leaders_.size(); }

private:
    struct Seen {
        LeaderEpoch shown{0}; ///< highest epoch that others heard of
        LeaderEpoch epoch{0}; ///< at its last step
        Role role = Role::unattached;
        bool leads = false; ///< and has said so, in this epoch
        Offset checked{0};  ///< its log has been checked below
        Offset high_watermark{0};
        Offset end{0};
        SnapshotId snapshot;
    };
    void check_epoch(int node, const Quorum& quorum);
    void check_log(int node, const Quorum& quorum);
    void check_leader(int node, const Quorum& quorum);
    void check_commit(int node, const Quorum& quorum, const std::vector<const Disk*>& disks);
    void check_snapshot(int node, const Quorum& quorum);
    bool on_disk(const Disk& disk, const Bytes& batch, Offset next) const;

    int voters_;
    std::map<int, Seen> seen_;
    std::map<std::int32_t, int> leaders_;                  ///< by epoch
    std::map<std::pair<int, std::int32_t>, NodeId> votes_; ///< by voter and epoch
    std::map<std::pair<std::int64_t, std::int32_t>, std::pair<KnownBatch, KnownBatch>>
        batches_; ///< by base offset and epoch: the batch, and the one before it
    std::vector<KnownBatch> committed_;
    std::map<std::int64_t, std::uint64_t> images_; ///< by end offset
    std::int32_t highest_epoch_ = 0;
    std::string broken_;
};

} // namespace orrery::raft::tests
