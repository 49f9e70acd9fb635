// What a client believes of the cluster: brokers, and for the topics it asked about each
// partition's leader. Answers of Metadata are merged in; a leader epoch that was seen never goes
// back (KIP-320), so a broker with stale metadata can't send us to a leader that was deposed.
//
// Topics have an index, the order in which the client asked for them, and keep it.
#pragma once

#include "core/base/process.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::wire {
struct MetadataResponse;
}

namespace orrery::client {

struct BrokerInfo {
    NodeId id; ///< below no_node: a bootstrap server, whose id nobody told us yet
    Endpoint at;
    std::string rack;
    bool operator==(const BrokerInfo&) const = default;
    ORRERY_FIELDS(id, at, rack)
};

struct PartitionInfo {
    NodeId leader = no_node;
    LeaderEpoch epoch = no_epoch;   ///< of `leader`
    LeaderEpoch seen = no_epoch;    ///< the highest heard of; above `epoch`, `leader` is outdated
    std::vector<NodeId> replicas{}; ///< only if they were asked for
    bool operator==(const PartitionInfo&) const = default;
    ORRERY_FIELDS(leader, epoch, seen, replicas)

    /// Where to send, no_node if unknown or outdated.
    NodeId current_leader() const { return epoch >= seen ? leader : no_node; }
};

struct TopicInfo {
    std::string name;
    Uuid id;
    bool known = false; ///< an answer without error has come
    wire::Error error = wire::Error::none;
    std::vector<PartitionInfo> partitions;
    bool operator==(const TopicInfo&) const = default;
    ORRERY_FIELDS(name, id, known, error, partitions)
};

/// A topic that the cluster has, whether we want it or not.
struct NamedTopic {
    std::string name;
    Uuid id;
    bool internal = false;
    bool operator==(const NamedTopic&) const = default;
    ORRERY_FIELDS(name, id, internal)
};

class ClusterMetadata {
public:
    /// Begins with the bootstrap servers as brokers -2, -3, ...
    explicit ClusterMetadata(const std::vector<Endpoint>& bootstrap = {});

    const std::vector<BrokerInfo>& brokers() const { return brokers_; }
    const BrokerInfo* broker(NodeId id) const;
    const std::vector<TopicInfo>& topics() const { return topics_; }
    const TopicInfo& topic(std::size_t index) const { return topics_[index]; }
    /// The partition, or null if the topic isn't known to have it.
    const PartitionInfo* partition(std::size_t topic, std::int32_t index) const;
    NodeId controller() const { return controller_; }
    const std::string& cluster_id() const { return cluster_id_; }
    bool only_bootstrap() const { return only_bootstrap_; }

    /// From now on replicas are remembered, as who assigns by racks needs it.
    void keep_replicas() { keeps_replicas_ = true; }
    std::size_t add_topic(std::string_view name);
    /// The topic's index by its id or, if that is zero, its name; topics().size() if there is none.
    std::size_t find_topic(const Uuid& id, std::string_view name) const;

    /// All topics of the cluster, by name, as of the last answer that had all; empty unless asked.
    const std::vector<NamedTopic>& all_topics() const { return all_topics_; }
    /// Takes the names of an answer that has all topics.
    void learn_all(const wire::MetadataResponse& response);

    /// Merges an answer of the given version. True if something in it wants another try soon: a
    /// topic that isn't there yet, a partition without leader.
    bool update(const wire::MetadataResponse& response, std::int16_t version);
    /// A broker told us the leader beside its refusal (KIP-951). True if that was news.
    bool learn_leader(std::size_t topic, std::int32_t partition, NodeId leader, LeaderEpoch epoch);
    void learn_broker(NodeId id, Endpoint at, std::string rack);
    /// An answer of some other kind carried this epoch. True if the leader we know is outdated by
    /// it.
    bool learn_epoch(std::size_t topic, std::int32_t partition, LeaderEpoch epoch);
    /// Forgets all brokers and leaders, not the epochs: back to the bootstrap servers (KIP-899).
    void rebootstrap(const std::vector<Endpoint>& bootstrap);

    bool operator==(const ClusterMetadata&) const = default;
    ORRERY_FIELDS(brokers_, topics_, controller_, cluster_id_, only_bootstrap_, keeps_replicas_,
                  all_topics_)

private:
    std::vector<BrokerInfo> brokers_; ///< by id
    std::vector<TopicInfo> topics_;
    NodeId controller_ = no_node;
    std::string cluster_id_;
    bool only_bootstrap_ = true;
    bool keeps_replicas_ = false;
    std::vector<NamedTopic> all_topics_;
};

} // namespace orrery::client
