// What the window remembers of a run: facts and what led to them, the timeline's lanes, rates, the
// last messages, what partitions were like before they changed. It watches a world as an observer
// and is a value that goes with it: copied with the world into keyframes and rebuilt with it by
// re-execution, it says the same of a moment however that moment was reached.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/flat_map.hpp"
#include "gui/model/live_group_memory.hpp"
#include "gui/model/live_meter.hpp"
#include "gui/model/live_people.hpp"
#include "gui/model/partitions.hpp"
#include "gui/model/story.hpp"
#include "gui/model/traffic.hpp"
#include "sim/world/observer.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery::gui::model {

/// A request that has no answer yet.
struct OpenRequest {
    std::int32_t correlation = 0;
    Instant sent;
    Chain frame;
    bool operator==(const OpenRequest&) const = default;
    ORRERY_FIELDS(correlation, sent, frame)
};

/// A message that arrived or was lost, with the request that it answers.
struct PastMessage {
    sim::ActorId from;
    sim::ActorId to;
    ConnectionId sender_connection;
    Instant sent;
    Instant due; ///< when it arrived or was lost
    bool response = false;
    bool dropped = false;
    std::int32_t dropped_at = 0; ///< per mille of its way
    Chain frame;
    Chain request; ///< of a response; empty when that was not seen
    bool operator==(const PastMessage&) const = default;
    ORRERY_FIELDS(from, to, sender_connection, sent, due, response, dropped, dropped_at, frame,
                  request)
};

/// A partition as the controllers' image has it.
struct PartitionState {
    std::int32_t leader = -1;
    std::int32_t leader_epoch = 0;
    std::int32_t partition_epoch = 0;
    std::vector<std::int32_t> isr;
    std::vector<std::int32_t> elr;
    bool operator==(const PartitionState&) const = default;
    ORRERY_FIELDS(leader, leader_epoch, partition_epoch, isr, elr)
};

struct RememberedPartition {
    std::size_t meter = 0; ///< its place in the meter of records
    std::int64_t end = 0;  ///< the highest log end that was seen
    std::optional<PartitionState> state;
    std::optional<PartitionBefore> before;
    std::int64_t changed_by = -1; ///< the fact
    std::int64_t isr_asked = -1;  ///< likewise
    bool operator==(const RememberedPartition&) const = default;
    ORRERY_FIELDS(meter, end, state, before, changed_by, isr_asked)
};

/// What the facts so far say of a node, as indexes of facts; -1 none.
struct RememberedNode {
    std::int64_t wrong = -1; ///< the last fault or end of its process
    std::int64_t fenced = -1;
    std::int64_t registered = -1;
    std::int64_t stood = -1; ///< for an election
    std::int64_t led = -1;   ///< the quorum
    bool was_up = false;
    bool operator==(const RememberedNode&) const = default;
    ORRERY_FIELDS(wrong, fenced, registered, stood, led, was_up)
};

using PartitionPlace = std::pair<std::string, std::int32_t>;
using ConnectionPlace = std::pair<std::int32_t, std::int64_t>; ///< actor, and its own number

/// A moment's figures for the plots.
struct Sampled {
    std::int64_t in_sync = 0; ///< replicas in an ISR, of all partitions
    std::int64_t lag = 0;     ///< of all consumers
};

class Memory {
public:
    Memory() = default;
    explicit Memory(const sim::World& world);

    void on_event(const sim::World& world, const sim::Event& event);
    void on_note(const sim::World& world, sim::ActorId actor, const Note& note);
    void on_sent(const sim::World& world, const sim::Message& message);
    void on_delivered(const sim::World& world, const sim::Message& message);
    void on_dropped(const sim::World& world, const sim::Message& message);

    const People& people() const { return *people_; }
    const CowVector<FactLine>& facts() const { return facts_; }
    const Timeline& timeline() const { return timeline_; }
    const CowVector<Ghost>& ghosts() const { return ghosts_; }
    /// Where the ghosts belong: topic and partition, by their index.
    const CowVector<PartitionPlace>& ghost_places() const { return ghost_places_; }
    const RememberedPartition* partition(const PartitionPlace& place) const {
        return partitions_.find(place);
    }
    std::int64_t partition_rate(Instant now, const RememberedPartition& partition) const {
        return partition_records_.rate(now, partition.meter);
    }
    std::int64_t client_rate(Instant now, sim::ActorId actor) const {
        return client_records_.rate(now, static_cast<std::size_t>(actor.value));
    }
    std::int64_t link_rate(Instant now, sim::ActorId from, sim::ActorId to) const {
        return link_bytes_.rate(now, link_place(from, to));
    }
    /// The latest last.
    std::vector<const PastMessage*> past() const;
    /// What arrived or was lost last; null before that.
    const PastMessage* latest() const {
        return past_->empty() ? nullptr : &(*past_)[(past_at_ + past_max - 1) % past_max];
    }
    /// The request that a response on its way answers; null when it was not seen.
    const Chain* request_of(const sim::Message& response) const;
    const GroupMemory& groups() const { return groups_; }
    const CowVector<Sample>& in_sync() const { return in_sync_; }
    const CowVector<Sample>& lag() const { return lag_; }
    const CowVector<Sample>& acknowledged() const { return acknowledged_; }

