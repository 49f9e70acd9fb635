// What a fault takes from what Kafka promises: disks that lost data, and who has caught up since.
#include "sim/checks/checker.hpp"

#include <algorithm>
#include <limits>

namespace orrery::sim {

namespace {

/// Of whoever has replayed most of the metadata log, living or dead.
const metadata::Image& newest_image(const World& world) {
    static const metadata::Image none;
    const metadata::Image* newest = &none;
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const auto* node = world.process<node::Node>({static_cast<std::int32_t>(i)});
        if (node != nullptr && node->image().offset() > newest->offset())
            newest = &node->image();
    }
    return *newest;
}

} // namespace

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
    lost_kept(id, wiped);
    checks_.quorum_.members.erase(id);
    if (wiped && node->quorum() != nullptr && node->quorum()->is_voter())
        lost_voter(id);
}

/// Beyond min.insync.replicas - 1 of those it counts on, the ISR and the ELR, Kafka promises
/// nothing any more once they have lost data.
void Checker::lost_data(const node::Node& node) {
    const metadata::Image& image = newest_image(world_);
    BrokerEpoch epoch = node.lifecycle().epoch();
    if (const metadata::Broker* registered = image.broker(node.id()))
        epoch = std::max(epoch, registered->epoch);
    for (auto& [key, held] : checks_.partitions_) {
        const metadata::Topic* topic = image.topic(key.topic);
        const auto index = static_cast<std::size_t>(key.partition);
        if (topic == nullptr || index >= topic->partitions.size())
            continue;
        const metadata::Partition& partition = topic->partition(index);
        if (!partition.in_isr(node.id()) && !partition.in_elr(node.id()))
            continue;
        PartitionMemory& memory = held.edit();
        BrokerEpoch& lost = memory.losers[node.id()];
        lost = std::max(lost, epoch);
        const std::size_t min_isr = min_isr_of(key).first;
        const std::size_t losers = memory.losers.size();
        if (losers >= min_isr)
            excuse(memory, std::to_string(losers) +
                               (losers == 1 ? " replica has" : " replicas have") +
                               " lost data that was not flushed, and min.insync.replicas is " +
                               std::to_string(min_isr));
    }
}

/// The smallest and the largest that its replicas go by: a change of the config may be under way.
std::pair<std::size_t, std::size_t> Checker::min_isr_of(const PartitionKey& key) const {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    std::size_t most = 0;
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const node::Node* node = node_on({static_cast<std::int32_t>(i)});
        const replica::Partition* replica = node != nullptr ? replica_on(*node, key) : nullptr;
        if (replica == nullptr)
            continue;
        const std::size_t min_isr = sim::min_isr_of(*replica);
        least = std::min(least, min_isr);
        most = std::max(most, min_isr);
    }
    return {least, most};
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

} // namespace orrery::sim
