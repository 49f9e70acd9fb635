// PartitionPlan: what is wanted of one partition (a new ISR, a new leader, other replicas), turned
// into the one record that says so, by Kafka's rules of leader election (KIP-841, KIP-858,
// KIP-966).
//
// A leader comes from the ISR. When a change would leave fewer than min.insync.replicas in the ISR,
// those who leave it become eligible leader replicas (ELR): they hold all that was committed, since
// nothing is committed below min ISR. With an empty ISR, one of them may lead. When nobody may, the
// leader that goes is remembered (last known ELR): with ISR and ELR empty it may lead again when it
// is back, uncleanly, for it may have lost what it had not flushed.
#pragma once

#include "core/base/id.hpp"
#include "core/base/uuid.hpp"
#include "core/controller/settings.hpp"
#include "core/metadata/record.hpp"
#include "core/metadata/topics.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace orrery::controller {

enum class Election : std::uint8_t {
    preferred, ///< the first replica, if it may; else as online
    online,    ///< the present leader stays if it may; else the first replica that may
    unclean,   ///< as online, and if none may, the first replica that is up
};

/// The rules that hold for the partition.
struct ElectionRules {
    std::int32_t min_isr = 1; ///< in effect: no more than the replication factor
    bool elr_enabled = false;
    bool last_known_leader = true; ///< remember and re-elect the last leader
    std::int16_t metadata_version = 0;
    Planted planted;
};

struct PartitionPlan {
    /// A plan that changes nothing yet. `acceptable`: who may lead at all (up, and its directory
    /// online), in any order.
    PartitionPlan(const metadata::Partition& present, const metadata::TopicPartitionId& which,
                  const ElectionRules& election_rules, std::vector<NodeId> acceptable_leaders);

    metadata::TopicPartitionId id;
    const metadata::Partition& partition;
    const ElectionRules& rules;
    std::vector<NodeId> acceptable;

    // the wish; begins as what is
    Election election = Election::online;
    std::vector<NodeId> isr;
    std::vector<NodeId> replicas;
    std::vector<NodeId> adding;
    std::vector<NodeId> removing;
    metadata::LeaderRecoveryState recovery_state;
    /// Came back from an unclean shutdown: what they had may be lost, so not eligible.
    std::vector<NodeId> crashed;
    /// Where new replicas go; directory_unassigned for those not listed.
    std::vector<std::pair<NodeId, Uuid>> new_directories;

    /// The record; none when nothing changes. Call once.
    std::optional<metadata::Record> build();

private:
    struct Elected {
        NodeId leader;
        bool unclean = false;
    };
    bool may_lead(NodeId replica) const;
    bool last_known_leader_may_lead() const;
    Elected elect_clean() const;
    Elected elect() const;
    void complete_reassignment();
    void gather_elr();
    void hold_election(wire::PartitionChangeRecord& record);
    void bump_leader_epoch(wire::PartitionChangeRecord& record) const;
    void write_elr(wire::PartitionChangeRecord& record);
    void write_last_known_leader(wire::PartitionChangeRecord& record) const;
    void write_assignment(wire::PartitionChangeRecord& record) const;

    std::vector<NodeId> elr_;
    std::vector<NodeId> last_known_elr_;
};

} // namespace orrery::controller
