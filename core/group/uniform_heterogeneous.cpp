#include "core/group/uniform_heterogeneous.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace orrery::group {

namespace {

/// How many partitions each member has, of all topics; by member.
using Loads = std::vector<std::int32_t>;
using Members = std::vector<std::size_t>;

constexpr int rounds_at_most = 16;

/// The `count` least loaded members, the least first, and among equals the first of the group.
Members least_loaded(Members members, const Loads& loads, std::size_t count) {
    const auto end = members.begin() + static_cast<std::ptrdiff_t>(std::min(count, members.size()));
    std::partial_sort(members.begin(), end, members.end(), [&](std::size_t a, std::size_t b) {
        return loads[a] != loads[b] ? loads[a] < loads[b] : a < b;
    });
    members.erase(end, members.end());
    return members;
}

bool is_level(const Members& members, const Loads& loads) {
    const auto [least, most] =
        std::minmax_element(members.begin(), members.end(),
                            [&](std::size_t a, std::size_t b) { return loads[a] < loads[b]; });
    return loads[*most] - loads[*least] <= 1;
}

/// The low end of the line. Everybody at the lowest level gets one in turn; then the level is one
/// higher, and those who stood there before join the turn.
class Takers {
public:
    Takers(Members least_first, const Loads& loads)
        : line_(std::move(least_first)), loads_(loads) {}

    /// Who shall get the next partition. It is taken to have it before the next call.
    std::size_t next() {
        if (at_ == end_) {
            const std::int32_t level = loads_[line_.front()];
            while (end_ < line_.size() && loads_[line_[end_]] == level)
                ++end_;
            at_ = 0;
        }
        return line_[at_++];
    }

private:
    Members line_;
    const Loads& loads_;
    std::size_t at_ = 0;
    std::size_t end_ = 0; ///< [0, end) are at the level
};

/// The high end of the line. Everybody at the highest level gives one in turn, the last in the line
/// first; then the level is one lower, and those who stood there before join the turn.
class Givers {
public:
    Givers(Members least_first, const Loads& loads)
        : line_(std::move(least_first)), loads_(loads), begin_(line_.size()), at_(begin_),
          end_(begin_) {}

    /// Who shall give the next partition, if anybody is left. It is taken to have given it before
    /// the next call, unless exclude() was called.
    std::optional<std::size_t> next() {
        if (at_ == begin_) {
            if (end_ == 0)
                return std::nullopt;
            const std::int32_t level = loads_[line_[begin_ < end_ ? begin_ : begin_ - 1]];
            while (begin_ > 0 && loads_[line_[begin_ - 1]] == level)
                --begin_;
            at_ = end_;
        }
        return line_[--at_];
    }
    /// The one that next() gave last has none to give: the end of the range takes its place.
    void exclude() { std::swap(line_[at_], line_[--end_]); }

private:
    Members line_;
    const Loads& loads_;
    std::size_t begin_; ///< [begin, end) are at the level
    std::size_t at_;
    std::size_t end_;
};

class Heterogeneous {
public:
    Heterogeneous(const AssignableGroup& group, const NumberedTopics& topics,
                  const NumberedSubscriptions& wanted)
        : group_(group), topics_(topics), wanted_(wanted), subscribers_(topics.size()),
          owners_(all_unowned(topics)), loads_(group.members.size()),
          offered_(group.members.size()) {}

