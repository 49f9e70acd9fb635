#include "core/client/accumulator.hpp"

#include "core/base/expect.hpp"
#include "core/client/load.hpp"
#include "core/record/records.hpp"

#include <algorithm>

namespace orrery::client {

void ProducerBatch::close() {
    if (!builder)
        return;
    closed = builder->build();
    builder.reset();
    full = true;
}

Accumulator::Accumulator(const ProducerConfig& config)
    : batch_size_(config.batch_size), linger_(config.linger), codec_(config.compression),
      memory_max_(config.buffer_memory) {}

PartitionQueue& Accumulator::activate(std::int32_t partition) {
    const auto index = static_cast<std::size_t>(partition);
    if (queues_.size() <= index)
        queues_.resize(index + 1);
    const auto at = std::lower_bound(active_.begin(), active_.end(), partition);
    if (at == active_.end() || *at != partition)
        active_.insert(at, partition);
    return queues_[index];
}

void Accumulator::deactivate_if_empty(std::int32_t partition) {
    if (queue(partition).batches.empty())
        active_.erase(std::lower_bound(active_.begin(), active_.end(), partition));
}

std::size_t Accumulator::append(std::int32_t partition, const NewRecord& record) {
    const auto bound = static_cast<std::int64_t>(
        record::BatchBuilder::largest_record_size(record.key, record.value));
    const auto index = static_cast<std::size_t>(partition);
    if (index < queues_.size() && !queues_[index].batches.empty()) {
        ProducerBatch& last = queues_[index].batches.back();
        if (!last.full && static_cast<std::int64_t>(last.size()) + bound > last.memory)
            last.full = true;
    }
    const bool joins = index < queues_.size() && !queues_[index].batches.empty() &&
                       !queues_[index].batches.back().full;
    if (!joins) {
        const std::int64_t memory =
            std::max(batch_size_, bound + static_cast<std::int64_t>(record::header_size));
        if (memory > memory_free())
            return 0;
        memory_used_ += memory;
        ProducerBatch& fresh = activate(partition).batches.emplace_back();
        fresh.partition = partition;
        fresh.first_sequence = record.sequence;
        fresh.created = record.at;
        fresh.memory = memory;
        record::BatchOptions options;
        options.codec = codec_;
        // Room for a few records at once; most batches under a steady load never need more.
        fresh.builder.emplace(
            options,
            std::min<std::size_t>(static_cast<std::size_t>(memory),
                                  record::header_size + 6 * static_cast<std::size_t>(bound)));
    }
    ProducerBatch& batch = queues_[index].batches.back();
    const std::size_t before = batch.size();
    batch.builder->append(record.wall_ms, record.key, record.value);
    ++batch.records;
    batch.last_sequence = record.sequence;
    batch.full = static_cast<std::int64_t>(batch.size()) >= batch.memory;
    return batch.size() - before;
}

bool Accumulator::all_full(std::int32_t partition) const {
    const auto& batches = queue(partition).batches;
    return batches.empty() || batches.back().full;
}

std::int64_t Accumulator::room_for(std::size_t size) const {
    const auto record = static_cast<std::int64_t>(size);
    const auto fits = [&](std::int64_t free) { return free > record ? (free - 1) / record : 0; };
    std::int64_t least =
        std::min(fits(batch_size_ - static_cast<std::int64_t>(record::header_size)),
                 memory_free() / std::max(batch_size_, record + 64));
    for (const std::int32_t partition : active_) {
        const ProducerBatch& last = queue(partition).batches.back();
        if (!last.full)
            least = std::min(least, fits(last.memory - static_cast<std::int64_t>(last.size())));
    }
    return least;
}

Instant Accumulator::ready_at(std::int32_t partition, LeaderEpoch leader_epoch, bool flush) const {
    const auto& batches = queue(partition).batches;
    const ProducerBatch& first = batches.front();
    if (backing_off(partition, leader_epoch, Instant{}))
        return first.retry_at;
    if (flush || first.full || batches.size() > 1)
        return Instant{};
    return first.created + linger_;
}

bool Accumulator::backing_off(std::int32_t partition, LeaderEpoch leader_epoch, Instant now) const {
    const ProducerBatch& first = queue(partition).batches.front();
    // A new leader is a new chance: no reason to wait (KIP-951).
    return first.attempts > 0 && leader_epoch <= first.tried_epoch && now < first.retry_at;
}

ProducerBatch Accumulator::take_first(std::int32_t partition) {
    auto& batches = queue(partition).batches;
    ProducerBatch batch = std::move(batches.front());
    batches.erase(batches.begin());
    batch.close();
    deactivate_if_empty(partition);
    return batch;
}

void Accumulator::put_back(ProducerBatch batch) {
    auto& batches = activate(batch.partition).batches;
    batches.insert(batches.begin(), std::move(batch));
}

void Accumulator::take_older(Instant limit, std::vector<ProducerBatch>& out) {
    for (std::size_t i = 0; i < active_.size();) {
        const std::int32_t partition = active_[i];
        auto& batches = queue(partition).batches;
        std::size_t older = 0;
        while (older < batches.size() && batches[older].created <= limit)
            out.push_back(std::move(batches[older++]));
        batches.erase(batches.begin(), batches.begin() + static_cast<std::ptrdiff_t>(older));
        if (batches.empty())
            active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(i));
        else
            ++i;
    }
}

std::optional<Instant> Accumulator::oldest() const {
    std::optional<Instant> oldest;
    for (const std::int32_t partition : active_)
        oldest = earlier(oldest, queue(partition).batches.front().created);
    return oldest;
}

void Accumulator::put_back_split(const ProducerBatch& batch) {
    const auto records = record::read_records(batch.closed);
    expect(records.has_value() && records->size() > 1, "a batch of our own making, of two or more");
    const std::size_t half = records->size() / 2;
    std::vector<ProducerBatch> parts;
    for (std::size_t i = 0; i < records->size(); ++i) {
        if (i == 0 || i == half) {
            ProducerBatch& part = parts.emplace_back(batch);
            part.closed = {};
            part.records = 0;
            part.full = true;
            part.memory = i == 0 ? batch.memory : 0; // the halves share what the whole had
            record::BatchOptions options;
            options.codec = codec_;
            part.builder.emplace(options);
        }
        const record::OwnedRecord& record = (*records)[i];
        const auto key = record.key ? std::optional(record.key->span()) : std::nullopt;
        const auto value = record.value ? std::optional(record.value->span()) : std::nullopt;
        parts.back().builder->append(record.timestamp, key, value);
        const auto identity = identity_of(value.value_or(record::View{}));
        parts.back().last_sequence = identity ? identity->sequence : batch.last_sequence;
        if (++parts.back().records == 1)
            parts.back().first_sequence = parts.back().last_sequence;
    }
    for (std::size_t i = parts.size(); i-- > 0;) {
        parts[i].close();
        put_back(std::move(parts[i]));
    }
}

} // namespace orrery::client
