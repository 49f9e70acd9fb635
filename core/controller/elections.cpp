#include "core/controller/elections.hpp"

#include "core/metadata/partition_records.hpp"
#include "core/metadata/versions.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

using metadata::no_leader_change;
using metadata::numbers;
using Nodes = std::vector<NodeId>;

bool has(const Nodes& nodes, NodeId id) {
    return std::find(nodes.begin(), nodes.end(), id) != nodes.end();
}

bool has_all(const Nodes& nodes, const Nodes& of) {
    return std::all_of(of.begin(), of.end(), [&](NodeId id) { return has(nodes, id); });
}

Nodes without(const Nodes& nodes, const Nodes& gone) {
    Nodes left;
    for (const NodeId id : nodes)
        if (!has(gone, id))
            left.push_back(id);
    return left;
}

/// Kafka gathers these in a hash set of small integers, which comes out in rising order.
void add_sorted(Nodes& set, const Nodes& more) {
    set.insert(set.end(), more.begin(), more.end());
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
}

/// 3.6-IV0: until then a leader epoch had to be bumped for each shrinking ISR.
constexpr std::int16_t level_3_6_iv0 = 12;

} // namespace

PartitionPlan::PartitionPlan(const metadata::Partition& present,
                             const metadata::TopicPartitionId& which,
                             const ElectionRules& election_rules,
                             std::vector<NodeId> acceptable_leaders)
    : id(which), partition(present), rules(election_rules),
      acceptable(std::move(acceptable_leaders)), isr(present.isr), replicas(present.replicas),
      adding(present.adding), removing(present.removing),
      recovery_state(present.leader_recovery_state), elr_(present.elr),
      last_known_elr_(present.last_known_elr) {}

bool PartitionPlan::may_lead(NodeId replica) const {
    if (rules.planted.elect_outside_isr)
        return has(acceptable, replica);
    const bool holds_all = has(isr, replica) || (isr.empty() && has(elr_, replica));
    return holds_all && has(acceptable, replica);
}

bool PartitionPlan::last_known_leader_may_lead() const {
    return rules.elr_enabled && rules.last_known_leader && elr_.empty() && isr.empty() &&
           partition.last_known_elr.size() == 1 &&
           has(acceptable, partition.last_known_elr.front());
}

PartitionPlan::Elected PartitionPlan::elect_clean() const {
    const bool preferred = election == Election::preferred;
    if (replicas.empty())
        return {no_node};
    if (preferred && may_lead(replicas.front()))
        return {replicas.front()};
    if (may_lead(partition.leader))
        return {partition.leader};
    const auto first = std::find_if(replicas.begin() + (preferred ? 1 : 0), replicas.end(),
                                    [&](NodeId replica) { return may_lead(replica); });
    return {first == replicas.end() ? no_node : *first};
}

PartitionPlan::Elected PartitionPlan::elect() const {
    const Elected clean = elect_clean();
    if (clean.leader != no_node)
        return clean;
    if (last_known_leader_may_lead())
        return {partition.last_known_elr.front(), true};
    if (election == Election::unclean) {
        const auto up = std::find_if(replicas.begin(), replicas.end(),
                                     [&](NodeId replica) { return has(acceptable, replica); });
        if (up != replicas.end())
            return {*up, true};
    }
    return {no_node};
}

/// A reassignment is complete when the ISR, without those who go, has all the replicas that stay.
void PartitionPlan::complete_reassignment() {
    if (adding.empty() && removing.empty())
        return;
    Nodes new_isr = without(isr, removing);
    Nodes new_replicas = without(replicas, removing);
    if (!removing.empty() && (new_isr.empty() || new_replicas.empty()))
        return;
    if (!has_all(new_isr, new_replicas))
        return;
    isr = std::move(new_isr);
    replicas = std::move(new_replicas);
    adding.clear();
    removing.clear();
}

void PartitionPlan::gather_elr() {
    if (!rules.elr_enabled)
        return;
    if (static_cast<std::int64_t>(isr.size()) >= rules.min_isr && !rules.planted.elr_overlaps_isr) {
        elr_.clear();
        last_known_elr_.clear();
        return;
    }
    Nodes candidates = elr_;
    if (!rules.planted.drop_elr)
        add_sorted(candidates, partition.isr);
    elr_ = without(without(candidates, rules.planted.elr_overlaps_isr ? Nodes{} : isr), crashed);
    add_sorted(candidates, last_known_elr_);
    last_known_elr_ = without(without(candidates, isr), elr_);
}

