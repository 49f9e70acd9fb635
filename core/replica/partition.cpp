#include "core/replica/partition.hpp"

#include <algorithm>

namespace orrery::replica {

std::string_view name_of(Role role) {
    switch (role) {
    case Role::follower: return "follower";
    case Role::leader: return "leader";
    case Role::offline: return "offline";
    }
    return "?";
}

void FollowerState::fetched(Offset offset, Offset start, Instant now, Offset leader_end,
                            BrokerEpoch epoch) {
    if (offset >= leader_end)
        caught_up = std::max(caught_up, now);
    else if (offset >= leader_end_at_last_fetch)
        caught_up = std::max(caught_up, last_fetch);
    log_end = offset;
    log_start = start;
    leader_end_at_last_fetch = std::max(leader_end, leader_end_at_last_fetch);
    last_fetch = now;
    broker_epoch = epoch;
}

bool FollowerState::is_caught_up(Offset leader_end, Instant now, Duration lag_max) const {
    return log_end == leader_end || now - caught_up <= lag_max;
}

namespace {

bool holds(const std::vector<NodeId>& ids, NodeId id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

bool Partition::in_isr(NodeId node) const {
    return holds(isr, node);
}

bool Partition::in_maximal_isr(NodeId node) const {
    return holds(isr, node) || (pending && holds(pending->isr, node));
}

std::size_t Partition::maximal_isr_size() const {
    return std::max(isr.size(), pending ? pending->isr.size() : 0);
}

std::vector<NodeId> Partition::maximal_isr() const {
    std::vector<NodeId> all = isr;
    if (pending)
        for (const NodeId node : pending->isr)
            if (!holds(all, node))
                all.push_back(node);
    return all;
}

std::size_t Partition::effective_min_isr() const {
    const auto wanted = static_cast<std::size_t>(std::max(settings->min_in_sync_replicas, 0));
    return std::min(wanted, followers.size() + 1);
}

wire::Error Partition::check(LeaderEpoch epoch, bool only_leader, const Planted& planted) const {
    if (role == Role::offline)
        return wire::Error::kafka_storage_error;
    if (epoch != no_epoch && !planted.no_fetch_fencing) {
        if (epoch < leader_epoch)
            return wire::Error::fenced_leader_epoch;
        if (epoch > leader_epoch)
            return wire::Error::unknown_leader_epoch;
    }
    if (only_leader && !leads())
        return wire::Error::not_leader_or_follower;
    return wire::Error::none;
}

} // namespace orrery::replica
