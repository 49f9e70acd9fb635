// Following: the fetchers' half that asks. What they are answered is in fetched.cpp.
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace orrery::replica {

void Replicas::start_fetching(Slot slot) {
    const Partition& partition = at(slot);
    Cow<Fetcher>& shared = fetchers_[partition.leader];
    Fetcher& fetcher = shared.edit();
    fetcher.leader = partition.leader;
    if (std::holds_alternative<Resting>(fetcher.phase))
        fetcher.phase = Idle{}; // the metadata moved: what failed may work now
    FetchedPartition fresh;
    fresh.leader_epoch = partition.leader_epoch;
    fresh.offset = partition.log.latest_epoch() ? partition.log_end() : partition.high_watermark;
    // Of the same session still: then it is not forgotten but changed.
    if (std::erase(fetcher.removed, partition.id) > 0) {
        fresh.sent = SentWish{};
        ++fetcher.in_session;
    }
    fetcher.partitions[slot] = fresh;
    fetcher.changed.push_back(slot);
}

void Replicas::stop_fetching(Slot slot) {
    Cow<Fetcher>* shared = fetchers_.find(at(slot).leader);
    if (shared == nullptr || !(*shared)->partitions.contains(slot))
        return;
    Fetcher& fetcher = shared->edit();
    leave_session(fetcher, *fetcher.partitions.find(slot), at(slot).id);
    fetcher.partitions.erase(slot);
    std::erase(fetcher.changed, slot);
}

void Replicas::leave_session(Fetcher& fetcher, FetchedPartition& partition,
                             const metadata::TopicPartitionId& id) {
    if (!partition.sent)
        return;
    partition.sent.reset();
    --fetcher.in_session;
    fetcher.removed.push_back(id);
}

/// The leader does not know of any of our partitions any more: the next request names all.
void Replicas::lose_session(Fetcher& fetcher) {
    fetcher.session_epoch = 0;
    fetcher.in_session = 0;
    fetcher.removed.clear();
    for (auto& [slot, partition] : fetcher.partitions)
        partition.sent.reset();
}

void Replicas::delay(Fetcher& fetcher, Slot slot, const Step& step) {
    FetchedPartition& partition = *fetcher.partitions.find(slot);
    leave_session(fetcher, partition, at(slot).id);
    const Instant until = step.now.instant + config_->fetch_backoff;
    partition.phase = Delayed{until};
    fetcher.delayed = earlier(fetcher.delayed, until);
}

void Replicas::wake_fetcher(Fetcher& fetcher, const Step& step) {
    const Instant now = step.now.instant;
    if (const Resting* rest = std::get_if<Resting>(&fetcher.phase))
        if (rest->until <= now)
            fetcher.phase = Idle{};
    if (fetcher.delayed && *fetcher.delayed <= now) {
        fetcher.delayed.reset();
        for (auto& [slot, partition] : fetcher.partitions) {
            const Delayed* delayed = std::get_if<Delayed>(&partition.phase);
            if (delayed == nullptr)
                continue;
            if (delayed->until > now) {
                fetcher.delayed = earlier(fetcher.delayed, delayed->until);
                continue;
            }
            partition.phase = Fetching{};
            fetcher.touch(slot, partition);
        }
    }
}

namespace {

using Topics = std::vector<wire::FetchRequest::FetchTopic>;

void add(Topics& topics, const Partition& partition, const SentWish& wish, std::int32_t max_bytes) {
    if (topics.empty() || topics.back().topic_id != partition.id.topic) {
        topics.emplace_back();
        topics.back().topic = partition.topic;
        topics.back().topic_id = partition.id.topic;
    }
    wire::FetchRequest::FetchPartition asked;
    asked.partition = partition.id.partition;
    asked.current_leader_epoch = wish.current_leader_epoch.value;
    asked.fetch_offset = wish.offset.value;
    asked.last_fetched_epoch = wish.last_fetched_epoch.value;
    asked.log_start_offset = wish.log_start.value;
    asked.high_watermark = wish.high_watermark;
    asked.partition_max_bytes = max_bytes;
    topics.back().partitions.push_back(std::move(asked));
}

} // namespace

/// Puts into the request what the session does not know yet: all for a new one, else what changed.
void Replicas::add_wishes(Fetcher& fetcher, wire::FetchRequest& request) const {
    const bool full = fetcher.session_epoch == 0;
    const auto add_one = [&](Slot slot, FetchedPartition& fetched) {
        fetched.changed = false;
        if (!std::holds_alternative<Fetching>(fetched.phase))
            return;
        const Partition& partition = at(slot);
        SentWish wish;
        wish.offset = fetched.offset;
        wish.log_start = partition.log_start();
        wish.current_leader_epoch = fetched.leader_epoch;
        if (!config_->planted.truncate_to_high_watermark)
            wish.last_fetched_epoch = partition.log.latest_epoch().value_or(no_epoch);
        if (!full && fetched.sent == wish)
            return;
        if (!fetched.sent)
            ++fetcher.in_session;
        fetched.sent = wish;
        add(request.topics, partition, wish, config_->fetch_partition_bytes);
    };
    if (full) {
        for (auto& [slot, fetched] : fetcher.partitions)
            add_one(slot, fetched);
    } else {
        if (fetcher.changed.size() > 1)
            std::sort(fetcher.changed.begin(), fetcher.changed.end());
        for (const Slot slot : fetcher.changed)
            add_one(slot, *fetcher.partitions.find(slot));
    }
    fetcher.changed.clear();
    for (const metadata::TopicPartitionId& id : fetcher.removed) {
        auto& forgotten = request.forgotten_topics_data;
        if (forgotten.empty() || forgotten.back().topic_id != id.topic) {
            forgotten.emplace_back();
            forgotten.back().topic_id = id.topic;
            if (const metadata::Topic* topic = image_.topic(id.topic))
                forgotten.back().topic = topic->name;
        }
        forgotten.back().partitions.push_back(id.partition);
    }
    fetcher.removed.clear();
}

void Replicas::ask_leader(Fetcher& fetcher, const Step& step) {
    if (!std::holds_alternative<Idle>(fetcher.phase))
        return;
    wire::FetchRequest request;
    add_wishes(fetcher, request);
    if (fetcher.in_session == 0 && request.forgotten_topics_data.empty())
        return; // every partition rests
    request.replica_state.replica_id = config_->node.value;
    request.replica_state.replica_epoch = broker_epoch_.value;
    request.max_wait_ms = static_cast<std::int32_t>(config_->fetch_wait_max.ms());
    request.min_bytes = config_->fetch_min_bytes;
    request.max_bytes = config_->fetch_response_bytes;
    request.session_id = fetcher.session_id;
    request.session_epoch = fetcher.session_epoch;
    const AskId id = next_ask();
    fetcher.phase = Asking{id};
    step.out.asks.push_back({id, fetcher.leader, config_->request_timeout, std::move(request)});
}

/// OFFSET_OUT_OF_RANGE came: where does the leader's log end, and (`start`) where does it begin?
void Replicas::locate(Fetcher& fetcher, Slot slot, bool start, const Step& step) {
    constexpr std::int64_t latest = -1;
    constexpr std::int64_t earliest_local = -4;
    const Partition& partition = at(slot);
    FetchedPartition& fetched = *fetcher.partitions.find(slot);
    leave_session(fetcher, fetched, partition.id);
    wire::ListOffsetsRequest request;
    request.replica_id = config_->node.value;
    auto& topic = request.topics.emplace_back();
    topic.name = partition.topic;
    auto& asked = topic.partitions.emplace_back();
    asked.partition_index = partition.id.partition;
    asked.current_leader_epoch = fetched.leader_epoch.value;
    asked.timestamp = start ? earliest_local : latest;
    const AskId id = next_ask();
    fetched.phase = Locating{id, start};
    step.out.asks.push_back({id, fetcher.leader, config_->request_timeout, std::move(request)});
}

} // namespace orrery::replica
