// The range assignor: each topic by itself is cut into as many ranges as it has subscribers, and
// the members, in one order for all topics, take one after the other. So with topics of equal size
// and equal subscriptions a member gets the same partition numbers of each.
#include "core/group/assignor.hpp"
#include "core/group/numbered_topics.hpp"

#include <algorithm>
#include <numeric>

namespace orrery::group {

namespace {

/// How far a topic has been given away.
struct TopicCut {
    std::int32_t subscribers = 0;
    std::int32_t served = 0; ///< subscribers that had their turn
    std::int32_t next = 0;   ///< the first partition that is left
};

/// Static members first, by their instance id.
bool comes_before(const AssignableMember& a, const AssignableMember& b) {
    if (a.instance_id && b.instance_id)
        return *a.instance_id < *b.instance_id;
    if (a.instance_id || b.instance_id)
        return a.instance_id.has_value();
    return a.id < b.id;
}

std::vector<std::size_t> members_in_order(const std::vector<AssignableMember>& members) {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return comes_before(members[a], members[b]);
    });
    return order;
}

/// The next range of a topic with so many partitions: [from, to).
std::vector<std::int32_t> take_range(TopicCut& cut, std::int32_t partitions) {
    const bool larger = cut.served < partitions % cut.subscribers;
    std::vector<std::int32_t> range(
        static_cast<std::size_t>(partitions / cut.subscribers + (larger ? 1 : 0)));
    std::iota(range.begin(), range.end(), cut.next);
    cut.next += static_cast<std::int32_t>(range.size());
    ++cut.served;
    return range;
}

} // namespace

AssignmentResult range_assignment(const AssignableGroup& group) {
    const NumberedTopics topics(group.topics);
    const auto wanted = NumberedSubscriptions::of(group, topics);
    if (!wanted)
        return failure(wanted.error());
    std::vector<TopicCut> cuts(topics.size());
    for (std::size_t m = 0; m < group.members.size(); ++m)
        for (const std::size_t topic : (*wanted)[m])
            ++cuts[topic].subscribers;
    GroupAssignment assignment(group.members.size());
    for (const std::size_t m : members_in_order(group.members))
        for (const std::size_t topic : (*wanted)[m])
            if (cuts[topic].next < topics[topic].partitions)
                assignment[m][topics[topic].id] = take_range(cuts[topic], topics[topic].partitions);
    return assignment;
}

} // namespace orrery::group
