// What a node is told before its first life: who it is, where it listens, who votes in the quorum,
// and its server.properties. It is part of the prototype that every restart begins from.
#pragma once

#include "core/base/process.hpp"
#include "core/metadata/configs.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orrery::node {

/// One of `listeners`: a name ("PLAINTEXT", "CONTROLLER") and the address that others reach it at.
struct Listener {
    std::string name;
    Endpoint at;
    bool controller = false; ///< named by controller.listener.names
    bool operator==(const Listener&) const = default;
    ORRERY_FIELDS(name, at, controller)
};

/// One of `controller.quorum.voters`: "101@controller-101:9093".
struct VoterAddress {
    NodeId id = no_node;
    Endpoint at;
    bool operator==(const VoterAddress&) const = default;
    ORRERY_FIELDS(id, at)
};

struct Config {
    NodeId id = no_node;
    bool broker = false;     ///< process.roles has "broker"
    bool controller = false; ///< process.roles has "controller"
    std::string cluster_id;  ///< 22 characters, as kafka-storage format was told
    std::optional<std::string> rack;
    std::vector<Listener> listeners;
    std::vector<VoterAddress> voters;
    metadata::Properties properties; ///< server.properties by Kafka's names, checked
    bool operator==(const Config&) const = default;
    ORRERY_FIELDS(id, broker, controller, cluster_id, rack, listeners, voters, properties)
};

} // namespace orrery::node
