// Which fact asks for which look; what a fault takes from what Kafka promises; and what the
// controller decides.
#include "sim/checks/checker.hpp"

#include <algorithm>
#include <limits>

namespace orrery::sim {

namespace {

std::string joined(const std::vector<NodeId>& ids) {
    std::string text;
    for (const NodeId id : ids)
        text += (text.empty() ? "[" : ", ") + std::to_string(id.value);
    return text.empty() ? "[]" : text + "]";
}

} // namespace

/// It broke. What holds for the whole cluster excuses it, too.
void Checker::fail(Invariant invariant, std::string what, const Excuse& excuse) {
    const Excuse& general = checks_.excuses_[static_cast<std::size_t>(invariant)];
    const Excuse& found = excuse ? excuse : general;
    const Broken* known = found ? checks_.excused(invariant) : checks_.broken(invariant);
    if (known == nullptr)
        checks_.broken_.push_back(
            {invariant, world_.now(), world_.events(), std::move(what), found});
}

/// It broke for this partition, whose data Kafka may not promise any more.
void Checker::fail(Invariant invariant, const PartitionMemory& memory, std::string what) {
    fail(invariant, std::move(what), may_lack_data(invariant) ? memory.excuse : Excuse{});
}

/// From now on committed data of the partition may be missing, as Kafka itself lets it be.
void Checker::excuse(PartitionMemory& memory, std::string why) const {
    if (!memory.excuse)
        memory.excuse = {std::move(why), world_.now()};
}

PartitionMemory& Checker::memory_of(const Note& note) {
    return checks_.partitions_[PartitionKey{note.topic, note.partition}].edit();
}

void Checker::on_notes(std::span<const Told> told) {
    for (const Told& one : told) {
        switch (one.note.fact) {
        case Fact::became_leader:
        case Fact::appended:
        case Fact::truncated:
        case Fact::high_watermark: on_partition_note(one); break;
        case Fact::record_consumed: consumed(one, memory_of(one.note)); break;
        case Fact::record_acknowledged: acknowledged(one, memory_of(one.note)); break;
        case Fact::partition_changed: decided(one); break;
        case Fact::fault: on_fault(one); break;
        case Fact::voted:
        case Fact::candidate:
        case Fact::quorum_leader:
        case Fact::metadata_high_watermark: on_quorum_note(one); break;
        case Fact::client_failed:
            if (one.note.text.find("corrupt") != std::string::npos) {
                looked(Invariant::storage);
                fail(Invariant::storage, name(one.actor) + " was served " + one.note.topic + "-" +
                                             std::to_string(one.note.partition) + ": " +
                                             one.note.text);
            }
            break;
        default: break;
        }
    }
}

void Checker::on_partition_note(const Told& told) {
    const node::Node* node = node_on(told.actor);
    if (node == nullptr || node->replicas() == nullptr)
        return;
    PartitionMemory& memory = memory_of(told.note);
    if (told.note.fact == Fact::truncated)
        truncated(told, memory);
    const auto* replica = node->replicas()->find(told.note.topic, told.note.partition);
    if (replica == nullptr)
        return;
    if (told.note.fact == Fact::became_leader)
        new_leader(told, *replica, memory);
    else if (told.note.fact == Fact::appended)
        appended(told, *replica);
    else if (told.note.fact == Fact::high_watermark)
        high_watermark(told, *replica, memory);
    bounds(told.actor, *replica, memory);
}

/// A disk that loses what was not flushed, or all.
void Checker::on_fault(const Told& told) {
    const bool wiped = told.note.text.find(" is wiped") != std::string::npos;
    const bool loses = wiped || told.note.text.find("loses its power") != std::string::npos;
    const ActorId target{static_cast<std::int32_t>(told.note.numbers[0])};
    const node::Node* node = loses && target != no_actor ? node_on(target) : nullptr;
    if (node == nullptr)
        return;
    lost_data(*node);
    const NodeId id = node->id();
    checks_.quorum_.members.erase(id);
    if (wiped && node->quorum() != nullptr && node->quorum()->is_voter())
        lost_voter(id);
}

/// Beyond min.insync.replicas - 1 replicas that lost data Kafka promises nothing any more.
void Checker::lost_data(const node::Node& node) {
    BrokerEpoch epoch = node.lifecycle().epoch();
    if (const metadata::Broker* registered = node.image().broker(node.id()))
        epoch = std::max(epoch, registered->epoch);
    for (auto& [key, held] : checks_.partitions_) {
        if (held->replicas.find(node.id()) == nullptr)
            continue;
        PartitionMemory& memory = held.edit();
        BrokerEpoch& lost = memory.losers[node.id()];
        lost = std::max(lost, epoch);
        const std::size_t min_isr = min_isr_of(key);
        const std::size_t losers = memory.losers.size();
        if (losers >= min_isr)
            excuse(memory, std::to_string(losers) +
                               (losers == 1 ? " replica has" : " replicas have") +
                               " lost data that was not flushed, and min.insync.replicas is " +
                               std::to_string(min_isr));
    }
}

/// The smallest that any of its replicas goes by: a change of the config may be under way.
std::size_t Checker::min_isr_of(const PartitionKey& key) const {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const node::Node* node = node_on({static_cast<std::int32_t>(i)});
        const replica::Partition* replica = node != nullptr && node->replicas() != nullptr
                                                ? node->replicas()->find(key.topic, key.partition)
                                                : nullptr;
        if (replica != nullptr)
            least = std::min(least, replica->effective_min_isr());
    }
    return least;
}

