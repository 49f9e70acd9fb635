// Who is in sync, and what that makes committed: the high watermark, and what the controller is
// asked about the ISR.
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

using wire::Error;

namespace {

std::string list_of(const std::vector<NodeId>& ids) {
    std::string text;
    for (const NodeId id : ids)
        text += (text.empty() ? "" : ",") + std::to_string(id.value);
    return text;
}

} // namespace

/// KIP-841, KIP-903: neither fenced nor leaving, and the life that fetched is the registered one. A
/// follower can restart empty between its fetch and the controller's decision; the broker epoch
/// of the fetch tells them apart. -1 comes from versions that have none.
bool Replicas::eligible(const Partition& partition, NodeId id) const {
    const Planted& planted = config_->planted;
    const metadata::Broker* broker = image_.broker(id);
    const FollowerState* follower = partition.followers.find(id);
    if (broker == nullptr || follower == nullptr || !follower->broker_epoch)
        return false;
    if (!planted.admit_fenced && !broker->active())
        return false;
    return planted.no_broker_epoch_fencing || *follower->broker_epoch == BrokerEpoch{-1} ||
           *follower->broker_epoch == broker->epoch;
}

void Replicas::set_high_watermark(Partition& partition, Offset to, const Step& step) {
    partition.high_watermark = to;
    step.note({Fact::high_watermark,
               partition.topic,
               partition.id.partition,
               {to.value, partition.log_end().value, partition.leader_epoch.value},
               {}});
    if (!high_watermarks_due_)
        high_watermarks_due_ = step.now.instant + config_->high_watermark_checkpoint;
}

/// Leader: commits what every member of the maximal ISR has. A follower that is about to join
/// (caught up and eligible) is waited for too, or the high watermark would run ahead of it for ever
/// and it could never join. Under min ISR nothing is committed (KIP-966): those who left may yet be
/// elected. True if it moved.
bool Replicas::advance_high_watermark(Partition& partition, const Step& step) {
    const Planted& planted = config_->planted;
    if (!planted.high_watermark_under_min_isr &&
        partition.isr.size() < partition.effective_min_isr())
        return false;
    const Offset end = partition.log_end();
    Offset to = end;
    for (const auto& [id, follower] : partition.followers) {
        if (follower.log_end >= to || planted.high_watermark_alone)
            continue;
        const bool counts =
            planted.committed_isr_only
                ? partition.in_isr(id)
                : partition.in_maximal_isr(id) ||
                      (follower.is_caught_up(end, step.now.instant, config_->lag_time_max) &&
                       eligible(partition, id));
        if (counts)
            to = follower.log_end;
    }
    to = std::max(to, partition.log_start());
    if (to == partition.high_watermark ||
        (to < partition.high_watermark && !planted.high_watermark_goes_back))
        return false;
    set_high_watermark(partition, to, step);
    return true;
}

/// Asks for a follower that has reached the high watermark and the start of this leader epoch. The
/// second matters after an election (KAFKA-7128): the new leader's high watermark may lag behind
/// what was committed, and who only reaches it may lack committed records.
void Replicas::expand_isr(Slot slot, NodeId id, const Step& step) {
    const Partition& seen = at(slot);
    const FollowerState& follower = *seen.followers.find(id);
    if (seen.pending || seen.in_isr(id) || !eligible(seen, id))
        return;
    if (follower.log_end < seen.high_watermark ||
        (follower.log_end < seen.epoch_start && !config_->planted.join_isr_by_high_watermark))
        return;
    Partition& partition = edit(slot);
    std::vector<NodeId> isr = partition.isr;
    isr.push_back(id);
    partition.pending = PendingIsr{std::move(isr), id, true, next_proposal_};
    isr_queue_.push_back({slot, next_proposal_++});
    step.note({Fact::isr_expand_asked,
               partition.topic,
               partition.id.partition,
               {id.value, partition.partition_epoch.value},
               {}});
}

/// Asks for whoever has not been caught up for replica.lag.time.max.ms to go.
void Replicas::shrink_isr(Slot slot, const Step& step) {
    const Partition& seen = at(slot);
    if (!seen.leads() || seen.pending || seen.isr.size() < 2)
        return;
    const auto lags = [&](NodeId id) {
        const FollowerState* follower = seen.followers.find(id);
        return id != config_->node &&
               (follower == nullptr ||
                !follower->is_caught_up(seen.log_end(), step.now.instant, config_->lag_time_max));
    };
    if (std::none_of(seen.isr.begin(), seen.isr.end(), lags))
        return;
    std::vector<NodeId> stay;
    std::vector<NodeId> go;
    for (const NodeId id : seen.isr)
        (lags(id) ? go : stay).push_back(id);
    Partition& partition = edit(slot);
    for (const NodeId id : go) {
        const FollowerState* follower = partition.followers.find(id);
        const Offset end = follower == nullptr ? no_offset : follower->log_end;
        step.note({Fact::isr_shrink_asked,
                   partition.topic,
                   partition.id.partition,
                   {id.value, partition.partition_epoch.value},
                   "it has reached " + std::to_string(end.value) + " of " +
                       std::to_string(partition.log_end().value)});
    }
    partition.pending = PendingIsr{std::move(stay), go.front(), false, next_proposal_};
    isr_queue_.push_back({slot, next_proposal_++});
}

void Replicas::check_isrs(const Step& step) {
    for (std::uint32_t i = 0; i < partitions_.size(); ++i)
        shrink_isr({i}, step);
    isr_check_ = step.now.instant + config_->lag_time_max / 2;
}

