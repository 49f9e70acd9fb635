// One moment of one branch of a run, as immutable plain data: the only thing that views read. A
// session builds it; every number on the screen comes from one and the same snapshot.
//
// There is no floating point in it and no pointer, so two snapshots compare and fingerprint, and a
// test can say that nothing a person looked at changed what happened.
#pragma once

#include "gui/model/groups.hpp"
#include "gui/model/nodes.hpp"
#include "gui/model/partitions.hpp"
#include "gui/model/story.hpp"
#include "gui/model/traffic.hpp"

#include <memory>

namespace orrery::gui::model {

/// The quorum beyond what its nodes say of themselves.
struct Quorum {
    std::int32_t leader = -1;
    std::int32_t epoch = 0;
    std::int64_t high_watermark = 0;
    std::vector<std::int32_t> voters;
    std::vector<std::int32_t> observers;
    Strips log; ///< of __cluster_metadata: rows by voter; without cells when not looked at
    bool operator==(const Quorum&) const = default;
    ORRERY_FIELDS(leader, epoch, high_watermark, voters, observers, log)
};

/// How much of the past is held.
struct History {
    std::int32_t keyframes = 0;
    std::uint64_t last_event = 0; ///< of the branch
    bool can_undo = false;
    bool can_redo = false;
    bool operator==(const History&) const = default;
    ORRERY_FIELDS(keyframes, last_event, can_undo, can_redo)
};

struct Snapshot {
    // where in the run this is
    std::string scenario; ///< its title
    std::uint64_t seed = 0;
    Instant now;
    std::uint64_t event = 0; ///< how many have happened
    std::int32_t branch = 0;

    // the cluster
    std::vector<Node> nodes;           ///< by id
    std::vector<Client> clients;       ///< by id
    std::vector<Link> links;           ///< by (a, b)
    std::vector<Partition> partitions; ///< by topic, index
    std::vector<Message> messages;     ///< in the air, held, or lost a moment ago; by id
    std::vector<Message> recent;       ///< the last that arrived or were lost; latest last
    Quorum quorum;
    std::vector<Group> groups; ///< by id

    // what is looked at
    std::optional<Strips> strips;
    std::optional<MessageDetail> detail;

    // the story
    CowVector<FactLine> facts; ///< of the past only: a fact after `now` is not in it
    Timeline timeline;
    std::vector<Series> series;
    std::vector<Branch> branches; ///< the trunk first
    std::vector<Fault> faults;
    std::vector<Check> checks;
    History history;
    std::vector<LessonTitle> lessons;
    std::optional<Lesson> lesson;

    bool operator==(const Snapshot&) const = default;
    ORRERY_FIELDS(scenario, seed, now, event, branch, nodes, clients, links, partitions, messages,
                  recent, quorum, groups, strips, detail, facts, timeline, series, branches, faults,
                  checks, history, lessons, lesson)
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

// Lookups by id; nullptr when there is none.
const Node* node_of(const Snapshot& snapshot, std::int32_t id);
const Client* client_of(const Snapshot& snapshot, std::int32_t id);
const Link* link_of(const Snapshot& snapshot, std::int32_t a, std::int32_t b);
const Partition* partition_of(const Snapshot& snapshot, std::string_view topic, std::int32_t index);
const Message* message_of(const Snapshot& snapshot, std::uint64_t id);
const Group* group_of(const Snapshot& snapshot, std::string_view id);
const Branch* branch_of(const Snapshot& snapshot, std::int32_t id);

} // namespace orrery::gui::model
