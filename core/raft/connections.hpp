// Which node we have asked, and which we leave alone for a moment: Kafka's RequestManager. One
// question a node is open at a time; after a failure a node rests for the retry backoff.
#pragma once

#include "core/base/flat_map.hpp"
#include "core/base/id.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <optional>

namespace orrery::raft {

class Connections {
public:
    /// Neither asked nor resting.
    bool ready(NodeId node) const { return !nodes_.contains(node); }
    bool resting(NodeId node) const {
        const One* one = nodes_.find(node);
        return one != nullptr && !one->asked;
    }
    bool any_asked() const {
        for (const auto& [node, one] : nodes_)
            if (one.asked)
                return true;
        return false;
    }
    void asked(NodeId node, AskId ask, Instant give_up) { nodes_[node] = {true, ask, give_up}; }
    /// Whose open question this is; nullopt when nobody's: it was answered, given up or forgotten.
    std::optional<NodeId> whose(AskId ask) const {
        for (const auto& [node, one] : nodes_)
            if (one.asked && one.ask == ask)
                return node;
        return std::nullopt;
    }
    void rest(NodeId node, Instant until) { nodes_[node] = {false, {}, until}; }
    void forget(NodeId node) { nodes_.erase(node); }
    /// A new role starts afresh: answers to older questions count no more.
    void forget_all() { nodes_.clear(); }
    /// Ends the rests that are over, and lets those rest whose answer is overdue.
    void expire(Instant now, Duration rest) {
        nodes_.erase_if(
            [&](const auto& node) { return !node.second.asked && node.second.until <= now; });
        for (auto& [node, one] : nodes_)
            if (one.asked && one.until <= now)
                one = {false, {}, now + rest};
    }
    std::optional<Instant> wakeup() const {
        std::optional<Instant> first;
        for (const auto& [node, one] : nodes_)
            first = earlier(first, one.until);
        return first;
    }
    bool operator==(const Connections&) const = default;
    ORRERY_FIELDS(nodes_)

private:
    struct One {
        bool asked = false;
        AskId ask;
        Instant until; ///< asked: when we give up; resting: when the rest is over
        bool operator==(const One&) const = default;
        ORRERY_FIELDS(asked, ask, until)
    };
    FlatMap<NodeId, One> nodes_;
};

} // namespace orrery::raft