namespace {

/// The proposed members with the broker epochs they fetched with, so that the controller can tell
/// whether they still are who we mean. -1: no fetch of theirs has come to us yet.
wire::AlterPartitionRequest::PartitionData proposal(const Partition& partition, NodeId self,
                                                    BrokerEpoch own_epoch) {
    wire::AlterPartitionRequest::PartitionData data;
    data.partition_index = partition.id.partition;
    data.leader_epoch = partition.leader_epoch.value;
    data.partition_epoch = partition.partition_epoch.value;
    for (const NodeId id : partition.pending->isr) {
        wire::AlterPartitionRequest::BrokerState member;
        member.broker_id = id.value;
        const FollowerState* follower = partition.followers.find(id);
        if (id == self)
            member.broker_epoch = own_epoch.value;
        else if (follower != nullptr && follower->broker_epoch)
            member.broker_epoch = follower->broker_epoch->value;
        data.new_isr_with_epochs.push_back(member);
    }
    return data;
}

} // namespace

/// Sends what is queued, unless a request is out or we wait to retry.
void Replicas::send_isr_changes(const Step& step) {
    if (isr_queue_.empty() || isr_ask_ || isr_retry_)
        return;
    wire::AlterPartitionRequest request;
    request.broker_id = config_->node.value;
    request.broker_epoch = broker_epoch_.value;
    isr_asked_.clear();
    for (const IsrProposal& entry : isr_queue_) {
        const Partition& partition = at(entry.slot);
        if (!partition.pending || partition.pending->number != entry.number)
            continue; // overtaken by the metadata log
        if (request.topics.empty() || request.topics.back().topic_id != partition.id.topic) {
            request.topics.emplace_back();
            request.topics.back().topic_id = partition.id.topic;
        }
        request.topics.back().partitions.push_back(
            proposal(partition, config_->node, broker_epoch_));
        if (config_->planted.no_broker_epoch_fencing) // version 2 had none
            for (auto& member : request.topics.back().partitions.back().new_isr_with_epochs)
                member.broker_epoch = -1;
        isr_asked_.push_back(entry);
    }
    isr_queue_.clear();
    if (isr_asked_.empty())
        return;
    isr_ask_ = next_ask();
    step.out.asks.push_back({*isr_ask_, no_node, config_->request_timeout, std::move(request)});
}

void Replicas::on_alter_partition(const wire::AlterPartitionResponse* response, const Step& step) {
    isr_ask_.reset();
    const std::vector<IsrProposal> asked = std::move(isr_asked_);
    isr_asked_.clear();
    if (response == nullptr || wire::error_of(response->error_code) != Error::none) {
        // Nobody answered, or not as the active controller: the same proposals again.
        isr_queue_.insert(isr_queue_.begin(), asked.begin(), asked.end());
        isr_retry_ = step.now.instant + config_->alter_partition_backoff;
        return;
    }
    for (const auto& topic : response->topics)
        for (const auto& data : topic.partitions) {
            const Slot slot = slot_of(topic.topic_id, data.partition_index);
            const auto entry =
                std::find_if(asked.begin(), asked.end(),
                             [&](const IsrProposal& other) { return other.slot == slot; });
            if (slot == no_slot || entry == asked.end())
                continue;
            const Partition& partition = at(slot);
            if (partition.pending && partition.pending->number == entry->number)
                on_isr_answer(slot, data, step);
        }
}

void Replicas::on_isr_answer(Slot slot, const wire::AlterPartitionResponse::PartitionData& data,
                             const Step& step) {
    const Error error = wire::error_of(data.error_code);
    if (error != Error::none) {
        on_isr_refused(slot, error, step);
        return;
    }
    const Partition& seen = at(slot);
    if (data.leader_epoch != seen.leader_epoch.value ||
        data.partition_epoch < seen.partition_epoch.value)
        return; // a stale answer: the metadata log is ahead of it
    Partition& partition = edit(slot);
    partition.isr.clear();
    for (const std::int32_t id : data.isr)
        partition.isr.push_back({id});
    partition.partition_epoch = {data.partition_epoch};
    partition.pending.reset();
    isr_applied(partition, step);
    advance_high_watermark(partition, step);
    progressed(slot, Progress::visible, step);
}

void Replicas::on_isr_refused(Slot slot, Error error, const Step& step) {
    Partition& partition = edit(slot);
    step.note({Fact::isr_refused,
               partition.topic,
               partition.id.partition,
               {partition.partition_epoch.value, wire::code(error)},
               std::string(wire::name_of(error))});
    switch (error) {
    case Error::operation_not_attempted:
    case Error::ineligible_replica:
        // Nothing was done, and we know it. The follower's next fetch asks again if it still fits.
        partition.pending.reset();
        progressed(slot, Progress::visible, step);
        return;
    case Error::unknown_topic_or_partition:
    case Error::unknown_topic_id:
    case Error::fenced_leader_epoch:
    case Error::invalid_update_version:
    case Error::invalid_request:
    case Error::new_leader_elected:
        // We are behind the controller. The proposal stays pending, counted as if it held, until
        // the metadata log says what does.
        return;
    default: break;
    }
    isr_queue_.push_back({slot, partition.pending->number});
    isr_retry_ = step.now.instant + config_->alter_partition_backoff;
}

void Replicas::isr_applied(const Partition& partition, const Step& step) const {
    step.note({Fact::isr_applied,
               partition.topic,
               partition.id.partition,
               {partition.partition_epoch.value, static_cast<std::int64_t>(partition.isr.size())},
               list_of(partition.isr)});
}

} // namespace orrery::replica