    bool operator==(const Memory&) const = default;

private:
    static constexpr std::size_t past_max = 192;
    static constexpr std::size_t open_max = 64; ///< requests on one connection, acks=0 has no end

    std::size_t link_place(sim::ActorId from, sim::ActorId to) const {
        return static_cast<std::size_t>(from.value) * people_->size() +
               static_cast<std::size_t>(to.value);
    }
    void keep(const sim::World& world, const sim::Message& message, bool dropped);
    void forget_requests(std::int32_t actor, std::optional<std::int64_t> connection);
    void watch_lives(const sim::World& world);
    void count(const sim::World& world, sim::ActorId actor, const Note& note);
    void take_sample(const sim::World& world);
    RememberedPartition& remember(const PartitionPlace& place);

    // live_facts.cpp
    void tell(const sim::World& world, sim::ActorId actor, const Note& note);
    void tell_of_group(const sim::World& world, const Note& note, FactLine& line) const;
    std::int64_t cause_of(sim::ActorId actor, const Note& note, std::uint64_t event);
    void remember_fact(std::int64_t index, sim::ActorId actor, const Note& note);
    void partition_moved(const sim::World& world, sim::ActorId actor, const Note& note);
    void mark(Instant at, std::int32_t lane, Tone tone);
    void flag(Instant at, std::uint64_t event, std::int32_t lane, std::string text, Tone tone);
    std::string short_text(const Note& note) const;
    RememberedNode* node(std::int64_t id);

    Cow<People> people_;
    CowVector<FactLine> facts_;
    Timeline timeline_;
    CowVector<Ghost> ghosts_;
    CowVector<PartitionPlace> ghost_places_;
    FlatMap<PartitionPlace, RememberedPartition> partitions_;
    std::vector<RememberedNode> nodes_; ///< by actor
    std::int64_t last_wrong_ = -1;      ///< the last fault of all
    GroupMemory groups_;
    Meter partition_records_;
    Meter client_records_;
    Meter link_bytes_;
    FlatMap<ConnectionPlace, std::vector<OpenRequest>> open_;
    Cow<std::vector<PastMessage>> past_; ///< a ring
    std::size_t past_at_ = 0;
    std::uint64_t delivered_ = 0; ///< the message that the event under way brought
    std::uint64_t delivered_event_ = 0;
    Instant next_sample_;
    std::int64_t acknowledged_count_ = 0;
    CowVector<Sample> in_sync_;
    CowVector<Sample> lag_;
    CowVector<Sample> acknowledged_;

public:
    ORRERY_FIELDS(people_, facts_, timeline_, ghosts_, ghost_places_, partitions_, nodes_,
                  last_wrong_, groups_, partition_records_, client_records_, link_bytes_, open_,
                  past_, past_at_, delivered_, delivered_event_, next_sample_, acknowledged_count_,
                  in_sync_, lag_, acknowledged_)
};

/// Lets a memory see what happens, and another observer, if there is one.
class Remembering final : public sim::Observer {
public:
    Remembering(Memory& memory, sim::Observer* next) : memory_(memory), next_(next) {}
    void on_event(const sim::World& world, const sim::Event& event) override;
    void on_note(const sim::World& world, sim::ActorId actor, const Note& note) override;
    void on_sent(const sim::World& world, const sim::Message& message) override;
    void on_delivered(const sim::World& world, const sim::Message& message) override;
    void on_dropped(const sim::World& world, const sim::Message& message) override;

private:
    Memory& memory_;
    sim::Observer* next_;
};

/// A message's number: the same for the same message in every copy of a run. Never 0.
std::uint64_t number_of(sim::ActorId from, ConnectionId sender, Instant sent, bool response,
                        const Chain& frame);
/// A dialer asks, who accepted answers.
inline bool is_response(ConnectionId sender) {
    return sender.value >= first_accepted_connection;
}

// live_cluster.cpp, which knows nodes from the inside.

/// That partition as that node's image has it; nullopt when it is not there.
std::optional<PartitionState> partition_state(const sim::World& world, sim::ActorId node,
                                              std::string_view topic, std::int32_t partition);
std::int32_t partitions_of(const sim::World& world, sim::ActorId node, std::string_view topic);
Sampled sampled(const sim::World& world, const People& people);

} // namespace orrery::gui::model
