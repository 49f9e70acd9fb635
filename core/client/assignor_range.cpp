// The range assignor: each topic by itself is cut into one range per subscriber, the first ones
// larger by one where it does not come out even. Members take their ranges in one order for all
// topics.
//
// Where racks matter (KIP-881) each topic is first gone through with the partitions that have a
// replica in the member's rack, and then with what was left; nobody gets more than its share
// because of it. Topics with the same subscribers and the same number of partitions stay together:
// partition n of all of them goes to one member that is near to all of them.
#include "core/client/assignor_racks.hpp"
#include "core/client/assignor_view.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace orrery::client {

namespace {

/// A topic that is being given away.
class RangeTopic {
public:
    RangeTopic(const AssignorView& view, std::size_t topic, const Numbers& turn)
        : first_(view.first_of(topic)), partitions_(view.count_of(topic)), taken_(view.members()),
          racks_(view, view.subscribers(topic), numbers(view, topic)) {
        std::copy_if(turn.begin(), turn.end(), std::back_inserter(members_),
                     [&](std::size_t member) { return view.wants(member, topic); });
        share_ = partitions_ / members_.size();
        larger_shares_ = partitions_ % members_.size();
    }

    const Numbers& members() const { return members_; }
    std::size_t partitions() const { return partitions_; }
    const Racks& racks() const { return racks_; }
    /// The n-th partition is one that this member may read without leaving its rack, if it has one.
    bool fits(std::size_t member, std::size_t n) const { return !racks_.far(member, first_ + n); }
    /// How many more the member may have.
    std::size_t room(std::size_t member) const {
        const std::size_t most = share_ + (larger_shares_ > 0 ? 1 : 0);
        return most > taken_[member] ? most - taken_[member] : 0;
    }
    void take(Owners& owners, std::size_t member, const Numbers& numbers) {
        for (const std::size_t n : numbers)
            owners[first_ + n] = static_cast<std::int32_t>(member);
        taken_[member] += numbers.size();
        if (taken_[member] > share_)
            --larger_shares_;
    }
    /// Each member in turn takes the first partitions that are left, those that fit alone or all.
    void take_ranges(Owners& owners, bool fitting) {
        for (const std::size_t member : members_) {
            Numbers range;
            for (std::size_t n = 0; n < partitions_ && range.size() < room(member); ++n)
                if (owners[first_ + n] == unowned && (!fitting || fits(member, n)))
                    range.push_back(n);
            if (!range.empty())
                take(owners, member, range);
        }
    }

private:
    static Numbers numbers(const AssignorView& view, std::size_t topic) {
        Numbers partitions;
        for (std::size_t n = 0; n < view.count_of(topic); ++n)
            partitions.push_back(view.first_of(topic) + n);
        return partitions;
    }

    std::size_t first_;
    std::size_t partitions_;
    Numbers members_; ///< in turn
    Numbers taken_;   ///< by member, of all members
    Racks racks_;
    std::size_t share_ = 0;
    std::size_t larger_shares_ = 0; ///< how many may still have one more
};

/// Topics of one size and with one set of subscribers, partition by partition.
void take_together(std::vector<RangeTopic*>& topics, Owners& owners) {
    const auto all = [&](auto&& holds) {
        return std::all_of(topics.begin(), topics.end(),
                           [&](const RangeTopic* topic) { return holds(*topic); });
    };
    for (std::size_t n = 0; n < topics.front()->partitions(); ++n)
        for (const std::size_t member : topics.front()->members())
            if (all([&](const RangeTopic& t) { return t.fits(member, n) && t.room(member) > 0; })) {
                for (RangeTopic* topic : topics)
                    topic->take(owners, member, {n});
                break;
            }
}

void take_near(std::vector<RangeTopic>& topics, Owners& owners) {
    std::map<std::pair<Numbers, std::size_t>, std::vector<RangeTopic*>> together;
    for (RangeTopic& topic : topics)
        together[{topic.members(), topic.partitions()}].push_back(&topic);
    for (auto& entry : together) {
        std::vector<RangeTopic*>& alike = entry.second;
        if (alike.size() > 1 && alike.front()->racks().known())
            take_together(alike, owners);
        else if (alike.size() == 1 && alike.front()->racks().matter())
            alike.front()->take_ranges(owners, true);
    }
}

} // namespace

Owners range_owners(const AssignorView& view) {
    const Numbers turn = view.members_in_turn();
    std::vector<RangeTopic> topics;
    for (std::size_t t = 0; t < view.topics(); ++t)
        topics.emplace_back(view, t, turn);
    Owners owners(view.partitions(), unowned);
    const bool racks_matter =
        std::any_of(topics.begin(), topics.end(),
                    [](const RangeTopic& topic) { return topic.racks().matter(); });
    if (racks_matter)
        take_near(topics, owners);
    for (RangeTopic& topic : topics)
        topic.take_ranges(owners, false);
    return owners;
}

} // namespace orrery::client
