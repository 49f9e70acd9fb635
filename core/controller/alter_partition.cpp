// AlterPartition: who may say what about an ISR, and what becomes of it.
#include "core/controller/partitions.hpp"
#include "core/metadata/partition_records.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

using wire::Error;
using Wish = wire::AlterPartitionRequest::PartitionData;

/// A member of the ISR that the leader wants.
struct Member {
    NodeId id;
    std::int64_t broker_epoch = -1; ///< -1: not to be checked (versions before 3)
};

/// Version 3 says epochs too; before it there is a plain list. An ISR is never empty.
std::vector<Member> members_of(const Wish& wish) {
    std::vector<Member> members;
    for (const auto& state : wish.new_isr_with_epochs)
        members.push_back({NodeId{state.broker_id}, state.broker_epoch});
    if (members.empty())
        for (const std::int32_t id : wish.new_isr)
            members.push_back({NodeId{id}, -1});
    return members;
}

/// KIP-841 and KIP-903: a broker that is fenced, on its way out, or another incarnation than the
/// leader saw catch up, must not come (back) into the ISR.
bool eligible(const Basis& basis, const Member& member) {
    const metadata::Broker* broker = basis.image.broker(member.id);
    return broker && broker->active() &&
           (member.broker_epoch == -1 || member.broker_epoch == broker->epoch.value);
}

Error check_isr(const metadata::Partition& partition, const std::vector<Member>& members) {
    bool has_leader = false;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!partition.has_replica(members[i].id))
            return Error::invalid_request;
        for (std::size_t j = 0; j < i; ++j)
            if (members[j].id == members[i].id)
                return Error::invalid_request;
        has_leader = has_leader || members[i].id == partition.leader;
    }
    return has_leader ? Error::none : Error::invalid_request;
}

Error check(const Basis& basis, NodeId sender, const metadata::Partition* partition,
            const Wish& wish, const std::vector<Member>& members) {
    if (!partition)
        return Error::unknown_topic_or_partition;
    const bool check_epoch = !basis.settings.planted.skip_partition_epoch;
    const LeaderEpoch leader_epoch{wish.leader_epoch};
    const PartitionEpoch partition_epoch{wish.partition_epoch};
    // A leader that knows more than we do: likely we are not the active controller any more.
    if (leader_epoch > partition->leader_epoch ||
        (check_epoch && partition_epoch > partition->partition_epoch))
        return Error::not_controller;
    if (leader_epoch < partition->leader_epoch)
        return Error::fenced_leader_epoch;
    if (sender != partition->leader)
        return Error::invalid_request;
    if (check_epoch && partition_epoch < partition->partition_epoch)
        return Error::invalid_update_version;
    const Error isr = check_isr(*partition, members);
    if (isr != Error::none)
        return isr;
    const bool recovering = wish.leader_recovery_state ==
                            static_cast<std::int8_t>(metadata::LeaderRecoveryState::recovering);
    if (recovering && members.size() > 1)
        return Error::invalid_request;
    if (recovering && partition->leader_recovery_state == metadata::LeaderRecoveryState::recovered)
        return Error::invalid_request;
    const bool all = std::all_of(members.begin(), members.end(),
                                 [&](const Member& member) { return eligible(basis, member); });
    return all ? Error::none : Error::ineligible_replica;
}

void alter(const Basis& basis, NodeId sender, const metadata::Topic& topic, const Wish& wish,
           wire::AlterPartitionResponse::PartitionData& answer, Records& records) {
    const std::vector<Member> members = members_of(wish);
    const metadata::Partition* partition = basis.image.partition(topic.id, wish.partition_index);
    const Error error = check(basis, sender, partition, wish, members);
    answer.partition_index = wish.partition_index;
    answer.error_code = wire::code(error);
    if (error != Error::none)
        return;
    const ElectionRules rules = rules_for(basis, topic);
    PartitionPlan plan = plan_for(basis, topic, wish.partition_index, rules);
    if (unclean_allowed(basis, topic))
        plan.election = Election::unclean;
    plan.isr.clear();
    for (const Member& member : members)
        plan.isr.push_back(member.id);
    plan.recovery_state = static_cast<metadata::LeaderRecoveryState>(wish.leader_recovery_state);
    metadata::Partition after = *partition;
    if (auto record = plan.build()) {
        const auto* change = std::get_if<wire::PartitionChangeRecord>(&record->message);
        if (change)
            after = metadata::changed(*partition, *change);
        const bool lost = change && change->leader != metadata::no_leader_change &&
                          change->leader != sender.value;
        records.push_back(std::move(*record));
        if (lost) {
            // The ISR completed a reassignment that takes the leader itself away: both a record and
            // an error, so that it fetches the metadata before it tries anything else.
            answer.error_code = wire::code(Error::new_leader_elected);
            return;
        }
    }
    answer.leader_id = after.leader.value;
    answer.leader_epoch = after.leader_epoch.value;
    answer.isr = metadata::numbers(after.isr);
    answer.leader_recovery_state = static_cast<std::int8_t>(after.leader_recovery_state);
    answer.partition_epoch = after.partition_epoch.value;
}

} // namespace

Decision<wire::AlterPartitionResponse>
decide_alter_partition(const Basis& basis, const wire::AlterPartitionRequest& request) {
    Decision<wire::AlterPartitionResponse> decision;
    if (request.topics.empty())
        return decision;
    const NodeId sender{request.broker_id};
    if (const Refusal stale = check_broker_epoch(basis, sender, request.broker_epoch)) {
        decision.response.error_code = wire::code(stale.error);
        return decision;
    }
    for (const auto& wishes : request.topics) {
        auto& answers = decision.response.topics.emplace_back();
        answers.topic_id = wishes.topic_id;
        const metadata::Topic* topic = basis.image.topic(wishes.topic_id);
        for (const Wish& wish : wishes.partitions) {
            auto& answer = answers.partitions.emplace_back();
            if (topic) {
                alter(basis, sender, *topic, wish, answer, decision.records);
                continue;
            }
            answer.partition_index = wish.partition_index;
            answer.error_code = wire::code(Error::unknown_topic_id);
        }
    }
    return decision;
}

} // namespace orrery::controller