void PartitionPlan::hold_election(wire::PartitionChangeRecord& record) {
    const Elected elected = elect();
    if (elected.leader == partition.leader)
        return;
    record.leader = elected.leader.value;
    if (elected.leader != no_node && has(elr_, elected.leader)) {
        isr = {elected.leader};
        elr_ = without(elr_, isr);
    }
    if (!elected.unclean)
        return;
    record.isr = numbers({elected.leader});
    if (partition.leader_recovery_state != metadata::LeaderRecoveryState::recovering)
        record.leader_recovery_state =
            static_cast<std::int8_t>(metadata::LeaderRecoveryState::recovering);
}

/// The leader stays but must learn that replicas left: whoever is taken out of the assignment must
/// not be waited for nor fetch on in the old epoch (KAFKA-8527).
void PartitionPlan::bump_leader_epoch(wire::PartitionChangeRecord& record) const {
    if (record.leader == no_leader_change && !has_all(replicas, partition.replicas))
        record.leader = partition.leader.value;
}

void PartitionPlan::write_elr(wire::PartitionChangeRecord& record) {
    // An unclean leader's ISR voids all eligibility: the others may have what it lacks.
    if (record.isr || !rules.elr_enabled) {
        elr_.clear();
        last_known_elr_.clear();
    }
    if (elr_ != partition.elr)
        record.eligible_leader_replicas = numbers(elr_);
    if (!rules.last_known_leader && last_known_elr_ != partition.last_known_elr)
        record.last_known_elr = numbers(last_known_elr_);
}

void PartitionPlan::write_last_known_leader(wire::PartitionChangeRecord& record) const {
    if (!rules.last_known_leader || !rules.elr_enabled)
        return;
    if (record.leader == no_node.value && partition.last_known_elr.empty())
        record.last_known_elr = numbers({partition.leader});
    else if (record.leader >= 0 && !partition.last_known_elr.empty())
        record.last_known_elr = std::vector<std::int32_t>{};
}

void PartitionPlan::write_assignment(wire::PartitionChangeRecord& record) const {
    if (!replicas.empty() && metadata::directories_supported(rules.metadata_version)) {
        std::vector<Uuid> directories;
        for (const NodeId replica : replicas) {
            Uuid directory = metadata::directory_unassigned;
            for (const auto& [node, its] : new_directories)
                if (node == replica)
                    directory = its;
            directories.push_back(partition.has_replica(replica) ? partition.directory_of(replica)
                                                                 : directory);
        }
        if (directories != partition.directories)
            record.directories = std::move(directories);
    }
    if (!replicas.empty() && replicas != partition.replicas)
        record.replicas = numbers(replicas);
    if (removing != partition.removing)
        record.removing_replicas = numbers(removing);
    if (adding != partition.adding)
        record.adding_replicas = numbers(adding);
}

std::optional<metadata::Record> PartitionPlan::build() {
    wire::PartitionChangeRecord record;
    record.topic_id = id.topic;
    record.partition_id = id.partition;
    complete_reassignment();
    gather_elr();
    hold_election(record);
    bump_leader_epoch(record);
    write_elr(record);
    if (!record.isr && (!isr.empty() || rules.elr_enabled) && isr != partition.isr)
        record.isr = numbers(isr);
    const bool old_version = rules.metadata_version != 0 && rules.metadata_version < level_3_6_iv0;
    if (old_version && record.leader == no_leader_change && record.isr &&
        !has_all(metadata::node_ids(*record.isr), partition.isr))
        record.leader = partition.leader.value;
    write_last_known_leader(record);
    write_assignment(record);
    if (recovery_state != partition.leader_recovery_state)
        record.leader_recovery_state = static_cast<std::int8_t>(recovery_state);
    if (metadata::changes_nothing(record))
        return std::nullopt;
    if (rules.planted.keep_leader_epoch && record.leader != no_leader_change) {
        metadata::Partition after = metadata::changed(partition, record);
        after.leader_epoch = partition.leader_epoch;
        const auto version = metadata::partition_version(rules.metadata_version);
        return metadata::Record{metadata::record_of(after, id, version), version};
    }
    return metadata::Record{std::move(record),
                            metadata::partition_change_version(rules.metadata_version)};
}

} // namespace orrery::controller
