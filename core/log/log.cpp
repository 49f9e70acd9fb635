#include "core/log/log.hpp"

#include "core/base/expect.hpp"
#include "core/base/random.hpp"
#include "core/log/checkpoint.hpp"
#include "core/record/records.hpp"

#include <algorithm>

namespace orrery::log {

std::string_view name_of(AppendError error) {
    switch (error) {
    case AppendError::corrupt: return "corrupt";
    case AppendError::unexpected_offset: return "unexpected offset";
    case AppendError::out_of_order: return "out of order";
    }
    return "unknown";
}

Log Log::create(std::string directory, const LogConfig& config, Offset start, const Now& now,
                Effects& out) {
    Log log;
    log.directory_ = std::move(directory);
    log.config_ = config;
    log.start_offset_ = start;
    log.end_offset_ = start;
    log.recovery_point_ = start;
    log.flush_asked_ = start;
    log.last_flush_ = now.instant;
    log.begin_segment(start, now.wall_ms, out);
    return log;
}

std::int64_t Log::size() const {
    std::int64_t size = 0;
    for (const auto& segment : segments_)
        size += segment->size;
    return size;
}

std::size_t Log::segment_of(Offset offset) const {
    const auto beyond = std::upper_bound(
        segments_.begin(), segments_.end(), offset,
        [](Offset o, const Cow<Segment>& segment) { return o < segment->base_offset; });
    return beyond == segments_.begin() ? 0
                                       : static_cast<std::size_t>(beyond - segments_.begin()) - 1;
}

// --- append
// ---------------------------------------------------------------------------------------

/// segment.jitter.ms keeps logs that were begun together from rolling together for ever. Drawn from
/// the segment's name, so that it is the same after a restart. (Kafka draws anew.)
std::int64_t Log::roll_jitter_ms(Offset base) const {
    const std::int64_t most = std::min(config_.segment_jitter_ms, config_.segment_ms);
    if (most <= 0)
        return 0;
    Random random(static_cast<std::uint64_t>(base.value), directory_);
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most)));
}

void Log::begin_segment(Offset base, std::int64_t created_ms, Effects& out) {
    Segment segment;
    segment.base_offset = base;
    segment.created_ms = created_ms;
    segment.roll_jitter_ms = roll_jitter_ms(base);
    segments_.emplace_back(std::move(segment));
    for (const std::string_view suffix : {".log", ".index", ".timeindex"})
        out.emplace_back(Write{unwatched, segment_file(directory_, base, suffix), 0, {}});
}

bool Log::roll_if_due(const record::BatchHeader& header, const Now& now, Effects& out) {
    const Segment& old = *segments_.back();
    if (!old.should_roll(config_, header.size(), header.last_offset(), header.max_timestamp,
                         now.wall_ms))
        return false;
    if (old.batches.empty()) {
        erase_segments(segments_.size() - 1, segments_.size(), out);
    } else {
        write_last_time_entry(active(), out);
        flush_unasked(segments_.size(), out);
    }
    begin_segment(std::max(header.base_offset, end_offset_), now.wall_ms, out);
    return true;
}

void Log::put(const record::Batch& batch, Effects& out) {
    Segment& segment = active();
    const std::int32_t position = segment.size;
    const Segment::Indexed indexed = segment.append(batch, config_);
    end_offset_ = batch.header.next_offset();
    out.emplace_back(Write{unwatched, segment_file(directory_, segment.base_offset, ".log"),
                           position, Chain(batch.bytes)});
    if (indexed.offset_entry)
        out.emplace_back(Write{unwatched, segment_file(directory_, segment.base_offset, ".index"),
                               offset_index_entry_size *
                                   static_cast<std::int64_t>(segment.offset_index.size() - 1),
                               Chain(encode(segment.offset_index.back()))});
    if (indexed.time_entry)
        out.emplace_back(
            Write{unwatched, segment_file(directory_, segment.base_offset, ".timeindex"),
                  time_index_entry_size * static_cast<std::int64_t>(segment.time_index.size() - 1),
                  Chain(encode(segment.time_index.back()))});
    if (epochs_->latest_epoch() != batch.header.leader_epoch)
        note_epoch(batch.header.leader_epoch, batch.header.base_offset, out);
}

