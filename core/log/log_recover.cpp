// Log::recover: from the files of a directory back to a Log. In Kafka's terms LogLoader and
// LogSegment.recover:
//
//     a segment wholly below the recovery point, or any after a clean stop: trusted. Its batches
//       are found by their lengths; after a clean stop its indexes are their files';
//     every other segment: each batch's checksum and offsets are checked. At the first that does
//     not
//       hold, the file is cut and all later segments go; indexes are rebuilt.
//
// A `.swap` file is a cleaning that had begun (cleaning.hpp): it takes the place of the segments
// that it was made from.
//
// After a clean stop the leader epochs are the checkpoint's, else those that the batches tell.
#include "core/base/expect.hpp"
#include "core/log/checkpoint.hpp"
#include "core/log/log.hpp"
#include "core/record/big_endian.hpp"

#include <algorithm>
#include <limits>

namespace orrery::log {

class LogRecovery {
public:
    LogRecovery(const RecoverFrom& from, std::span<const BootFile> files, const Now& now,
                Effects& out)
        : from_(from), now_(now), out_(out) {
        log_.directory_ = from.directory;
        log_.config_ = from.config;
        log_.last_flush_ = now.instant;
        for (const BootFile& file : files)
            if (file.name.size() > from.directory.size() && file.name.starts_with(from.directory) &&
                file.name[from.directory.size()] == '/')
                files_.push_back(&file);
    }

    Recovered run();

private:
    struct Scan {
        std::int64_t valid_bytes = 0;
        std::string problem; ///< why it ended before the file did; empty if it did not
    };

    std::string_view short_name(const BootFile& file) const {
        return std::string_view(file.name).substr(from_.directory.size() + 1);
    }
    const BootFile* find(const std::string& name) const;
    void finish_swaps();
    std::optional<Offset> end_of_swap(const BootFile& file, Offset base) const;
    void take_swap(const BootFile& file, Offset base, Offset end);
    void erase_leftovers();
    bool is_trusted(std::size_t segment) const;
    void load_segment(std::size_t i);
    Scan scan(const Chain& content, Segment& segment, bool trusted, Offset next,
              LeaderEpoch epoch) const;
    void cut(const BootFile& file, const Scan& scan, std::size_t segment);
    bool settle_hole(std::size_t i, Offset end);
    void read_epochs();
    void drop_from(std::size_t segment, const std::string& why);
    void settle_indexes(Segment& segment, bool trusted);
    template <class Index>
    void settle_index(Index& index, const std::string& name, std::optional<Index> on_disk,
                      bool trusted);
    void begin_epoch(LeaderEpochs& epochs, LeaderEpoch epoch, Offset from, Offset to) const;
    void load_epochs();
    void set_extent();
    void problem(const std::string& file, const std::string& what) {
        result_.problems.push_back(file + ": " + what);
    }

