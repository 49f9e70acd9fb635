#include "core/client/assignor_view.hpp"

#include "core/wire/java_order.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace orrery::client {

namespace {

/// Static members first, by their instance id.
bool takes_turn_before(const Subscription& a, const Subscription& b) {
    if (a.instance_id && b.instance_id)
        return *a.instance_id < *b.instance_id;
    if (a.instance_id || b.instance_id)
        return a.instance_id.has_value();
    return a.member_id < b.member_id;
}

/// Lists of topics by what they hold. Members of one group tend to want the same, so each list is
/// looked at once.
struct ByContent {
    bool operator()(const std::vector<std::string>* a, const std::vector<std::string>* b) const {
        return *a < *b;
    }
};
using Lists = std::map<const std::vector<std::string>*, Numbers, ByContent>;

} // namespace

AssignorView::AssignorView(const std::vector<AssignableTopic>& topics,
                           const std::vector<Subscription>& members)
    : given_as_(members.size()), wanted_by_(members.size()) {
    Lists lists;
    std::set<std::string_view> wanted;
    for (const Subscription& member : members)
        if (lists.try_emplace(&member.topics).second)
            wanted.insert(member.topics.begin(), member.topics.end());
    for (const AssignableTopic& topic : topics)
        if (topic.partitions > 0 && wanted.contains(topic.name))
            topics_.push_back(&topic);
    std::sort(topics_.begin(), topics_.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    for (std::size_t t = 0; t < topics_.size(); ++t) {
        first_of_.push_back(topic_of_.size());
        topic_of_.insert(topic_of_.end(), count_of(t), t);
    }
    std::iota(given_as_.begin(), given_as_.end(), std::size_t{0});
    std::sort(given_as_.begin(), given_as_.end(), [&](std::size_t a, std::size_t b) {
        return members[a].member_id < members[b].member_id;
    });
    for (auto& [names, numbers] : lists) {
        for (const std::string& name : *names)
            if (const auto topic = find_topic(name))
                numbers.push_back(*topic);
        std::sort(numbers.begin(), numbers.end());
        numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    }
    subscribers_.resize(topics_.size());
    for (std::size_t m = 0; m < members.size(); ++m) {
        members_.push_back(&members[given_as_[m]]);
        wanted_by_[m] = lists.at(&members_[m]->topics);
        for (const std::size_t topic : wanted_by_[m])
            subscribers_[topic].push_back(m);
    }
}

std::optional<std::size_t> AssignorView::find_topic(std::string_view name) const {
    const auto at = std::lower_bound(topics_.begin(), topics_.end(), name,
                                     [](const AssignableTopic* topic, std::string_view sought) {
                                         return std::string_view(topic->name) < sought;
                                     });
    if (at == topics_.end() || (*at)->name != name)
        return std::nullopt;
    return static_cast<std::size_t>(at - topics_.begin());
}

bool AssignorView::wants(std::size_t member, std::size_t topic) const {
    return std::binary_search(wanted_by_[member].begin(), wanted_by_[member].end(), topic);
}

Numbers AssignorView::owned_by(std::size_t member) const {
    Numbers owned;
    for (const auto& [name, partitions] : members_[member]->owned)
        if (const auto topic = find_topic(name))
            for (const std::int32_t partition : partitions)
                if (partition >= 0 && partition < topics_[*topic]->partitions)
                    owned.push_back(first_of_[*topic] + static_cast<std::size_t>(partition));
    std::sort(owned.begin(), owned.end());
    owned.erase(std::unique(owned.begin(), owned.end()), owned.end());
    return owned;
}

std::vector<std::string> AssignorView::racks_of(std::size_t partition) const {
    const auto& racks = topics_[topic_of_[partition]]->racks;
    const auto index = static_cast<std::size_t>(index_of(partition));
    return index < racks.size() ? racks[index] : std::vector<std::string>{};
}

std::string_view AssignorView::rack_of(std::size_t member) const {
    const auto& rack = members_[member]->rack;
    return rack ? std::string_view(*rack) : std::string_view();
}

Numbers AssignorView::members_as_java_walks() const {
    Numbers order(members_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    wire::sort_as_java_table(order, wire::java_table_grown(order.size()), [&](std::size_t member) {
        return wire::java_hash(members_[member]->member_id);
    });
    return order;
}

Numbers AssignorView::members_in_turn() const {
    Numbers order(members_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return takes_turn_before(*members_[a], *members_[b]);
    });
    return order;
}

std::vector<TopicPartitions> AssignorView::assignment(const Owners& owners) const {
    std::vector<TopicPartitions> assignment(members_.size());
    for (std::size_t p = 0; p < owners.size(); ++p)
        if (owners[p] != unowned) {
            const std::size_t given = given_as_[static_cast<std::size_t>(owners[p])];
            assignment[given][topics_[topic_of_[p]]->name].push_back(index_of(p));
        }
    return assignment;
}

} // namespace orrery::client
