#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

using wire::Error;

Replicas::Replicas(const Config& config, const Boot& boot, const Now& now, Out& out)
    : config_(Cow<Config>(config)), random_(boot.random, "fetch sessions") {
    const Step step{now, out};
    recover(boot, step);
}

// --- places

Slot Replicas::slot_of(const Uuid& topic, std::int32_t partition) const {
    const TopicSlots* known = topics_->find(topic);
    if (known == nullptr || partition < 0 ||
        static_cast<std::size_t>(partition) >= known->slots.size())
        return no_slot;
    return known->slots[static_cast<std::size_t>(partition)];
}

Slot Replicas::slot_of(std::string_view topic, std::int32_t partition) const {
    const Uuid* id = names_->find(topic);
    return id == nullptr ? no_slot : slot_of(*id, partition);
}

Slot Replicas::slot_named(const PartitionName& name) const {
    return name.topic.empty() ? slot_of(name.topic_id, name.partition)
                              : slot_of(name.topic, name.partition);
}

const Partition* Replicas::find(std::string_view topic, std::int32_t partition) const {
    const Slot slot = slot_of(topic, partition);
    return slot == no_slot ? nullptr : &at(slot);
}

const Partition* Replicas::find(const Uuid& topic, std::int32_t partition) const {
    const Slot slot = slot_of(topic, partition);
    return slot == no_slot ? nullptr : &at(slot);
}

namespace {

/// Far from the quorum's write ids, which count from one, and below the node's own.
constexpr std::uint64_t first_flush = std::uint64_t{1} << 62U;

} // namespace

Slot Replicas::add_partition(Partition&& partition) {
    const auto number = static_cast<std::size_t>(partition.id.partition);
    TopicSlots& topic = topics_.edit()[partition.id.topic];
    topic.name = partition.topic;
    if (topic.slots.size() <= number)
        topic.slots.resize(number + 1, no_slot);
    names_.edit()[partition.topic] = partition.id.topic;
    // Of each log in this life its own: a late confirmation of one that went means nothing to the
    // one that has its name now.
    partition.log.watch_flushes(WriteId{first_flush + (next_log_++ << 24U)});
    Slot slot{static_cast<std::uint32_t>(partitions_.size())};
    if (free_slots_.empty()) {
        partitions_.push_back(Cow<Partition>(std::move(partition)));
    } else {
        slot = free_slots_.back();
        free_slots_.pop_back();
        partitions_.edit(slot.value) = Cow<Partition>(std::move(partition));
    }
    topic.slots[number] = slot;
    ++count_;
    return slot;
}

void Replicas::remove_partition(Slot slot) {
    const metadata::TopicPartitionId id = at(slot).id;
    const std::string name = at(slot).topic;
    std::vector<Slot>& slots = topics_.edit().find(id.topic)->slots;
    slots[static_cast<std::size_t>(id.partition)] = no_slot;
    if (std::all_of(slots.begin(), slots.end(), [](Slot other) { return other == no_slot; })) {
        topics_.edit().erase(id.topic);
        if (*names_->find(name) == id.topic)
            names_.edit().erase(name);
    }
    partitions_.edit(slot.value) = Cow<Partition>();
    free_slots_.push_back(slot);
    --count_;
}

// --- what is said of others

/// Why a partition that was asked for is not here.
Error Replicas::missing(const PartitionName& name) const {
    const bool by_id = name.topic.empty() && !name.topic_id.is_zero();
    const metadata::Topic* topic = by_id ? image_.topic(name.topic_id) : image_.topic(name.topic);
    if (topic == nullptr)
        return name.topic.empty() ? Error::unknown_topic_id : Error::unknown_topic_or_partition;
    if (name.partition < 0 || static_cast<std::size_t>(name.partition) >= topic->partitions.size())
        return Error::unknown_topic_or_partition;
    return Error::not_leader_or_follower; // it exists, elsewhere: look again where
}

std::pair<NodeId, LeaderEpoch> Replicas::current_leader(const Uuid& topic_id,
                                                        std::string_view topic,
                                                        std::int32_t partition) const {
    const Slot slot = topic.empty() ? slot_of(topic_id, partition) : slot_of(topic, partition);
    if (slot != no_slot)
        return {at(slot).leader, at(slot).leader_epoch};
    const metadata::Topic* known = topic.empty() ? image_.topic(topic_id) : image_.topic(topic);
    if (known == nullptr)
        return {no_node, no_epoch};
    const metadata::Partition* elsewhere = image_.partition(known->id, partition);
    if (elsewhere == nullptr)
        return {no_node, no_epoch};
    return {elsewhere->leader, elsewhere->leader_epoch};
}

