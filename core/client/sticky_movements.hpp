// Which partitions a sticky assignor has moved so far, and from whom to whom. If one is to go from
// A to B while another of the same topic already went from B to A, then sending that one back does
// the same for the balance, and two partitions stay where they were.
#pragma once

#include "core/client/assignor_view.hpp"
#include "core/wire/java_order.hpp"

#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace orrery::client {

class StickyMovements {
public:
    explicit StickyMovements(const AssignorView& view) : view_(view), moves_(view.partitions()) {}

    /// The partition that should move when this one is to go from one member to another.
    std::size_t better(std::size_t partition, std::size_t from, std::size_t to) const {
        if (moves_[partition])
            from = moves_[partition]->first;
        const auto at = lanes_.find({view_.topic_of(partition), to, from});
        return at == lanes_.end() || at->second.partitions.empty() ? partition
                                                                   : first_of(at->second);
    }
    void move(std::size_t partition, std::size_t from, std::size_t to) {
        std::optional<Move>& moved = moves_[partition];
        const std::size_t origin = moved ? moved->first : from;
        if (moved)
            std::erase(lane(partition, *moved).partitions, partition);
        moved.reset();
        if (origin == to)
            return;
        moved = Move{origin, to};
        Lane& joined = lane(partition, *moved);
        joined.partitions.push_back(partition);
        joined.most = std::max(joined.most, joined.partitions.size());
    }

private:
    using Move = std::pair<std::size_t, std::size_t>;
    /// Partitions of one topic that went from one member to another, in the order of their going.
    struct Lane {
        Numbers partitions;
        std::size_t most = 0; ///< there were at once
    };

    Lane& lane(std::size_t partition, const Move& move) {
        return lanes_[{view_.topic_of(partition), move.first, move.second}];
    }
    /// The one that Java's set of them gives first. Such a set grows and never shrinks.
    std::size_t first_of(const Lane& lane) const {
        Numbers partitions = lane.partitions;
        wire::sort_as_java_table(partitions, wire::java_table_grown(lane.most),
                                 [this](std::size_t partition) { return hash_of(partition); });
        return partitions.front();
    }
    /// TopicPartition.hashCode().
    std::int32_t hash_of(std::size_t partition) const {
        const auto index = static_cast<std::uint32_t>(view_.index_of(partition));
        const auto topic = static_cast<std::uint32_t>(
            wire::java_hash(view_.topic(view_.topic_of(partition)).name));
        return static_cast<std::int32_t>(31U * (31U + index) + topic);
    }

    const AssignorView& view_;
    std::vector<std::optional<Move>> moves_; ///< by partition: from its first owner to its last
    std::map<std::tuple<std::size_t, std::size_t, std::size_t>, Lane> lanes_; ///< topic, from, to
};

} // namespace orrery::client
