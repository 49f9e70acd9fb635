// The topics of a group by number: assignors count in numbers, and look an id up once.
#pragma once

#include "core/group/assignor.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace orrery::group {

class NumberedTopics {
public:
    /// Numbers them as they are listed.
    explicit NumberedTopics(const std::vector<AssignableTopic>& topics) : topics_(topics) {
        for (std::size_t number = 0; number < topics_.size(); ++number)
            numbers_.emplace_back(topics_[number].id, number);
        std::sort(numbers_.begin(), numbers_.end());
    }
    std::size_t size() const { return topics_.size(); }
    const AssignableTopic& operator[](std::size_t number) const { return topics_[number]; }
    /// The number of a topic, if the group knows it.
    std::optional<std::size_t> find(const Uuid& id) const {
        const auto at =
            std::lower_bound(numbers_.begin(), numbers_.end(), std::pair(id, std::size_t{0}));
        if (at == numbers_.end() || at->first != id)
            return std::nullopt;
        return at->second;
    }

private:
    const std::vector<AssignableTopic>& topics_;
    std::vector<std::pair<Uuid, std::size_t>> numbers_;
};

/// The subscriptions of a group's members by number of topic, ascending. Members of one group tend
/// to want the same, so each list is there once.
class NumberedSubscriptions {
public:
    /// Fails if a member wants a topic that is not there.
    static Result<NumberedSubscriptions, NonexistentTopic> of(const AssignableGroup& group,
                                                              const NumberedTopics& topics);
    const std::vector<std::size_t>& operator[](std::size_t member) const {
        return lists_[list_of_[member]];
    }
    /// All members want the same.
    bool are_equal() const { return lists_.size() <= 1; }
    bool contains(std::size_t member, std::size_t topic) const {
        const std::vector<std::size_t>& list = (*this)[member];
        return std::binary_search(list.begin(), list.end(), topic);
    }

private:
    std::vector<std::vector<std::size_t>> lists_; ///< each once
    std::vector<std::size_t> list_of_;            ///< by member
};

/// Who holds each partition: owner[topic][partition] is a member's number, or nobody.
using PartitionOwners = std::vector<std::vector<std::int32_t>>;
inline constexpr std::int32_t nobody = -1;

/// Every partition of every topic, held by nobody.
PartitionOwners all_unowned(const NumberedTopics& topics);

/// The same as an assignment of so many members.
GroupAssignment assignment_of(const PartitionOwners& owners, const NumberedTopics& topics,
                              std::size_t members);

} // namespace orrery::group
