#include "core/controller/placement.hpp"

#include "core/base/expect.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

/// Brokers that take turns: each `round` starts one further than the round before.
struct Turns {
    std::vector<NodeId> brokers;
    std::size_t given = 0; ///< in this round
    std::size_t start = 0;
    std::int32_t round = 0;

    void begin(Random& random) {
        std::sort(brokers.begin(), brokers.end());
        if (!brokers.empty())
            start = static_cast<std::size_t>(random.below(brokers.size()));
    }
    std::optional<NodeId> next(std::int32_t in_round) {
        if (brokers.empty())
            return std::nullopt;
        if (round != in_round) {
            round = in_round;
            given = 0;
            start = (start + 1) % brokers.size();
        }
        if (given >= brokers.size())
            return std::nullopt;
        return brokers[(given++ + start) % brokers.size()];
    }
};

struct Rack {
    std::optional<std::string> name;
    Turns fenced;
    Turns unfenced;

    std::optional<NodeId> next(std::int32_t round) {
        const auto live = unfenced.next(round);
        return live ? live : fenced.next(round);
    }
};

class Placer {
public:
    Placer(Random& random, const std::vector<UsableBroker>& brokers)
        : random_(random), total_(brokers.size()) {
        for (const UsableBroker& broker : brokers) {
            Rack& rack = rack_of(broker.rack);
            (broker.fenced ? rack.fenced : rack.unfenced).brokers.push_back(broker.id);
            unfenced_ += broker.fenced ? 0 : 1;
        }
        // By name, the nameless first: the order brokers came in must not matter.
        std::sort(racks_.begin(), racks_.end(),
                  [](const Rack& a, const Rack& b) { return a.name < b.name; });
        for (Rack& rack : racks_) {
            rack.fenced.begin(random_);
            rack.unfenced.begin(random_);
        }
        if (!racks_.empty())
            start_ = static_cast<std::size_t>(random_.below(racks_.size()));
    }

    std::optional<std::string> refusal(std::int32_t factor) const {
        if (factor <= 0)
            return "Invalid replication factor " + std::to_string(factor) +
                   ": the replication factor must be positive.";
        if (unfenced_ == 0)
            return "All brokers are currently fenced.";
        if (static_cast<std::size_t>(factor) > total_)
            return "The target replication factor of " + std::to_string(factor) +
                   " cannot be reached because only " + std::to_string(total_) +
                   " broker(s) are registered.";
        return std::nullopt;
    }

    std::vector<NodeId> place(std::int32_t factor) {
        // With one unfenced broker there is nothing to vary, and its turns would never move on.
        if (round_ == unfenced_ && unfenced_ > 1) {
            shuffle();
            round_ = 0;
        }
        if (start_ == racks_.size())
            start_ = 0;
        std::vector<NodeId> replicas;
        std::size_t leader_rack = start_;
        std::optional<NodeId> leader = racks_[leader_rack].unfenced.next(round_);
        while (!leader) {
            leader_rack = (leader_rack + 1) % racks_.size();
            leader = racks_[leader_rack].unfenced.next(round_);
        }
        replicas.push_back(*leader);
        add_followers(replicas, leader_rack, factor);
        ++round_;
        ++start_;
        return replicas;
    }

private:
    /// The racks go round from the start; the leader's rack has had its first turn already.
    void add_followers(std::vector<NodeId>& replicas, std::size_t leader_rack,
                       std::int32_t factor) {
        bool leader_turn_due = true;
        std::size_t rack = start_;
        while (replicas.size() < static_cast<std::size_t>(factor)) {
            if (leader_turn_due && rack == leader_rack)
                leader_turn_due = false;
            else if (const auto next = racks_[rack].next(round_))
                replicas.push_back(*next);
            rack = (rack + 1) % racks_.size();
        }
    }

    void shuffle() {
        random_.shuffle(racks_);
        for (Rack& rack : racks_) {
            random_.shuffle(rack.fenced.brokers);
            random_.shuffle(rack.unfenced.brokers);
        }
    }

    Rack& rack_of(const std::optional<std::string>& name) {
        for (Rack& rack : racks_)
            if (rack.name == name)
                return rack;
        racks_.push_back({name, {}, {}});
        return racks_.back();
    }

    Random& random_;
    std::vector<Rack> racks_;
    std::size_t total_ = 0;
    std::int32_t unfenced_ = 0;
    std::int32_t round_ = 0;
    std::size_t start_ = 0; ///< the rack that the next partition starts from
};

} // namespace

Result<std::vector<std::vector<NodeId>>, std::string>
place_replicas(Random& random, const std::vector<UsableBroker>& brokers, std::int32_t partitions,
               std::int32_t factor) {
    Placer placer(random, brokers);
    if (auto refusal = placer.refusal(factor))
        return failure(*refusal);
    std::vector<std::vector<NodeId>> placed;
    for (std::int32_t i = 0; i < partitions; ++i)
        placed.push_back(placer.place(factor));
    return placed;
}

} // namespace orrery::controller
