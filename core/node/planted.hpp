// The flaws that tests and the museum can plant in a node, room by room. A scenario's plan holds
// them without knowing the node.
#pragma once

#include "core/base/reflect.hpp"
#include "core/controller/planted.hpp"
#include "core/group/planted.hpp"
#include "core/raft/planted.hpp"
#include "core/replica/planted.hpp"

namespace orrery::node {

/// Flaws planted in the rooms below; all off is Kafka 4.4.
struct Planted {
    raft::Planted raft;
    controller::Planted controller;
    replica::Planted replica;
    group::Planted group;
    bool short_snapshots = false;  ///< a snapshot lacks its last record
    bool reload_snapshots = false; ///< whoever makes a snapshot begins anew from it, leader or not
    bool operator==(const Planted&) const = default;
    ORRERY_FIELDS(raft, controller, replica, group, short_snapshots, reload_snapshots)
};

} // namespace orrery::node