    GroupAssignment assign() {
        for (std::size_t m = 0; m < group_.members.size(); ++m)
            for (const std::size_t topic : wanted_[m])
                subscribers_[topic].push_back(m);
        for (std::size_t t = 0; t < topics_.size(); ++t)
            if (!subscribers_[t].empty())
                order_.push_back(t);
        std::sort(order_.begin(), order_.end(),
                  [this](std::size_t a, std::size_t b) { return goes_before(a, b); });
        for (std::size_t m = 0; m < group_.members.size(); ++m)
            keep(m);
        for (const std::size_t topic : order_)
            deal(topic);
        level_all();
        return assignment_of(owners_, topics_, group_.members.size());
    }

private:
    /// Most partitions per subscriber first, then fewest subscribers, then by Java's order of ids,
    /// which takes their halves as signed.
    bool goes_before(std::size_t a, std::size_t b) const {
        const auto subscribers_a = static_cast<std::int64_t>(subscribers_[a].size());
        const auto subscribers_b = static_cast<std::int64_t>(subscribers_[b].size());
        const std::int64_t weight_a = topics_[a].partitions * subscribers_b;
        const std::int64_t weight_b = topics_[b].partitions * subscribers_a;
        if (weight_a != weight_b)
            return weight_a > weight_b;
        if (subscribers_a != subscribers_b)
            return subscribers_a < subscribers_b;
        const auto halves = [](const Uuid& id) {
            return std::pair(static_cast<std::int64_t>(id.high), static_cast<std::int64_t>(id.low));
        };
        return halves(topics_[a].id) < halves(topics_[b].id);
    }

    void give(std::int32_t& owner, std::size_t member) {
        if (owner != nobody)
            --loads_[static_cast<std::size_t>(owner)];
        owner = static_cast<std::int32_t>(member);
        ++loads_[member];
    }

    void keep(std::size_t member) {
        for (const auto& [id, partitions] : group_.members[member].current) {
            const auto topic = topics_.find(id);
            if (!topic || !wanted_.contains(member, *topic))
                continue;
            std::vector<std::int32_t>& owners = owners_[*topic];
            for (const std::int32_t partition : partitions)
                if (partition >= 0 && partition < topics_[*topic].partitions &&
                    owners[static_cast<std::size_t>(partition)] == nobody)
                    give(owners[static_cast<std::size_t>(partition)], member);
        }
    }

    void deal(std::size_t topic) {
        std::vector<std::int32_t>& owners = owners_[topic];
        const auto free =
            static_cast<std::size_t>(std::count(owners.begin(), owners.end(), nobody));
        if (free == 0)
            return;
        Takers takers(least_loaded(subscribers_[topic], loads_, free), loads_);
        for (std::int32_t& owner : owners)
            if (owner == nobody)
                give(owner, takers.next());
    }

    void level_all() {
        std::erase_if(order_, [this](std::size_t topic) { return subscribers_[topic].size() < 2; });
        std::optional<std::size_t> last_moved; // when we are back there, a round moved nothing
        for (int round = 0; round < rounds_at_most; ++round)
            for (const std::size_t topic : order_) {
                if (topic == last_moved)
                    return;
                if (level(topic) || !last_moved)
                    last_moved = topic;
            }
    }

    /// True if a partition moved.
    bool level(std::size_t topic) {
        const Members& subscribers = subscribers_[topic];
        if (is_level(subscribers, loads_))
            return false;
        const Members line = least_loaded(subscribers, loads_, subscribers.size());
        std::vector<std::int32_t>& owners = owners_[topic];
        for (const std::size_t member : line)
            offered_[member].clear();
        for (std::size_t p = 0; p < owners.size(); ++p)
            offered_[static_cast<std::size_t>(owners[p])].push_back(p);
        Takers takers(line, loads_);
        Givers givers(line, loads_);
        bool moved = false;
        while (const auto giver = givers.next()) {
            if (offered_[*giver].empty()) {
                givers.exclude();
                continue;
            }
            const std::size_t taker = takers.next();
            if (loads_[*giver] - loads_[taker] <= 1)
                break;
            give(owners[offered_[*giver].back()], taker);
            offered_[*giver].pop_back();
            moved = true;
        }
        return moved;
    }

    const AssignableGroup& group_;
    const NumberedTopics& topics_;
    const NumberedSubscriptions& wanted_;
    std::vector<Members> subscribers_; ///< by topic, in the order of the group
    PartitionOwners owners_;
    Loads loads_;
    std::vector<std::size_t> order_;                ///< topics with subscribers
    std::vector<std::vector<std::size_t>> offered_; ///< by member, while a topic is levelled
};

} // namespace

GroupAssignment uniform_heterogeneous_assignment(const AssignableGroup& group,
                                                 const NumberedTopics& topics,
                                                 const NumberedSubscriptions& wanted) {
    return Heterogeneous(group, topics, wanted).assign();
}

} // namespace orrery::group
