#include "core/metadata/partition_records.hpp"

#include <algorithm>
#include <optional>

namespace orrery::metadata {

std::vector<NodeId> node_ids(const std::vector<std::int32_t>& numbers) {
    std::vector<NodeId> ids;
    ids.reserve(numbers.size());
    for (const std::int32_t number : numbers)
        ids.push_back(NodeId{number});
    return ids;
}

std::vector<std::int32_t> numbers(const std::vector<NodeId>& ids) {
    std::vector<std::int32_t> out;
    out.reserve(ids.size());
    for (const NodeId id : ids)
        out.push_back(id.value);
    return out;
}

std::string list_text(const std::vector<NodeId>& ids) {
    std::string text = "[";
    for (const NodeId id : ids) {
        if (text.size() > 1)
            text += ", ";
        text += std::to_string(id.value);
    }
    return text + "]";
}

Partition partition_of(const wire::PartitionRecord& record) {
    Partition partition;
    partition.replicas = node_ids(record.replicas);
    partition.directories = record.directories;
    if (partition.directories.empty())
        partition.directories.assign(partition.replicas.size(), directory_migrating);
    partition.isr = node_ids(record.isr);
    partition.elr = node_ids(record.eligible_leader_replicas.value_or(std::vector<std::int32_t>{}));
    partition.last_known_elr =
        node_ids(record.last_known_elr.value_or(std::vector<std::int32_t>{}));
    partition.adding = node_ids(record.adding_replicas);
    partition.removing = node_ids(record.removing_replicas);
    partition.leader = NodeId{record.leader};
    partition.leader_recovery_state =
        static_cast<LeaderRecoveryState>(record.leader_recovery_state);
    partition.leader_epoch = LeaderEpoch{record.leader_epoch};
    partition.partition_epoch = PartitionEpoch{record.partition_epoch};
    return partition;
}

wire::PartitionRecord record_of(const Partition& partition, const TopicPartitionId& id,
                                std::int16_t version) {
    wire::PartitionRecord record;
    record.partition_id = id.partition;
    record.topic_id = id.topic;
    record.replicas = numbers(partition.replicas);
    record.isr = numbers(partition.isr);
    record.removing_replicas = numbers(partition.removing);
    record.adding_replicas = numbers(partition.adding);
    record.leader = partition.leader.value;
    record.leader_recovery_state = static_cast<std::int8_t>(partition.leader_recovery_state);
    record.leader_epoch = partition.leader_epoch.value;
    record.partition_epoch = partition.partition_epoch.value;
    if (version >= 1)
        record.directories = partition.directories;
    if (version >= 2 && !partition.elr.empty())
        record.eligible_leader_replicas = numbers(partition.elr);
    if (version >= 2 && !partition.last_known_elr.empty())
        record.last_known_elr = numbers(partition.last_known_elr);
    return record;
}

Partition changed(const Partition& before, const wire::PartitionChangeRecord& change) {
    Partition after = before;
    if (change.replicas) {
        after.replicas = node_ids(*change.replicas);
        after.directories.clear();
        for (const NodeId replica : after.replicas)
            after.directories.push_back(before.has_replica(replica) ? before.directory_of(replica)
                                                                    : directory_unassigned);
    }
    if (change.directories && !change.directories->empty())
        after.directories = *change.directories;
    if (change.isr)
        after.isr = node_ids(*change.isr);
    if (change.eligible_leader_replicas)
        after.elr = node_ids(*change.eligible_leader_replicas);
    if (change.last_known_elr)
        after.last_known_elr = node_ids(*change.last_known_elr);
    if (change.adding_replicas)
        after.adding = node_ids(*change.adding_replicas);
    if (change.removing_replicas)
        after.removing = node_ids(*change.removing_replicas);
    if (change.leader != no_leader_change) {
        after.leader = NodeId{change.leader};
        after.leader_epoch = before.leader_epoch + 1;
    }
    if (change.leader_recovery_state != no_recovery_change)
        after.leader_recovery_state =
            static_cast<LeaderRecoveryState>(change.leader_recovery_state);
    after.partition_epoch = before.partition_epoch + 1;
    return after;
}

bool changes_nothing(const wire::PartitionChangeRecord& change) {
    return !change.isr && change.leader == no_leader_change && !change.replicas &&
           !change.removing_replicas && !change.adding_replicas &&
           change.leader_recovery_state == no_recovery_change && !change.directories &&
           !change.eligible_leader_replicas && !change.last_known_elr;
}

} // namespace orrery::metadata