/// Raft stands on voters that remember. With static voters an empty disk under an old id votes
/// again, and counts for commits that it has forgotten (KIP-853's directory ids are the cure).
void Checker::lost_voter(NodeId id) {
    checks_.quorum_.votes.erase_if([&](const auto& vote) { return vote.first.first == id; });
    for (const Invariant invariant :
         {Invariant::committed_is_kept, Invariant::in_sync_has_committed, Invariant::one_leader,
          Invariant::high_watermark, Invariant::log_bounds, Invariant::quorum_elections,
          Invariant::metadata_logs_match, Invariant::metadata_commit}) {
        Excuse& excuse = checks_.excuses_[static_cast<std::size_t>(invariant)];
        if (!excuse)
            excuse = {"voter " + std::to_string(id.value) + " lost its disk", world_.now()};
    }
}

/// Whoever lost data and is in the ISR in a later life has caught up since: it has all again.
void Checker::caught_up(const metadata::Image& image, const metadata::Partition& partition,
                        PartitionMemory& memory) const {
    memory.losers.erase_if([&](const auto& loser) {
        const metadata::Broker* broker = image.broker(loser.first);
        return broker != nullptr && broker->epoch > loser.second && partition.in_isr(loser.first);
    });
}

// --- what the controller decides -----------------------------------------------------------------

void Checker::decided(const Told& told) {
    const Note& note = told.note;
    const LeaderEpoch leader_epoch{static_cast<std::int32_t>(note.numbers[1])};
    const auto partition_epoch = static_cast<std::int32_t>(note.numbers[2]);
    PartitionMemory& memory = memory_of(note);
    const std::string place = note.topic + "-" + std::to_string(note.partition);
    looked(Invariant::one_leader);
    if (leader_epoch < memory.leader_epoch || partition_epoch < memory.partition_epoch)
        fail(Invariant::one_leader, "an epoch of " + place + " goes back: leader epoch " +
                                        std::to_string(memory.leader_epoch.value) + " to " +
                                        std::to_string(leader_epoch.value));
    const auto leader = static_cast<std::int32_t>(note.numbers[0]);
    if (leader != note.numbers[3] && leader_epoch == memory.leader_epoch &&
        partition_epoch != memory.partition_epoch)
        fail(Invariant::one_leader, place + " changes its leader to " + std::to_string(leader) +
                                        ", but keeps leader epoch " +
                                        std::to_string(leader_epoch.value));
    memory.leader_epoch = std::max(memory.leader_epoch, leader_epoch);
    memory.partition_epoch = std::max(memory.partition_epoch, partition_epoch);
    const node::Node* node = node_on(told.actor);
    if (node == nullptr || node->controller() == nullptr)
        return;
    const metadata::Image& image = node->controller()->stable();
    const metadata::Topic* topic = image.topic(note.topic);
    const auto index = static_cast<std::size_t>(note.partition);
    if (topic == nullptr || index >= topic->partitions.size())
        return;
    const metadata::Partition& partition = topic->partition(index);
    if (partition.leader_recovery_state == metadata::LeaderRecoveryState::recovering)
        excuse(memory, "an unclean leader election");
    caught_up(image, partition, memory);
    isr_rules(image, *topic, index);
}

void Checker::isr_rules(const metadata::Image& image, const metadata::Topic& topic,
                        std::size_t index) {
    looked(Invariant::isr_rules);
    const metadata::Partition& partition = topic.partition(index);
    const std::string place = topic.name + "-" + std::to_string(index);
    for (const NodeId id : partition.isr) {
        if (!partition.has_replica(id))
            fail(Invariant::isr_rules,
                 place + ": " + std::to_string(id.value) + " is in the ISR but no replica");
        if (partition.in_elr(id))
            fail(Invariant::isr_rules,
                 place + ": " + std::to_string(id.value) + " is in the ISR and in the ELR");
        if (!image.is_unfenced(id) && image.broker(id) != nullptr)
            fail(Invariant::isr_rules, place + ": fenced broker " + std::to_string(id.value) +
                                           " is in the ISR " + joined(partition.isr));
    }
    for (const NodeId id : partition.elr)
        if (!partition.has_replica(id))
            fail(Invariant::isr_rules,
                 place + ": " + std::to_string(id.value) + " is in the ELR but no replica");
    if (partition.has_leader() && !partition.in_isr(partition.leader))
        fail(Invariant::isr_rules, place + ": leader " + std::to_string(partition.leader.value) +
                                       " is not in the ISR " + joined(partition.isr));
}

void Checker::sweep() {
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const node::Node* node = world_.machine(actor).up() ? node_on(actor) : nullptr;
        if (node == nullptr)
            continue;
        if (node->replicas() != nullptr)
            node->replicas()->each(
                [&](const replica::Partition& replica) { sweep_replica(actor, replica); });
        if (node->controller() == nullptr || !node->controller()->active())
            continue;
        const metadata::Image& image = node->controller()->stable();
        for (const auto& [id, topic] : image.topics())
            for (std::size_t index = 0; index < topic->partitions.size(); ++index)
                isr_rules(image, *topic, index);
    }
    sweep_quorum();
}

} // namespace orrery::sim
