// The application's side of the producer: when records are sent, to which partition, and what
// becomes of send() when it can't go on.
#include "core/client/murmur2.hpp"
#include "core/client/producer.hpp"

#include <algorithm>

namespace orrery::client {

void ProducerProcess::send(const Now& now, std::int32_t partition, Effects& out) {
    if (!running_ || closing_)
        return;
    by_hand_.push_back({now.instant, partition});
    step(now, Woke{}, out);
}

/// The hand's records in their order. One that is blocked waits, and those behind it with it.
void ProducerProcess::run_by_hand(Turn& turn) {
    while (!by_hand_.empty()) {
        const ByHand first = by_hand_.front();
        if (closing_) {
            fail_record(turn, first.partition, "the producer is closed",
                        wire::Error::unknown_server_error);
        } else if (try_send(turn, turn.now.instant, first.partition) == SendResult::blocked) {
            if (turn.now.instant < first.since + config_->max_block)
                return;
            fail_record(turn, first.partition, "send() was blocked for max.block.ms",
                        wire::Error::request_timed_out);
        }
        ++sent_by_hand_;
        waits_for_memory_ = false;
        by_hand_.erase(by_hand_.begin());
    }
}

void ProducerProcess::run_load(Turn& turn) {
    if (closing_)
        return;
    while (true) {
        const Instant due = load_due();
        if (due > turn.now.instant || application_free_at_ > turn.now.instant)
            return;
        // A thread that was blocked goes on now, not in the past.
        const Instant at = blocked_since_ ? turn.now.instant : std::max(due, application_free_at_);
        const SendResult result = try_send(turn, at, load_->partition);
        if (result == SendResult::blocked) {
            if (!blocked_since_)
                blocked_since_ = at;
            const Instant limit = *blocked_since_ + config_->max_block;
            if (turn.now.instant < limit)
                return;
            application_free_at_ = limit;
            fail_record(turn, load_->partition,
                        waits_for_memory_ ? "buffer.memory had no room for max.block.ms"
                                          : "the topic's metadata didn't come for max.block.ms",
                        wire::Error::request_timed_out);
        } else if (blocked_since_) {
            application_free_at_ = turn.now.instant;
        }
        blocked_since_.reset();
        waits_for_memory_ = false;
    }
}

ProducerProcess::SendResult ProducerProcess::try_send(Turn& turn, Instant at, std::int32_t wanted) {
    if (network_.metadata().topics().empty())
        network_.want_topic(load_->topic);
    const TopicInfo& topic = network_.metadata().topic(load_topic);
    const auto count = static_cast<std::int32_t>(topic.partitions.size());
    if (!topic.known || count == 0 || wanted >= count) {
        network_.want_metadata();
        return SendResult::blocked;
    }
    std::vector<std::byte> key_bytes;
    std::vector<std::byte> value;
    Random random = load_random_; // a record that is blocked draws the same when it is tried again
    NewRecord record;
    if (write_key(*load_, next_sequence_, random, key_bytes))
        record.key = record::View(key_bytes);
    write_value(*load_, next_sequence_, value);
    record.value = value;
    record.sequence = next_sequence_;
    record.at = at;
    record.wall_ms = turn.now.wall_ms - (turn.now.instant - at).ms();

    const std::size_t bound =
        record::BatchBuilder::largest_record_size(record.key, record.value) + record::header_size;
    if (bound > static_cast<std::size_t>(config_->max_request_size) ||
        bound > static_cast<std::size_t>(config_->buffer_memory)) {
        load_random_ = random;
        fail_record(turn, wanted, "the record is larger than max.request.size",
                    wire::Error::message_too_large);
        return SendResult::failed;
    }
    const bool sticky = wanted < 0 && (!record.key || config_->ignore_keys);
    const std::int32_t partition = wanted >= 0 ? wanted : choose_partition(record.key, random);
    const std::size_t bytes = accumulator_.append(partition, record);
    if (bytes == 0) {
        waits_for_memory_ = true;
        return SendResult::blocked;
    }
    load_random_ = random;
    ++next_sequence_;
    ++counters_.sent;
    if (sticky) {
        sticky_partition_ = partition;
        after_sticky_append(bytes);
    }
    return SendResult::sent;
}

void ProducerProcess::fail_record(Turn& turn, std::int32_t partition, std::string why,
                                  wire::Error error) {
    Note note{Fact::record_failed, load_->topic, partition, {}, last_error_ = std::move(why)};
    note.numbers = {1, wire::code(error), next_sequence_, next_sequence_};
    turn.out.push_back(std::move(note));
    ++next_sequence_;
    ++counters_.sent;
    ++counters_.failed;
}

// --- which partition (KIP-794)
// --------------------------------------------------------------------

std::int32_t ProducerProcess::choose_partition(std::optional<record::View> key, Random& random) {
    const auto count =
        static_cast<std::int32_t>(network_.metadata().topic(load_topic).partitions.size());
    if (key && !config_->ignore_keys)
        return partition_of(*key, count);
    if (sticky_partition_ < 0 || sticky_partition_ >= count)
        return next_sticky_partition(random);
    return sticky_partition_;
}

/// Even over the partitions that have a leader; with adaptive partitioning the longer a partition's
/// queue the rarer it is drawn, so that a slow broker gets less.
std::int32_t ProducerProcess::next_sticky_partition(Random& random) const {
    const auto& partitions = network_.metadata().topic(load_topic).partitions;
    std::vector<std::int32_t> available;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        if (partitions[i].current_leader() == no_node)
            continue;
        available.push_back(static_cast<std::int32_t>(i));
        if (i < accumulator_.partitions())
            longest = std::max(longest, accumulator_.queue(available.back()).batches.size());
    }
    if (available.empty())
        return static_cast<std::int32_t>(random.below(partitions.size()));
    std::vector<std::int64_t> up_to;
    std::int64_t total = 0;
    for (const std::int32_t partition : available) {
        std::size_t queued = 0;
        if (static_cast<std::size_t>(partition) < accumulator_.partitions())
            queued = accumulator_.queue(partition).batches.size();
        total += config_->adaptive ? static_cast<std::int64_t>(longest + 1 - queued) : 1;
        up_to.push_back(total);
    }
    const auto point = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(total)));
    const auto place = std::upper_bound(up_to.begin(), up_to.end(), point) - up_to.begin();
    return available[static_cast<std::size_t>(place)];
}

