// What records did to an image, one entry a step and in their order: what they touched, with the
// value before and after. Before and after share what they have in common, so this costs little.
// Whoever wants only the outcome looks the ids up in the image.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/uuid.hpp"
#include "core/metadata/cluster.hpp"
#include "core/metadata/topics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::metadata {

/// Resource types of configs, with Kafka's numbers.
enum class ResourceType : std::int8_t {
    topic = 2,
    broker = 4, ///< named by its id; the empty name is the default of all brokers
    broker_logger = 8,
    client_metrics = 16,
    group = 32,
};
struct ConfigResource {
    ResourceType type = ResourceType::topic;
    std::string name;
    auto operator<=>(const ConfigResource&) const = default;
    ORRERY_FIELDS(type, name)
};

struct BrokerChange {
    NodeId id;
    std::optional<Cow<Broker>> before; ///< none: it is newly registered
    std::optional<Cow<Broker>> after;  ///< none: it is unregistered
    bool operator==(const BrokerChange&) const = default;
    ORRERY_FIELDS(id, before, after)
};
struct PartitionChange {
    TopicPartitionId id;
    std::optional<Cow<Partition>> before; ///< none: it is new
    Cow<Partition> after;                 ///< deletions are told by topics_deleted alone
    bool operator==(const PartitionChange&) const = default;
    ORRERY_FIELDS(id, before, after)
};
struct DeletedTopic {
    Cow<Topic> last; ///< as it was when it was deleted
    bool operator==(const DeletedTopic&) const = default;
    ORRERY_FIELDS(last)
};

struct ConfigChange {
    ConfigResource resource;
    std::string name; ///< of the config that was set or unset: look its value up in the image
    bool operator==(const ConfigChange&) const = default;
    ORRERY_FIELDS(resource, name)
};

struct Changes {
    std::vector<BrokerChange> brokers;
    std::vector<NodeId> controllers;
    std::vector<Uuid> topics_created;
    std::vector<DeletedTopic> topics_deleted; ///< created and deleted within: in both lists
    std::vector<PartitionChange> partitions;  ///< may be of topics deleted later in the same
    std::vector<ConfigChange> configs;
    bool features = false;
    bool everything = false; ///< a transaction was aborted or a snapshot loaded: compare yourself
    bool operator==(const Changes&) const = default;
    ORRERY_FIELDS(brokers, controllers, topics_created, topics_deleted, partitions, configs,
                  features, everything)

    bool empty() const;
    void clear();
};

} // namespace orrery::metadata
