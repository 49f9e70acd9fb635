// The consumer's side of a fetch session with one broker (KIP-227): after a first full request only
// what changed is asked for, and only what has news is answered. Kafka's FetchSessionHandler.
#pragma once

#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/wire/error.hpp"

#include <cstdint>
#include <vector>

namespace orrery::client {

/// A partition as the broker has it in the session: what we asked last.
struct SessionPartition {
    std::size_t place = 0; ///< in the consumer's list of partitions
    Offset offset;
    LeaderEpoch leader_epoch = no_epoch;
    bool operator==(const SessionPartition&) const = default;
    ORRERY_FIELDS(place, offset, leader_epoch)
};

class FetchSession {
public:
    explicit FetchSession(NodeId node = no_node) : node_(node) {}

    NodeId node() const { return node_; }
    std::int32_t id() const { return id_; }
    std::int32_t epoch() const { return epoch_; }
    /// One fetch at a time goes to a broker.
    bool waiting() const { return waiting_; }
    std::uint64_t tag() const { return tag_; }
    const std::vector<SessionPartition>& partitions() const { return partitions_; }
    const SessionPartition* find(std::size_t place) const;

    /// What the next request says.
    struct Changes {
        std::vector<SessionPartition> ask; ///< all of them if full, else new and changed ones
        std::vector<std::size_t> forget;   ///< places no longer wanted; none if full
    };
    /// Takes the partitions wanted now, rising by place; the session waits for the answer then.
    Changes begin(std::vector<SessionPartition> wanted, std::uint64_t tag);
    /// The answer came. True if its partitions can be used.
    bool on_answer(wire::Error error, std::int32_t session_id);
    /// No answer will come.
    void on_failed();

    bool operator==(const FetchSession&) const = default;
    ORRERY_FIELDS(node_, id_, epoch_, waiting_, tag_, partitions_)

private:
    NodeId node_;
    std::int32_t id_ = 0;    ///< 0: none
    std::int32_t epoch_ = 0; ///< of the next request; 0 asks for a new session
    bool waiting_ = false;
    std::uint64_t tag_ = 0;
    std::vector<SessionPartition> partitions_; ///< by place
};

} // namespace orrery::client
