#include "core/group/numbered_topics.hpp"

#include <map>

namespace orrery::group {

namespace {

/// Lists of topics as the members gave them, by what they hold.
struct ByContent {
    bool operator()(const std::vector<Uuid>* a, const std::vector<Uuid>* b) const {
        return *a < *b;
    }
};

} // namespace

Result<NumberedSubscriptions, NonexistentTopic>
NumberedSubscriptions::of(const AssignableGroup& group, const NumberedTopics& topics) {
    NumberedSubscriptions subscriptions;
    std::map<const std::vector<Uuid>*, std::size_t, ByContent> as_given;
    std::map<std::vector<std::size_t>, std::size_t> as_numbered;
    for (const AssignableMember& member : group.members) {
        const auto [given, unseen] = as_given.try_emplace(&member.topics, 0);
        if (unseen) {
            std::vector<std::size_t> list;
            for (const Uuid& id : member.topics) {
                const auto topic = topics.find(id);
                if (!topic)
                    return failure(NonexistentTopic{id});
                list.push_back(*topic);
            }
            std::sort(list.begin(), list.end());
            const auto [numbered, other] =
                as_numbered.try_emplace(list, subscriptions.lists_.size());
            if (other)
                subscriptions.lists_.push_back(std::move(list));
            given->second = numbered->second;
        }
        subscriptions.list_of_.push_back(given->second);
    }
    return subscriptions;
}

PartitionOwners all_unowned(const NumberedTopics& topics) {
    PartitionOwners owners(topics.size());
    for (std::size_t t = 0; t < topics.size(); ++t)
        owners[t].assign(static_cast<std::size_t>(topics[t].partitions), nobody);
    return owners;
}

GroupAssignment assignment_of(const PartitionOwners& owners, const NumberedTopics& topics,
                              std::size_t members) {
    GroupAssignment assignment(members);
    for (std::size_t t = 0; t < owners.size(); ++t)
        for (std::size_t p = 0; p < owners[t].size(); ++p)
            if (owners[t][p] != nobody)
                assignment[static_cast<std::size_t>(owners[t][p])][topics[t].id].push_back(
                    static_cast<std::int32_t>(p));
    return assignment;
}

} // namespace orrery::group
