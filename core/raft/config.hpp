// What a quorum member is told at boot: who it is, who votes, and Kafka's controller.quorum.*
// settings with Kafka 4.4's defaults. Voters are static (controller.quorum.voters); a node whose id
// is not among them is an observer and only follows.
#pragma once

#include "core/base/id.hpp"
#include "core/base/process.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"
#include "core/base/uuid.hpp"
#include "core/raft/planted.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::raft {

/// A replica of the metadata log. Two lives with different directory ids are different replicas
/// (KIP-853); a zero directory id means "not known", and then the id alone decides.
struct ReplicaKey {
    NodeId id = no_node;
    Uuid directory_id;
    auto operator<=>(const ReplicaKey&) const = default;
    ORRERY_FIELDS(id, directory_id)
    /// Whether `other` may be this replica: same id, and same directory where this one's is known.
    constexpr bool matches(const ReplicaKey& other) const {
        return id == other.id && (directory_id.is_zero() || directory_id == other.directory_id);
    }
};

/// One row of controller.quorum.voters. The directory id is zero with static voters.
struct Voter {
    NodeId id = no_node;
    Uuid directory_id;
    Endpoint endpoint;
    auto operator<=>(const Voter&) const = default;
    ORRERY_FIELDS(id, directory_id, endpoint)
    constexpr ReplicaKey key() const { return {id, directory_id}; }
};

struct Config {
    NodeId id = no_node;
    Uuid directory_id; ///< of meta.properties; names this life of the disk
    std::string cluster_id;
    std::vector<Voter> voters;                      ///< sorted by id, each id once, never empty
    std::string listener_name = "CONTROLLER";       ///< how the voters' endpoints are called
    std::string directory = "__cluster_metadata-0"; ///< relative to the process's tree
    Duration election_timeout = milliseconds(1000); ///< drawn from [this, twice this)
    Duration election_backoff_max = milliseconds(1000);
    Duration fetch_timeout = milliseconds(2000);
    Duration request_timeout = milliseconds(2000);
    Duration retry_backoff = milliseconds(20);
    Duration append_linger = milliseconds(25);
    Duration fetch_max_wait = milliseconds(500);
    std::int32_t fetch_max_bytes = 1'048'576;
    std::int32_t fetch_snapshot_max_bytes = 1'048'576;
    std::int32_t batch_max_bytes = 8 * 1024 * 1024;
    std::int64_t segment_bytes = 1'073'741'824; ///< metadata.log.segment.bytes
    std::int64_t segment_ms = 604'800'000;      ///< metadata.log.segment.ms
    std::int64_t retention_bytes = 104'857'600; ///< metadata.max.retention.bytes; -1 without bound
    std::int64_t retention_ms = 604'800'000;    ///< metadata.max.retention.ms; -1 for ever
    Duration clean_interval = seconds(60); ///< how often the two above are looked at, as Kafka does
    /// This room's watched writes and asks are numbered from here; a node gives each room its own
    /// range.
    std::uint64_t first_write_id = 1;
    std::uint64_t first_ask_id = 1;
    Planted planted;
    bool operator==(const Config&) const = default;
    ORRERY_FIELDS(id, directory_id, cluster_id, voters, listener_name, directory, election_timeout,
                  election_backoff_max, fetch_timeout, request_timeout, retry_backoff,
                  append_linger, fetch_max_wait, fetch_max_bytes, fetch_snapshot_max_bytes,
                  batch_max_bytes, segment_bytes, segment_ms, retention_bytes, retention_ms,
                  clean_interval, first_write_id, first_ask_id, planted)

    const Voter* voter(NodeId who) const {
        for (const Voter& v : voters)
            if (v.id == who)
                return &v;
        return nullptr;
    }
    /// Whether this node votes: its id is listed, under its directory id or under none.
    bool is_voter() const {
        const Voter* self = voter(id);
        return self != nullptr && self->key().matches({id, directory_id});
    }
    bool is_only_voter() const { return is_voter() && voters.size() == 1; }
};

} // namespace orrery::raft
