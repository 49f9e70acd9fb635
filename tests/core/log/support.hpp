// A disk in memory that takes a log's effects, forgets what was not flushed when the power goes,
// and small helpers to build batches.
#pragma once

#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/log/log.hpp"
#include "core/record/batch_builder.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace orrery::tests {

class Disk {
public:
    /// Performs the effects in order, in the page cache. Flushes queue up; one that is watched is
    /// done at once, and with it all that were asked for before.
    void perform(const Effects& effects);
    /// The files as a process that restarts finds them.
    std::vector<BootFile> files() const;
    /// The power goes. Of every file's changes that were not flushed, none survive, or a prefix, or
    /// any of the writes and truncations; a write that survives may be torn, a gap reads as zeros.
    void cut_power(Random& random);
    const std::string& content(const std::string& name) const { return *now_.at(name); }
    bool has(const std::string& name) const { return now_.contains(name) && now_.at(name); }
    std::string& edit(const std::string& name) { return *now_[name]; }
    void put(const std::string& name, std::string content) { now_[name] = std::move(content); }
    void erase(const std::string& name) { now_.erase(name); }

private:
    using File = std::optional<std::string>; ///< nullopt: it is not there
    struct Unflushed {
        File durable;
        std::vector<Effect> changes;
        std::size_t settled = 0; ///< so many of them are in `durable`
    };
    struct Asked {
        std::string file;
        std::size_t changes; ///< as many of the file's changes as there were then
    };
    void settle();
    static void apply(File& file, const Effect& change);
    void change(const std::string& name, const Effect& effect);
    static File survivor(const Unflushed& unflushed, Random& random);

    std::map<std::string, File> now_;
    std::map<std::string, Unflushed> unflushed_;
    std::vector<Asked> queue_;
};

/// A batch of `records` records of `value_bytes` bytes, the first at `base`.
record::Batch make_batch(Offset base, LeaderEpoch epoch, int records, std::int64_t timestamp,
                         std::size_t value_bytes = 20, char fill = 'x');

Now at_ms(std::int64_t ms);

} // namespace orrery::tests
