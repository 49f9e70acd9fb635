// Brokers and controllers as their registrations and later records describe them.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::metadata {

/// Where a node listens, by the listener's name.
struct Listener {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    std::int16_t security_protocol = 0; ///< 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL
    bool operator==(const Listener&) const = default;
    ORRERY_FIELDS(name, host, port, security_protocol)
};

/// The levels of a feature that a node supports.
struct SupportedFeature {
    std::string name;
    std::int16_t lowest = 0;
    std::int16_t highest = 0;
    bool operator==(const SupportedFeature&) const = default;
    ORRERY_FIELDS(name, lowest, highest)
};

struct Broker {
    NodeId id;
    BrokerEpoch epoch; ///< offset of its registration's record
    Uuid incarnation;  ///< one life of the process
    std::vector<Listener> listeners;
    std::vector<SupportedFeature> features;
    std::optional<std::string> rack;
    bool fenced = true;
    bool in_controlled_shutdown = false;
    std::vector<Uuid> log_dirs;                         ///< online ones, sorted
    std::optional<std::vector<Uuid>> cordoned_log_dirs; ///< KIP-1066: no new replicas go there
    bool operator==(const Broker&) const = default;
    ORRERY_FIELDS(id, epoch, incarnation, listeners, features, rack, fenced, in_controlled_shutdown,
                  log_dirs, cordoned_log_dirs)

    const Listener* listener(std::string_view name) const;
    /// May lead and be in an ISR.
    bool active() const { return !fenced && !in_controlled_shutdown; }
    bool has_online_dir(const Uuid& directory) const;
};

struct ControllerNode {
    NodeId id;
    Uuid incarnation;
    bool zk_migration_ready = false;
    std::vector<Listener> listeners;
    std::vector<SupportedFeature> features;
    bool operator==(const ControllerNode&) const = default;
    ORRERY_FIELDS(id, incarnation, zk_migration_ready, listeners, features)

    const Listener* listener(std::string_view name) const;
};

} // namespace orrery::metadata
