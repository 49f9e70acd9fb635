// Which fact asks for which look, what is told of a break, and the sweeps.
#include "sim/checks/checker.hpp"

namespace orrery::sim {

namespace {

template <class Look>
void each_living_replica(const World& world, Look&& look) {
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const auto* node = world.machine(actor).up() ? world.process<node::Node>(actor) : nullptr;
        if (node != nullptr && node->replicas() != nullptr)
            node->replicas()->each(
                [&](const replica::Partition& replica) { look(actor, replica); });
    }
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

const replica::Partition* Checker::replica_on(const node::Node& node,
                                              const PartitionKey& key) const {
    return node.replicas() == nullptr ? nullptr : node.replicas()->find(key.topic, key.partition);
}

PartitionMemory* Checker::memory_of(const replica::Partition& replica) {
    PartitionMemory& memory =
        checks_.partitions_[PartitionKey{replica.topic, replica.id.partition}].edit();
    const Uuid& topic = replica.id.topic;
    if (memory.topic == Uuid{} && topic != memory.deleted)
        memory.topic = topic;
    if (memory.topic != topic)
        return nullptr;
    memory.compacted = memory.compacted || replica.settings->compacts;
    return &memory;
}

/// A topic of the same name is another one; replicas of this one may yet be told of.
void Checker::topic_deleted(const Note& note) {
    for (auto& [key, held] : checks_.partitions_) {
        if (key.topic != note.topic)
            continue;
        PartitionMemory& memory = held.edit();
        const Uuid id = memory.topic;
        memory = {};
        memory.deleted = id;
    }
    for (auto& [name, group] : checks_.groups_)
        group.edit().commits.erase_if(
            [&](const auto& one) { return one.first.topic == note.topic; });
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
        case Fact::log_recovered: came_back_with(one); break;
        case Fact::replica_deleted: kept_is_deleted(one); break;
        case Fact::log_dir_failed: lost_kept(node_on(one.actor)->id(), false); break;
        case Fact::record_consumed:
            consumed(one, memory_of(one.note));
            handed_over(one);
            break;
        case Fact::offset_reset:
        case Fact::truncation_detected: position_moved(one.note); break;
        case Fact::record_acknowledged: acknowledged(one, memory_of(one.note)); break;
        case Fact::partition_changed: decided(one); break;
        case Fact::topic_deleted: topic_deleted(one.note); break;
        case Fact::fault:
            on_fault(one);
            if (!one.note.topic.empty())
                position_moved(one.note); // a deed: somebody was told to seek
            break;
        case Fact::voted:
        case Fact::candidate:
        case Fact::quorum_leader:
        case Fact::metadata_truncated:
        case Fact::metadata_high_watermark: on_quorum_note(one); break;
        case Fact::metadata_snapshot: snapshot_kept(one.actor); break;
        case Fact::metadata_snapshot_loaded: snapshot_loaded(one.actor); break;
        case Fact::client_failed:
            if (one.note.text.find("corrupt") != std::string::npos) {
                looked(Invariant::storage);
                fail(Invariant::storage, name(one.actor) + " was served " + one.note.topic + "-" +
                                             std::to_string(one.note.partition) + ": " +
                                             one.note.text);
            }
            break;
        default: on_group_note(one); break;
        }
    }
}

void Checker::on_partition_note(const Told& told) {
    const node::Node* node = node_on(told.actor);
    const replica::Partition* replica =
        node != nullptr ? replica_on(*node, {told.note.topic, told.note.partition}) : nullptr;
    PartitionMemory* memory = replica != nullptr ? memory_of(*replica) : nullptr;
    if (memory == nullptr)
        return;
    if (told.note.fact == Fact::truncated)
        truncated(told, *memory);
    if (told.note.fact == Fact::truncated)
        indexes_whole(told.actor, *replica);
    else if (told.note.fact == Fact::became_leader)
        new_leader(told, *replica, *memory);
    else if (told.note.fact == Fact::appended)
        appended(told, *replica, *memory);
    else if (told.note.fact == Fact::high_watermark)
        high_watermark(told, *replica, *memory);
    bounds(told.actor, *replica, *memory);
    if (told.note.fact == Fact::truncated)
        somebody_holds({told.note.topic, told.note.partition}, *memory);
}

void Checker::sweep() {
    each_living_replica(world_, [&](ActorId actor, const replica::Partition& replica) {
        sweep_replica(actor, replica);
    });
    sweep_controller();
    sweep_quorum();
}

void Checker::sweep_whole() {
    sweep();
    each_living_replica(world_, [&](ActorId actor, const replica::Partition& replica) {
        indexes_whole(actor, replica);
        if (const PartitionMemory* memory = memory_of(replica)) {
            has_committed(actor, replica, *memory, memory->committed.size());
            keys_are_kept(actor, replica, *memory);
        }
    });
}

} // namespace orrery::sim
