#include "sim/scenario/ledger.hpp"

#include "core/client/client.hpp"
#include "core/record/records.hpp"
#include "sim/scenario/looking.hpp"

#include <algorithm>
#include <map>

namespace orrery::sim {

namespace {

/// The numbers of a producer's records in a log, in the log's order.
std::vector<std::int64_t> sequences_in(const log::Log& log, std::string_view producer) {
    std::vector<std::int64_t> sequences;
    for (std::size_t s = 0; s < log.segment_count(); ++s)
        for (const log::StoredBatch& stored : log.segment(s).batches) {
            record::Records records(record::Batch{stored.header(), stored.bytes});
            record::Record record;
            while (records.next(record)) {
                const auto identity =
                    record.value ? client::identity_of(*record.value) : std::nullopt;
                if (identity && identity->producer == producer)
                    sequences.push_back(identity->sequence);
            }
        }
    return sequences;
}

/// Whether the record at the offset is the producer's with that number.
bool stands_at(const log::Log& log, Offset offset, std::string_view producer,
               std::int64_t sequence) {
    if (offset < log.start_offset() || offset >= log.end_offset())
        return false;
    const auto read = log.read(offset, {1, log.end_offset(), true});
    if (!read || read->records.size() == 0)
        return false;
    record::BatchReader batches(read->records);
    const auto batch = batches.next();
    if (!batch || !*batch)
        return false;
    record::Records records(**batch);
    record::Record record;
    while (records.next(record)) {
        if (record.offset != offset)
            continue;
        const auto identity = record.value ? client::identity_of(*record.value) : std::nullopt;
        return identity && identity->producer == producer && identity->sequence == sequence;
    }
    return false;
}

void cover(ReadRanges& read, Offset from, Offset to) {
    auto& ranges = read.ranges;
    if (!ranges.empty() && from <= ranges.back().second + 1 && from >= ranges.back().first) {
        ranges.back().second = std::max(ranges.back().second, to);
        return;
    }
    ranges.emplace_back(from, to);
    std::sort(ranges.begin(), ranges.end());
    std::vector<std::pair<Offset, Offset>> merged;
    for (const auto& range : ranges) {
        if (!merged.empty() && range.first <= merged.back().second + 1)
            merged.back().second = std::max(merged.back().second, range.second);
        else
            merged.push_back(range);
    }
    ranges = std::move(merged);
}

/// What is read above the offset does not count any more: it will be read again.
void forget_from(ReadRanges& read, Offset from) {
    std::erase_if(read.ranges, [&](const auto& range) { return range.first >= from; });
    for (auto& range : read.ranges)
        range.second = std::min(range.second, from - 1);
}

/// Offsets of from..end (end excluded) that no range covers and some record has.
std::int64_t uncovered(const ReadRanges& read, Offset from, Offset end) {
    std::int64_t missing = 0;
    Offset at = from;
    for (const auto& [first, last] : read.ranges) {
        if (first >= end)
            break;
        if (first > at)
            missing += first - at;
        at = std::max(at, last + 1);
    }
    return at < end ? missing + (end - at) : missing;
}

} // namespace

void Ledger::add_producer(ActorId actor, std::string name, std::string topic) {
    ProducerAccount account;
    account.name = std::move(name);
    account.topic = std::move(topic);
    producers_[actor] = Cow<ProducerAccount>(std::move(account));
}

void Ledger::add_consumer(ActorId actor, std::string name, std::string topic) {
    ConsumerAccount account;
    account.name = std::move(name);
    account.topic = std::move(topic);
    consumers_[actor] = Cow<ConsumerAccount>(std::move(account));
}

void Ledger::on_note(ActorId actor, const Note& note, Instant now) {
    const auto& n = note.numbers;
    groups_.on_note(actor, note, now);
    if (note.fact == Fact::record_acknowledged || note.fact == Fact::record_failed) {
        auto* found = producers_.find(actor);
        if (found == nullptr)
            return;
        ProducerAccount& account = found->edit();
        if (note.fact == Fact::record_failed) {
            account.failed += n[0];
            return;
        }
        account.acknowledged += n[5];
        account.batches.push_back({note.partition, {n[0]}, {n[1]}, n[3], n[5], {}});
        return;
    }
    if (note.fact != Fact::record_consumed && note.fact != Fact::offset_reset)
        return;
    auto* found = consumers_.find(actor);
    if (found == nullptr)
        return;
    ConsumerAccount& account = found->edit();
    if (note.topic != account.topic) {
        account.consumed += note.fact == Fact::record_consumed ? n[3] : 0;
        return;
    }
    ReadRanges& read = account.partitions[note.partition];
    if (note.fact == Fact::record_consumed) {
        account.consumed += n[3];
        if (read.begun == no_offset)
            read.begun = {n[0]};
        cover(read, {n[0]}, {n[1]});
    } else if (read.begun == no_offset) {
        read.begun = {n[1]};
    } else {
        forget_from(read, {n[1]});
    }
}

Lost Ledger::lost(const World& world, ActorId producer) const {
    Lost lost;
    const Cow<ProducerAccount>* found = producers_.find(producer);
    if (found == nullptr)
        return lost;
    const ProducerAccount& account = **found;
    // Where a batch is not where it was acknowledged, a retry may have put its records elsewhere:
    // then the whole log is read, once.
    std::map<std::int32_t, std::vector<std::int64_t>> sequences;
    for (const AcknowledgedBatch& batch : account.batches) {
        const auto* leader = leading_replica(world, account.topic, batch.partition);
        if (leader == nullptr)
            continue;
        const bool placed = batch.first.value >= 0;
        if (placed && batch.last < leader->log_start())
            continue; // deleted by retention or DeleteRecords
        if (placed && stands_at(leader->log, batch.first, account.name, batch.first_sequence))
            continue;
        auto at = sequences.find(batch.partition);
        if (at == sequences.end()) {
            auto all = sequences_in(leader->log, account.name);
            std::sort(all.begin(), all.end());
            at = sequences.emplace(batch.partition, std::move(all)).first;
        }
        if (std::binary_search(at->second.begin(), at->second.end(), batch.first_sequence))
            continue;
        if (lost.records == 0) {
            lost.partition = batch.partition;
            lost.first_sequence = batch.first_sequence;
        }
        lost.records += batch.records;
    }
    return lost;
}

std::int64_t Ledger::duplicates(const World& world, ActorId producer) const {
    const Cow<ProducerAccount>* found = producers_.find(producer);
    if (found == nullptr)
        return 0;
    std::vector<std::int64_t> all;
    for (const auto* leader : leading_replicas(world, (*found)->topic)) {
        const auto some = sequences_in(leader->log, (*found)->name);
        all.insert(all.end(), some.begin(), some.end());
    }
    std::sort(all.begin(), all.end());
    std::int64_t doubled = 0;
    for (std::size_t i = 1; i < all.size(); ++i)
        doubled += all[i] == all[i - 1] ? 1 : 0;
    return doubled;
}

std::int64_t Ledger::unread(const World& world, ActorId consumer) const {
    const Cow<ConsumerAccount>* found = consumers_.find(consumer);
    if (found == nullptr)
        return 0;
    std::int64_t unread = 0;
    for (const auto* leader : leading_replicas(world, (*found)->topic)) {
        const ReadRanges* read = (*found)->partitions.find(leader->id.partition);
        if (read == nullptr || read->begun == no_offset) {
            unread += leader->high_watermark - leader->log_start();
            continue;
        }
        unread +=
            uncovered(*read, std::max(read->begun, leader->log_start()), leader->high_watermark);
    }
    return unread;
}

} // namespace orrery::sim
