// One file on a simulated disk, as the page cache has it and as the platter has it, with the
// operations between them that nothing has made durable yet. Contents are lists of shared
// pieces, so log data is held once however many copies of the world there are.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/cow_vector.hpp"
#include "core/base/random.hpp"
#include "core/base/reflect.hpp"
#include "core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

/// What is durable of a file is nearly always the beginning of what its cache has, since logs only
/// grow: then it is told by its size alone, and neither settling nor appending copies anything.
class File {
public:
    std::string name;

    explicit File(std::string called) : name(std::move(called)) {}
    /// What a process reads.
    const FileState& cache() const { return cache_; }
    /// What is there when the power comes back.
    FileState durable() const;
    bool durable_exists() const { return durable_exists_; }

    bool dirty() const { return settled_ < waiting(); }
    /// When the oldest change that is not durable reached the cache; `never` if all is durable.
    Instant dirty_since() const { return dirty() ? since(settled_) : never; }
    /// Bytes written and not durable.
    std::int64_t dirty_bytes() const;
    void change(FileOperation operation);
    /// All changes up to the one with that sequence are durable now.
    void settle_up_to(std::uint64_t upto);
    /// All changes up to that time are durable now.
    void settle_before(Instant time);
    /// The power went: the durable state becomes what the disk's stream makes of the operations
    /// that were not confirmed, and the cache is that. See power_cut.cpp for what can happen.
    void lose_power(Random& random);
    bool operator==(const File&) const = default;

private:
    /// A write at the end of the file: its data is the cache's, up to `end`.
    struct Added {
        std::uint64_t sequence = 0;
        Instant since;
        std::int64_t end = 0;
        bool operator==(const Added&) const = default;
        ORRERY_FIELDS(sequence, since, end)
    };

    bool appends(const FileOperation& operation) const {
        return operation.change == FileChange::write && operation.at == cache_.content.size();
    }
    std::size_t waiting() const { return mixed_.empty() ? added_.size() : mixed_.size(); }
    Instant since(std::size_t i) const {
        return mixed_.empty() ? added_[i].since : mixed_[i].since;
    }
    std::uint64_t sequence(std::size_t i) const {
        return mixed_.empty() ? added_[i].sequence : mixed_[i].sequence;
    }
    std::vector<FileOperation> unsettled() const;
    FileState after_power_cut(Random& random) const;
    void settle_until(std::size_t end);
    void set_apart();
    void all_is_durable();

    FileState cache_;
    bool durable_exists_ = false;
    std::int64_t durable_size_ = 0;    ///< unless apart: so many bytes of the cache
    std::optional<FileContent> apart_; ///< what is durable, where the cache does not begin so
    /// What was applied to the cache; from `settled_` on it is not durable. As long as it is only
    /// added to, in `added_`; from the first other change until all is durable, in `mixed_`.
    CowVector<Added, 16> added_;
    CowVector<FileOperation, 8> mixed_;
    std::size_t settled_ = 0;

public:
    ORRERY_FIELDS(name, cache_, durable_exists_, durable_size_, apart_, added_, mixed_, settled_)
};

} // namespace orrery::sim
