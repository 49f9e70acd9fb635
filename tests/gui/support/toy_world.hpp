// A toy of a cluster, for tests of the window only: brokers, producers, followers and consumers
// that behave enough like Kafka for every picture to have something in it: leaders die, sessions
// expire, ISRs shrink and grow, logs diverge and are cut. It is small, deterministic and a value.
// It is not Kafka: the rules of the real thing live in core.
#pragma once

#include "gui/model/session.hpp"

#include <map>
#include <set>

namespace orrery::tests {

namespace model = orrery::gui::model;

struct ToyOptions {
    int partitions = 24;
    Duration produce_every = milliseconds(300);
};

struct ToyReplica {
    std::int32_t node = -1;
    std::vector<std::int32_t> log; ///< each record's leader epoch
    std::int64_t high_watermark = 0;
    std::int64_t fetched = 0; ///< as its leader knows it
};

struct ToyPartition {
    std::string topic;
    std::int32_t index = 0;
    std::int32_t leader = -1;
    std::int32_t leader_epoch = 4;
    std::int32_t partition_epoch = 8;
    std::vector<std::int32_t> isr;
    std::vector<ToyReplica> replicas;
    std::optional<model::PartitionBefore> before;
    ToyReplica* replica(std::int32_t node);
    const ToyReplica* replica(std::int32_t node) const;
};

/// The group "billing": four members share the three partitions of orders.
struct ToyGroup {
    std::int32_t epoch = 5;
    std::int32_t assignment_epoch = 5;
    bool moving = false; ///< targets are new, and not all that they say is done
    std::map<std::int32_t, std::vector<std::int32_t>> owned; ///< by client: places of partitions
    std::map<std::int32_t, std::vector<std::int32_t>> target;
    std::map<std::int32_t, Instant> silent_from;    ///< of members whose process is down
    std::map<std::int32_t, std::int64_t> positions; ///< by place
    std::map<std::int32_t, std::int64_t> committed; ///< by place
    std::map<std::int32_t, Instant> idle_from;      ///< by place: nobody reads it
    std::map<std::int32_t, model::Span> last_gap;   ///< by place
    std::int64_t rebalances = 0;
    std::int64_t last_fact = -1; ///< of what made it rebalance
};

enum class ToyEvent : std::uint8_t {
    beat,
    produce,
    fetch,
    consume,
    arrive,
    expire,
    started,
    evict,
    hand_over
};

struct ToyDue {
    ToyEvent what{};
    std::int32_t node = -1;
    std::uint64_t message = 0;
    std::int64_t number = 0;
};

class ToyWorld {
public:
    explicit ToyWorld(const ToyOptions& options);

    std::optional<model::Ahead> ahead() const;
    void step();
    void stand_at(Instant at) { now_ = at; }
    std::string why_not(const model::Injection& deed) const;
    void apply(const model::Injection& deed);
    Instant now() const { return now_; }
    std::uint64_t event() const { return event_; }
    std::size_t notables() const { return notables_; }
    const model::Timeline& timeline() const { return timeline_; }
    /// All of the snapshot that the world knows; `ended` is the timeline of the whole branch.
    void fill(model::Snapshot& out, const model::Focus& focus) const;

private:
    struct Broker {
        model::NodeState state = model::NodeState::up;
        bool fenced = false;
        std::int64_t epoch = 30;
        Instant heard; ///< by the controller
        Instant since;
    };
    struct Wire {
        Duration extra;
        bool cut_ab = false;
        bool cut_ba = false;
        Instant since;
    };

    void later(Duration delay, ToyDue due);
    std::uint64_t send(std::int32_t from, std::int32_t to, model::Family family, std::string api,
                       bool response, std::string text, Duration flight, std::int64_t number,
                       bool empty);
    void arrive(const ToyDue& due);
    void handle_request(const model::Message& message, std::int64_t number);
    void handle_response(const model::Message& message, std::int64_t number);
    void fetch_from(std::int32_t follower, std::int32_t leader);
    void advance_high_watermark(ToyPartition& partition);
    void fence(std::int32_t node, std::int64_t cause);
    void change(ToyPartition& partition, std::int32_t leader, std::vector<std::int32_t> isr,
                std::int64_t cause);
    void cut_divergence(std::int32_t node);
    void kill(std::int32_t node, const std::string& words);
    std::int64_t say(std::int32_t node, std::string name, std::string text, model::Tone tone,
                     bool notable, const ToyPartition* partition = nullptr, std::int64_t cause = -1,
                     std::string flag = {});
    void mark(std::int32_t node, model::Tone tone);
    bool alive(std::int32_t node) const;

    // toy_group.cpp
    void set_up_group();
    void consume(const ToyDue& due);
    void consumer_died(std::int32_t client);
    void evict(std::int32_t client);
    void hand_over();
    void tell_idle();
    model::GroupMember member_from(std::int32_t client) const;
    model::GroupPlace place_of(std::int32_t place) const;
    void fill_groups(model::Snapshot& out) const;

    Wire& wire(std::int32_t a, std::int32_t b);
    const Wire* wire_between(std::int32_t a, std::int32_t b) const;
    std::size_t lane_of(std::int32_t node) const;

    void fill_nodes(model::Snapshot& out) const;
    void fill_clients(model::Snapshot& out) const;
    void fill_links(model::Snapshot& out) const;
    void fill_partitions(model::Snapshot& out) const;
    void fill_strips(model::Snapshot& out, const model::Focus& focus) const;
    void fill_detail(model::Snapshot& out, const model::Focus& focus) const;

    ToyOptions options_;
    Instant now_;
    std::uint64_t event_ = 0;
    std::uint64_t sequence_ = 0;
    std::map<std::pair<Instant, std::uint64_t>, ToyDue> queue_;
    std::map<std::int32_t, Broker> brokers_;
    std::map<std::int32_t, model::NodeState> others_; ///< controllers and clients
    std::map<std::int32_t, std::string> errors_;      ///< of clients
    std::map<std::int32_t, std::int64_t> done_;
    std::map<std::pair<std::int32_t, std::int32_t>, Wire> wires_;
    std::int32_t active_ = 102;
    std::int32_t quorum_epoch_ = 7;
    std::vector<ToyPartition> partitions_;
    ToyGroup group_;
    std::map<std::uint64_t, model::Message> messages_;
    std::vector<model::Message> recent_;
    CowVector<model::FactLine> facts_;
    std::map<std::int32_t, std::int64_t> last_kill_; ///< the fact of it, by node
    model::Timeline timeline_;
    std::vector<model::Ghost> ghosts_;
    std::vector<std::pair<std::int32_t, std::size_t>> ghost_of_;
    CowVector<model::Sample> isr_size_;
    CowVector<model::Sample> lag_;
    std::size_t notables_ = 0; ///< notable facts so far
    int turn_ = 0;
};

} // namespace orrery::tests
