// The parts of Log that compact it: what may be cleaned, the new segments, and how they take the
// old ones' place.
#include "core/base/expect.hpp"
#include "core/log/log.hpp"
#include "core/record/rewrite.hpp"

#include <algorithm>
#include <limits>

namespace orrery::log {

namespace {

constexpr std::string_view swap_suffix = ".log.swap";

Chain content_of(const Segment& segment) {
    Chain content;
    for (const StoredBatch& batch : segment.batches)
        content.append(batch.bytes);
    return content;
}

std::int64_t largest_timestamp(const Segment& segment) {
    return segment.max_timestamp >= 0 ? segment.max_timestamp : segment.created_ms;
}

bool same_batches(const Segment& a, const Segment& b) {
    if (a.size != b.size || a.batches.size() != b.batches.size())
        return false;
    for (std::size_t i = 0; i < a.batches.size(); ++i)
        if (!(a.batches[i].bytes == b.batches[i].bytes))
            return false;
    return true;
}

} // namespace

Cleanable Log::cleanable(Offset cleaned, Offset stable, const Now& now) const {
    Cleanable part;
    part.first_dirty = cleaned < start_offset_ || cleaned > end_offset_ ? start_offset_ : cleaned;
    // Whole segments only: what is left of one would stay dirty, and be cleaned again and again.
    part.end = segments_[segment_of(std::min(stable, end_offset_))]->base_offset;
    const std::size_t first = segment_of(part.first_dirty);
    for (std::size_t i = first; i + 1 < segments_.size(); ++i) {
        const Segment& segment = *segments_[i];
        if (config_.min_compaction_lag_ms > 0 &&
            largest_timestamp(segment) > now.wall_ms - config_.min_compaction_lag_ms)
            part.end = std::min(part.end, segment.base_offset);
        const bool waits = segment.base_offset < part.end && segment.first_timestamp > 0;
        if (waits && config_.max_compaction_lag_ms != std::numeric_limits<std::int64_t>::max() &&
            now.wall_ms - segment.first_timestamp > config_.max_compaction_lag_ms)
            part.overdue = true;
    }
    part.end = std::max(part.end, part.first_dirty);
    for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
        const Segment& segment = *segments_[i];
        if (segment.end_offset() <= part.first_dirty)
            part.clean_bytes += segment.size;
        else if (part.first_dirty < part.end && segment.base_offset < part.end)
            part.dirty_bytes += segment.size;
    }
    return part;
}

/// The segments from `from` that become one: as many as segment.bytes, an index and relative
/// offsets have room for.
std::size_t Log::group_end(std::size_t from, Offset end) const {
    std::int64_t bytes = 0;
    std::int64_t entries = 0;
    std::size_t to = from;
    for (; to + 1 < segments_.size() && segments_[to]->base_offset < end; ++to) {
        const Segment& next = *segments_[to];
        bytes += next.size;
        entries += static_cast<std::int64_t>(
            std::max(next.offset_index.size(), next.time_index.size() + 1));
        const std::int64_t span = next.end_offset() - segments_[from]->base_offset;
        const bool fits = bytes <= config_.segment_bytes &&
                          entries * time_index_entry_size <= config_.segment_index_bytes &&
                          span <= std::numeric_limits<std::int32_t>::max();
        if (!fits && to > from)
            break;
    }
    return to;
}

CleanedSegment Log::clean_group(std::size_t from, std::size_t to,
                                const BatchCleaner& cleaner) const {
    Segment made;
    made.base_offset = segments_[from]->base_offset;
    made.created_ms = segments_[to - 1]->created_ms;
    made.roll_jitter_ms = segments_[from]->roll_jitter_ms;
    CleanedSegment cleaned;
    for (std::size_t i = from; i < to; ++i) {
        cleaned.old_sizes.push_back(segments_[i]->size);
        for (std::size_t b = 0; b < segments_[i]->batches.size(); ++b) {
            const StoredBatch& stored = segments_[i]->batches[b];
            const bool last = i + 1 == to && b + 1 == segments_[i]->batches.size();
            if (auto kept = cleaner.clean(stored))
                made.append(std::move(*kept), config_);
            else if (last)
                made.append(record::emptied({stored.header(), stored.bytes}), config_);
        }
    }
    made.add_last_time_entry();
    cleaned.end = segments_[to]->base_offset;
    cleaned.segment = Cow<Segment>(std::move(made));
    return cleaned;
}

