// The sticky assignors where members want different topics. Nobody's share can be told beforehand,
// so the assignment is first completed and then improved, a partition at a time:
//
//   1. Keep what members own of the topics that they want. Where racks matter, what has no replica
//      in the member's rack is not kept.
//   2. Complete: each partition that nobody has, those of topics with few subscribers first, goes
//   to
//      the least loaded member that wants it; where racks matter, to one that is near if there is.
//   3. Improve: as long as some member that could have a partition of another has two less than
//      that other, move one. First only among what was just dealt out, so that nothing that is
//      owned moves without need; but not if something had to be taken from its owner anyway.
//   4. If members owned something, and all this moving made it no more even, undo it.
//
// Members whose partitions nobody else wants take no part in 3 and 4.
#include "core/client/sticky.hpp"
#include "core/client/sticky_movements.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace orrery::client {

namespace {

class StickyUnequal {
public:
    StickyUnequal(const AssignorView& view, const Claims& claims, const Racks& racks)
        : view_(view), claims_(claims), racks_(racks), movements_(view),
          owners_(view.partitions(), unowned), load_(view.members()) {}

    Owners assign() {
        for (std::size_t m = 0; m < view_.members(); ++m)
            keep(m);
        for (std::size_t m = 0; m < view_.members(); ++m)
            line_.emplace(load_[m], m);
        const bool anew = line_.rbegin()->first == 0;
        const Numbers all = in_order();
        Numbers dealt;
        for (const std::size_t partition : all)
            if (owners_[partition] == unowned)
                dealt.push_back(partition);
        complete(dealt);
        leave_out_the_settled();
        const Owners before = owners_;
        const std::int64_t imbalance_before = imbalance();
        if (!had_to_revoke_)
            improve(dealt);
        const bool improved = improve(all);
        if (!anew && improved && imbalance() >= imbalance_before)
            return before;
        return owners_;
    }

private:
    void keep(std::size_t member) {
        for (const std::size_t partition : claims_.held[member])
            if (view_.wants(member, view_.topic_of(partition)) &&
                !(racks_.matter() && racks_.far(member, partition))) {
                owners_[partition] = static_cast<std::int32_t>(member);
                ++load_[member];
            } else {
                had_to_revoke_ = true;
            }
    }

    /// All partitions, those of topics with the fewest subscribers first.
    Numbers in_order() const {
        Numbers topics(view_.topics());
        std::iota(topics.begin(), topics.end(), std::size_t{0});
        std::stable_sort(topics.begin(), topics.end(), [this](std::size_t a, std::size_t b) {
            return view_.subscribers(a).size() < view_.subscribers(b).size();
        });
        Numbers partitions;
        for (const std::size_t topic : topics)
            for (std::size_t n = 0; n < view_.count_of(topic); ++n)
                partitions.push_back(view_.first_of(topic) + n);
        return partitions;
    }

    bool is_contested(std::size_t topic) const { return view_.subscribers(topic).size() > 1; }

    // --- complete
    void complete(const Numbers& partitions) {
        if (racks_.matter())
            for (const std::size_t partition : partitions)
                give_to_least_loaded(partition, true);
        for (const std::size_t partition : partitions)
            if (owners_[partition] == unowned)
                give_to_least_loaded(partition, false);
    }

    void give_to_least_loaded(std::size_t partition, bool not_far) {
        const std::size_t topic = view_.topic_of(partition);
        for (auto at = line_.begin(); at != line_.end(); ++at) {
            const std::size_t member = at->second;
            if (!view_.wants(member, topic) || (not_far && racks_.far(member, partition)))
                continue;
            line_.erase(at);
            owners_[partition] = static_cast<std::int32_t>(member);
            line_.emplace(++load_[member], member);
            return;
        }
    }

