#include "core/client/metadata.hpp"

#include "core/wire/messages/metadata_response.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

/// Before this version brokers gave epochs that a stale broker could have made up (KAFKA-9212).
constexpr std::int16_t first_reliable_epoch = 9;

template <class Brokers>
auto place_of_broker(Brokers& brokers, NodeId id) {
    return std::lower_bound(brokers.begin(), brokers.end(), id,
                            [](const BrokerInfo& b, NodeId wanted) { return b.id < wanted; });
}

/// One partition of an answer. True if it wants another try soon.
bool merge(PartitionInfo& ours, const wire::MetadataResponse::MetadataResponsePartition& theirs,
           std::int16_t version) {
    const LeaderEpoch epoch{version >= first_reliable_epoch ? theirs.leader_epoch : -1};
    if (epoch.value < 0) {
        ours = {NodeId{theirs.leader_id}, no_epoch, no_epoch, {}};
    } else if (epoch >= ours.seen) {
        ours = {NodeId{theirs.leader_id}, epoch, epoch, {}};
    }
    return wire::is_invalid_metadata(wire::error_of(theirs.error_code));
}

} // namespace

ClusterMetadata::ClusterMetadata(const std::vector<Endpoint>& bootstrap) {
    rebootstrap(bootstrap);
}

const BrokerInfo* ClusterMetadata::broker(NodeId id) const {
    const auto at = place_of_broker(brokers_, id);
    return at != brokers_.end() && at->id == id ? &*at : nullptr;
}

const PartitionInfo* ClusterMetadata::partition(std::size_t topic, std::int32_t index) const {
    const auto& partitions = topics_[topic].partitions;
    if (!topics_[topic].known || index < 0 || static_cast<std::size_t>(index) >= partitions.size())
        return nullptr;
    return &partitions[static_cast<std::size_t>(index)];
}

std::size_t ClusterMetadata::add_topic(std::string_view name) {
    for (std::size_t i = 0; i < topics_.size(); ++i)
        if (topics_[i].name == name)
            return i;
    topics_.emplace_back().name = name;
    return topics_.size() - 1;
}

std::size_t ClusterMetadata::find_topic(const Uuid& id, std::string_view name) const {
    for (std::size_t i = 0; i < topics_.size(); ++i)
        if (id.is_zero() ? topics_[i].name == name : topics_[i].id == id)
            return i;
    return topics_.size();
}

bool ClusterMetadata::update(const wire::MetadataResponse& response, std::int16_t version) {
    brokers_.clear();
    for (const auto& broker : response.brokers)
        learn_broker(NodeId{broker.node_id}, {broker.host, broker.port},
                     broker.rack.value_or(std::string{}));
    controller_ = NodeId{response.controller_id};
    cluster_id_ = response.cluster_id.value_or(std::string{});
    only_bootstrap_ = false;

    bool again = false;
    for (const auto& theirs : response.topics) {
        const std::size_t index = find_topic({}, theirs.name.value_or(std::string{}));
        if (index == topics_.size())
            continue;
        TopicInfo& topic = topics_[index];
        topic.error = wire::error_of(theirs.error_code);
        topic.known = topic.error == wire::Error::none;
        again = again || wire::is_invalid_metadata(topic.error);
        if (!topic.known)
            continue;
        // A topic that was made anew counts its epochs from the beginning.
        if (topic.id != theirs.topic_id)
            topic.partitions.clear();
        topic.id = theirs.topic_id;
        topic.partitions.resize(theirs.partitions.size());
        for (const auto& partition : theirs.partitions) {
            const auto place = static_cast<std::size_t>(partition.partition_index);
            if (partition.partition_index < 0 || place >= topic.partitions.size())
                continue;
            again = merge(topic.partitions[place], partition, version) || again;
            auto& replicas = topic.partitions[place].replicas;
            replicas.clear();
            for (const std::int32_t id : partition.replica_nodes)
                if (keeps_replicas_)
                    replicas.push_back(NodeId{id});
        }
    }
    return again;
}

void ClusterMetadata::learn_all(const wire::MetadataResponse& response) {
    all_topics_.clear();
    for (const auto& topic : response.topics)
        if (topic.error_code == 0 && topic.name)
            all_topics_.push_back({*topic.name, topic.topic_id, topic.is_internal});
    std::sort(all_topics_.begin(), all_topics_.end(),
              [](const NamedTopic& a, const NamedTopic& b) { return a.name < b.name; });
}

bool ClusterMetadata::learn_leader(std::size_t topic, std::int32_t partition, NodeId leader,
                                   LeaderEpoch epoch) {
    if (this->partition(topic, partition) == nullptr || broker(leader) == nullptr)
        return false;
    PartitionInfo& ours = topics_[topic].partitions[static_cast<std::size_t>(partition)];
    if (epoch <= ours.seen)
        return false;
    ours.leader = leader;
    ours.epoch = epoch;
    ours.seen = epoch;
    return true;
}

void ClusterMetadata::learn_broker(NodeId id, Endpoint at, std::string rack) {
    const auto place = place_of_broker(brokers_, id);
    if (place != brokers_.end() && place->id == id)
        *place = {id, std::move(at), std::move(rack)};
    else
        brokers_.insert(place, {id, std::move(at), std::move(rack)});
}

bool ClusterMetadata::learn_epoch(std::size_t topic, std::int32_t partition, LeaderEpoch epoch) {
    if (this->partition(topic, partition) == nullptr)
        return false;
    PartitionInfo& ours = topics_[topic].partitions[static_cast<std::size_t>(partition)];
    if (epoch <= ours.seen)
        return false;
    ours.seen = epoch;
    return true;
}

void ClusterMetadata::rebootstrap(const std::vector<Endpoint>& bootstrap) {
    brokers_.clear();
    controller_ = no_node;
    only_bootstrap_ = true;
    NodeId id = no_node;
    for (const Endpoint& server : bootstrap)
        learn_broker(NodeId{--id.value}, server, {});
    for (TopicInfo& topic : topics_) {
        topic.known = false;
        for (PartitionInfo& partition : topic.partitions)
            partition.leader = no_node;
    }
}

} // namespace orrery::client
