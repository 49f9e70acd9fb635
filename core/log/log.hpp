// Log: one replica of one partition as a value. Segments with their sparse indexes, the leader
// epochs, log start offset, log end offset and recovery point. It holds the batches as shared
// Bytes (a read copies none) and emits what must happen on disk into Effects; file names begin with
// the log's directory ("orders-0/00000000000000000000.log") and the bytes are Kafka's own.
//
// Who waits for the disk is the caller's business: an append with a WriteId is followed by a Flush
// with that id, whose Wrote says that this append (and all before it in the same file) is durable.
// What the log flushes by itself (a segment that it closes, flush.messages, flush.ms) is unwatched
// too, unless the caller gave it ids for that: then each such flush, once confirmed(), raises the
// recovery point, below which a restart after a crash scans nothing.
//
// Not here: high watermark, ISR, who leads (core/replica, core/raft), and the checks of what a
// producer sends (record/validate.hpp). Log start and recovery point live in checkpoint files of
// the node (log/checkpoint.hpp), which asks start_offset() and recovery_point().
#pragma once

#include "core/base/cow.hpp"
#include "core/base/process.hpp"
#include "core/log/cleaning.hpp"
#include "core/log/config.hpp"
#include "core/log/leader_epochs.hpp"
#include "core/log/segment.hpp"
#include "core/record/batches.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace orrery::log {

/// What an append did.
struct Appended {
    Offset first = no_offset; ///< base offset of the first batch
    Offset last = no_offset;  ///< last offset of the last batch; no_offset if there was no batch
    LeaderEpoch last_epoch = no_epoch;
    std::int64_t bytes = 0;
    std::int64_t batches = 0;
    std::int64_t max_timestamp = record::no_timestamp;
    bool rolled = false; ///< a new segment was begun
    bool operator==(const Appended&) const = default;
    ORRERY_FIELDS(first, last, last_epoch, bytes, batches, max_timestamp, rolled)
};

/// Why batches that a leader sent can't be appended. Nothing of the call was appended then.
enum class AppendError : std::uint8_t {
    corrupt,           ///< no batches there, a bad CRC, an old magic
    unexpected_offset, ///< begins before the log end offset
    out_of_order,      ///< offsets do not rise from batch to batch
};
std::string_view name_of(AppendError error);

struct ReadLimits {
    std::int64_t max_bytes = 0;
    Offset upper_bound;        ///< batches that begin at or beyond it are not returned
    bool at_least_one = false; ///< return the first batch even if it exceeds max_bytes
};

/// Whole batches of one segment, the first being the one that holds the offset asked for (so it may
/// begin below it).
struct ReadResult {
    Chain records;
    Offset segment_base; ///< with `position`: where on disk the read began
    std::int64_t position = 0;
    bool operator==(const ReadResult&) const = default;
    ORRERY_FIELDS(records, segment_base, position)
};

/// A record found by its time.
struct TimestampAndOffset {
    std::int64_t timestamp = record::no_timestamp;
    Offset offset = no_offset;
    LeaderEpoch epoch = no_epoch;
    bool operator==(const TimestampAndOffset&) const = default;
    ORRERY_FIELDS(timestamp, offset, epoch)
};

/// How to come back after a restart.
struct RecoverFrom {
    std::string directory;
    LogConfig config;
    Offset start_offset{0};   ///< from log-start-offset-checkpoint; 0 if it has no entry
    Offset recovery_point{0}; ///< from recovery-point-offset-checkpoint; 0 if it has no entry
    bool was_clean = false;   ///< .kafka_cleanshutdown was there
};
struct Recovered;

/// Once `id` is confirmed, and all flushes before it, the log is durable below `end`.
struct LogFlush {
    WriteId id;
    Offset end;
    bool confirmed = false;
    bool operator==(const LogFlush&) const = default;
    ORRERY_FIELDS(id, end, confirmed)
};

class Log {
public:
    Log() = default;
    /// A new, empty log that begins at `start`. Emits the creation of its files.
    static Log create(std::string directory, const LogConfig& config, Offset start, const Now& now,
                      Effects& out);
    /// The log from its files (`files`: all whose name begins with the directory and '/'; others
    /// are passed over). After an unclean stop every segment from the recovery point on is scanned,
    /// the first torn or corrupt batch and all after it is cut away, indexes and epochs are
    /// rebuilt; the cuts are emitted.
    static Recovered recover(const RecoverFrom& from, std::span<const BootFile> files,
                             const Now& now, Effects& out);

