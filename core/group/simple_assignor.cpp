// The simple assignor, for share groups (KIP-932). There a partition may have several members, so
// that more members than partitions are of use. With P partitions and M members each partition is
// shared by S = M / P members, rounded up, and the S * P places are spread over the members:
//
//   1. Who has more than its places gives the surplus back.
//   2. A partition with more than S members loses the surplus.
//   3. Members with places left take turns, and take from the partitions that have fewer than S.
//
// With equal subscriptions all partitions are shared out at once, else each topic by itself, among
// its subscribers. A member whose turn it is may already have the partition; then it passes. If all
// pass in turn, Kafka takes the sharing for done: that partition, and those after it, may be left
// with fewer members than S.
#include "core/group/assignor.hpp"
#include "core/group/java_walks.hpp"
#include "core/wire/java_order.hpp"

#include <algorithm>
#include <numeric>

namespace orrery::group {

namespace {

std::int32_t partition_hash(const TopicPartition& at, const NumberedTopics& topics) {
    const auto topic = static_cast<std::uint32_t>(wire::java_hash(topics[at.topic].id));
    return static_cast<std::int32_t>(31U * topic + static_cast<std::uint32_t>(at.partition));
}

/// Partitions that are shared out together. They go by their place in the order in which Java walks
/// them.
class Sharing {
public:
    /// `held` by member, of the group: in the order in which they are given back.
    Sharing(std::size_t partitions, const std::vector<std::size_t>& subscribers,
            std::vector<std::vector<std::size_t>> held)
        : held_(std::move(held)), places_(held_.size()), holders_(partitions) {
        const std::size_t members = subscribers.size();
        sharing_ = partitions == 0 ? 0 : (members + partitions - 1) / partitions;
        const auto up_to = [&](std::size_t n) {
            return (sharing_ * partitions * n + members - 1) / members;
        };
        for (std::size_t i = 0; i < members; ++i)
            places_[subscribers[i]] = up_to(i + 1) - up_to(i);
    }

    /// What each member shall have.
    std::vector<std::vector<std::size_t>> share() {
        std::vector<std::size_t> before(holders_.size());
        for (const auto& held : held_)
            for (const std::size_t partition : held)
                ++before[partition];
        for (std::size_t m = 0; m < held_.size(); ++m)
            if (held_[m].size() > places_[m])
                held_[m].erase(held_[m].begin(),
                               held_[m].end() - static_cast<std::ptrdiff_t>(places_[m]));
        for (std::size_t m = 0; m < held_.size(); ++m)
            for (const std::size_t partition : held_[m])
                holders_[partition].push_back(m);
        for (std::size_t p = 0; p < holders_.size(); ++p)
            revoke_surplus(p, before[p]);
        give();
        return std::move(held_);
    }

private:
    void revoke_surplus(std::size_t partition, std::size_t holders_before) {
        std::vector<std::size_t>& holders = holders_[partition];
        wire::sort_as_java_table(
            holders, wire::java_table_grown(holders_before),
            [](std::size_t member) { return static_cast<std::int32_t>(member); });
        while (holders.size() > sharing_) {
            std::erase(held_[holders.front()], partition);
            holders.erase(holders.begin());
        }
    }

    void give() {
        std::vector<std::size_t> unfilled;
        for (std::size_t m = 0; m < held_.size(); ++m)
            if (held_[m].size() < places_[m])
                unfilled.push_back(m);
        std::size_t turn = 0;
        bool taken = false; // in this turn around
        for (std::size_t p = 0; p < holders_.size() && !unfilled.empty(); ++p)
            for (std::size_t left = sharing_ - holders_[p].size(); left > 0;) {
                if (turn == unfilled.size()) {
                    if (!taken || unfilled.empty())
                        break;
                    turn = 0;
                    taken = false;
                }
                const std::size_t member = unfilled[turn];
                const std::vector<std::size_t>& holders = holders_[p];
                if (std::find(holders.begin(), holders.end(), member) != holders.end()) {
                    ++turn;
                    continue;
                }
                std::vector<std::size_t>& held = held_[member];
                if (std::find(held.begin(), held.end(), p) == held.end())
                    held.push_back(p);
                --left;
                taken = true;
                if (held.size() >= places_[member])
                    unfilled.erase(unfilled.begin() + static_cast<std::ptrdiff_t>(turn));
                else
                    ++turn;
            }
    }

