// What an administrator asks of a cluster, as data, and how each action is said on the wire and its
// answer read. AdminProcess (core/client/admin.hpp) does the sending and the trying again.
#pragma once

#include "core/client/network.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace orrery::client {

using ReplicaLists = std::vector<std::vector<std::int32_t>>;

struct CreateTopic {
    std::string topic;
    std::int32_t partitions = -1;         ///< -1: the broker's num.partitions
    std::int16_t replication_factor = -1; ///< -1: the broker's default.replication.factor
    ReplicaLists assignments;             ///< by partition, instead of the two above
    std::vector<ConfigPair> configs;
    bool operator==(const CreateTopic&) const = default;
    ORRERY_FIELDS(topic, partitions, replication_factor, assignments, configs)
};
struct DeleteTopic {
    std::string topic;
    bool operator==(const DeleteTopic&) const = default;
    ORRERY_FIELDS(topic)
};
struct AddPartitions {
    std::string topic;
    std::int32_t count = 0;   ///< how many it shall have in all
    ReplicaLists assignments; ///< of the new ones; empty: the controller places them
    bool operator==(const AddPartitions&) const = default;
    ORRERY_FIELDS(topic, count, assignments)
};

/// Numbers as on the wire (ConfigResource.Type).
enum class ResourceKind : std::int8_t { topic = 2, broker = 4 };
struct ConfigResource {
    ResourceKind kind = ResourceKind::topic;
    std::string name; ///< of a broker its id; empty for the default of all brokers
    bool operator==(const ConfigResource&) const = default;
    ORRERY_FIELDS(kind, name)
};
/// Numbers as on the wire (AlterConfigOp.OpType).
enum class ConfigOperation : std::int8_t { set, remove, append, subtract };
struct ConfigChange {
    std::string name;
    ConfigOperation operation = ConfigOperation::set;
    std::string value;
    bool operator==(const ConfigChange&) const = default;
    ORRERY_FIELDS(name, operation, value)
};
struct AlterConfigs {
    ConfigResource resource;
    std::vector<ConfigChange> changes;
    bool operator==(const AlterConfigs&) const = default;
    ORRERY_FIELDS(resource, changes)
};
struct DescribeConfigs {
    ConfigResource resource;
    std::vector<std::string> names; ///< empty: all
    bool operator==(const DescribeConfigs&) const = default;
    ORRERY_FIELDS(resource, names)
};
struct ElectLeaders {
    bool unclean = false; ///< else the preferred replica
    /// Of each topic these partitions; empty: all of the cluster.
    std::vector<std::pair<std::string, std::vector<std::int32_t>>> partitions;
    bool operator==(const ElectLeaders&) const = default;
    ORRERY_FIELDS(unclean, partitions)
};
struct DescribeCluster {
    bool operator==(const DescribeCluster&) const = default;
    ORRERY_FIELDS()
};
struct DescribeTopic {
    std::string topic;
    bool operator==(const DescribeTopic&) const = default;
    ORRERY_FIELDS(topic)
};
struct DescribeQuorum {
    bool operator==(const DescribeQuorum&) const = default;
    ORRERY_FIELDS()
};

using AdminAction =
    std::variant<CreateTopic, DeleteTopic, AddPartitions, AlterConfigs, DescribeConfigs,
                 ElectLeaders, DescribeCluster, DescribeTopic, DescribeQuorum>;

/// "create topic orders": the action in a few words.
std::string text_of(const AdminAction& action);

/// Which broker it is for. In a KRaft cluster the one that Metadata calls controller is any broker
/// that is alive, and forwards.
enum class Target : std::uint8_t { controller, any, broker };
Target target_of(const AdminAction& action);
/// Of Target::broker.
NodeId broker_of(const AdminAction& action);

/// Sends the action's request. False if the broker doesn't speak it or it can't be said.
bool send_action(Network& network, Turn& turn, NodeId node, const AdminAction& action,
                 std::uint64_t tag, Duration timeout);

/// What an answer means.
struct Verdict {
    wire::Error error = wire::Error::none;
    bool retry = false; ///< the answer says nothing of the action: ask again, elsewhere or later
    std::string text;   ///< what was found or done, or why not
    bool operator==(const Verdict&) const = default;
    ORRERY_FIELDS(error, retry, text)
};
Verdict judge(const AdminAction& action, const Chain& frame, const wire::AnsweredRequest& answer);

} // namespace orrery::client
