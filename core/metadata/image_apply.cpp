// Image::apply: what each record type does. Each function checks first and writes after, so a
// record that can't follow leaves the image as it was.
#include "core/metadata/image.hpp"
#include "core/metadata/partition_records.hpp"

#include <algorithm>
#include <utility>

namespace orrery::metadata {

namespace {

tl::unexpected<ParseError> cannot(const char* why) {
    return failure(ParseError{why, 0});
}

template <class Wire>
std::vector<Listener> listeners_of(const std::vector<Wire>& end_points) {
    std::vector<Listener> listeners;
    for (const Wire& e : end_points)
        listeners.push_back({e.name, e.host, e.port, e.security_protocol});
    return listeners;
}

template <class Wire>
std::vector<SupportedFeature> features_of(const std::vector<Wire>& from) {
    std::vector<SupportedFeature> features;
    for (const Wire& f : from)
        features.push_back({f.name, f.min_supported_version, f.max_supported_version});
    return features;
}

std::vector<Uuid> sorted(std::vector<Uuid> ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
}

} // namespace

struct Applier {
    Image& image;
    Changes* changes;

    // --- brokers and controllers

    Result<void> operator()(const wire::RegisterBrokerRecord& record) {
        Broker broker;
        broker.id = NodeId{record.broker_id};
        broker.epoch = BrokerEpoch{record.broker_epoch};
        broker.incarnation = record.incarnation_id;
        broker.listeners = listeners_of(record.end_points);
        broker.features = features_of(record.features);
        broker.rack = record.rack;
        broker.fenced = record.fenced;
        broker.in_controlled_shutdown = record.in_controlled_shutdown;
        broker.log_dirs = sorted(record.log_dirs);
        if (record.cordoned_log_dirs)
            broker.cordoned_log_dirs = sorted(*record.cordoned_log_dirs);
        put(std::move(broker));
        return {};
    }

    Result<void> operator()(const wire::UnregisterBrokerRecord& record) {
        const NodeId id{record.broker_id};
        const Broker* broker = image.broker(id);
        if (!broker)
            return cannot("a broker is unregistered that is not registered");
        if (broker->epoch.value != record.broker_epoch)
            return cannot("a broker is unregistered with another broker epoch");
        if (changes)
            changes->brokers.push_back({id, *image.brokers_->find(id), std::nullopt});
        image.brokers_.edit().erase(id);
        return {};
    }

    Result<void> operator()(const wire::FenceBrokerRecord& record) {
        return change_broker(record.id, record.epoch, [](Broker& b) { b.fenced = true; });
    }

    Result<void> operator()(const wire::UnfenceBrokerRecord& record) {
        return change_broker(record.id, record.epoch, [](Broker& b) { b.fenced = false; });
    }

    Result<void> operator()(const wire::BrokerRegistrationChangeRecord& record) {
        if (record.fenced < -1 || record.fenced > 1 || record.in_controlled_shutdown < 0 ||
            record.in_controlled_shutdown > 1)
            return cannot("a broker registration change has an unknown value");
        return change_broker(record.broker_id, record.broker_epoch, [&](Broker& broker) {
            if (record.fenced != 0)
                broker.fenced = record.fenced > 0;
            if (record.in_controlled_shutdown != 0)
                broker.in_controlled_shutdown = true;
            if (!record.log_dirs.empty())
                broker.log_dirs = sorted(record.log_dirs);
            if (record.cordoned_log_dirs)
                broker.cordoned_log_dirs = sorted(*record.cordoned_log_dirs);
        });
    }

    template <class Change>
    Result<void> change_broker(std::int32_t id, std::int64_t epoch, Change&& change) {
        const Broker* found = image.broker(NodeId{id});
        if (!found)
            return cannot("a broker is changed that is not registered");
        if (found->epoch.value != epoch)
            return cannot("a broker is changed with another broker epoch");
        Broker next = *found;
        change(next);
        if (next == *found)
            return {}; // Kafka fences the fenced when their session ends: nothing to tell
        put(std::move(next));
        return {};
    }

