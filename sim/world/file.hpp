// One file on a simulated disk, twice: as the page cache has it, and as the platter has it, with
// the operations between them that nothing has made durable yet. Contents are lists of shared
// pieces, so log data is held once however many copies of the world there are.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/cow_vector.hpp"
#include "core/base/random.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <string>

namespace orrery::sim {

/// The bytes of a file.
class FileContent {
public:
    std::int64_t size() const { return size_; }
    /// Puts the data at byte `at`; a gap before it reads as zeros, as in any Unix file.
    void write(std::int64_t at, const Chain& data);
    /// Cuts the content to `size` bytes; a longer size changes nothing.
    void truncate(std::int64_t size);
    Chain all() const { return range(0, size_); }
    /// [from, to), shared; 0 <= from <= to <= size().
    Chain range(std::int64_t from, std::int64_t to) const;
    /// Of the pieces: two contents that were written alike.
    bool operator==(const FileContent& other) const = default;
    void hash_into(Hasher& hasher) const;
    std::string to_text() const { return std::to_string(size_) + " bytes"; }

private:
    struct Piece {
        std::int64_t at = 0;
        Bytes data;
        bool operator==(const Piece&) const = default;
    };
    void append(Bytes piece);
    std::size_t piece_at(std::int64_t at) const;

    CowVector<Piece, 32> pieces_; ///< without gaps, none empty
    std::int64_t size_ = 0;
};

enum class FileChange : std::uint8_t { write, truncate, replace, erase };

/// One change that reached the page cache.
struct FileOperation {
    FileChange change{};
    std::uint64_t sequence = 0; ///< in its disk
    std::int64_t at = 0;        ///< where a write begins; the size that a truncate leaves
    Chain data;
    Instant since; ///< when it reached the cache
    bool operator==(const FileOperation&) const = default;
    ORRERY_FIELDS(change, sequence, at, data, since)
};

/// A state that a file can have: there or not, and with what.
struct FileState {
    bool exists = false;
    FileContent content;
    bool operator==(const FileState&) const = default;
    ORRERY_FIELDS(exists, content)

    void apply(const FileOperation& operation);
};

struct File {
    std::string name;
    FileState cache;   ///< what a process reads
    FileState durable; ///< what is there when the power comes back
    CowVector<FileOperation, 8>
        pending; ///< applied to the cache; those from `settled` on not to durable
    std::size_t settled = 0;

    bool dirty() const { return settled < pending.size(); }
    /// When the oldest change that is not durable reached the cache; `never` if all is durable.
    Instant dirty_since() const { return dirty() ? pending[settled].since : never; }
    /// Bytes written and not durable.
    std::int64_t dirty_bytes() const;
    void change(FileOperation operation);
    /// All changes up to that sequence are durable now.
    void settle_up_to(std::uint64_t sequence);
    /// All changes up to that time are durable now.
    void settle_before(Instant time);
    /// The power went: the durable state becomes what the disk's stream makes of the operations
    /// that were not confirmed, and the cache is that. See power_cut.cpp for what can happen.
    void lose_power(Random& random);
    bool operator==(const File&) const = default;
    ORRERY_FIELDS(name, cache, durable, pending, settled)

private:
    void settle_one();
    void forget_settled();
};

} // namespace orrery::sim
