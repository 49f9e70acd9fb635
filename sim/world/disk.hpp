// An actor's disk: its files, and the one queue through which everything that shall be durable
// goes. Write, Replace, Truncate, Flush and Erase mean what core/base/process.hpp says. The disk
// answers through `next()` and `take_done()`: when something is due, and what it was.
#pragma once

#include "core/base/cow.hpp"
#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "sim/world/file.hpp"
#include "sim/world/latency.hpp"

#include <vector>

namespace orrery::sim {

struct DiskModel {
    Latency sync{LatencyShape::exponential, microseconds(400), microseconds(100)}; ///< of one fsync
    std::int64_t bytes_per_second = 500'000'000; ///< on top; 0 is "free"
    Duration write_back =
        seconds(5); ///< what nobody syncs is durable this long after it was written
    bool operator==(const DiskModel&) const = default;
    ORRERY_FIELDS(sync, bytes_per_second, write_back)
};

/// What is wrong with a disk; the default is nothing.
struct DiskCondition {
    std::int32_t slow = 1; ///< each sync takes this many times as long
    bool stalled = false;  ///< nothing completes until this ends
    bool full = false;     ///< nothing may grow: no_space
    bool failing = false;  ///< nothing may change: io_error
    bool operator==(const DiskCondition&) const = default;
    ORRERY_FIELDS(slow, stalled, full, failing)
};

/// A completed request, for the life of the process that made it.
struct DiskDone {
    WriteId write;
    DiskFault fault = DiskFault::none;
    std::string file;
    std::uint32_t life = 0;
};

class Disk {
public:
    Disk() : Disk(DiskModel{}, Random(0, "a disk that nobody bought")) {}
    Disk(const DiskModel& model, Random random) : model_(model), random_(random) {}

    // The effects, at world time `now`, asked by the process' life number `life`.
    void write(Instant now, std::uint32_t life, const Write& effect);
    void replace(Instant now, std::uint32_t life, const Replace& effect);
    void truncate(Instant now, std::uint32_t life, const Truncate& effect);
    void flush(Instant now, std::uint32_t life, const Flush& effect);
    void erase(Instant now, std::uint32_t life, const Erase& effect);

    /// When the disk next has something to do; `never` if nothing or while it is stalled.
    Instant next() const;
    /// Does what is due at `now`. True with `done` filled if a process is to be told of it.
    bool take_done(Instant now, DiskDone& done);

    void lose_power(Instant now);
    void wipe();
    void set_condition(Instant now, const DiskCondition& condition);
    const DiskCondition& condition() const { return condition_; }
    Instant condition_since() const { return condition_since_; }
    const DiskModel& model() const { return model_; }

    /// What a process finds at boot, sorted by name.
    std::vector<BootFile> files() const;
    /// A file as a process sees it; null if there is none.
    const FileState* find(std::string_view name) const;
    /// Makes a file that is durable from the start: a formatted disk.
    void format(const BootFile& file);
    /// Bytes in the page cache that nothing has made durable yet.
    std::int64_t unsynced_bytes() const;

    bool operator==(const Disk&) const = default;
    ORRERY_FIELDS(model_, random_, condition_, condition_since_, files_, requests_, served_,
                  sequence_, busy_until_, stalled_at_, write_back_at_)

private:
    struct Request {
        Instant due;
        WriteId write;
        DiskFault fault = DiskFault::none;
        std::uint32_t life = 0;
        std::uint64_t up_to = 0; ///< operations of the file up to this one become durable
        std::string file;
        bool operator==(const Request&) const = default;
        ORRERY_FIELDS(due, write, fault, life, up_to, file)
    };
    DiskFault refusal(bool grows) const;
    DiskFault refusal(const Write& effect) const;
    void change(Instant now, const std::string& name, FileOperation operation);
    void ask(Instant now, std::uint32_t life, WriteId write, const std::string& file,
             std::int64_t bytes, DiskFault fault);
    void write_back(Instant now);
    File* find_file(std::string_view name);
    File& make_file(const std::string& name);

    DiskModel model_;
    Random random_;
    DiskCondition condition_;
    Instant condition_since_;
    std::vector<Cow<File>> files_;  ///< sorted by name
    std::vector<Request> requests_; ///< from `served_` on: waiting, in order of their due
    std::size_t served_ = 0;
    std::uint64_t sequence_ = 0;
    Instant busy_until_;
    Instant stalled_at_ = never;
    Instant write_back_at_ = never;
};

} // namespace orrery::sim