    void put(Broker broker) {
        const NodeId id = broker.id;
        Cow<Broker> after(std::move(broker));
        if (changes) {
            const Cow<Broker>* before = image.brokers_->find(id);
            changes->brokers.push_back({id, before ? std::optional(*before) : std::nullopt, after});
        }
        image.brokers_.edit()[id] = std::move(after);
    }

    Result<void> operator()(const wire::RegisterControllerRecord& record) {
        const NodeId id{record.controller_id};
        image.controllers_.edit()[id] = {id, record.incarnation_id, record.zk_migration_ready,
                                         listeners_of(record.end_points),
                                         features_of(record.features)};
        if (changes)
            changes->controllers.push_back(id);
        return {};
    }

    Result<void> operator()(const wire::UnregisterControllerRecord& record) {
        const NodeId id{record.controller_id};
        if (!image.controllers_->contains(id))
            return cannot("a controller is unregistered that is not registered");
        image.controllers_.edit().erase(id);
        if (changes)
            changes->controllers.push_back(id);
        return {};
    }

    // --- topics and partitions

    Result<void> operator()(const wire::TopicRecord& record) {
        if (image.names_->contains(record.name))
            return cannot("a topic is created whose name is taken");
        if (image.topics_->contains(record.topic_id))
            return cannot("a topic is created whose id is taken");
        image.topics_.edit()[record.topic_id] = Cow(Topic{record.topic_id, record.name, {}});
        image.names_.edit()[record.name] = record.topic_id;
        if (changes)
            changes->topics_created.push_back(record.topic_id);
        return {};
    }

    Result<void> operator()(const wire::RemoveTopicRecord& record) {
        const Cow<Topic>* found = image.topics_->find(record.topic_id);
        if (!found)
            return cannot("a topic is removed that is not there");
        const Cow<Topic> last = *found;
        image.topics_.edit().erase(record.topic_id);
        image.names_.edit().erase(last->name);
        const ConfigResource configs{ResourceType::topic, last->name};
        if (image.configs_->contains(configs))
            image.configs_.edit().erase(configs);
        if (changes)
            changes->topics_deleted.push_back({last});
        return {};
    }

    Result<void> operator()(const wire::PartitionRecord& record) {
        const Topic* topic = image.topic(record.topic_id);
        if (!topic)
            return cannot("a partition is created of a topic that is not there");
        if (record.partition_id < 0 ||
            static_cast<std::size_t>(record.partition_id) > topic->partitions.size())
            return cannot("a partition is created whose number leaves a gap");
        if (!record.directories.empty() && record.directories.size() != record.replicas.size())
            return cannot("a partition has not one directory for each replica");
        put({record.topic_id, record.partition_id}, partition_of(record));
        return {};
    }

    Result<void> operator()(const wire::PartitionChangeRecord& record) {
        const Partition* before = image.partition(record.topic_id, record.partition_id);
        if (!before)
            return cannot("a partition is changed that is not there");
        const std::size_t replicas =
            record.replicas ? record.replicas->size() : before->replicas.size();
        if (record.directories && !record.directories->empty() &&
            record.directories->size() != replicas)
            return cannot("a partition has not one directory for each replica");
        put({record.topic_id, record.partition_id}, changed(*before, record));
        return {};
    }

    void put(const TopicPartitionId& id, Partition partition) {
        Cow<Partition> after(std::move(partition));
        auto& partitions = image.topics_.edit().find(id.topic)->edit().partitions;
        const auto index = static_cast<std::size_t>(id.partition);
        if (index == partitions.size()) {
            if (changes)
                changes->partitions.push_back({id, std::nullopt, after});
            partitions.push_back(std::move(after));
            return;
        }
        if (changes)
            changes->partitions.push_back({id, partitions[index], after});
        partitions.edit(index) = std::move(after);
    }