    const std::string& directory() const { return directory_; }
    const LogConfig& config() const { return config_; }
    void set_config(const LogConfig& config) { config_ = config; }

    // --- extent
    Offset start_offset() const { return start_offset_; }
    Offset end_offset() const { return end_offset_; } ///< that of the next record
    Offset recovery_point() const { return recovery_point_; }
    bool empty() const { return start_offset_ == end_offset_; }
    std::int64_t size() const; ///< bytes of all segments
    std::size_t segment_count() const { return segments_.size(); }
    /// Segments in order, never none; for dumps, the inspector and tests.
    const Segment& segment(std::size_t i) const { return *segments_[i]; }
    const LeaderEpochs& epochs() const { return *epochs_; }

    // --- append
    /// Appends a batch whose offset and epoch the caller has set (a leader; see
    /// record/validate.hpp). Its base offset is not below end_offset(). With a WriteId other than
    /// unwatched a Flush with that id follows the write.
    Appended append(const record::Batch& batch, const Now& now, Effects& out,
                    WriteId id = unwatched);
    /// Appends what a leader sent, sharing its bytes. Batches are checked (CRC, rising offsets) and
    /// their epochs noted. An incomplete last batch is ignored.
    Result<Appended, AppendError> append_fetched(const Chain& records, const Now& now, Effects& out,
                                                 WriteId id = unwatched);

    // --- read
    /// Error: the offset is below start_offset() or above end_offset(); nothing to read is an empty
    /// result.
    std::optional<ReadResult> read(Offset from, const ReadLimits& limits) const;
    /// The first record at or after start_offset() whose timestamp is at least `timestamp`; nullopt
    /// if there is none.
    std::optional<TimestampAndOffset> find_by_timestamp(std::int64_t timestamp) const;
    /// The record with the largest timestamp, the first of them (KIP-734); nullopt when empty.
    std::optional<TimestampAndOffset> find_max_timestamp() const;
    /// Where the offset lies: segment base and byte in the file; nullopt outside the log.
    std::optional<std::pair<Offset, std::int64_t>> position_of(Offset offset) const;

    // --- leader epochs (KIP-101, KIP-279)
    /// The epoch of the last batch or of the latest assign_epoch; nullopt if never.
    std::optional<LeaderEpoch> latest_epoch() const { return epochs_->latest_epoch(); }
    /// The largest epoch that is not above `asked`, and where it ends. {no_epoch, no_offset} when
    /// `asked` is above every known epoch.
    EpochEnd end_offset_for(LeaderEpoch asked) const {
        return epochs_->end_offset_for(asked, end_offset_);
    }
    /// The epoch that wrote the offset; nullopt below the first known.
    std::optional<LeaderEpoch> epoch_of(Offset offset) const { return epochs_->epoch_of(offset); }
    /// A new leader notes where its epoch begins, before it appends anything.
    void assign_epoch(LeaderEpoch epoch, Offset start, Effects& out);

    // --- cut
    /// Drops every batch that reaches to `to` or beyond. False if there was nothing to drop. A
    /// batch that straddles `to` goes whole, and end_offset() is then its base offset, so that it
    /// is fetched again.
    bool truncate_to(Offset to, Effects& out);
    /// Drops everything and begins anew at `start`.
    void truncate_fully_and_start_at(Offset start, const Now& now, Effects& out);
    /// Raises start_offset() (DeleteRecords, or told by the leader) and erases the segments that
    /// lie wholly below it. False if it was not below `to`. `to` is not above end_offset().
    bool advance_start_offset(Offset to, Effects& out);
    /// Erases whole old segments by retention.ms and retention.bytes, none that reaches beyond the
    /// high watermark. Returns how many went.
    std::size_t apply_retention(const Now& now, Offset high_watermark, Effects& out);

    // --- compaction: see cleaning.hpp
    /// What could be cleaned now. `cleaned`: all below is clean, by the checkpoint; `stable`: the
    /// high watermark, at most.
    Cleanable cleanable(Offset cleaned, Offset stable, const Now& now) const;
    /// Begins a cleaning, with at most `keys` different keys. Gives the offset below which all is
    /// clean if there is nothing to write; else that comes from swap_confirmed(). One that recovery
    /// went through with is brought to its end first, and nothing else is done then. Only for a
    /// log that watches its flushes, and not while swapping().
    std::optional<Offset> clean(const Cleanable& part, std::size_t keys, const Now& now,
                                Effects& out);
    /// A cleaning is on its way to the disk.
    bool swapping() const { return swap_.has_value(); }
    /// Wrote{id} has come for one of a cleaning's flushes. Gives the offset below which all is
    /// clean when that was the last, unless the cleaning came to nothing.
    std::optional<Offset> swap_confirmed(WriteId id, Effects& out);