void Log::flush_after_append(const Now& now, Effects& out, WriteId id) {
    if (id == unwatched && end_offset_ - flush_asked_ < config_.flush_messages)
        return;
    if (id == unwatched) {
        if (segment_of(flush_asked_) + 1 < segments_.size())
            flush_unasked(segments_.size() - 1, out);
        id = next_flush(end_offset_);
    }
    // Only the log itself: indexes can be rebuilt, and the caller waits.
    out.emplace_back(Flush{id, segment_file(directory_, segments_.back()->base_offset, ".log")});
    flush_asked_ = end_offset_;
    last_flush_ = now.instant;
}

Appended Log::append(const record::Batch& batch, const Now& now, Effects& out, WriteId id) {
    expect(batch.header.base_offset >= end_offset_, "an append at the end of the log");
    expect(batch.header.magic == 2, "a batch of format 2");
    Appended done;
    done.rolled = roll_if_due(batch.header, now, out);
    put(batch, out);
    flush_after_append(now, out, id);
    done.first = batch.header.base_offset;
    done.last = batch.header.last_offset();
    done.last_epoch = batch.header.leader_epoch;
    done.bytes = static_cast<std::int64_t>(batch.bytes.size());
    done.batches = 1;
    done.max_timestamp = batch.header.max_timestamp;
    return done;
}

Result<Appended, AppendError> Log::append_fetched(const Chain& records, const Now& now,
                                                  Effects& out, WriteId id) {
    const auto batches = record::split_batches(records);
    if (!batches)
        return failure(AppendError::corrupt);
    Offset next = end_offset_;
    for (const record::Batch& batch : *batches) {
        const record::BatchHeader& header = batch.header;
        if (header.magic != 2 || !record::crc_is_valid(batch) || header.last_offset_delta < 0 ||
            header.next_offset() <= header.base_offset)
            return failure(AppendError::corrupt);
        if (header.base_offset < next)
            return failure(&batch == &batches->front() ? AppendError::unexpected_offset
                                                       : AppendError::out_of_order);
        next = header.next_offset();
    }
    Appended done;
    for (const record::Batch& batch : *batches) {
        done.rolled = roll_if_due(batch.header, now, out) || done.rolled;
        put(batch, out);
        done.bytes += static_cast<std::int64_t>(batch.bytes.size());
        done.max_timestamp = std::max(done.max_timestamp, batch.header.max_timestamp);
    }
    if (batches->empty())
        return done;
    flush_after_append(now, out, id);
    done.first = batches->front().header.base_offset;
    done.last = batches->back().header.last_offset();
    done.last_epoch = batches->back().header.leader_epoch;
    done.batches = static_cast<std::int64_t>(batches->size());
    return done;
}

// --- read
// -----------------------------------------------------------------------------------------

std::optional<ReadResult> Log::read(Offset from, const ReadLimits& limits) const {
    if (from < start_offset_ || from > end_offset_)
        return std::nullopt;
    ReadResult result;
    for (std::size_t s = segment_of(from); s < segments_.size(); ++s) {
        const Segment& segment = *segments_[s];
        std::size_t i = segment.find(from);
        if (i == segment.batches.size() && s + 1 < segments_.size())
            continue; // a gap, or the segment's end: the next one has it
        result.segment_base = segment.base_offset;
        result.position = i < segment.batches.size() ? segment.batches[i].position : segment.size;
        std::int64_t left = limits.max_bytes;
        for (; i < segment.batches.size(); ++i) {
            const StoredBatch& batch = segment.batches[i];
            const auto size = static_cast<std::int64_t>(batch.bytes.size());
            if (batch.base_offset >= limits.upper_bound)
                break;
            if (size > left && !(limits.at_least_one && result.records.empty()))
                break;
            result.records.append(batch.bytes);
            left -= size;
        }
        break;
    }
    return result;
}