    /// KIP-966: a change of min.insync.replicas voids what the ELR was built on.
    Result<void> operator()(const wire::ClearElrRecord& record) {
        if (record.topic_name.empty()) {
            for (const auto& entry : TopicNames(*image.names_))
                clear_elr(entry.second);
            return {};
        }
        const Uuid* id = image.names_->find(record.topic_name);
        if (!id)
            return cannot("the ELR is cleared of a topic that is not there");
        clear_elr(Uuid(*id));
        return {};
    }

    void clear_elr(const Uuid& topic_id) {
        const std::size_t count = image.topic(topic_id)->partitions.size();
        for (std::size_t i = 0; i < count; ++i) {
            const Partition& partition = image.topic(topic_id)->partition(i);
            if (partition.elr.empty() && partition.last_known_elr.empty())
                continue;
            Partition next = partition;
            next.elr.clear();
            next.last_known_elr.clear();
            next.partition_epoch = partition.partition_epoch + 1;
            put({topic_id, static_cast<std::int32_t>(i)}, std::move(next));
        }
    }

    // --- configs and the rest

    Result<void> operator()(const wire::ConfigRecord& record) {
        const ConfigResource resource{static_cast<ResourceType>(record.resource_type),
                                      record.resource_name};
        if (changes)
            changes->configs.push_back({resource, record.name});
        if (record.value) {
            image.configs_.edit()[resource][record.name] = *record.value;
            return {};
        }
        const ConfigMap* found = image.configs_of(resource);
        if (!found || !found->contains(record.name))
            return {};
        ConfigsMap& all = image.configs_.edit();
        ConfigMap& configs = all[resource];
        configs.erase(record.name);
        if (configs.empty())
            all.erase(resource);
        return {};
    }

    Result<void> operator()(const wire::FeatureLevelRecord& record) {
        if (record.feature_level == 0)
            image.features_.edit().erase(record.name);
        else
            image.features_.edit()[record.name] = record.feature_level;
        if (changes)
            changes->features = true;
        return {};
    }

    Result<void> operator()(const wire::ProducerIdsRecord& record) {
        image.next_producer_id_ = record.next_producer_id;
        return {};
    }

    Result<void> operator()(const wire::ZkMigrationStateRecord& record) {
        image.zk_migration_state_ = record.zk_migration_state;
        return {};
    }

    Result<void> operator()(const wire::NoOpRecord&) { return {}; }

    Result<void> operator()(const UnappliedRecord&) { return {}; } // kept by apply(): has a version

    // --- metadata transactions (KIP-868)

    Result<void> operator()(const wire::BeginTransactionRecord& record) {
        if (image.in_transaction())
            return cannot("a metadata transaction begins within another");
        Image before = image;
        image.before_transaction_.push_back(std::move(before));
        image.transaction_name_ = record.name;
        return {};
    }

    Result<void> operator()(const wire::EndTransactionRecord&) {
        if (!image.in_transaction())
            return cannot("a metadata transaction ends that did not begin");
        image.before_transaction_.clear();
        image.transaction_name_.reset();
        return {};
    }

    Result<void> operator()(const wire::AbortTransactionRecord&) {
        if (!image.in_transaction())
            return cannot("a metadata transaction is aborted that did not begin");
        Image before = std::move(image.before_transaction_.front());
        image = std::move(before);
        if (changes)
            changes->everything = true;
        return {};
    }
};

Result<void> Image::apply(const Record& record, Offset offset, LeaderEpoch epoch,
                          Changes* changes) {
    const Result<void> applied = std::visit(Applier{*this, changes}, record.message);
    if (std::holds_alternative<UnappliedRecord>(record.message))
        unapplied_.push_back(record);
    offset_ = offset;
    epoch_ = epoch;
    return applied;
}

Result<void> Image::load(const std::vector<Record>& snapshot, Offset offset, LeaderEpoch epoch) {
    *this = Image();
    for (const Record& record : snapshot) {
        const Result<void> applied = apply(record, offset, epoch, nullptr);
        if (!applied)
            return applied;
    }
    offset_ = offset;
    epoch_ = epoch;
    if (in_transaction())
        return cannot("a snapshot ends within a transaction");
    return {};
}

} // namespace orrery::metadata
