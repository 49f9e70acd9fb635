// What a controller is configured with: the node's own file, and the numbers in it that the
// controller reads often.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/metadata/configs.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::controller {

/// Bugs to plant, so that tests can prove that the invariants see them. All off in life.
struct Planted {
    bool keep_fenced_in_isr = false;   ///< a fenced broker stays in its ISRs
    bool elect_outside_isr = false;    ///< any live replica may lead, config or not
    bool skip_partition_epoch = false; ///< AlterPartition is not checked for its epoch
    bool keep_leader_epoch = false;    ///< a new leader keeps the old leader epoch
    bool elr_overlaps_isr = false;     ///< whoever comes back to the ISR stays in the ELR
    bool operator==(const Planted&) const = default;
    ORRERY_FIELDS(keep_fenced_in_isr, elect_outside_isr, skip_partition_epoch, keep_leader_epoch,
                  elr_overlaps_isr)
};

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
