// What the controller decides about a partition: its epochs, who is in sync, who may lead, and
// whether those it counts on have what is committed.
#include "sim/checks/checker.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

std::string text(NodeId id) {
    return std::to_string(id.value);
}

std::string joined(const std::vector<NodeId>& ids) {
    std::string out;
    for (const NodeId id : ids)
        out += (out.empty() ? "[" : ", ") + text(id);
    return out.empty() ? "[]" : out + "]";
}

bool is_in(const std::vector<NodeId>& ids, NodeId id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

void Checker::decided(const Told& told) {
    PartitionMemory& memory = memory_of(told.note);
    if (told.note.numbers[2] != memory.partition_epoch + 1)
        memory.eligible.clear(); // changed by what is told of no partition: a config clears ELRs
    epochs_grow(told, memory);
    const node::Node* node = node_on(told.actor);
    if (node == nullptr || node->controller() == nullptr)
        return;
    const metadata::Image& image = node->controller()->stable();
    const metadata::Topic* topic = image.topic(told.note.topic);
    const auto index = static_cast<std::size_t>(told.note.partition);
    if (topic == nullptr || topic->id == memory.deleted || index >= topic->partitions.size())
        return;
    const metadata::Partition& partition = topic->partition(index);
    const PartitionKey key{told.note.topic, told.note.partition};
    if (partition.leader_recovery_state == metadata::LeaderRecoveryState::recovering)
        excuse(memory, "an unclean leader election");
    caught_up(image, partition, memory);
    isr_rules(image, *topic, index);
    if (image.elr_enabled()) {
        elr_rules(partition, key);
        eligible_stay(image, partition, key, memory);
    }
    members_have_committed(image, partition, key, memory);
    came_in_this_life(image, partition, key, memory);
    leader_counts_all(partition, key);
    memory.isr = partition.isr;
}

void Checker::epochs_grow(const Told& told, PartitionMemory& memory) {
    const auto& numbers = told.note.numbers;
    const LeaderEpoch leader_epoch{static_cast<std::int32_t>(numbers[1])};
    const auto partition_epoch = static_cast<std::int32_t>(numbers[2]);
    const std::string place = told.note.topic + "-" + std::to_string(told.note.partition);
    looked(Invariant::one_leader);
    if (leader_epoch < memory.leader_epoch || partition_epoch < memory.partition_epoch)
        fail(Invariant::one_leader, "an epoch of " + place + " goes back: leader epoch " +
                                        std::to_string(memory.leader_epoch.value) + " to " +
                                        std::to_string(leader_epoch.value));
    if (numbers[0] != numbers[3] && leader_epoch == memory.leader_epoch &&
        partition_epoch != memory.partition_epoch)
        fail(Invariant::one_leader, place + " changes its leader to " + std::to_string(numbers[0]) +
                                        ", but keeps leader epoch " +
                                        std::to_string(leader_epoch.value));
    memory.leader_epoch = std::max(memory.leader_epoch, leader_epoch);
    memory.partition_epoch = std::max(memory.partition_epoch, partition_epoch);
}

void Checker::isr_rules(const metadata::Image& image, const metadata::Topic& topic,
                        std::size_t index) {
    looked(Invariant::isr_rules);
    const metadata::Partition& partition = topic.partition(index);
    const std::string place = topic.name + "-" + std::to_string(index) + ": ";
    const auto broken = [&](const std::string& what) { fail(Invariant::isr_rules, place + what); };
    for (const NodeId id : partition.isr) {
        if (!partition.has_replica(id))
            broken(text(id) + " is in the ISR but no replica");
        if (partition.in_elr(id))
            broken(text(id) + " is in the ISR and in the ELR");
        if (!image.is_unfenced(id) && image.broker(id) != nullptr)
            broken("fenced broker " + text(id) + " is in the ISR " + joined(partition.isr));
        else if (!image.is_active(id) && partition.isr.size() > 1 && image.broker(id) != nullptr)
            broken("broker " + text(id) + " is shutting down and in the ISR " +
                   joined(partition.isr));
    }
    for (const NodeId id : partition.elr)
        if (!partition.has_replica(id))
            broken(text(id) + " is in the ELR but no replica");
    if (partition.has_leader() && !partition.in_isr(partition.leader))
        broken("leader " + text(partition.leader) + " is not in the ISR " + joined(partition.isr));
}

/// KIP-966: whoever left a whole ISR may not lead; whoever left one that was below min ISR may.
void Checker::elr_rules(const metadata::Partition& partition, const PartitionKey& key) {
    const std::size_t min_isr = min_isr_of(key).second;
    if (min_isr > 0 && partition.isr.size() >= min_isr && !partition.elr.empty())
        fail(Invariant::isr_rules, text_of(key) + ": the ISR " + joined(partition.isr) +
                                       " is no smaller than min.insync.replicas, and the ELR is " +
                                       joined(partition.elr));
}

/// Who leaves a short ISR stays eligible until it comes back as another life, which may have lost
/// data; only an unclean election voids it all. So ISR and ELR together stay as many as
/// min.insync.replicas asks. Of the last known leaders Kafka keeps one, for want of any other.
void Checker::eligible_stay(const metadata::Image& image, const metadata::Partition& partition,
                            const PartitionKey& key, PartitionMemory& memory) {
    if (partition.partition_epoch.value != memory.partition_epoch)
        return; // there is more to be told in this event
    const auto stands = [&](const auto& member) {
        const metadata::Broker* broker = image.broker(member.first);
        return broker != nullptr && broker->epoch == member.second &&
               partition.has_replica(member.first);
    };
    const auto before = static_cast<std::size_t>(
        std::count_if(memory.eligible.begin(), memory.eligible.end(), stands));
    const std::size_t now = partition.isr.size() + partition.elr.size();
    const auto [min_isr, most] = min_isr_of(key);
    if (most > 0 && now < std::min(before, min_isr) && // some broker knows it
        partition.leader_recovery_state == metadata::LeaderRecoveryState::recovered)
        fail(Invariant::isr_rules, text_of(key) + ": ISR " + joined(partition.isr) + " and ELR " +
                                       joined(partition.elr) +
                                       " are fewer than min.insync.replicas, and " +
                                       std::to_string(before) + " had all that is committed");
    remember_eligible(image, partition, memory);
    const std::vector<NodeId>& last_known = partition.last_known_elr;
    if (last_known.size() > 1 || (!last_known.empty() && partition.has_leader()) ||
        (!last_known.empty() && !partition.has_replica(last_known.front())))
        fail(Invariant::isr_rules, text_of(key) + ": keeps " + joined(last_known) +
                                       " as last known leaders, led by " + text(partition.leader));
}

void Checker::remember_eligible(const metadata::Image& image, const metadata::Partition& partition,
                                PartitionMemory& memory) const {
    memory.partition_epoch = partition.partition_epoch.value;
    memory.eligible.clear();
    for (const auto* members : {&partition.isr, &partition.elr})
        for (const NodeId id : *members)
            if (const metadata::Broker* broker = image.broker(id))
                memory.eligible[id] = broker->epoch;
}

/// The controller's word counts: it may make any member of the ISR or the ELR leader. A life that
/// has not registered yet is not the member, and one that lost data is judged when it comes back.
void Checker::members_have_committed(const metadata::Image& image,
                                     const metadata::Partition& partition, const PartitionKey& key,
                                     const PartitionMemory& memory) {
    looked(Invariant::in_sync_has_committed);
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const node::Node* node = world_.machine(actor).up() ? node_on(actor) : nullptr;
        const replica::Partition* replica = node != nullptr ? replica_on(*node, key) : nullptr;
        if (replica == nullptr || replica->id.topic != memory.topic ||
            memory.losers.find(node->id()) != nullptr)
            continue;
        const bool in_isr = partition.in_isr(node->id());
        const metadata::Broker* broker = image.broker(node->id());
        if ((in_isr || partition.in_elr(node->id())) && broker != nullptr &&
            broker->epoch == node->lifecycle().epoch() && replica->log_end() < memory.committed_end)
            fail(Invariant::in_sync_has_committed, memory,
                 name(actor) + " is in the " + (in_isr ? "ISR" : "ELR") + " of " + text_of(key) +
                     " and ends at " + text_of(replica->log_end()) + ", but " +
                     text_of(memory.committed_end) + " is committed");
    }
}