    // --- durability
    /// Emits flushes for everything from the recovery point on; the last one carries `id`. Returns
    /// the offset to hand to flushed() when Wrote{id} comes.
    Offset flush(WriteId id, const Now& now, Effects& out);
    /// Everything below `offset` is durable: raises recovery_point().
    void flushed(Offset offset);
    /// Numbers the flushes that the log asks for by itself from `first` up, and has them watched.
    void watch_flushes(WriteId first) { next_flush_ = first; }
    /// Wrote{id} has come for one of them. True if that raised recovery_point().
    bool confirmed(WriteId id);
    /// When flush.ms asks for the next flush; nullopt if never.
    std::optional<Instant> wakeup() const;
    /// Does what is due at `now` (a flush by flush.ms).
    void on_time(const Now& now, Effects& out);
    /// The end of a clean stop: last time index entry, flushes, of which the last carries `id`.
    /// Afterwards recovery_point() is end_offset().
    void close(WriteId id, Effects& out);
    /// Erases all files of a replica that is no longer wanted.
    void erase_files(Effects& out) const;

    bool operator==(const Log&) const = default;
    ORRERY_FIELDS(directory_, config_, segments_, epochs_, start_offset_, end_offset_,
                  recovery_point_, flush_asked_, last_flush_, next_flush_, flushes_, swap_,
                  old_swaps_)

private:
    Segment& active() { return segments_.back().edit(); }
    std::size_t segment_of(Offset offset) const;
    std::int64_t roll_jitter_ms(Offset base) const;
    void begin_segment(Offset base, std::int64_t created_ms, Effects& out);
    void begin_anew(Offset start, std::int64_t created_ms, Effects& out);
    void cut_segment(std::size_t holds, Offset to, Effects& out);
    bool roll_if_due(const record::BatchHeader& header, const Now& now, Effects& out);
    void put(const record::Batch& batch, Effects& out);
    void note_epoch(LeaderEpoch epoch, Offset start, Effects& out);
    void write_epochs(Effects& out) const;
    void write_last_time_entry(Segment& segment, Effects& out) const;
    void flush_segment(const Segment& segment, WriteId id, Effects& out) const;
    void flush_after_append(const Now& now, Effects& out, WriteId id);
    void flush_unasked(std::size_t end, Effects& out);
    WriteId next_flush(Offset end);
    void cap_flushes();
    void erase_segments(std::size_t from, std::size_t to, Effects& out);
    void erase_below_start(Effects& out);
    CleanedSegment clean_group(std::size_t from, std::size_t to, const BatchCleaner& cleaner) const;
    std::size_t group_end(std::size_t from, Offset end) const;
    bool still_fits(const CleanedSegment& cleaned) const;
    void install(const CleanedSegment& cleaned, Effects& out);
    void settle_old_swaps(Effects& out);
    void drop_old_swaps(Offset above, Effects& out);
    void drop_swap(Effects& out);
    void cut_swaps(Offset to, Effects& out);
    friend class LogRecovery;

    std::string directory_;
    LogConfig config_;
    std::vector<Cow<Segment>> segments_;
    Cow<LeaderEpochs> epochs_;
    Offset start_offset_{0};
    Offset end_offset_{0};
    Offset recovery_point_{0};
    Offset flush_asked_{0}; ///< everything below has had a Flush, confirmed or not
    Instant last_flush_;
    WriteId next_flush_ = unwatched; ///< unwatched: nobody watches
    std::vector<LogFlush> flushes_;  ///< watched ones that are out, in the order of their ids
    std::optional<Swap> swap_;       ///< a cleaning under way
    std::vector<OldSwap> old_swaps_; ///< that recovery went through with, still there
};

struct Recovered {
    Log log;
    std::int64_t cut_bytes = 0;        ///< torn or corrupt bytes that were cut away
    std::int64_t scanned_bytes = 0;    ///< bytes read by the scan; 0 after a clean stop
    std::vector<std::string> problems; ///< what was wrong with which file, for people
};

} // namespace orrery::log
