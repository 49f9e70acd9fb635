#include "sim/scenario/looking.hpp"

namespace orrery::sim {

const node::Node* node_on(const World& world, ActorId actor) {
    return world.process<node::Node>(actor);
}

const node::Node* living_node(const World& world, ActorId actor) {
    return world.machine(actor).up() ? node_on(world, actor) : nullptr;
}

ActorId actor_of(const Scenario& scenario, NodeId id) {
    // build() adds the plan's nodes first, in their order.
    for (std::size_t i = 0; i < scenario.cluster.nodes.size(); ++i)
        if (scenario.cluster.nodes[i].id == id)
            return {static_cast<std::int32_t>(i)};
    return no_actor;
}

ActorId active_controller(const World& world) {
    ActorId found = no_actor;
    LeaderEpoch epoch = no_epoch;
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const node::Node* node = living_node(world, actor);
        if (node == nullptr || node->controller() == nullptr)
            continue;
        const auto active_in = node->controller()->epoch();
        if (active_in && *active_in > epoch) {
            epoch = *active_in;
            found = actor;
        }
    }
    return found;
}

const metadata::Image& best_image(const World& world) {
    static const metadata::Image empty;
    if (const ActorId active = active_controller(world); active != no_actor)
        return node_on(world, active)->controller()->stable();
    const metadata::Image* best = &empty;
    bool best_lives = false;
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const node::Node* node = node_on(world, actor);
        if (node == nullptr)
            continue;
        const bool lives = world.machine(actor).up();
        const bool newer = node->image().offset() > best->offset();
        if ((lives && !best_lives) || (lives == best_lives && newer)) {
            best = &node->image();
            best_lives = lives;
        }
    }
    return *best;
}

const replica::Partition* leading_replica(const World& world, std::string_view topic,
                                          std::int32_t partition) {
    const replica::Partition* best = nullptr;
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const node::Node* node = node_on(world, {static_cast<std::int32_t>(i)});
        if (node == nullptr || node->replicas() == nullptr)
            continue;
        const replica::Partition* found = node->replicas()->find(topic, partition);
        if (found != nullptr && found->leads() &&
            (best == nullptr || found->leader_epoch > best->leader_epoch))
            best = found;
    }
    return best;
}

std::vector<const replica::Partition*> leading_replicas(const World& world,
                                                        std::string_view topic) {
    std::vector<const replica::Partition*> found;
    const metadata::Topic* known = best_image(world).topic(topic);
    if (known == nullptr)
        return found;
    for (std::size_t i = 0; i < known->partitions.size(); ++i)
        if (const auto* one = leading_replica(world, topic, static_cast<std::int32_t>(i)))
            found.push_back(one);
    return found;
}

} // namespace orrery::sim
