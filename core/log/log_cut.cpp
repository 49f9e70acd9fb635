// The parts of Log that take away: truncation, raising the start, retention; and those that make
// durable: flushes and the clean close.
#include "core/base/expect.hpp"
#include "core/log/log.hpp"

#include <algorithm>

namespace orrery::log {

namespace {

constexpr std::string_view suffixes[] = {".log", ".index", ".timeindex"};

/// True if `shorter` begins `longer`.
template <class Index>
bool begins(const Index& shorter, const Index& longer) {
    if (shorter.size() > longer.size())
        return false;
    for (std::size_t i = 0; i < shorter.size(); ++i)
        if (!(shorter[i] == longer[i]))
            return false;
    return true;
}

/// Makes the file hold `now`, when it holds `before`.
template <class Index>
void change_index(const std::string& file, const Index& before, const Index& now,
                  std::int64_t entry_size, Effects& out) {
    if (now.size() == before.size() && begins(now, before))
        return;
    if (begins(now, before))
        out.emplace_back(Truncate{file, entry_size * static_cast<std::int64_t>(now.size())});
    else
        out.emplace_back(Replace{unwatched, file, Chain(encode(now))});
}

} // namespace

/// Each erasure is flushed, so that by the time when anything written later is known to be durable,
/// the segment can't come back.
void Log::erase_segments(std::size_t from, std::size_t to, Effects& out) {
    for (std::size_t i = from; i < to; ++i) {
        for (const std::string_view suffix : suffixes)
            out.emplace_back(Erase{segment_file(directory_, segments_[i]->base_offset, suffix)});
        out.emplace_back(
            Flush{unwatched, segment_file(directory_, segments_[i]->base_offset, ".log")});
    }
    segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(from),
                    segments_.begin() + static_cast<std::ptrdiff_t>(to));
}

bool Log::truncate_to(Offset to, Effects& out) {
    if (to >= end_offset_) {
        // Still forget an epoch that began at the end: this replica was elected, wrote nothing, and
        // another one leads now.
        if (epochs_.edit().truncate_from_end(end_offset_))
            write_epochs(out);
        return false;
    }
    cut_swaps(to, out);
    if (to < segments_.front()->base_offset) {
        begin_anew(to, segments_.front()->created_ms, out);
        return true;
    }
    cut_segment(segment_of(to), to, out);
    start_offset_ = std::min(start_offset_, end_offset_);
    erase_below_start(out);
    recovery_point_ = std::min(recovery_point_, end_offset_);
    flush_asked_ = std::min(flush_asked_, end_offset_);
    cap_flushes();
    if (epochs_.edit().truncate_from_end(end_offset_))
        write_epochs(out);
    return true;
}

/// Leaves of the segment what lies below `to`, erases those after it and begins a new one. What was
/// cut is never written over in place: a power cut could keep some of the new writes and lose the
/// cut, and old batches of the same size would stand among the new ones unnoticed.
void Log::cut_segment(std::size_t holds, Offset to, Effects& out) {
    const Segment before = *segments_[holds];
    const std::size_t keep = before.find(to);
    // A batch that straddles `to` goes whole; a gap below `to` stays a gap.
    const bool straddles = keep < before.batches.size() && before.batches[keep].base_offset < to;
    end_offset_ = straddles ? before.batches[keep].base_offset : to;
    erase_segments(keep == 0 ? holds : holds + 1, segments_.size(), out);
    if (keep > 0) {
        Segment& segment = active();
        segment.rebuild(keep, config_);
        segment.add_last_time_entry();
        if (segment.size != before.size)
            out.emplace_back(
                Truncate{segment_file(directory_, segment.base_offset, ".log"), segment.size});
        change_index(segment_file(directory_, segment.base_offset, ".index"), before.offset_index,
                     segment.offset_index, offset_index_entry_size, out);
        change_index(segment_file(directory_, segment.base_offset, ".timeindex"), before.time_index,
                     segment.time_index, time_index_entry_size, out);
        flush_segment(segment, unwatched, out);
    }
    begin_segment(end_offset_, before.created_ms, out);
}

void Log::truncate_fully_and_start_at(Offset start, const Now& now, Effects& out) {
    begin_anew(start, now.wall_ms, out);
}

void Log::begin_anew(Offset start, std::int64_t created_ms, Effects& out) {
    erase_segments(0, segments_.size(), out);
    start_offset_ = start;
    end_offset_ = start;
    recovery_point_ = start;
    flush_asked_ = start;
    cap_flushes();
    begin_segment(start, created_ms, out);
    if (epochs_.edit().clear())
        write_epochs(out);
}

bool Log::advance_start_offset(Offset to, Effects& out) {
    expect(to <= end_offset_, "a start inside the log");
    if (to <= start_offset_)
        return false;
    start_offset_ = to;
    recovery_point_ = std::max(recovery_point_, to);
    flush_asked_ = std::max(flush_asked_, to);
    if (epochs_.edit().truncate_from_start(to))
        write_epochs(out);
    erase_below_start(out);
    return true;
}

void Log::erase_below_start(Effects& out) {
    std::size_t gone = 0;
    while (gone + 1 < segments_.size() && segments_[gone + 1]->base_offset <= start_offset_)
        ++gone;
    erase_segments(0, gone, out);
}

