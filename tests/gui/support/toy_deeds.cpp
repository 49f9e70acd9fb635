// What a hand can do to the toy.
#include "tests/gui/support/toy_world.hpp"

#include <algorithm>

namespace orrery::tests {

using model::Family;
using model::Fate;
using model::NodeState;
using model::Tone;
using model::Verb;

void ToyWorld::kill(std::int32_t node, const std::string& words) {
    if (const auto broker = brokers_.find(node); broker != brokers_.end()) {
        broker->second.state = NodeState::down;
        broker->second.since = now_;
    } else {
        others_[node] = NodeState::down;
        if (node > 300)
            consumer_died(node);
    }
    timeline_.lanes[lane_of(node)].down.push_back({now_, never});
    last_kill_[node] = say(-1, "deed", words, Tone::fault, true, nullptr, -1, words);
    facts_.edit(facts_.size() - 1).about = node;
}

std::string ToyWorld::why_not(const model::Injection& deed) const {
    const bool broker = brokers_.count(deed.node) != 0;
    const bool down =
        broker ? brokers_.at(deed.node).state == NodeState::down
               : others_.count(deed.node) != 0 && others_.at(deed.node) == NodeState::down;
    switch (deed.verb) {
    case Verb::kill:
    case Verb::power_off: return down ? "it is down already" : "";
    case Verb::restart: return down ? "" : "it runs";
    case Verb::pause: return !broker ? "only brokers can be paused here" : down ? "it is down" : "";
    case Verb::resume:
    case Verb::cut:
    case Verb::cut_one_way:
    case Verb::slow_link:
    case Verb::heal_link:
    case Verb::heal_fault:
    case Verb::heal_everything:
    case Verb::isolate:
    case Verb::produce:
    case Verb::drop_message:
    case Verb::hold_message:
    case Verb::release_message:
    case Verb::lesson_step:
    case Verb::force_election: return "";
    default: return "the toy cannot do that";
    }
}

void ToyWorld::apply(const model::Injection& deed) {
    ++event_;
    const std::string name = brokers_.count(deed.node) != 0 ? "broker " + std::to_string(deed.node)
                                                            : "node " + std::to_string(deed.node);
    const auto user = [&](const std::string& words) {
        say(-1, "deed", words, Tone::fault, true, nullptr, -1, words);
    };
    switch (deed.verb) {
    case Verb::kill:
    case Verb::power_off: kill(deed.node, "kill " + name); break;
    case Verb::lesson_step: kill(partitions_.front().leader, "kill the leader"); break;
    case Verb::restart:
        user("restart " + name);
        if (brokers_.count(deed.node) != 0) {
            brokers_[deed.node].state = NodeState::starting;
            later(milliseconds(1500), {ToyEvent::started, deed.node, 0, 0});
        } else {
            others_[deed.node] = NodeState::up;
            timeline_.lanes[lane_of(deed.node)]
                .down.edit(timeline_.lanes[lane_of(deed.node)].down.size() - 1)
                .to = now_;
            group_.owned[deed.node];
            group_.target[deed.node];
        }
        break;
    case Verb::pause:
        brokers_[deed.node].state = NodeState::paused;
        user("pause " + name);
        break;
    case Verb::resume:
        brokers_[deed.node].state = NodeState::up;
        user("resume " + name);
        break;
    case Verb::isolate:
        for (const std::int32_t other : {1, 2, 3, 101, 102, 103, 201, 202, 301, 302, 303, 304})
            if (other != deed.node)
                wire(deed.node, other) = {{}, true, true, now_};
        user("cut off " + name);
        break;
    case Verb::cut:
        wire(deed.node, deed.other) = {{}, true, true, now_};
        user("cut " + name + " - " + std::to_string(deed.other));
        break;
    case Verb::cut_one_way: {
        Wire& link = wire(deed.node, deed.other);
        (deed.node < deed.other ? link.cut_ab : link.cut_ba) = true;
        link.since = now_;
        user("cut " + name + " to " + std::to_string(deed.other));
        break;
    }
    case Verb::slow_link:
        wire(deed.node, deed.other).extra = milliseconds(deed.amount);
        wire(deed.node, deed.other).since = now_;
        user("slow " + name + " - " + std::to_string(deed.other));
        break;
    case Verb::heal_link:
        wires_.erase({std::min(deed.node, deed.other), std::max(deed.node, deed.other)});
        break;
    case Verb::heal_fault:
        wires_.erase(
            {static_cast<std::int32_t>(deed.id / 1000), static_cast<std::int32_t>(deed.id % 1000)});
        break;
    case Verb::heal_everything:
        wires_.clear();
        user("heal everything");
        break;
    case Verb::produce:
        for (std::size_t i = 0; i < partitions_.size(); ++i)
            if (partitions_[i].topic == deed.topic && partitions_[i].index == deed.partition &&
                partitions_[i].leader >= 0)
                send(deed.node, partitions_[i].leader, Family::produce, "Produce", false,
                     deed.topic + "-" + std::to_string(deed.partition) + " n=1", milliseconds(3),
                     static_cast<std::int64_t>(i), false);
        user("produce one");
        break;
    case Verb::force_election:
        active_ = deed.node;
        ++quorum_epoch_;
        say(deed.node, "quorum_leader",
            "leads the quorum in epoch " + std::to_string(quorum_epoch_), Tone::control, true,
            nullptr, -1, "controller " + std::to_string(deed.node));
        break;
    case Verb::drop_message:
        if (messages_.count(deed.id) != 0)
            messages_[deed.id].fate = Fate::dropped;
        break;
    case Verb::hold_message:
        if (messages_.count(deed.id) != 0)
            messages_[deed.id].fate = Fate::held;
        break;
    case Verb::release_message:
        if (messages_.count(deed.id) != 0)
            messages_[deed.id].fate = Fate::flying;
        break;
    default: break;
    }
}

} // namespace orrery::tests
