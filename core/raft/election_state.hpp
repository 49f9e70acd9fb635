// The file quorum-state: what a node must remember of elections whatever happens to it (KIP-595).
// Kafka's form, one line of JSON. Version 0 belongs to static voters, version 1 (KIP-853) adds the
// voted directory id. Worked example, version 0:
//
//     {"clusterId":"","leaderId":-1,"leaderEpoch":2,"votedId":1,"appliedOffset":0,
//      "currentVoters":[{"voterId":1},{"voterId":2},{"voterId":3}],"data_version":0}
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/result.hpp"
#include "core/raft/config.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::raft {

struct ElectionState {
    LeaderEpoch epoch;
    NodeId leader = no_node;
    std::optional<ReplicaKey> voted;
    bool operator==(const ElectionState&) const = default;
    ORRERY_FIELDS(epoch, leader, voted)
};

/// The file's content in version 0, as Kafka writes it.
std::string to_quorum_state(const ElectionState& state, const std::vector<Voter>& voters);
/// Takes versions 0 and 1; fails on anything that is not such an object.
Result<ElectionState> parse_quorum_state(std::string_view text);

} // namespace orrery::raft
