#include "core/metadata/image.hpp"

#include <algorithm>

namespace orrery::metadata {

namespace {

const Listener* listener_named(const std::vector<Listener>& listeners, std::string_view name) {
    const auto at = std::find_if(listeners.begin(), listeners.end(),
                                 [&](const Listener& l) { return l.name == name; });
    return at == listeners.end() ? nullptr : &*at;
}

bool has(const std::vector<NodeId>& ids, NodeId id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

const Listener* Broker::listener(std::string_view name) const {
    return listener_named(listeners, name);
}

bool Broker::has_online_dir(const Uuid& directory) const {
    // Not assigned yet, or from before directories were known: it will be put where it can be.
    if (directory == directory_unassigned || directory == directory_migrating)
        return true;
    if (directory == directory_lost)
        return false;
    return std::binary_search(log_dirs.begin(), log_dirs.end(), directory);
}

const Listener* ControllerNode::listener(std::string_view name) const {
    return listener_named(listeners, name);
}

bool Partition::has_replica(NodeId id) const {
    return has(replicas, id);
}

bool Partition::in_isr(NodeId id) const {
    return has(isr, id);
}

bool Partition::in_elr(NodeId id) const {
    return has(elr, id);
}

Uuid Partition::directory_of(NodeId id) const {
    const auto at = std::find(replicas.begin(), replicas.end(), id);
    const auto index = static_cast<std::size_t>(at - replicas.begin());
    return index < directories.size() ? directories[index] : directory_migrating;
}

bool Changes::empty() const {
    return brokers.empty() && controllers.empty() && topics_created.empty() &&
           topics_deleted.empty() && partitions.empty() && configs.empty() && !features &&
           !everything;
}

void Changes::clear() {
    brokers.clear();
    controllers.clear();
    topics_created.clear();
    topics_deleted.clear();
    partitions.clear();
    configs.clear();
    features = false;
    everything = false;
}

const Broker* Image::broker(NodeId id) const {
    const Cow<Broker>* found = brokers_->find(id);
    return found ? &**found : nullptr;
}

bool Image::is_unfenced(NodeId id) const {
    const Broker* found = broker(id);
    return found && !found->fenced;
}

bool Image::is_active(NodeId id) const {
    const Broker* found = broker(id);
    return found && found->active();
}

const Topic* Image::topic(const Uuid& id) const {
    const Cow<Topic>* found = topics_->find(id);
    return found ? &**found : nullptr;
}

const Topic* Image::topic(std::string_view name) const {
    const Uuid* id = names_->find(name);
    return id ? topic(*id) : nullptr;
}

const Partition* Image::partition(const Uuid& topic_id, std::int32_t partition) const {
    const Topic* found = topic(topic_id);
    if (!found || partition < 0 || static_cast<std::size_t>(partition) >= found->partitions.size())
        return nullptr;
    return &found->partition(static_cast<std::size_t>(partition));
}

const ConfigMap* Image::configs_of(const ConfigResource& resource) const {
    return configs_->find(resource);
}

const std::string* Image::config(const ConfigResource& resource, std::string_view name) const {
    const ConfigMap* all = configs_of(resource);
    return all ? all->find(name) : nullptr;
}

std::int16_t Image::feature(std::string_view name) const {
    const std::int16_t* level = features_->find(name);
    return level ? *level : std::int16_t{0};
}

} // namespace orrery::metadata
