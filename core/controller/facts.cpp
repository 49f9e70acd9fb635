#include "core/controller/facts.hpp"

#include "core/metadata/partition_records.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

using metadata::BrokerChange;
using metadata::PartitionChange;

Note note(Fact fact, std::array<std::int64_t, fact_numbers> numbers = {}) {
    Note out;
    out.fact = fact;
    out.numbers = numbers;
    return out;
}

void tell_broker(const BrokerChange& change, const Heartbeats& heartbeats, Effects& out) {
    const std::int64_t id = change.id.value;
    const auto fenced = [&](std::int64_t epoch, std::string_view why) {
        Note told = note(Fact::broker_fenced, {id, epoch});
        told.text = why;
        out.emplace_back(std::move(told));
    };
    if (!change.after) {
        fenced((*change.before)->epoch.value, "it is unregistered");
        return;
    }
    const metadata::Broker& after = **change.after;
    const metadata::Broker* before = change.before ? &**change.before : nullptr;
    if (!before || before->epoch != after.epoch) {
        out.emplace_back(note(Fact::broker_registered, {id, after.epoch.value}));
        return;
    }
    if (before->fenced && !after.fenced)
        out.emplace_back(note(Fact::broker_unfenced, {id, after.epoch.value}));
    if (!before->in_controlled_shutdown && after.in_controlled_shutdown)
        out.emplace_back(note(Fact::broker_shutting_down, {id, after.epoch.value}));
    if (!before->fenced && after.fenced) {
        const Heard* heard = heartbeats.find(change.id);
        fenced(after.epoch.value, name_of(heard ? heard->fenced_for : FencedFor::session_ended));
    }
}

/// The topic's name, though it may be deleted since.
std::string topic_name(const metadata::Image& image, const metadata::Changes& changes,
                       const Uuid& id) {
    if (const metadata::Topic* topic = image.topic(id))
        return topic->name;
    for (const metadata::DeletedTopic& deleted : changes.topics_deleted)
        if (deleted.last->id == id)
            return deleted.last->name;
    return id.to_text();
}

void tell_partition(const PartitionChange& change, std::string topic, Effects& out) {
    const metadata::Partition& after = *change.after;
    Note told = note(Fact::partition_changed,
                     {after.leader.value, after.leader_epoch.value, after.partition_epoch.value,
                      (*change.before)->leader.value, static_cast<std::int64_t>(after.isr.size()),
                      static_cast<std::int64_t>(after.elr.size())});
    told.topic = std::move(topic);
    told.partition = change.id.partition;
    told.text = "ISR " + metadata::list_text(after.isr) + ", ELR " + metadata::list_text(after.elr);
    out.emplace_back(std::move(told));
}

void tell_created(const metadata::Topic& topic, Effects& out) {
    const auto partitions = static_cast<std::int64_t>(topic.partitions.size());
    const std::size_t factor = partitions == 0 ? 0 : topic.partition(0).replicas.size();
    Note told = note(Fact::topic_created, {partitions, static_cast<std::int64_t>(factor)});
    told.topic = topic.name;
    out.emplace_back(std::move(told));
}

void tell_config(const metadata::Image& image, const metadata::ConfigChange& change, Effects& out) {
    Note told = note(Fact::config_changed);
    const std::string& name = change.resource.name;
    switch (change.resource.type) {
    case metadata::ResourceType::topic:
        told.topic = name;
        told.text = "of topic " + name;
        break;
    case metadata::ResourceType::broker:
        told.text = name.empty() ? "of all brokers" : "of broker " + name;
        break;
    case metadata::ResourceType::broker_logger: told.text = "of broker logger " + name; break;
    case metadata::ResourceType::client_metrics: told.text = "of client metrics " + name; break;
    case metadata::ResourceType::group: told.text = "of group " + name; break;
    }
    const std::string* value = image.config(change.resource, change.name);
    told.text += ": " + change.name + (value ? " = " + *value : " unset");
    out.emplace_back(std::move(told));
}

} // namespace

void tell(const metadata::Image& image, const metadata::Changes& changes,
          const Heartbeats& heartbeats, Effects& out) {
    for (const BrokerChange& change : changes.brokers)
        tell_broker(change, heartbeats, out);
    for (const Uuid& id : changes.topics_created)
        if (const metadata::Topic* topic = image.topic(id))
            tell_created(*topic, out);
    std::vector<Uuid> grown;
    for (const PartitionChange& change : changes.partitions) {
        const Uuid& topic = change.id.topic;
        if (change.before) {
            tell_partition(change, topic_name(image, changes, topic), out);
            continue;
        }
        const auto& created = changes.topics_created;
        if (std::find(created.begin(), created.end(), topic) == created.end() &&
            std::find(grown.begin(), grown.end(), topic) == grown.end())
            grown.push_back(topic);
    }
    for (const Uuid& id : grown)
        if (const metadata::Topic* topic = image.topic(id)) {
            Note told =
                note(Fact::partitions_added, {static_cast<std::int64_t>(topic->partitions.size())});
            told.topic = topic->name;
            out.emplace_back(std::move(told));
        }
    for (const metadata::ConfigChange& change : changes.configs)
        tell_config(image, change, out);
    for (const metadata::DeletedTopic& deleted : changes.topics_deleted) {
        Note told = note(Fact::topic_deleted);
        told.topic = deleted.last->name;
        out.emplace_back(std::move(told));
    }
}

} // namespace orrery::controller
