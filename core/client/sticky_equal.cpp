// The sticky assignors where all members want the same topics: three walks, and no searching.
//
// With P partitions and M members everybody gets P / M, and P % M of them one more.
//   1. Keep: each member keeps what it owns up to its share, lowest partition numbers first. Who
//      owns more may keep one more, while there are such places. Where racks matter, partitions
//      without a replica in the member's rack are not kept.
//   2. Deal near: partitions that nobody has go around among the members that are still below P / M
//      and near to them, those that few members are near to first; then to those at P / M.
//   3. Deal: the rest goes around among the members below P / M, then one each to those at P / M.
//
// What a member gets that another owned and had to let go (or that two claimed) is moving: the
// cooperative assignor gives it to nobody yet.
#include "core/base/expect.hpp"
#include "core/client/sticky.hpp"

#include <algorithm>

namespace orrery::client {

namespace {

class StickyEqual {
public:
    StickyEqual(const AssignorView& view, const Claims& claims, const Racks& racks)
        : view_(view), claims_(claims), racks_(racks), owners_(view.partitions(), unowned),
          let_go_by_(view.partitions(), unowned), moving_(view.partitions()), load_(view.members()),
          share_(view.partitions() / view.members()),
          larger_shares_(view.partitions() % view.members()) {}

    StickyOwners assign() {
        for (const std::size_t member : view_.members_as_java_walks())
            keep(member);
        if (larger_shares_ == 0)
            at_share_.clear();
        std::sort(below_share_.begin(), below_share_.end());
        std::sort(at_share_.begin(), at_share_.end());
        Numbers left;
        for (std::size_t p = 0; p < owners_.size(); ++p)
            if (owners_[p] == unowned)
                left.push_back(p);
        std::stable_sort(left.begin(), left.end(), [this](std::size_t a, std::size_t b) {
            return racks_.members_near(a) < racks_.members_near(b);
        });
        if (racks_.matter())
            deal_near(left);
        deal(left);
        return {std::move(owners_), std::move(moving_)};
    }

private:
    /// What the member may keep, in the order in which it keeps it.
    Numbers keepable(std::size_t member) {
        Numbers own;
        for (const std::size_t partition : claims_.held[member])
            if (racks_.matter() && racks_.far(member, partition))
                let_go_by_[partition] = static_cast<std::int32_t>(member);
            else if (!claims_.disputed[partition])
                own.push_back(partition);
        std::sort(own.begin(), own.end(), [this](std::size_t a, std::size_t b) {
            const std::int32_t index_a = view_.index_of(a);
            const std::int32_t index_b = view_.index_of(b);
            return index_a != index_b ? index_a < index_b : a < b;
        });
        return own;
    }

    void keep(std::size_t member) {
        const Numbers own = keepable(member);
        const bool larger = own.size() > share_ && larger_shares_ > 0;
        larger_shares_ -= larger ? 1 : 0;
        const std::size_t kept = std::min(own.size(), share_ + (larger ? 1 : 0));
        for (std::size_t i = 0; i < own.size(); ++i)
            if (i < kept)
                owners_[own[i]] = static_cast<std::int32_t>(member);
            else
                let_go_by_[own[i]] = static_cast<std::int32_t>(member);
        load_[member] = kept;
        if (kept < share_)
            below_share_.push_back(member);
        else if (!larger)
            at_share_.push_back(member);
    }

    void give(std::size_t partition, std::size_t member) {
        const auto taker = static_cast<std::int32_t>(member);
        const std::int32_t giver = let_go_by_[partition];
        owners_[partition] = taker;
        ++load_[member];
        moving_[partition] = claims_.disputed[partition] || (giver != unowned && giver != taker);
    }

    /// The first that is near, from one place of the list on and around; the list's size if none
    /// is.
    std::size_t find_near(const Numbers& members, std::size_t from, std::size_t partition) const {
        for (std::size_t i = 0; i < members.size(); ++i)
            if (racks_.near(members[(from + i) % members.size()], partition))
                return (from + i) % members.size();
        return members.size();
    }

    static void remove_at(Numbers& members, std::size_t at) {
        members.erase(members.begin() + static_cast<std::ptrdiff_t>(at));
    }

    void deal_near(Numbers& left) {
        std::size_t turn = 0;
        std::erase_if(left, [&](std::size_t partition) {
            if (std::size_t at = find_near(below_share_, turn, partition);
                at < below_share_.size()) {
                const std::size_t member = below_share_[at];
                give(partition, member);
                if (load_[member] >= share_) {
                    remove_at(below_share_, at);
                    if (larger_shares_ > 0)
                        at_share_.push_back(member);
                } else {
                    ++at;
                }
                turn = below_share_.empty() ? 0 : at % below_share_.size();
                return true;
            }
            const std::size_t at = find_near(at_share_, 0, partition);
            if (at == at_share_.size())
                return false;
            give(partition, at_share_[at]);
            remove_at(at_share_, at);
            if (--larger_shares_ == 0)
                at_share_.clear();
            return true;
        });
    }

    void deal(const Numbers& left) {
        std::size_t turn = 0;
        std::size_t next_at_share = 0;
        for (const std::size_t partition : left) {
            if (below_share_.empty()) {
                expect(next_at_share < at_share_.size(), "a member that is not full");
                give(partition, at_share_[next_at_share++]);
                continue;
            }
            turn = turn < below_share_.size() ? turn : 0;
            const std::size_t member = below_share_[turn];
            give(partition, member);
            if (load_[member] == share_) {
                remove_at(below_share_, turn);
                at_share_.push_back(member);
            } else {
                ++turn;
            }
        }
    }

    const AssignorView& view_;
    const Claims& claims_;
    const Racks& racks_;
    Owners owners_;
    Owners let_go_by_; ///< by partition: the member that owned it and could not keep it
    std::vector<bool> moving_;
    Numbers load_;              ///< by member
    std::size_t share_;         ///< what everybody gets
    std::size_t larger_shares_; ///< how many may still get one more
    Numbers below_share_;
    Numbers at_share_; ///< those who may get one more
};

} // namespace

StickyOwners sticky_equal(const AssignorView& view, const Claims& claims, const Racks& racks) {
    return StickyEqual(view, claims, racks).assign();
}

} // namespace orrery::client
