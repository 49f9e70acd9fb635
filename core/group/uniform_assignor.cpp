// The uniform assignor. Where all members are subscribed to the same topics, every member is as
// good as any other for every partition, and three walks are enough:
//
//   1. Count: with P partitions and M members everybody gets P / M, and P % M of them one more.
//   2. Keep: each member keeps what it has up to its share. Those that have more than P / M today
//      keep one more, while there are such places; what is beyond goes back.
//   3. Deal: what nobody holds goes to those with room, in order. The places with one more that are
//      left go to the last of them (KAFKA-18688: given to the first members regardless of who held
//      them, such places made partitions wander at every change of the group).
//
// Example: 5 partitions, A has 0 1 2 3 4, B joins. P / M = 2, one gets 3: A keeps 0 1 2, B gets
// 3 4. The topics, and the partitions that a member gives back, are walked in the order of Java's
// tables. Where subscriptions differ, see uniform_heterogeneous.hpp.
#include "core/group/assignor.hpp"
#include "core/group/java_walks.hpp"
#include "core/group/uniform_heterogeneous.hpp"
#include "core/wire/java_order.hpp"

#include <algorithm>

namespace orrery::group {

namespace {

class Homogeneous {
public:
    Homogeneous(const AssignableGroup& group, const NumberedTopics& topics,
                std::vector<std::size_t> subscription)
        : group_(group), topics_(topics), subscription_(std::move(subscription)),
          owners_(all_unowned(topics_)), held_(group.members.size()) {}

    GroupAssignment assign() {
        std::vector<bool> subscribed(topics_.size());
        std::int32_t total = 0;
        for (const std::size_t topic : subscription_) {
            subscribed[topic] = true;
            total += topics_[topic].partitions;
        }
        sort_topics(subscription_, topics_, wire::java_table_copied(subscription_.size()));
        const auto members = static_cast<std::int32_t>(group_.members.size());
        share_ = total / members;
        larger_shares_ = total % members;
        collect(subscribed);
        keep();
        deal();
        return assignment_of(owners_, topics_, group_.members.size());
    }

private:
    struct Room {
        std::int32_t member = 0;
        std::int32_t partitions = 0;
    };

    std::int32_t& owner(const TopicPartition& at) {
        return owners_[at.topic][static_cast<std::size_t>(at.partition)];
    }

    /// Who holds what, and the list of what nobody does.
    void collect(const std::vector<bool>& subscribed) {
        for (std::size_t m = 0; m < group_.members.size(); ++m)
            for (const TopicPartition& at : held_by(group_.members[m], topics_, subscribed))
                if (owner(at) == nobody) {
                    owner(at) = static_cast<std::int32_t>(m);
                    held_[m].push_back(at);
                }
        for (const std::size_t topic : subscription_)
            for (std::int32_t p = 0; p < topics_[topic].partitions; ++p)
                if (owner({topic, p}) == nobody)
                    unassigned_.push_back({topic, p});
    }

    void keep() {
        for (std::size_t m = 0; m < held_.size(); ++m) {
            const auto has = static_cast<std::int32_t>(held_[m].size());
            const bool larger = has > share_ && larger_shares_ > 0;
            larger_shares_ -= larger ? 1 : 0;
            const std::int32_t kept = std::min(has, share_ + (larger ? 1 : 0));
            for (std::int32_t i = kept; i < has; ++i) {
                const TopicPartition& back = held_[m][static_cast<std::size_t>(i)];
                owner(back) = nobody;
                unassigned_.push_back(back);
            }
            if (has <= share_)
                room_.push_back({static_cast<std::int32_t>(m), share_ - kept});
        }
    }

    void deal() {
        auto next = unassigned_.begin();
        for (auto left = static_cast<std::int32_t>(room_.size()); const Room& room : room_) {
            const std::int32_t gets = room.partitions + (left-- <= larger_shares_ ? 1 : 0);
            for (std::int32_t i = 0; i < gets; ++i)
                owner(*next++) = room.member;
        }
    }

    const AssignableGroup& group_;
    const NumberedTopics& topics_;
    std::vector<std::size_t> subscription_;
    PartitionOwners owners_;
    std::vector<std::vector<TopicPartition>> held_; ///< by member
    std::vector<TopicPartition> unassigned_;
    std::vector<Room> room_;         ///< those that have no more than the share
    std::int32_t share_ = 0;         ///< what everybody gets
    std::int32_t larger_shares_ = 0; ///< how many more get one more
};

} // namespace

AssignmentResult uniform_assignment(const AssignableGroup& group) {
    if (group.members.empty())
        return GroupAssignment{};
    const NumberedTopics topics(group.topics);
    const auto wanted = NumberedSubscriptions::of(group, topics);
    if (!wanted)
        return failure(wanted.error());
    if (!wanted->are_equal())
        return uniform_heterogeneous_assignment(group, topics, *wanted);
    return Homogeneous(group, topics, (*wanted)[0]).assign();
}

} // namespace orrery::group