std::optional<Offset> Log::clean(const Cleanable& part, std::size_t keys, const Now& now,
                                 Effects& out) {
    expect(!swap_ && next_flush_ != unwatched, "a log that can be cleaned");
    if (!old_swaps_.empty()) {
        settle_old_swaps(out);
        return std::nullopt;
    }
    LatestOffsets latest;
    latest.end = part.first_dirty;
    bool room = true;
    for (std::size_t i = segment_of(part.first_dirty); room && i + 1 < segments_.size(); ++i) {
        const Segment& segment = *segments_[i];
        for (std::size_t b = segment.find(part.first_dirty); room && b < segment.batches.size();
             ++b)
            if (segment.batches[b].base_offset < part.end)
                room = add_keys(latest, segment.batches[b], part.first_dirty, part.end, keys);
    }
    const BatchCleaner cleaner(latest, config_, now.wall_ms);
    Swap swap;
    swap.cleaned = latest.end;
    for (std::size_t from = 0, to = 0;
         from + 1 < segments_.size() && segments_[from]->base_offset < latest.end; from = to) {
        to = group_end(from, latest.end);
        CleanedSegment made = clean_group(from, to, cleaner);
        if (to - from > 1 || !same_batches(*made.segment, *segments_[from]))
            swap.segments.push_back(std::move(made));
    }
    if (swap.segments.empty())
        return latest.end;
    swap.id = next_flush_;
    next_flush_ = WriteId{next_flush_.value + 1};
    for (const CleanedSegment& made : swap.segments) {
        const std::string file = segment_file(directory_, made.segment->base_offset, swap_suffix);
        out.emplace_back(Replace{unwatched, file, content_of(*made.segment)});
        out.emplace_back(Flush{swap.id, file});
        ++swap.waits;
    }
    swap_ = std::move(swap);
    return std::nullopt;
}

/// The segments that it was made from are still there, all of them, untouched. (The log may have
/// been cut meanwhile, or its start raised.)
bool Log::still_fits(const CleanedSegment& cleaned) const {
    std::size_t i = segment_of(cleaned.segment->base_offset);
    if (segments_[i]->base_offset != cleaned.segment->base_offset)
        return false;
    for (const std::int32_t size : cleaned.old_sizes)
        if (i + 1 >= segments_.size() || segments_[i++]->size != size)
            return false;
    return segments_[i]->base_offset == cleaned.end;
}

void Log::install(const CleanedSegment& cleaned, Effects& out) {
    const std::size_t at = segment_of(cleaned.segment->base_offset);
    const Segment& made = *cleaned.segment;
    const auto name = [&](std::string_view suffix) {
        return segment_file(directory_, made.base_offset, suffix);
    };
    out.emplace_back(Replace{unwatched, name(".log"), content_of(made)});
    out.emplace_back(Replace{unwatched, name(".index"), Chain(encode(made.offset_index))});
    out.emplace_back(Replace{unwatched, name(".timeindex"), Chain(encode(made.time_index))});
    const auto first = segments_.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = first + static_cast<std::ptrdiff_t>(cleaned.old_sizes.size());
    for (auto old = first + 1; old != end; ++old) {
        for (const std::string_view suffix : {".log", ".index", ".timeindex"})
            out.emplace_back(Erase{segment_file(directory_, (*old)->base_offset, suffix)});
        // One that came back when the `.swap` file is gone would be taken for damage.
        out.emplace_back(Flush{swap_->id, segment_file(directory_, (*old)->base_offset, ".log")});
        ++swap_->waits;
    }
    segments_.erase(first + 1, end);
    segments_[at] = cleaned.segment;
    flush_segment(made, swap_->id, out);
    ++swap_->waits;
}

void Log::drop_swap(Effects& out) {
    for (const CleanedSegment& made : swap_->segments) {
        const std::string file = segment_file(directory_, made.segment->base_offset, swap_suffix);
        out.emplace_back(Erase{file});
        out.emplace_back(Flush{unwatched, file});
    }
    swap_.reset();
}

/// Recovery could not watch its flushes: now they are asked for again.
void Log::settle_old_swaps(Effects& out) {
    Swap swap;
    swap.id = next_flush_;
    next_flush_ = WriteId{next_flush_.value + 1};
    for (const OldSwap& old : old_swaps_) {
        out.emplace_back(Flush{swap.id, segment_file(directory_, old.base, ".log")});
        ++swap.waits;
    }
    swap_ = std::move(swap);
}

/// Erases those that end above the offset.
void Log::drop_old_swaps(Offset above, Effects& out) {
    std::erase_if(old_swaps_, [&](const OldSwap& old) {
        if (old.end <= above)
            return false;
        const std::string file = segment_file(directory_, old.base, swap_suffix);
        out.emplace_back(Erase{file});
        out.emplace_back(Flush{unwatched, file});
        return true;
    });
}

/// The log is about to be cut at `to`: no `.swap` file may bring back what goes, should another
/// segment come to begin where it ends.
void Log::cut_swaps(Offset to, Effects& out) {
    drop_old_swaps(to, out);
    if (swap_ && !swap_->installed && !swap_->segments.empty() && to < swap_->segments.back().end)
        drop_swap(out);
}

std::optional<Offset> Log::swap_confirmed(WriteId id, Effects& out) {
    if (!swap_ || swap_->id != id || --swap_->waits > 0)
        return std::nullopt;
    if (swap_->segments.empty()) {
        drop_old_swaps(Offset{-1}, out);
        swap_.reset();
        return std::nullopt;
    }
    if (swap_->installed) {
        const Offset cleaned = std::min(swap_->cleaned, end_offset_);
        drop_swap(out);
        return cleaned;
    }
    for (const CleanedSegment& made : swap_->segments)
        if (!still_fits(made)) {
            drop_swap(out);
            return std::nullopt;
        }
    swap_->installed = true;
    swap_->id = next_flush_;
    next_flush_ = WriteId{next_flush_.value + 1};
    const std::vector<CleanedSegment> segments = swap_->segments;
    for (const CleanedSegment& made : segments)
        install(made, out);
    return std::nullopt;
}

} // namespace orrery::log