const metadata::Listener* Replicas::endpoint_of(NodeId id, std::string_view listener) const {
    const metadata::Broker* broker = image_.broker(id);
    return broker == nullptr || broker->fenced ? nullptr : broker->listener(listener);
}

void Replicas::appended(Partition& partition, const log::Appended& done, const Step& step) {
    step.note({Fact::appended,
               partition.topic,
               partition.id.partition,
               {done.first.value, done.last.value, partition.leader_epoch.value, done.bytes},
               {}});
    logs_moved(step.now.instant);
    if (partition.settings->log.flush_ms != std::numeric_limits<std::int64_t>::max())
        flush_due_ = earlier(flush_due_, partition.log.wakeup());
}

// --- answers and time

void Replicas::on_answer(AskId ask, Answer&& answer, const Now& now, Out& out) {
    const Step step{now, out};
    if (const auto* fetched = std::get_if<wire::FetchResponse>(&answer)) {
        on_fetch_response(ask, fetched, step);
    } else if (const auto* located = std::get_if<wire::ListOffsetsResponse>(&answer)) {
        on_located(ask, located, step);
    } else if (isr_ask_ == ask) {
        on_alter_partition(&std::get<wire::AlterPartitionResponse>(answer), step);
    }
    finish(step);
}

void Replicas::on_no_answer(AskId ask, const Now& now, Out& out) {
    const Step step{now, out};
    if (isr_ask_ == ask)
        on_alter_partition(nullptr, step);
    else if (!on_fetch_response(ask, nullptr, step))
        on_located(ask, nullptr, step);
    finish(step);
}

namespace {

bool is_due(std::optional<Instant> deadline, Instant now) {
    return deadline && *deadline <= now;
}

} // namespace

void Replicas::wake(const Now& now, Out& out) {
    const Step step{now, out};
    const Instant time = now.instant;
    if (is_due(produces_expire_, time))
        expire_produces(step);
    if (is_due(fetches_expire_, time))
        expire_fetches(step);
    if (is_due(isr_retry_, time))
        isr_retry_.reset();
    if (is_due(isr_check_, time))
        check_isrs(step);
    for (auto& [leader, fetcher] : fetchers_) {
        const Resting* rest = std::get_if<Resting>(&fetcher->phase);
        if (is_due(fetcher->delayed, time) || (rest != nullptr && rest->until <= time))
            wake_fetcher(fetcher.edit(), step);
    }
    if (is_due(high_watermarks_due_, time))
        write_high_watermarks(step);
    if (is_due(recovery_points_due_, time))
        write_log_points(step);
    if (is_due(retention_due_, time))
        apply_retention(step);
    if (is_due(clean_due_, time))
        clean_logs(step);
    if (is_due(flush_due_, time))
        flush_logs(step);
    finish(step);
}

void Replicas::flush_logs(const Step& step) {
    flush_due_.reset();
    for (std::uint32_t i = 0; i < partitions_.size(); ++i) {
        if (is_due(partitions_[i]->log.wakeup(), step.now.instant))
            edit({i}).log.on_time(step.now, step.out.effects);
        flush_due_ = earlier(flush_due_, partitions_[i]->log.wakeup());
    }
}

std::optional<Instant> Replicas::wakeup() const {
    std::optional<Instant> next = earlier(produces_expire_, fetches_expire_);
    next = earlier(next, isr_check_);
    if (!isr_ask_)
        next = earlier(next, isr_retry_);
    for (const auto& [leader, fetcher] : fetchers_) {
        next = earlier(next, fetcher->delayed);
        if (const Resting* rest = std::get_if<Resting>(&fetcher->phase))
            next = earlier(next, rest->until);
    }
    next = earlier(next, high_watermarks_due_);
    next = earlier(next, recovery_points_due_);
    next = earlier(next, clean_due_);
    next = earlier(next, flush_due_);
    return earlier(next, retention_due_);
}

/// The end of every step: asks for what the step made it want.
void Replicas::finish(const Step& step) {
    if (!isr_queue_.empty())
        send_isr_changes(step);
    for (auto& [leader, fetcher] : fetchers_)
        if (std::holds_alternative<Idle>(fetcher->phase) &&
            (!fetcher->changed.empty() || !fetcher->removed.empty() || fetcher->in_session > 0 ||
             fetcher->session_epoch == 0) &&
            !fetcher->partitions.empty())
            ask_leader(fetcher.edit(), step);
    if (produces_.empty() && deletes_.empty())
        produces_expire_.reset();
    if (recovery_points_stale_)
        write_log_points(step);
}

} // namespace orrery::replica