std::size_t Log::apply_retention(const Now& now, Offset high_watermark, Effects& out) {
    std::int64_t excess = config_.retention_bytes < 0 ? 0 : size() - config_.retention_bytes;
    std::size_t gone = 0;
    // The active segment stays. (Kafka rolls it first when it is due as a whole; here it goes with
    // the roll after it.)
    while (gone + 1 < segments_.size()) {
        const Segment& oldest = *segments_[gone];
        if (segments_[gone + 1]->base_offset > high_watermark)
            break;
        const std::int64_t youngest =
            oldest.max_timestamp >= 0 ? oldest.max_timestamp : oldest.created_ms;
        const bool too_old =
            config_.retention_ms >= 0 && now.wall_ms - youngest > config_.retention_ms;
        const bool too_much = config_.retention_bytes >= 0 && excess >= oldest.size;
        if (!too_old && !too_much)
            break;
        excess -= oldest.size;
        ++gone;
    }
    if (gone > 0)
        advance_start_offset(std::max(start_offset_, segments_[gone]->base_offset), out);
    return gone;
}

void Log::write_last_time_entry(Segment& segment, Effects& out) const {
    if (!segment.add_last_time_entry())
        return;
    const auto before = static_cast<std::int64_t>(segment.time_index.size() - 1);
    out.emplace_back(Write{unwatched, segment_file(directory_, segment.base_offset, ".timeindex"),
                           time_index_entry_size * before,
                           Chain(encode(segment.time_index.back()))});
}

void Log::flush_segment(const Segment& segment, WriteId id, Effects& out) const {
    out.emplace_back(Flush{unwatched, segment_file(directory_, segment.base_offset, ".index")});
    out.emplace_back(Flush{unwatched, segment_file(directory_, segment.base_offset, ".timeindex")});
    out.emplace_back(Flush{id, segment_file(directory_, segment.base_offset, ".log")});
}

/// Of the segments below the index `end`, those that hold what no flush was asked for yet.
void Log::flush_unasked(std::size_t end, Effects& out) {
    for (std::size_t i = segment_of(flush_asked_); i < end; ++i)
        flush_segment(*segments_[i], next_flush(segments_[i]->end_offset()), out);
    flush_asked_ = end_offset_;
}

/// The number of a flush by which the log becomes durable below `end`.
WriteId Log::next_flush(Offset end) {
    if (next_flush_ == unwatched)
        return unwatched;
    flushes_.push_back({next_flush_, end});
    next_flush_ = WriteId{next_flush_.value + 1};
    return flushes_.back().id;
}

/// A flush under way may still confirm what was just cut. It must not vouch for what takes the same
/// offsets later.
void Log::cap_flushes() {
    for (LogFlush& flush : flushes_)
        flush.end = std::min(flush.end, end_offset_);
}

bool Log::confirmed(WriteId id) {
    const Offset before = recovery_point_;
    for (LogFlush& flush : flushes_)
        flush.confirmed = flush.confirmed || flush.id == id;
    // That one segment is safe says nothing of the one before it.
    while (!flushes_.empty() && flushes_.front().confirmed) {
        flushed(flushes_.front().end);
        flushes_.erase(flushes_.begin());
    }
    return recovery_point_ != before;
}

Offset Log::flush(WriteId id, const Now& now, Effects& out) {
    for (std::size_t i = segment_of(recovery_point_); i < segments_.size(); ++i) {
        const bool last = i + 1 == segments_.size();
        flush_segment(*segments_[i],
                      last && id != unwatched ? id : next_flush(segments_[i]->end_offset()), out);
    }
    flush_asked_ = end_offset_;
    last_flush_ = now.instant;
    return end_offset_;
}

void Log::flushed(Offset offset) {
    recovery_point_ = std::max(recovery_point_, std::min(offset, end_offset_));
}

std::optional<Instant> Log::wakeup() const {
    constexpr std::int64_t longest_ms = never.ns / 1'000'000;
    if (end_offset_ == flush_asked_ || config_.flush_ms > longest_ms)
        return std::nullopt;
    return last_flush_ + milliseconds(config_.flush_ms);
}

void Log::on_time(const Now& now, Effects& out) {
    const auto due = wakeup();
    if (due && *due <= now.instant)
        flush(unwatched, now, out);
}

void Log::close(WriteId id, Effects& out) {
    write_last_time_entry(active(), out);
    if (!epochs_->entries().empty())
        out.emplace_back(Flush{unwatched, directory_ + "/leader-epoch-checkpoint"});
    for (std::size_t i = segment_of(recovery_point_); i < segments_.size(); ++i)
        flush_segment(*segments_[i], i + 1 == segments_.size() ? id : unwatched, out);
    recovery_point_ = end_offset_;
    flush_asked_ = end_offset_;
}

void Log::erase_files(Effects& out) const {
    for (const auto& segment : segments_)
        for (const std::string_view suffix : suffixes)
            out.emplace_back(Erase{segment_file(directory_, segment->base_offset, suffix)});
    if (swap_)
        for (const CleanedSegment& made : swap_->segments)
            out.emplace_back(
                Erase{segment_file(directory_, made.segment->base_offset, ".log.swap")});
    for (const OldSwap& old : old_swaps_)
        out.emplace_back(Erase{segment_file(directory_, old.base, ".log.swap")});
    out.emplace_back(Erase{directory_ + "/leader-epoch-checkpoint"});
    out.emplace_back(Erase{directory_ + "/partition.metadata"});
}

} // namespace orrery::log
