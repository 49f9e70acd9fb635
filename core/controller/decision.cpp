#include "core/controller/decision.hpp"

#include "core/metadata/partition_records.hpp"

#include <algorithm>

namespace orrery::controller {

Refusal check_broker_epoch(const Basis& basis, NodeId broker, std::int64_t epoch) {
    const metadata::Broker* found = basis.image.broker(broker);
    if (!found)
        return {wire::Error::stale_broker_epoch,
                "No broker registration found for broker id " + std::to_string(broker.value)};
    if (found->epoch.value != epoch)
        return {wire::Error::stale_broker_epoch,
                "Expected broker epoch " + std::to_string(found->epoch.value) +
                    ", but got broker epoch " + std::to_string(epoch)};
    return {};
}

ElectionRules rules_for(const Basis& basis, const metadata::Topic& topic) {
    ElectionRules rules;
    const std::int64_t configured =
        metadata::topic_number(basis.configs(), topic.name, "min.insync.replicas");
    // A topic with fewer replicas than its min ISR could never have an ELR that empties.
    const std::int64_t factor = topic.partitions.empty()
                                    ? 1
                                    : static_cast<std::int64_t>(topic.partition(0).replicas.size());
    rules.min_isr = static_cast<std::int32_t>(std::min(configured, factor));
    rules.elr_enabled = basis.image.elr_enabled();
    rules.metadata_version = basis.metadata_version();
    rules.planted = basis.settings.planted;
    return rules;
}

bool unclean_allowed(const Basis& basis, const metadata::Topic& topic) {
    return metadata::topic_flag(basis.configs(), topic.name, "unclean.leader.election.enable");
}

PartitionPlan plan_for(const Basis& basis, const metadata::Topic& topic, std::int32_t partition,
                       const ElectionRules& rules, const Shift& shift) {
    const metadata::Partition& present = topic.partition(static_cast<std::size_t>(partition));
    std::vector<NodeId> acceptable;
    const auto consider = [&](NodeId replica) {
        if (replica == shift.gone || replica == shift.crashed)
            return;
        const metadata::Broker* broker = basis.image.broker(replica);
        if (!broker || !(broker->active() || replica == shift.back))
            return;
        if (broker->has_online_dir(present.directory_of(replica)))
            acceptable.push_back(replica);
    };
    for (const NodeId replica : present.replicas)
        consider(replica);
    for (const NodeId replica : present.last_known_elr)
        if (!present.has_replica(replica))
            consider(replica);
    return {present, {topic.id, partition}, rules, std::move(acceptable)};
}

void shift_partitions(const Basis& basis, const Shift& shift, Concerned concerned, NodeId whom,
                      Records& records, const Uuid* directory) {
    for (const auto& entry : basis.image.topics()) {
        const metadata::Topic& topic = *entry.second;
        std::optional<ElectionRules> rules; // asks the configs: only for topics concerned
        bool unclean = false;
        for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
            const metadata::Partition& partition = topic.partition(i);
            const bool chosen = concerned == Concerned::in_isr   ? partition.in_isr(whom)
                                : concerned == Concerned::in_elr ? partition.in_elr(whom)
                                                                 : !partition.has_leader();
            if (!chosen || (directory && partition.directory_of(whom) != *directory))
                continue;
            if (!rules) {
                rules = rules_for(basis, topic);
                unclean = unclean_allowed(basis, topic);
            }
            PartitionPlan plan =
                plan_for(basis, topic, static_cast<std::int32_t>(i), *rules, shift);
            if (unclean)
                plan.election = Election::unclean;
            if (shift.crashed != no_node)
                plan.crashed = {shift.crashed};
            if (!basis.settings.planted.keep_fenced_in_isr)
                std::erase_if(plan.isr, [&](NodeId replica) {
                    return replica == shift.gone || replica == shift.crashed;
                });
            if (auto record = plan.build())
                records.push_back(std::move(*record));
        }
    }
}

bool leads_any(const metadata::Image& image, NodeId broker) {
    for (const auto& entry : image.topics())
        for (const Cow<metadata::Partition>& partition : entry.second->partitions)
            if (partition->leader == broker)
                return true;
    return false;
}

} // namespace orrery::controller
