#include "core/group/consumer_reconcile.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

namespace {

class Reconciliation {
public:
    Reconciliation(const ConsumerMember& member, const ReconcileInput& input)
        : member_(member), in_(input) {}

    /// Towards the target assignment.
    ConsumerMember advance() {
        for (const auto& [topic, partitions] : member_.assigned) {
            const std::vector<std::int32_t>* target =
                wanted(topic) ? in_.target.find(topic) : nullptr;
            for (const auto& [partition, epoch] : partitions) {
                const bool keeps =
                    target && std::binary_search(target->begin(), target->end(), partition);
                (keeps ? kept_ : given_up_)[topic][partition] = epoch;
            }
        }
        for (const auto& [topic, partitions] : in_.target)
            if (wanted(topic))
                for (const std::int32_t partition : partitions)
                    if (!owns(kept_, topic, partition))
                        take(topic, partition);
        if (says_to_own(given_up_))
            return with_revocation(kept_, given_up_);
        for (const auto& [topic, partitions] : taken_)
            for (const auto& [partition, epoch] : partitions)
                kept_[topic][partition] = epoch;
        ConsumerMember next = member_;
        next.state =
            waits_ ? ConsumerMemberState::unreleased_partitions : ConsumerMemberState::stable;
        next.move_to_epoch(in_.target_epoch);
        next.assigned = kept_;
        next.revoking.clear();
        return next;
    }

    /// Within its epoch: what the member is no longer subscribed to is taken from it.
    ConsumerMember drop_unwanted() {
        OwnedPartitions kept;
        OwnedPartitions given_up = member_.revoking;
        for (const auto& [topic, partitions] : member_.assigned) {
            if (wanted(topic)) {
                kept[topic] = partitions;
                continue;
            }
            for (const auto& [partition, epoch] : partitions)
                given_up[topic][partition] = epoch;
        }
        if (kept == member_.assigned)
            return member_;
        if (says_to_own(given_up))
            return with_revocation(kept, given_up);
        ConsumerMember next = member_;
        next.move_to_epoch(member_.epoch);
        next.assigned = kept;
        return next;
    }

    /// A member that does not say what it owns, owns what it had.
    bool says_to_own(const OwnedPartitions& partitions) const {
        if (partitions.empty())
            return false;
        if (!in_.owned)
            return true;
        for (const auto& topic : *in_.owned)
            for (const std::int32_t partition : topic.partitions)
                if (owns(partitions, topic.topic_id, partition))
                    return true;
        return false;
    }

private:
    ConsumerMember with_revocation(const OwnedPartitions& kept, const OwnedPartitions& given_up) {
        ConsumerMember next = member_;
        next.state = ConsumerMemberState::unrevoked_partitions;
        next.move_to_epoch(member_.epoch);
        next.assigned = kept;
        next.revoking = given_up;
        return next;
    }
    bool wanted(const Uuid& id) const {
        const metadata::Topic* topic = in_.image.topic(id);
        return topic && in_.group.subscribes(member_, topic->name);
    }
    void take(const Uuid& topic, std::int32_t partition) {
        const bool free = in_.assign_before_revoked ||
                          !in_.group.partition_epoch(topic, partition) ||
                          owns(member_.revoking, topic, partition);
        if (free)
            taken_[topic][partition] = in_.target_epoch;
        else
            waits_ = true;
    }

    const ConsumerMember& member_;
    const ReconcileInput& in_;
    OwnedPartitions kept_;
    OwnedPartitions given_up_;
    OwnedPartitions taken_;
    bool waits_ = false; ///< for partitions that others have
};

} // namespace

std::optional<ConsumerMember> reconcile(const ConsumerMember& member, const ReconcileInput& input) {
    Reconciliation step(member, input);
    switch (member.state) {
    case ConsumerMemberState::stable:
        if (member.epoch != input.target_epoch)
            return step.advance();
        return input.subscription_changed ? step.drop_unwanted() : member;
    case ConsumerMemberState::unrevoked_partitions:
        if (!input.owned || step.says_to_own(member.revoking))
            return input.subscription_changed ? step.drop_unwanted() : member;
        return step.advance();
    case ConsumerMemberState::unreleased_partitions: return step.advance();
    case ConsumerMemberState::unknown: break;
    }
    if (!input.owned || !input.owned->empty())
        return std::nullopt;
    return step.advance();
}

bool owns_no_more_than(const SaidToOwn& owned, const OwnedPartitions& assigned) {
    if (!owned)
        return false;
    for (const auto& topic : *owned) {
        if (!assigned.contains(topic.topic_id))
            return false;
        for (const std::int32_t partition : topic.partitions)
            if (!owns(assigned, topic.topic_id, partition))
                return false;
    }
    return true;
}

} // namespace orrery::group