/// KIP-903: whoever comes into the ISR does so by fetches of the life that is registered.
void Checker::came_in_this_life(const metadata::Image& image, const metadata::Partition& partition,
                                const PartitionKey& key, const PartitionMemory& memory) {
    const replica::Partition* leader = leading(partition, key);
    if (leader == nullptr || memory.isr.empty())
        return;
    looked(Invariant::fencing);
    for (const NodeId id : partition.isr) {
        const replica::FollowerState* follower = leader->followers.find(id);
        const metadata::Broker* broker = image.broker(id);
        if (is_in(memory.isr, id) || follower == nullptr || broker == nullptr ||
            !follower->broker_epoch || *follower->broker_epoch == BrokerEpoch{-1})
            continue;
        if (*follower->broker_epoch != broker->epoch)
            fail(Invariant::fencing,
                 "broker " + text(id) + " comes into the ISR of " + text_of(key) +
                     " by a fetch of its life with broker epoch " +
                     std::to_string(follower->broker_epoch->value) + ", but is registered with " +
                     std::to_string(broker->epoch.value));
    }
}

/// KIP-497: until the leader has heard what became of the ISR it asked for, it counts on both.
void Checker::leader_counts_all(const metadata::Partition& partition, const PartitionKey& key) {
    const replica::Partition* leader = leading(partition, key);
    if (leader == nullptr)
        return;
    for (const NodeId id : partition.isr)
        if (id != partition.leader && !leader->in_maximal_isr(id))
            fail(Invariant::isr_rules, text_of(key) + ": " + text(id) + " is in the ISR " +
                                           joined(partition.isr) +
                                           ", but its leader doesn't count on it");
}

