// What a controller is configured with: the node's own file, and the numbers in it that the
// controller reads often.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/controller/planted.hpp"
#include "core/metadata/configs.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::controller {

struct Settings {
    NodeId node;
    std::string cluster_id;
    metadata::Properties file; ///< the node's own config, checked

    // read from `file` by settings_from()
    Duration session_timeout;             ///< broker.session.timeout.ms
    Duration no_op_interval;              ///< metadata.max.idle.interval.ms; zero: none
    bool rebalance = true;                ///< auto.leader.rebalance.enable
    Duration rebalance_interval;          ///< leader.imbalance.check.interval.seconds
    Duration unclean_interval;            ///< unclean.leader.election.interval.ms
    std::int32_t default_partitions = 1;  ///< num.partitions
    std::int16_t default_replication = 1; ///< default.replication.factor

    /// The features a new cluster begins with, when this controller has to bootstrap it: those of
    /// the latest production release. Level 0 is not written.
    std::vector<std::pair<std::string, std::int16_t>> bootstrap_features;
    Planted planted;
    bool operator==(const Settings&) const = default;
    ORRERY_FIELDS(node, cluster_id, file, session_timeout, no_op_interval, rebalance,
                  rebalance_interval, unclean_interval, default_partitions, default_replication,
                  bootstrap_features, planted)
};

/// Reads the numbers; what the file lacks has Kafka 4.4's default.
Settings settings_from(NodeId node, std::string cluster_id, metadata::Properties file);

} // namespace orrery::controller
