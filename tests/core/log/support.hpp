// A disk in memory that takes a log's effects, forgets what was not flushed when the power goes,
// and small helpers to build batches.
#pragma once

#include "core/base/process.hpp"
#include "core/base/random.hpp"
#include "core/log/log.hpp"
#include "core/record/batch_builder.hpp"

#include <map>
#include <string>
#include <vector>

namespace orrery::tests {

class Disk {
public:
    /// Performs the effects in order, in the page cache. Returns the ids of the flushes: each is
    /// durable at once, with everything written to its file before.
    void perform(const Effects& effects);
    /// The files as a process that restarts finds them.
    std::vector<BootFile> files() const;
    /// The power goes: of every file a random number of the last changes that were not flushed is
    /// lost, and the last one kept may be torn.
    void cut_power(Random& random);
    const std::string& content(const std::string& name) const { return now_.at(name).content; }
    bool has(const std::string& name) const { return now_.contains(name); }
    std::string& edit(const std::string& name) { return now_.at(name).content; }
    void erase(const std::string& name) { now_.erase(name); }

private:
    struct File {
        std::string content;
        bool operator==(const File&) const = default;
    };
    /// What a file was after each change since it was last durable; nullopt: it was not there.
    using Past = std::vector<std::optional<File>>;
    void change(const std::string& name, std::optional<File> to);

    std::map<std::string, File> now_;
    std::map<std::string, Past> unflushed_;
};

/// A batch of `records` records of `value_bytes` bytes, the first at `base`.
record::Batch make_batch(Offset base, LeaderEpoch epoch, int records, std::int64_t timestamp,
                         std::size_t value_bytes = 20, char fill = 'x');

Now at_ms(std::int64_t ms);

} // namespace orrery::tests