/// The replica that leads as the controller has it, living; null if it is not that far.
const replica::Partition* Checker::leading(const metadata::Partition& partition,
                                           const PartitionKey& key) const {
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const node::Node* node = world_.machine(actor).up() ? node_on(actor) : nullptr;
        if (node == nullptr || node->id() != partition.leader)
            continue;
        const replica::Partition* replica = replica_on(*node, key);
        if (replica != nullptr && replica->leads() &&
            replica->leader_epoch == partition.leader_epoch)
            return replica;
    }
    return nullptr;
}

/// By the active controller of the highest epoch; one before it may not know that it is deposed.
void Checker::sweep_controller() {
    const controller::Controller* active = nullptr;
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const node::Node* node = world_.machine(actor).up() ? node_on(actor) : nullptr;
        const controller::Controller* found = node != nullptr ? node->controller() : nullptr;
        if (found != nullptr && found->epoch() &&
            (active == nullptr || *found->epoch() > *active->epoch()))
            active = found;
    }
    if (active == nullptr)
        return;
    const metadata::Image& image = active->stable();
    for (const auto& [id, topic] : image.topics())
        for (std::size_t index = 0; index < topic->partitions.size(); ++index) {
            isr_rules(image, *topic, index);
            const PartitionKey key{topic->name, static_cast<std::int32_t>(index)};
            auto* memory = checks_.partitions_.find(key);
            if (memory == nullptr)
                continue;
            members_have_committed(image, topic->partition(index), key, **memory);
            if ((*memory)->partition_epoch < 0) // no change was told: it is as it was created
                remember_eligible(image, topic->partition(index), memory->edit());
        }
}

} // namespace orrery::sim
