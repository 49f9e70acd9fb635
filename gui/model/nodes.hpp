// What the window knows of processes and the wires between them at one moment: brokers and
// controllers, clients, links. Plain data; every field is filled by the session, none is computed
// from live objects. Node ids are the world's own: a client has one as well.
#pragma once

#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery::gui::model {

/// `fenced`: alive but not allowed to lead, as the active controller sees it. `paused`: the process
/// is stopped as by a long garbage collection. `down`: no process.
enum class NodeState : std::uint8_t { up, starting, fenced, shutting_down, paused, down };

/// A node's part in the metadata quorum. `none`: the node has no raft state (a client).
enum class QuorumRole : std::uint8_t {
    none,
    observer,
    unattached,
    follower,
    prospective,
    candidate,
    leader,
    resigned
};

/// A deadline that the map draws as an arc: `left` of `whole`. whole = 0: there is no such timer.
struct Timer {
    Duration left;
    Duration whole;
    bool operator==(const Timer&) const = default;
    ORRERY_FIELDS(left, whole)
};

/// What a candidate knows of one voter.
enum class Vote : std::uint8_t { in_flight, granted, refused };

struct VoterVote {
    std::int32_t voter = -1;
    Vote vote = Vote::in_flight;
    bool operator==(const VoterVote&) const = default;
    ORRERY_FIELDS(voter, vote)
};

/// A broker, a controller, or both in one process.
struct Node {
    std::int32_t id = -1;
    bool is_broker = false;
    bool is_controller = false;
    std::string rack;
    NodeState state = NodeState::up;
    std::string state_text; ///< why, in a few words: "session expired 9.0 s"; may be empty

    // as a broker
    std::int64_t broker_epoch = -1;
    Timer session;               ///< until the active controller fences it
    std::int32_t leads = 0;      ///< partitions
    std::int32_t replicas = 0;   ///< partitions
    std::int32_t offline = 0;    ///< replicas in a failed log directory
    std::int32_t disk_used = -1; ///< per mille of its disk; -1 unknown
    std::int64_t bytes_in_per_s = 0;
    std::int64_t bytes_out_per_s = 0;

    // in the quorum
    QuorumRole role = QuorumRole::none;
    std::int32_t quorum_epoch = -1;
    std::int32_t quorum_leader = -1;
    std::int32_t voted_for = -1;
    Timer election;                    ///< its election or fetch timeout
    std::vector<VoterVote> votes;      ///< of a candidate
    bool active_controller = false;    ///< it may differ from the role for an event or two
    std::int64_t metadata_end = 0;     ///< log end offset of its metadata log
    std::int64_t metadata_applied = 0; ///< what its image is made of

    // the machine
    Duration clock_skew; ///< its wall clock minus the world's
    Duration up_for;     ///< since the process started; 0 when down
    bool operator==(const Node&) const = default;
    ORRERY_FIELDS(id, is_broker, is_controller, rack, state, state_text, broker_epoch, session,
                  leads, replicas, offline, disk_used, bytes_in_per_s, bytes_out_per_s, role,
                  quorum_epoch, quorum_leader, voted_for, election, votes, active_controller,
                  metadata_end, metadata_applied, clock_skew, up_for)
};

enum class ClientKind : std::uint8_t { producer, consumer, admin };

/// Where a consumer is in one partition.
struct Position {
    std::string topic;
    std::int32_t partition = -1;
    std::int64_t position = 0;   ///< the next offset it will read
    std::int64_t committed = -1; ///< its group's; -1 none
    std::int64_t lag = 0;        ///< high watermark minus position
    bool operator==(const Position&) const = default;
    ORRERY_FIELDS(topic, partition, position, committed, lag)
};

struct Client {
    std::int32_t id = -1;
    std::string name;
    ClientKind kind = ClientKind::producer;
    NodeState state = NodeState::up;
    std::string group; ///< a consumer's; may be empty
    std::string topic; ///< that a producer writes to
    std::string
        summary; ///< the configs that matter: "acks=all"; an admin's latest: "create topic a"
    std::string outcome; ///< of an admin's latest: "done", "asked", why it failed
    std::int64_t records_per_s = 0;
    std::int64_t records_done = 0;   ///< acknowledged, or read
    std::int64_t records_failed = 0; ///< given up
    std::int64_t records_waiting = 0;
    std::int64_t lag = 0;   ///< a consumer's, over its partitions
    bool stuck = false;     ///< a consumer's application does not poll
    std::string last_error; ///< Kafka's name of it; empty when all is well
    std::vector<Position> positions;
    bool operator==(const Client&) const = default;
    ORRERY_FIELDS(id, name, kind, state, group, topic, summary, outcome, records_per_s,
                  records_done, records_failed, records_waiting, lag, stuck, last_error, positions)
};

/// The wire between two nodes, a < b. Numbers of both directions are summed.
struct Link {
    std::int32_t a = -1;
    std::int32_t b = -1;
    Duration latency;        ///< the model's typical one
    Duration extra;          ///< added by a fault
    bool cut_from_a = false; ///< what a sends is lost
    bool cut_from_b = false;
    std::int32_t loss_ppm = 0;          ///< connections reset per million messages
    std::int64_t limit_bytes_per_s = 0; ///< a throttle; 0 is none
    std::int64_t bytes_per_s = 0;       ///< carried of late
    std::int32_t in_flight = 0;         ///< messages
    bool operator==(const Link&) const = default;
    ORRERY_FIELDS(a, b, latency, extra, cut_from_a, cut_from_b, loss_ppm, limit_bytes_per_s,
                  bytes_per_s, in_flight)
};

} // namespace orrery::gui::model