    std::size_t sharing_ = 0;                       ///< how many members a partition shall have
    std::vector<std::vector<std::size_t>> held_;    ///< by member
    std::vector<std::size_t> places_;               ///< by member: how many it shall have
    std::vector<std::vector<std::size_t>> holders_; ///< by partition, before any is given
};

void add(MemberAssignment& to, const Uuid& topic, std::int32_t partition) {
    std::vector<std::int32_t>& partitions = to[topic];
    partitions.insert(std::upper_bound(partitions.begin(), partitions.end(), partition), partition);
}

/// The partitions of the topics in the order of Java's table of them, into which those that
/// somebody holds are put first.
std::vector<TopicPartition> all_in_order(const NumberedTopics& topics,
                                         const std::vector<std::size_t>& wanted,
                                         const std::vector<std::vector<TopicPartition>>& held) {
    std::vector<TopicPartition> order;
    std::vector<std::vector<bool>> seen(topics.size());
    for (const std::size_t topic : wanted)
        seen[topic].resize(static_cast<std::size_t>(topics[topic].partitions));
    const auto put = [&](const TopicPartition& at) {
        auto was = seen[at.topic][static_cast<std::size_t>(at.partition)];
        if (!was)
            order.push_back(at);
        was = true;
    };
    for (const auto& partitions : held)
        for (const TopicPartition& at : partitions)
            put(at);
    for (auto topic = wanted.rbegin(); topic != wanted.rend(); ++topic)
        for (std::int32_t p = 0; p < topics[*topic].partitions; ++p)
            put({*topic, p});
    wire::sort_as_java_table(order, wire::java_table_expecting(order.size()),
                             [&](const TopicPartition& at) { return partition_hash(at, topics); });
    return order;
}

GroupAssignment share_all(const AssignableGroup& group, const NumberedTopics& topics,
                          const std::vector<std::size_t>& wanted) {
    std::vector<bool> of(topics.size());
    for (const std::size_t topic : wanted)
        of[topic] = true;
    std::vector<std::vector<TopicPartition>> held;
    for (const AssignableMember& member : group.members)
        held.push_back(held_by(member, topics, of));
    const std::vector<TopicPartition> order = all_in_order(topics, wanted, held);
    std::vector<std::vector<std::size_t>> place(topics.size());
    for (const std::size_t topic : wanted)
        place[topic].resize(static_cast<std::size_t>(topics[topic].partitions));
    for (std::size_t i = 0; i < order.size(); ++i)
        place[order[i].topic][static_cast<std::size_t>(order[i].partition)] = i;
    std::vector<std::vector<std::size_t>> places_held(held.size());
    for (std::size_t m = 0; m < held.size(); ++m) {
        wire::sort_as_java_table(
            held[m], wire::java_table_grown(held[m].size()),
            [&](const TopicPartition& at) { return partition_hash(at, topics); });
        for (const TopicPartition& at : held[m])
            places_held[m].push_back(place[at.topic][static_cast<std::size_t>(at.partition)]);
    }
    std::vector<std::size_t> everybody(group.members.size());
    std::iota(everybody.begin(), everybody.end(), std::size_t{0});
    const auto shared = Sharing(order.size(), everybody, std::move(places_held)).share();
    GroupAssignment assignment(shared.size());
    for (std::size_t m = 0; m < shared.size(); ++m)
        for (const std::size_t i : shared[m])
            add(assignment[m], topics[order[i].topic].id, order[i].partition);
    return assignment;
}

/// What a member holds of one topic, in the order of Java's sets of partitions.
std::vector<std::size_t> held_of_topic(const AssignableMember& member,
                                       const AssignableTopic& topic) {
    std::vector<std::size_t> held;
    const std::vector<std::int32_t>* partitions = member.current.find(topic.id);
    if (!partitions)
        return held;
    for (const std::int32_t partition : *partitions)
        if (partition >= 0 && partition < topic.partitions)
            held.push_back(static_cast<std::size_t>(partition));
    const auto hash = [](std::size_t partition) { return static_cast<std::int32_t>(partition); };
    wire::sort_as_java_table(held, wire::java_table_copied(held.size()), hash);
    wire::sort_as_java_table(held, wire::java_table_grown(held.size()), hash);
    return held;
}

void share_topic(const AssignableGroup& group, const NumberedTopics& topics, std::size_t topic,
                 const std::vector<std::size_t>& subscribers, GroupAssignment& assignment) {
    std::vector<std::vector<std::size_t>> held;
    for (const AssignableMember& member : group.members)
        held.push_back(held_of_topic(member, topics[topic]));
    const auto count = static_cast<std::size_t>(topics[topic].partitions);
    const auto shared = Sharing(count, subscribers, std::move(held)).share();
    for (std::size_t m = 0; m < shared.size(); ++m)
        for (const std::size_t partition : shared[m])
            add(assignment[m], topics[topic].id, static_cast<std::int32_t>(partition));
}

} // namespace

AssignmentResult simple_assignment(const AssignableGroup& group) {
    if (group.members.empty())
        return GroupAssignment{};
    const NumberedTopics topics(group.topics);
    const auto wanted = NumberedSubscriptions::of(group, topics);
    if (!wanted)
        return failure(wanted.error());
    if (wanted->are_equal())
        return share_all(group, topics, (*wanted)[0]);
    std::vector<std::vector<std::size_t>> subscribers(topics.size());
    for (std::size_t m = 0; m < group.members.size(); ++m)
        for (const std::size_t topic : (*wanted)[m])
            subscribers[topic].push_back(m);
    GroupAssignment assignment(group.members.size());
    for (std::size_t t = 0; t < topics.size(); ++t)
        if (!subscribers[t].empty())
            share_topic(group, topics, t, subscribers[t], assignment);
    return assignment;
}

} // namespace orrery::group
