// Loading a shard from its partition's log, and what begins when all of it was read.
#include "core/group/shard.hpp"
#include "core/record/records.hpp"

#include <algorithm>
#include <utility>

namespace orrery::group {

namespace {

// A read of one piece takes this long and more with its size: what a broker's loader needs on a
// disk of the plain kind. Without it a coordinator would be ready in no time, and nobody would ever
// see COORDINATOR_LOAD_IN_PROGRESS.
constexpr Duration piece_latency = milliseconds(1);
constexpr std::int64_t load_bytes_per_second = 100'000'000;

Duration time_to_read(std::int64_t bytes) {
    return piece_latency + nanoseconds(bytes * (1'000'000'000 / load_bytes_per_second));
}

/// The part of the batch that the view shows; of an inflated one, a copy.
Bytes held(const record::Batch& batch, record::View view) {
    const std::byte* begin = batch.bytes.data();
    if (view.data() >= begin && view.data() + view.size() <= begin + batch.bytes.size())
        return batch.bytes.slice(static_cast<std::size_t>(view.data() - begin), view.size());
    return Bytes::copy(view);
}

} // namespace

/// One piece of the log.
struct ShardLoad {
    Shard& shard;
    const Work& work;
    Offset high_watermark;

    void note(Fact fact, std::int64_t number, std::string text) const {
        Note made;
        made.fact = fact;
        made.topic = offsets_topic;
        made.partition = shard.partition_;
        made.numbers[0] = number;
        made.text = std::move(text);
        work.out.effects.emplace_back(std::move(made));
    }
    void skipped(Offset at, std::string why) const {
        note(Fact::coordinator_record_skipped, at.value, std::move(why));
    }

    void read(const Chain& piece) const {
        record::BatchReader batches(piece);
        for (;;) {
            auto batch = batches.next();
            if (!batch) {
                skipped(shard.load_next_, batch.error().what);
                return;
            }
            if (!*batch)
                return;
            const record::BatchHeader header = (*batch)->header;
            if (header.next_offset() <= shard.load_next_)
                continue;
            if (!header.is_control())
                read(std::move(**batch));
            shard.load_next_ = header.next_offset();
        }
    }

    void read(record::Batch&& batch) const {
        if (!record::crc_is_valid(batch)) {
            skipped(batch.header.base_offset, "the batch's checksum is wrong");
            return;
        }
        // From the first batch on that is not committed, what is committed is kept apart: settle()
        // brings it up.
        const bool committed =
            batch.header.next_offset() <= high_watermark && shard.pending_.empty();
        if (!committed && shard.pending_.empty())
            shard.stable_ = shard.latest_;
        Shard::Pending pending;
        pending.end = batch.header.next_offset();
        record::Records records(batch);
        record::Record read;
        while (records.next(read)) {
            if (read.offset < shard.load_next_)
                continue;
            if (auto record = decoded(batch, read)) {
                shard.latest_.apply(*record, Replay::of_the_log);
                if (!committed)
                    pending.records.push_back(std::move(*record));
            }
        }
        if (records.error() != record::RecordsError::none)
            skipped(batch.header.base_offset, std::string(name_of(records.error())));
        if (!committed)
            shard.pending_.push_back(std::move(pending));
    }

    std::optional<Record> decoded(const record::Batch& batch, const record::Record& read) const {
        if (!read.key) {
            skipped(read.offset, "a record without a key");
            return std::nullopt;
        }
        StoredRecord stored;
        stored.key = held(batch, *read.key);
        if (read.value)
            stored.value = held(batch, *read.value);
        auto record = decode(stored);
        if (!record) {
            skipped(read.offset, record.error().what);
            return std::nullopt;
        }
        ++shard.loaded_records_;
        if (work.context.settings.planted.forget_commits_on_load &&
            std::holds_alternative<OffsetCommit>(*record))
            return std::nullopt;
        return std::move(*record);
    }

    /// One more piece, or the end of loading.
    void go_on() {
        auto piece = work.out.logs.read(shard.partition_, shard.epoch_, shard.load_next_,
                                        work.context.settings.offsets_load_buffer_size);
        if (!piece) {
            shard.phase_ = ShardPhase::failed;
            shard.load_due_ = never;
            note(Fact::coordinator_record_skipped, shard.load_next_.value,
                 "the log can't be read: " + std::string(wire::name_of(piece.error())));
            return;
        }
        high_watermark = piece->high_watermark;
        const Offset before = shard.load_next_;
        read(piece->records);
        const auto bytes = static_cast<std::int64_t>(piece->records.size());
        shard.loaded_bytes_ += bytes;
        if (shard.load_next_ == before) {
            shard.become_active(work);
            return;
        }
        shard.load_due_ = work.context.now.instant + time_to_read(bytes);
    }
};

Shard::Shard(std::int32_t partition, LeaderEpoch epoch, const Work& work)
    : partition_(partition), epoch_(epoch) {
    const Offset start = work.out.logs.log_start(partition);
    load_next_ = start == no_offset ? Offset{0} : start;
    load_due_ = work.context.now.instant + piece_latency;
    next_ = load_due_;
    ShardLoad{*this, work, no_offset}.note(Fact::coordinator_loading, epoch.value, "");
}

void Shard::become_active(const Work& work) {
    phase_ = ShardPhase::active;
    load_due_ = never;
    if (pending_.empty())
        stable_ = latest_;
    Note note;
    note.fact = Fact::coordinator_loaded;
    note.topic = offsets_topic;
    note.partition = partition_;
    note.numbers = {epoch_.value,
                    static_cast<std::int64_t>(latest_.all().size()),
                    static_cast<std::int64_t>(latest_.offsets()),
                    loaded_records_,
                    loaded_bytes_,
                    0};
    work.out.effects.emplace_back(std::move(note));
    next_expiry_ = work.context.now.instant + work.context.settings.offsets_retention_check;
    std::vector<std::string> ids;
    for (const auto& entry : latest_.all())
        ids.push_back(entry.first);
    for (const std::string& id : ids) {
        Group* group = latest_.edit(id);
        if (!group)
            continue;
        if (ConsumerGroup* consumer = group->consumer())
            consumer->loaded(work.context);
        if (ClassicGroup* classic = group->classic()) {
            ClassicOutcome outcome;
            classic->loaded(work.context, outcome);
            conclude(work, id, std::move(outcome));
        }
    }
    settle(work);
}

void Shard::wake(const Work& work) {
    if (work.context.now.instant < next_)
        return;
    if (phase_ == ShardPhase::loading && load_due_ <= work.context.now.instant)
        ShardLoad{*this, work, no_offset}.go_on();
    if (phase_ == ShardPhase::active) {
        give_up_waiting(work);
        wake_groups(work);
        if (next_expiry_ <= work.context.now.instant) {
            next_expiry_ = work.context.now.instant + work.context.settings.offsets_retention_check;
            expire_offsets(work);
        }
    }
    find_next();
}

} // namespace orrery::group