    const RecoverFrom& from_;
    const Now& now_;
    Effects& out_;
    std::vector<const BootFile*> files_;
    std::vector<const BootFile*> logs_; ///< the `.log` files by base offset
    std::vector<Offset> bases_;
    std::vector<BootFile> swapped_files_; ///< segments as their `.swap` files have them
    std::vector<Offset> swapped_;         ///< their base offsets
    Log log_;
    Recovered result_;
    std::vector<EpochStart> listed_epochs_; ///< by the checkpoint
    bool epochs_readable_ = false;
    bool damaged_ = false; ///< a segment was cut; those after it are gone
};

const BootFile* LogRecovery::find(const std::string& name) const {
    for (const BootFile* file : files_)
        if (file->name == name)
            return file;
    return nullptr;
}

/// Files that a crash in the middle of a deletion or compaction left, and indexes without a log.
void LogRecovery::erase_leftovers() {
    for (const BootFile* file : files_) {
        const std::string_view name = short_name(*file);
        bool leftover = name.ends_with(".deleted") || name.ends_with(".cleaned");
        for (const std::string_view suffix : {".index", ".timeindex"}) {
            const auto base = parse_segment_file(name, suffix);
            leftover = leftover ||
                       (base && std::find(bases_.begin(), bases_.end(), *base) == bases_.end());
        }
        if (leftover)
            out_.emplace_back(Erase{file->name});
    }
}

/// Where a `.swap` file's log ends, if it may be gone through with: all of it is sound, the segment
/// that it is named by is there, and another begins where it ends. If not, the log was cut since.
std::optional<Offset> LogRecovery::end_of_swap(const BootFile& file, Offset base) const {
    const auto batches = record::split_batches(file.content);
    if (!batches || batches->empty())
        return std::nullopt;
    std::size_t size = 0;
    Offset next = base;
    for (const record::Batch& batch : *batches) {
        if (batch.header.magic != 2 || !record::crc_is_valid(batch) ||
            batch.header.base_offset < next)
            return std::nullopt;
        next = batch.header.next_offset();
        size += batch.bytes.size();
    }
    const auto begins = [&](Offset at) {
        return std::find(bases_.begin(), bases_.end(), at) != bases_.end();
    };
    if (size != file.content.size() || !begins(base) || !begins(next))
        return std::nullopt;
    return next;
}

void LogRecovery::take_swap(const BootFile& file, Offset base, Offset end) {
    for (std::size_t i = bases_.size(); i-- > 0;) {
        const auto at = static_cast<std::ptrdiff_t>(i);
        if (bases_[i] == base) {
            const std::string name = segment_file(from_.directory, base, ".log");
            swapped_files_.push_back({name, file.content});
            swapped_.push_back(base);
            logs_[i] = &swapped_files_.back();
            out_.emplace_back(Replace{unwatched, name, file.content});
            out_.emplace_back(Flush{unwatched, name});
        } else if (bases_[i] > base && bases_[i] < end) {
            for (const std::string_view suffix : {".log", ".index", ".timeindex"})
                out_.emplace_back(Erase{segment_file(from_.directory, bases_[i], suffix)});
            out_.emplace_back(Flush{unwatched, segment_file(from_.directory, bases_[i], ".log")});
            bases_.erase(bases_.begin() + at);
            logs_.erase(logs_.begin() + at);
        }
    }
    // It stays until what it made is durable.
    log_.old_swaps_.push_back({base, end});
}

void LogRecovery::finish_swaps() {
    swapped_files_.reserve(files_.size()); // logs_ points into it
    for (const BootFile* file : files_) {
        const auto base = parse_segment_file(short_name(*file), ".log.swap");
        if (!base)
            continue;
        if (const auto end = end_of_swap(*file, *base))
            take_swap(*file, *base, *end);
        else
            out_.emplace_back(Erase{file->name});
    }
}

bool LogRecovery::is_trusted(std::size_t segment) const {
    if (damaged_)
        return false;
    return from_.was_clean ||
           (segment + 1 < bases_.size() && bases_[segment + 1] <= from_.recovery_point);
}

LogRecovery::Scan LogRecovery::scan(const Chain& content, Segment& segment, bool trusted,
                                    Offset next, LeaderEpoch epoch) const {
    Scan result;
    record::BatchReader reader(content);
    const auto stop = [&](std::string why) {
        result.problem = std::move(why);
        return result;
    };
    while (true) {
        auto read = reader.next();
        if (!read)
            return stop(read.error().what);
        if (!*read)
            break;
        record::Batch& batch = **read;
        const record::BatchHeader& header = batch.header;
        if (header.magic != 2)
            return stop("a batch of the old format " + std::to_string(header.magic));
        // Beyond the recovery point nothing is trusted: the tail of a trusted segment may have been
        // cut, and what was cut may be back.
        const bool vouched =
            trusted && (from_.was_clean || header.base_offset < from_.recovery_point);
        if (batch.bytes.size() < record::header_size || header.last_offset_delta < 0 ||
            (!vouched && !record::crc_is_valid(batch)))
            return stop("a corrupt batch");
        if (header.base_offset < next || header.base_offset < segment.base_offset ||
            header.next_offset() <= header.base_offset ||
            header.last_offset() - segment.base_offset > std::numeric_limits<std::int32_t>::max())
            return stop("a batch with offset " + std::to_string(header.base_offset.value) +
                        " out of place");
        // Behind a tail that was cut and written anew, a crash may bring back batches of the old
        // tail; their epoch is older than that of what now precedes them.
        if (!trusted && header.leader_epoch < epoch)
            return stop("a batch of an epoch that had ended");
        epoch = header.leader_epoch;
        next = header.next_offset();
        segment.append(std::move(batch), log_.config_);
        result.valid_bytes = segment.size;
    }
    if (reader.consumed() != content.size())
        return stop("an incomplete last batch");
    return result;
}

void LogRecovery::cut(const BootFile& file, const Scan& scan, std::size_t segment) {
    const auto size = static_cast<std::int64_t>(file.content.size());
    problem(file.name, scan.problem + "; cut from " + std::to_string(size) + " to " +
                           std::to_string(scan.valid_bytes) + " bytes");
    out_.emplace_back(Truncate{file.name, scan.valid_bytes});
    out_.emplace_back(Flush{unwatched, file.name});
    result_.cut_bytes += size - scan.valid_bytes;
    drop_from(segment + 1, "erased, since it follows damage");
}

void LogRecovery::drop_from(std::size_t segment, const std::string& why) {
    for (std::size_t i = segment; i < logs_.size(); ++i) {
        result_.cut_bytes += static_cast<std::int64_t>(logs_[i]->content.size());
        problem(logs_[i]->name, why);
        for (const std::string_view suffix : {".log", ".index", ".timeindex"})
            out_.emplace_back(Erase{segment_file(from_.directory, bases_[i], suffix)});
        // Or it comes back in the next power cut, between segments that were written since.
        out_.emplace_back(Flush{unwatched, logs_[i]->name});
    }
    damaged_ = true;
}

template <class Index>
void LogRecovery::settle_index(Index& index, const std::string& name, std::optional<Index> on_disk,
                               bool trusted) {
    if (trusted && on_disk) {
        index = std::move(*on_disk);
        return;
    }
    const BootFile* file = find(name);
    if (trusted && file != nullptr)
        problem(name, "damaged; rebuilt");
    const Bytes content = encode(index);
    if (file == nullptr || !(file->content == Chain(content)))
        out_.emplace_back(Replace{unwatched, name, Chain(content)});
}

/// `segment` comes with indexes as rebuilt from its batches.
void LogRecovery::settle_indexes(Segment& segment, bool trusted) {
    const std::string offsets = segment_file(from_.directory, segment.base_offset, ".index");
    const std::string times = segment_file(from_.directory, segment.base_offset, ".timeindex");
    std::optional<OffsetIndex> offset_index;
    std::optional<TimeIndex> time_index;
    if (const BootFile* file = find(offsets); file != nullptr && trusted) {
        offset_index = decode_offset_index(file->content);
        if (offset_index && !offset_index->empty() && offset_index->back().position >= segment.size)
            offset_index.reset();
    }
    if (const BootFile* file = find(times); file != nullptr && trusted) {
        time_index = decode_time_index(file->content);
        const std::int64_t end = segment.end_offset() - segment.base_offset;
        if (time_index && !time_index->empty() && time_index->back().relative_offset >= end)
            time_index.reset();
    }
    settle_index(segment.offset_index, offsets, std::move(offset_index), trusted);
    settle_index(segment.time_index, times, std::move(time_index), trusted);
}

/// Segment i does not begin where the one before ended, at `end`. Either old segments that had been
/// erased below a new start came back, and only those; then they go. Or the disk kept this segment
/// and lost the end of the one before; then this one goes with all after it, and false is returned.
bool LogRecovery::settle_hole(std::size_t i, Offset end) {
    Offset start = from_.start_offset;
    if (!listed_epochs_.empty())
        start = std::max(start, listed_epochs_.front().start);
    if (end < bases_[i] && end <= start) {
        log_.erase_segments(0, log_.segments_.size(), out_);
        return true;
    }
    drop_from(i, "erased: it does not begin where the segment before it ends");
    return false;
}

void LogRecovery::load_segment(std::size_t i) {
    const BootFile& file = *logs_[i];
    bool trusted = is_trusted(i);
    Offset next = bases_[i];
    LeaderEpoch epoch = no_epoch;
    if (!log_.segments_.empty()) {
        const Segment& before = *log_.segments_.back();
        next = before.end_offset();
        if (!before.batches.empty())
            epoch = before.batches.back().header().leader_epoch;
        if (!from_.was_clean && next != bases_[i] && !settle_hole(i, next))
            return;
        if (log_.segments_.empty()) {
            next = bases_[i];
            epoch = no_epoch;
        }
    }
    Segment segment;
    segment.base_offset = bases_[i];
    segment.created_ms = now_.wall_ms;
    segment.roll_jitter_ms = log_.roll_jitter_ms(bases_[i]);
    const Segment nothing = segment;
    Scan found = scan(file.content, segment, trusted, next, epoch);
    if (trusted && !found.problem.empty()) { // trust was misplaced
        trusted = false;
        segment = nothing;
        found = scan(file.content, segment, trusted, next, epoch);
    }
    if (!trusted)
        result_.scanned_bytes += static_cast<std::int64_t>(file.content.size());
    if (!found.problem.empty())
        cut(file, found, i);
    // The entry that a closed segment's time index ends with; recovery writes it as a roll would.
    // After an unclean stop no index file is trusted: the batches were walked anyway, and the file
    // may lack what an earlier recovery wrote.
    const bool swapped = std::find(swapped_.begin(), swapped_.end(), bases_[i]) != swapped_.end();
    const bool trust_indexes = trusted && from_.was_clean && !swapped;
    if (!trust_indexes)
        segment.add_last_time_entry();
    settle_indexes(segment, trust_indexes);
    log_.segments_.emplace_back(std::move(segment));
}

void LogRecovery::read_epochs() {
    const std::string name = from_.directory + "/leader-epoch-checkpoint";
    const BootFile* file = find(name);
    if (file == nullptr)
        return;
    auto decoded = decode_epochs(file->content);
    if (decoded) {
        listed_epochs_ = std::move(*decoded);
        epochs_readable_ = true;
    } else {
        problem(name, decoded.error().what);
    }
}

/// The first batch of the epoch that is left begins at `to`, the batch before ended at `from`. What
/// compaction took away between the checkpoint still knows: where this epoch began, and others.
void LogRecovery::begin_epoch(LeaderEpochs& epochs, LeaderEpoch epoch, Offset from,
                              Offset to) const {
    for (const EpochStart& listed : listed_epochs_)
        if (listed.start >= from && listed.start < to && listed.epoch <= epoch &&
            (!epochs.latest_epoch() || *epochs.latest_epoch() < listed.epoch))
            epochs.assign(listed.epoch, listed.start);
    if (!epochs.latest_epoch() || *epochs.latest_epoch() < epoch)
        epochs.assign(epoch, to);
}

void LogRecovery::load_epochs() {
    const bool rebuild = !from_.was_clean || damaged_ || !epochs_readable_;
    LeaderEpochs epochs{listed_epochs_};
    if (rebuild) {
        epochs.clear();
        Offset end = log_.segments_.front()->base_offset; // of the batch before
        for (const auto& segment : log_.segments_)
            for (const StoredBatch& batch : segment->batches) {
                const LeaderEpoch epoch{record::load<std::int32_t>(batch.bytes.data() + 12)};
                if (!epochs.latest_epoch() || *epochs.latest_epoch() < epoch)
                    begin_epoch(epochs, epoch, end, batch.base_offset);
                end = batch.last_offset() + 1;
            }
    }
    epochs.truncate_from_end(log_.end_offset_);
    epochs.truncate_from_start(log_.start_offset_);
    log_.epochs_ = Cow<LeaderEpochs>(epochs);
    if (!std::equal(epochs.entries().begin(), epochs.entries().end(), listed_epochs_.begin(),
                    listed_epochs_.end()))
        log_.write_epochs(out_);
}

void LogRecovery::set_extent() {
    const Offset first = log_.segments_.front()->base_offset;
    log_.end_offset_ = log_.segments_.back()->end_offset();
    log_.start_offset_ = std::max(from_.start_offset, first);
    if (log_.end_offset_ < log_.start_offset_) {
        // The disk lost what lay beyond a start that had been raised: nothing of use is left.
        problem(from_.directory, "ends below its start offset; begins anew there");
        const Offset start = log_.start_offset_;
        log_.truncate_fully_and_start_at(start, now_, out_);
        return;
    }
    log_.recovery_point_ = from_.was_clean && !damaged_
                               ? log_.end_offset_
                               : std::min(from_.recovery_point, log_.end_offset_);
    log_.recovery_point_ = std::max(log_.recovery_point_, log_.start_offset_);
    log_.flush_asked_ = log_.recovery_point_;
    log_.erase_below_start(out_);
}

Recovered LogRecovery::run() {
    for (const BootFile* file : files_) {
        if (const auto base = parse_segment_file(short_name(*file), ".log")) {
            logs_.push_back(file);
            bases_.push_back(*base);
        }
    }
    finish_swaps();
    erase_leftovers();
    read_epochs();
    for (std::size_t i = 0; i < logs_.size() && !damaged_; ++i)
        load_segment(i);
    if (log_.segments_.empty()) {
        log_.start_offset_ = log_.end_offset_ = from_.start_offset;
        log_.recovery_point_ = log_.flush_asked_ = from_.start_offset;
        log_.begin_segment(from_.start_offset, now_.wall_ms, out_);
    } else {
        set_extent();
    }
    load_epochs();
    result_.log = std::move(log_);
    return std::move(result_);
}

Recovered Log::recover(const RecoverFrom& from, std::span<const BootFile> files, const Now& now,
                       Effects& out) {
    return LogRecovery(from, files, now, out).run();
}

} // namespace orrery::log
