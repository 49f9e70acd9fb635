// What an assignor works on: topics, partitions and members by number. Topics are numbered by name
// and members by id, so that numbers compare as Kafka compares the names; partitions are numbered
// through all topics. Topics without partitions or without subscribers are left out.
#pragma once

#include "core/client/assignor.hpp"

#include <cstddef>
#include <string_view>

namespace orrery::client {

inline constexpr std::int32_t unowned = -1;
/// The member that owns each partition, or unowned; by number of partition.
using Owners = std::vector<std::int32_t>;
using Numbers = std::vector<std::size_t>;

class AssignorView {
public:
    AssignorView(const std::vector<AssignableTopic>& topics,
                 const std::vector<Subscription>& members);

    std::size_t topics() const { return topics_.size(); }
    std::size_t partitions() const { return topic_of_.size(); }
    std::size_t members() const { return members_.size(); }

    const AssignableTopic& topic(std::size_t topic) const { return *topics_[topic]; }
    const Subscription& member(std::size_t member) const { return *members_[member]; }
    /// Partition 0 of the topic; the others follow.
    std::size_t first_of(std::size_t topic) const { return first_of_[topic]; }
    std::size_t count_of(std::size_t topic) const {
        return static_cast<std::size_t>(topics_[topic]->partitions);
    }
    std::size_t topic_of(std::size_t partition) const { return topic_of_[partition]; }
    /// The partition's number within its topic, as Kafka numbers it.
    std::int32_t index_of(std::size_t partition) const {
        return static_cast<std::int32_t>(partition - first_of_[topic_of_[partition]]);
    }
    /// The topics that a member wants, ascending.
    const Numbers& wanted_by(std::size_t member) const { return wanted_by_[member]; }
    bool wants(std::size_t member, std::size_t topic) const;
    /// The members that want a topic, ascending.
    const Numbers& subscribers(std::size_t topic) const { return subscribers_[topic]; }
    /// What a member says it owns, as far as it is there.
    Numbers owned_by(std::size_t member) const;
    /// The racks of a partition's replicas.
    std::vector<std::string> racks_of(std::size_t partition) const;
    /// A member's rack; empty if it has none.
    std::string_view rack_of(std::size_t member) const;

    /// Members in the order in which Java's map of them is walked.
    Numbers members_as_java_walks() const;
    /// Members as range and roundrobin take them: static ones first, by instance id.
    Numbers members_in_turn() const;

    /// The answer, in the order in which the members were given.
    std::vector<TopicPartitions> assignment(const Owners& owners) const;

private:
    std::optional<std::size_t> find_topic(std::string_view name) const;

    std::vector<const AssignableTopic*> topics_;
    std::vector<const Subscription*> members_;
    Numbers given_as_; ///< by member: its place among those given
    Numbers first_of_;
    Numbers topic_of_;
    std::vector<Numbers> wanted_by_;
    std::vector<Numbers> subscribers_;
};

Owners range_owners(const AssignorView& view);
Owners round_robin_owners(const AssignorView& view);
Owners sticky_owners(const AssignorView& view);
Owners cooperative_sticky_owners(const AssignorView& view);

} // namespace orrery::client
