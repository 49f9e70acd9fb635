// What waits on partitions, and what wakes it: produces for their high watermark, fetches for data
// or news, DeleteRecords for the replicas' log starts.
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

using wire::Error;

/// To be called after a partition changed: everything that waits for it is looked at.
void Replicas::progressed(Slot slot, Progress what, const Step& step) {
    if (what == Progress::visible) {
        if (!at(slot).produces.empty())
            finish_produces(slot, step);
        if (!at(slot).deletes.empty())
            finish_deletes(slot, step);
    }
    // Backwards: a sessionless fetch that is answered takes its own watch out of the list.
    for (std::size_t i = at(slot).watches.size(); i-- > 0;) {
        if (i >= at(slot).watches.size())
            continue;
        const FetchWatch watch = at(slot).watches[i];
        Cow<FetchSet>& set = *sets_.find(watch.set);
        if (what == Progress::log_end && set->replica == no_node)
            continue; // consumers don't see what is not committed
        if (!set->wanted[watch.place].hot) {
            note_idle_fetch(slot, *set, watch.place);
            set.edit().heat(watch.place);
        }
        if (set->parked && is_ready(*set))
            answer_parked(watch.set, step);
    }
}

// --- produce

/// Kafka's DelayedProduce: the part is done when its high watermark has reached it, or the replica
/// no longer leads. The ISR may have shrunk under min.insync.replicas since the append; then the
/// record is there, and may survive, but was not made as safe as was asked.
void Replicas::finish_produces(Slot slot, const Step& step) {
    const Partition& seen = at(slot);
    Error error = Error::none;
    std::size_t done = seen.produces.size();
    if (seen.role == Role::offline) {
        error = Error::kafka_storage_error;
    } else if (!seen.leads()) {
        error = image_.partition(seen.id) == nullptr ? Error::unknown_topic_or_partition
                                                     : Error::not_leader_or_follower;
    } else {
        if (seen.effective_min_isr() > seen.maximal_isr_size() &&
            !config_->planted.ack_below_min_isr)
            error = Error::not_enough_replicas_after_append;
        const auto first_waiting = std::find_if(
            seen.produces.begin(), seen.produces.end(),
            [&](const ProduceWaiter& waiter) { return waiter.required > seen.high_watermark; });
        done = static_cast<std::size_t>(first_waiting - seen.produces.begin());
    }
    if (done == 0)
        return;
    std::vector<ProduceWaiter>& waiters = edit(slot).produces;
    const auto end = waiters.begin() + static_cast<std::ptrdiff_t>(done);
    for (auto waiter = waiters.begin(); waiter != end; ++waiter)
        finish_part(*waiter, error, step);
    waiters.erase(waiters.begin(), end);
}

void Replicas::finish_part(const ProduceWaiter& waiter, Error error, const Step& step) {
    ParkedProduce* parked = produces_.find(waiter.parked);
    expect(parked != nullptr, "a waiter whose produce request is parked");
    auto& part = parked->response.responses[waiter.topic].partition_responses[waiter.part];
    part.error_code = wire::code(error);
    if (--parked->waiting > 0)
        return;
    ParkedProduce done = std::move(*parked);
    produces_.erase(waiter.parked);
    reply_produce(done.version, done.listener, done.request, std::move(done.response), step);
}

void Replicas::expire_produces(const Step& step) {
    produces_expire_.reset();
    std::vector<std::uint64_t> late;
    for (const auto& [key, parked] : produces_) {
        if (parked.give_up <= step.now.instant)
            late.push_back(key);
        else
            produces_expire_ = earlier(produces_expire_, parked.give_up);
    }
    for (const std::uint64_t key : late) {
        ParkedProduce done = std::move(*produces_.find(key));
        produces_.erase(key);
        for (const auto& topic : done.response.responses)
            for (const auto& part : topic.partition_responses) {
                if (wire::error_of(part.error_code) != Error::request_timed_out)
                    continue;
                const Slot slot = topic.name.empty() ? slot_of(topic.topic_id, part.index)
                                                     : slot_of(topic.name, part.index);
                std::erase_if(edit(slot).produces,
                              [&](const ProduceWaiter& waiter) { return waiter.parked == key; });
            }
        reply_produce(done.version, done.listener, done.request, std::move(done.response), step);
    }
    expire_deletes(step);
}

// --- DeleteRecords

/// The smallest log start among the live replicas: what every one of them has deleted up to.
Offset Replicas::low_watermark(const Partition& partition) const {
    Offset low = partition.log_start();
    for (const auto& [id, follower] : partition.followers)
        if (image_.is_unfenced(id))
            low = std::min(low, follower.log_start);
    return low;
}

void Replicas::finish_deletes(Slot slot, const Step& step) {
    const Partition& seen = at(slot);
    const Offset low = seen.leads() ? low_watermark(seen) : no_offset;
    std::vector<DeleteWaiter> done;
    for (const DeleteWaiter& waiter : seen.deletes)
        if (!seen.leads() || waiter.required <= low)
            done.push_back(waiter);
    if (done.empty())
        return;
    const Error error = seen.leads()                 ? Error::none
                        : seen.role == Role::offline ? Error::kafka_storage_error
                                                     : Error::not_leader_or_follower;
    std::erase_if(edit(slot).deletes, [&](const DeleteWaiter& waiter) {
        return std::find(done.begin(), done.end(), waiter) != done.end();
    });
    for (const DeleteWaiter& waiter : done) {
        ParkedDelete* parked = deletes_.find(waiter.parked);
        expect(parked != nullptr, "a waiter whose delete request is parked");
        auto& part = parked->response.topics[waiter.topic].partitions[waiter.part];
        part.error_code = wire::code(error);
        part.low_watermark = error == Error::none ? low.value : no_offset.value;
        if (--parked->waiting > 0)
            continue;
        step.out.replies.push_back({parked->request, std::move(parked->response)});
        deletes_.erase(waiter.parked);
    }
}

void Replicas::expire_deletes(const Step& step) {
    std::vector<std::uint64_t> late;
    for (const auto& [key, parked] : deletes_) {
        if (parked.give_up <= step.now.instant)
            late.push_back(key);
        else
            produces_expire_ = earlier(produces_expire_, parked.give_up);
    }
    for (const std::uint64_t key : late) {
        ParkedDelete done = std::move(*deletes_.find(key));
        deletes_.erase(key);
        for (const auto& topic : done.response.topics)
            for (const auto& part : topic.partitions)
                if (wire::error_of(part.error_code) == Error::request_timed_out)
                    std::erase_if(edit(slot_of(topic.name, part.partition_index)).deletes,
                                  [&](const DeleteWaiter& waiter) { return waiter.parked == key; });
        step.out.replies.push_back({done.request, std::move(done.response)});
    }
}

// --- fetch

void Replicas::expire_fetches(const Step& step) {
    fetches_expire_.reset();
    std::vector<SetId> late;
    for (const auto& [id, set] : sets_) {
        if (!set->parked)
            continue;
        if (set->parked->give_up <= step.now.instant)
            late.push_back(id);
        else
            fetches_expire_ = earlier(fetches_expire_, set->parked->give_up);
    }
    for (const SetId id : late)
        answer_parked(id, step);
}

std::size_t Replicas::parked_fetches() const {
    std::size_t count = 0;
    for (const auto& [id, set] : sets_)
        if (set->parked)
            ++count;
    return count;
}

} // namespace orrery::replica
