// A consumer in a group of the consumer protocol (KIP-848): what it does in poll() to come to what
// the coordinator wants it to have. It commits what it processed, gives up what it shall not have
// any more, takes in the rest, and has the coordinator told.
//
// The application is taken to have a rebalance listener, so all of this happens inside poll().
//
// Source: ConsumerMembershipManager (reconcile, revokeAndAssign).
#include "core/client/consumer.hpp"

#include <algorithm>

namespace orrery::client {

bool ConsumerProcess::modern() const {
    return config_->group.protocol == GroupProtocol::consumer;
}

Wanted ConsumerProcess::wanted() const {
    return {group_->topics, reading_->pattern};
}

void ConsumerProcess::poll_modern(Turn& turn) {
    ModernMembership& member = group_->modern;
    switch (member.state()) {
    case MemberState::out: return member.join(network_.random());
    case MemberState::fenced:
    case MemberState::stale:
        if (owns_any())
            disown(turn, Fact::partitions_lost, owned(), member.epoch());
        group_->before_joining = 0;
        return member.rejoin();
    case MemberState::reconciling: return reconcile(turn);
    case MemberState::joining:
    case MemberState::acknowledging:
    case MemberState::stable: return;
    }
}

/// The target by names; topics that metadata does not know yet wait until it does.
TopicPartitions ConsumerProcess::resolved_target() {
    TopicPartitions resolved;
    for (const auto& [id, indexes] : group_->modern.target()) {
        for (const NamedTopic& named : network_.metadata().all_topics())
            if (named.id == id)
                network_.want_topic(named.name); // the pattern's matches are the coordinator's
        const std::size_t topic = network_.metadata().find_topic(id, {});
        if (topic < network_.metadata().topics().size())
            resolved[network_.metadata().topic(topic).name] = indexes;
        else
            network_.want_metadata();
    }
    return resolved;
}

void ConsumerProcess::reconcile(Turn& turn) {
    ModernMembership& member = group_->modern;
    const TopicPartitions target = resolved_target();
    const TopicPartitions before = owned();
    const TopicPartitions gone = without(before, target);
    const TopicPartitions fresh = without(target, before);
    if (!gone.empty() || !fresh.empty()) {
        if (commits_automatically() && owns_any() && group_->before_joining == 0) {
            group_->before_joining =
                begin_commit(turn, CommitKind::before_revocation, config_->group.max_poll_interval);
            for (const auto& [name, indexes] : gone)
                for (const std::int32_t index : indexes)
                    if (ConsumerPartition* ours =
                            find(network_.metadata().find_topic({}, name), index))
                        ours->leaving = true;
        }
        if (group_->commits.pending(group_->before_joining))
            return;
        group_->before_joining = 0;
        if (!gone.empty())
            disown(turn, Fact::partitions_revoked, gone, member.epoch());
        if (!fresh.empty()) {
            if (before.empty())
                group_->next_auto_commit = turn.now.instant + config_->group.auto_commit_interval;
            own(turn, fresh, member.epoch());
        }
    }
    for (ConsumerPartition& partition : partitions_)
        partition.leaving = false;
    IdPartitions current;
    for (const auto& [name, indexes] : owned())
        current[network_.metadata().topic(network_.metadata().find_topic({}, name)).id] = indexes;
    member.reconciled(std::move(current));
}

} // namespace orrery::client