    /// A member can take part if it could have more, or if others could have some of what it has.
    void leave_out_the_settled() {
        std::vector<bool> takes_part(view_.members());
        for (std::size_t m = 0; m < view_.members(); ++m) {
            std::size_t most = 0;
            for (const std::size_t topic : view_.wanted_by(m))
                most += view_.count_of(topic);
            takes_part[m] = load_[m] < most;
        }
        for (std::size_t p = 0; p < owners_.size(); ++p)
            if (is_contested(view_.topic_of(p)))
                takes_part[static_cast<std::size_t>(owners_[p])] = true;
        std::erase_if(line_, [&](const auto& place) { return !takes_part[place.second]; });
    }

    // --- improve
    /// How much the members' loads differ, summed over all pairs.
    std::int64_t imbalance() const {
        std::int64_t sum = 0;
        std::int64_t lower = 0; // the sum of all loads before
        std::int64_t count = 0;
        for (const auto& [load, member] : line_) {
            sum += count * static_cast<std::int64_t>(load) - lower;
            lower += static_cast<std::int64_t>(load);
            ++count;
        }
        return sum;
    }

    /// The least loaded member that wants the topic, the first by id among equals.
    std::size_t least_loaded(std::size_t topic) const {
        const Numbers& subscribers = view_.subscribers(topic);
        return *std::min_element(
            subscribers.begin(), subscribers.end(),
            [this](std::size_t a, std::size_t b) { return load_[a] < load_[b]; });
    }

    /// No member could take a partition from one that has two more.
    bool is_balanced() const {
        if (line_.empty() || line_.begin()->first + 1 >= line_.rbegin()->first)
            return true;
        for (std::size_t topic = 0; topic < view_.topics(); ++topic) {
            if (!is_contested(topic))
                continue;
            const std::size_t least = load_[least_loaded(topic)];
            for (std::size_t n = 0; n < view_.count_of(topic); ++n)
                if (load_[owner_of(view_.first_of(topic) + n)] > least + 1)
                    return false;
        }
        return true;
    }

    /// True if a partition moved.
    bool improve(const Numbers& partitions) {
        bool improved = false;
        for (bool moved = true; moved;) {
            moved = false;
            for (const std::size_t partition : partitions)
                if (is_contested(view_.topic_of(partition))) {
                    if (is_balanced())
                        break;
                    moved = move_if_better(partition) || moved;
                }
            improved = improved || moved;
        }
        return improved;
    }

    bool move_if_better(std::size_t partition) {
        const std::size_t topic = view_.topic_of(partition);
        const std::size_t load = load_[owner_of(partition)];
        // Back to who had it in an older generation, if that evens things out as well.
        if (const std::int32_t before = claims_.before[partition]; before != unowned) {
            const auto member = static_cast<std::size_t>(before);
            if (view_.wants(member, topic) && load > load_[member] + 1) {
                move(partition, member);
                return true;
            }
        }
        const std::size_t least = least_loaded(topic);
        if (load <= load_[least] + 1)
            return false;
        move(partition, least);
        return true;
    }

    void move(std::size_t wished, std::size_t to) {
        const std::size_t partition = movements_.better(wished, owner_of(wished), to);
        const std::size_t from = owner_of(partition);
        movements_.move(partition, from, to);
        line_.erase({load_[from], from});
        line_.emplace(--load_[from], from);
        line_.erase({load_[to], to});
        line_.emplace(++load_[to], to);
        owners_[partition] = static_cast<std::int32_t>(to);
    }

    std::size_t owner_of(std::size_t partition) const {
        return static_cast<std::size_t>(owners_[partition]);
    }

    const AssignorView& view_;
    const Claims& claims_;
    const Racks& racks_;
    StickyMovements movements_;
    Owners owners_;
    Numbers load_; ///< by member
    std::set<std::pair<std::size_t, std::size_t>>
        line_; ///< load and member, the least loaded first
    bool had_to_revoke_ = false;
};

} // namespace

Owners sticky_unequal(const AssignorView& view, const Claims& claims, const Racks& racks) {
    return StickyUnequal(view, claims, racks).assign();
}

} // namespace orrery::client
