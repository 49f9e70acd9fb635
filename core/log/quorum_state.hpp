// `quorum-state` beside the metadata log: in which epoch a node is, whom it knows as leader and for
// whom it voted. Data version 1, with the directory id of the candidate (KIP-853); version 0, which
// also listed the voters, is read.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/uuid.hpp"
#include "core/log/text_file.hpp"

namespace orrery::log {

struct QuorumState {
    NodeId leader_id = no_node;
    LeaderEpoch leader_epoch{0};
    NodeId voted_id = no_node;
    Uuid voted_directory_id;
    bool operator==(const QuorumState&) const = default;
    ORRERY_FIELDS(leader_id, leader_epoch, voted_id, voted_directory_id)
};

/// The JSON as Kafka writes it.
Bytes encode(const QuorumState& state);
/// Errors: no JSON object, an unknown data_version, a field that is missing or out of range.
FileResult<QuorumState> decode_quorum_state(const Chain& content);

/// `.kafka_cleanshutdown`, left by a broker that stopped cleanly: the broker epoch it had, by which
/// the controller sees whether it may have lost data in between (KIP-966).
Bytes encode_clean_shutdown(BrokerEpoch epoch);
FileResult<BrokerEpoch> decode_clean_shutdown(const Chain& content);

} // namespace orrery::log