std::optional<std::pair<Offset, std::int64_t>> Log::position_of(Offset offset) const {
    const auto at = read(offset, {});
    if (!at)
        return std::nullopt;
    return std::pair{at->segment_base, at->position};
}

namespace {

/// The first record of the batch at or after `from` whose timestamp is at least `timestamp`.
std::optional<TimestampAndOffset> find_in_batch(const StoredBatch& stored, std::int64_t timestamp,
                                                Offset from) {
    const record::Batch batch{stored.header(), stored.bytes};
    record::Records records(batch);
    for (record::Record record; records.next(record);)
        if (record.timestamp >= timestamp && record.offset >= from)
            return TimestampAndOffset{record.timestamp, record.offset, batch.header.leader_epoch};
    return std::nullopt;
}

/// The first of the youngest records of the batch at or after `from`.
std::optional<TimestampAndOffset> youngest_in_batch(const StoredBatch& stored, Offset from) {
    const record::Batch batch{stored.header(), stored.bytes};
    record::Records records(batch);
    std::optional<TimestampAndOffset> youngest;
    for (record::Record record; records.next(record);)
        if (record.offset >= from && (!youngest || record.timestamp > youngest->timestamp))
            youngest = {record.timestamp, record.offset, batch.header.leader_epoch};
    return youngest;
}

/// Where a search for the timestamp may begin: nothing before it is that young, says the index.
std::size_t first_candidate(const Segment& segment, std::int64_t timestamp) {
    std::size_t low = 0;
    std::size_t high = segment.time_index.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (segment.time_index[middle].timestamp <= timestamp)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return 0;
    return segment.find(segment.base_offset + segment.time_index[low - 1].relative_offset);
}

} // namespace

std::optional<TimestampAndOffset> Log::find_by_timestamp(std::int64_t timestamp) const {
    for (const auto& segment : segments_) {
        if (segment->max_timestamp < timestamp)
            continue;
        for (std::size_t i = first_candidate(*segment, timestamp); i < segment->batches.size();
             ++i) {
            const StoredBatch& batch = segment->batches[i];
            if (batch.last_offset() < start_offset_ || batch.max_timestamp() < timestamp)
                continue;
            if (auto found = find_in_batch(batch, timestamp, start_offset_))
                return found;
        }
    }
    return std::nullopt;
}

std::optional<TimestampAndOffset> Log::find_max_timestamp() const {
    std::optional<TimestampAndOffset> youngest;
    const auto larger = [&](std::int64_t timestamp) {
        return timestamp > (youngest ? youngest->timestamp : record::no_timestamp);
    };
    for (const auto& segment : segments_) {
        if (!larger(segment->max_timestamp))
            continue;
        // Where a segment begins below the start offset, what it knows of itself may be of records
        // that are gone.
        const bool whole = segment->base_offset >= start_offset_;
        std::size_t i = segment->find(whole ? segment->max_timestamp_offset : start_offset_);
        const std::size_t end = whole ? i + 1 : segment->batches.size();
        for (; i < end; ++i)
            if (larger(segment->batches[i].max_timestamp()))
                if (auto found = youngest_in_batch(segment->batches[i], start_offset_);
                    found && larger(found->timestamp))
                    youngest = found;
    }
    return youngest;
}

// --- leader epochs
// --------------------------------------------------------------------------------

void Log::note_epoch(LeaderEpoch epoch, Offset start, Effects& out) {
    if (epoch == no_epoch)
        return;
    const auto latest = epochs_->latest_epoch();
    if (latest && *latest >= epoch)
        return; // a batch of an old epoch says nothing new
    if (epochs_.edit().assign(epoch, start))
        write_epochs(out);
}

void Log::assign_epoch(LeaderEpoch epoch, Offset start, Effects& out) {
    if (epochs_.edit().assign(epoch, start))
        write_epochs(out);
}

void Log::write_epochs(Effects& out) const {
    out.emplace_back(Replace{unwatched, directory_ + "/leader-epoch-checkpoint",
                             Chain(encode_epochs(epochs_->entries()))});
}

} // namespace orrery::log