/// Moves on after batch.size bytes, but not while that would leave a batch half full; after twice
/// as much in any case.
void ProducerProcess::after_sticky_append(std::size_t bytes) {
    sticky_bytes_ += static_cast<std::int64_t>(bytes);
    const bool enough = sticky_bytes_ >= config_->batch_size;
    if ((enough && accumulator_.all_full(sticky_partition_)) ||
        sticky_bytes_ >= 2 * static_cast<std::int64_t>(config_->batch_size)) {
        sticky_partition_ = next_sticky_partition(load_random_);
        sticky_bytes_ = 0;
    }
}

// --- when the load must be looked at again
// --------------------------------------------------------

std::optional<Instant> ProducerProcess::load_wakeup() const {
    if (closing_)
        return std::nullopt;
    if (blocked_since_)
        return *blocked_since_ + config_->max_block;
    const Instant due = std::max(load_due(), application_free_at_);
    if (due == never)
        return std::nullopt;
    if (network_.metadata().topics().empty() || !network_.metadata().topic(load_topic).known)
        return due;
    // Until a batch may be full or its linger over nothing can be seen of the records to come: they
    // can wait and be put in together.
    const std::int64_t size = std::max<std::int64_t>(
        load_->record_size, static_cast<std::int64_t>(load_->name.size()) + 21);
    const std::int64_t room = accumulator_.room_for(static_cast<std::size_t>(size) + 64);
    Instant full = room <= 0 ? due : load_due(room);
    return std::min(full, due + config_->linger);
}

} // namespace orrery::client
