#include "sim/checks/group_sight.hpp"

#include "core/client/client.hpp"
#include "core/client/consumer_protocol.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

void add_places(std::vector<OwnedPlace>& places, const metadata::Image& image,
                const group::OwnedPartitions& owned) {
    for (const auto& [id, partitions] : owned) {
        const metadata::Topic* topic = image.topic(id);
        for (const auto& [partition, epoch] : partitions)
            places.emplace_back(topic != nullptr ? topic->name : id.to_text(), partition);
    }
}

MemberSight member_of(const group::ClassicGroup& group, const group::ClassicMember& member) {
    MemberSight sight{
        member.id, member.client_id, member.instance_id.value_or(""), group.generation(), {}, {}};
    if (const auto owned = client::read_assignment(member.assignment))
        for (const auto& [topic, partitions] : *owned)
            for (const std::int32_t partition : partitions)
                sight.owned.emplace_back(topic, partition);
    return sight;
}

MemberSight member_of(const metadata::Image& image, const std::string& id,
                      const group::ConsumerMember& member) {
    MemberSight sight{id, member.client_id, member.instance_id.value_or(""), member.epoch, {}, {}};
    add_places(sight.owned, image, member.assigned);
    add_places(sight.owned, image, member.revoking);
    add_places(sight.leaving, image, member.revoking);
    std::sort(sight.owned.begin(), sight.owned.end());
    return sight;
}

} // namespace

GroupSight sight_of(const node::Node& node, const group::Group& group) {
    GroupSight sight;
    if (const group::ClassicGroup* classic = group.classic()) {
        sight.there = true;
        sight.state = name_of(classic->state());
        sight.assignor = classic->protocol().value_or("");
        sight.epoch = sight.assignment_epoch = classic->generation();
        for (const auto& [id, member] : classic->members())
            sight.members.push_back(member_of(*classic, *member));
    } else if (const group::ConsumerGroup* consumer = group.consumer()) {
        sight.there = sight.consumer_protocol = true;
        sight.state = consumer->state();
        sight.epoch = consumer->logged().epoch();
        sight.assignment_epoch = consumer->logged().assignment_epoch();
        for (const auto& [id, member] : consumer->logged().members())
            sight.members.push_back(member_of(node.image(), id, *member));
    }
    return sight;
}

ActorId coordinator_of(const World& world, std::string_view group) {
    ActorId found = no_actor;
    LeaderEpoch epoch = no_epoch;
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const auto* node = world.machine(actor).up() ? world.process<node::Node>(actor) : nullptr;
        if (node == nullptr || node->groups() == nullptr)
            continue;
        const auto* shard = node->groups()->shards().find(node->groups()->partition_for(group));
        if (shard != nullptr && (*shard)->epoch() > epoch) {
            epoch = (*shard)->epoch();
            found = actor;
        }
    }
    return found;
}

const group::Shard* shard_of(const World& world, std::string_view group) {
    const ActorId actor = coordinator_of(world, group);
    if (actor == no_actor)
        return nullptr;
    const group::Coordinator& groups = *world.process<node::Node>(actor)->groups();
    const auto* shard = groups.shards().find(groups.partition_for(group));
    return shard != nullptr ? &**shard : nullptr;
}

GroupSight sight_of(const World& world, std::string_view group) {
    const group::Shard* shard = shard_of(world, group);
    const group::Group* found = shard != nullptr ? shard->latest().find(group) : nullptr;
    if (found == nullptr)
        return {};
    return sight_of(*world.process<node::Node>(coordinator_of(world, group)), *found);
}

std::string_view group_of_client(const World& world, ActorId actor) {
    const auto* client = world.process<client::Client>(actor);
    return client != nullptr && client->consumer() != nullptr && client->consumer()->group()
               ? std::string_view(client->consumer()->config().group.id)
               : std::string_view{};
}

} // namespace orrery::sim
