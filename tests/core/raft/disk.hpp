// A disk for the quorum's tests: what a process sees (the page cache) and what a power cut would
// leave of it. Unconfirmed operations survive a power cut one by one as chance has it, torn in the
// middle if they are writes; confirmed ones always do.
#pragma once

#include "core/base/process.hpp"
#include "core/base/random.hpp"

#include <map>
#include <string>
#include <vector>

namespace orrery::raft::tests {

class Disk {
public:
    /// Performs the disk effects; others are passed over. The ids that want a Wrote are added to
    /// `watched`.
    void perform(const Effects& effects, std::vector<WriteId>& watched);
    /// The operation of this id, and whatever came before it to the same file, is safe now.
    void confirm(WriteId id);
    /// The process dies: its writes stay in the page cache, but nobody awaits them any more.
    void kill();
    /// The machine loses power.
    void power_cut(Random& random);
    /// A new, empty disk.
    void wipe();

    std::vector<BootFile> files() const;
    const std::string& seen(const std::string& file) const;
    /// What a power cut that spares nothing would leave.
    const std::string& safe(const std::string& file) const;
    const std::map<std::string, std::string>& safe_files() const { return safe_; }

private:
    struct Operation {
        enum class Kind { write, replace, truncate, flush, erase } kind;
        WriteId id;
        std::string file;
        std::size_t at = 0;
        std::string data;
    };
    using Files = std::map<std::string, std::string>;
    static void apply(Files& files, const Operation& operation, std::size_t keep);
    void note(Operation operation, std::vector<WriteId>& watched);

    Files seen_;
    Files safe_;
    std::vector<Operation> unsafe_; ///< not confirmed, in order
};

} // namespace orrery::raft::tests
