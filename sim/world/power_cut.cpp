// What a disk keeps when the power goes. Of the changes to a file that nobody was told are durable:
//
// * The directory is a journal: creations, replacements and erasures survive as a prefix of what
// was
//   asked. A replacement is whole or not there. Data written to a file of which the directory does
//   not know is gone with it.
// * Writes and truncations within the file that survived have no order: all may be lost, or a
// prefix
//   may be kept with its last write torn, or any of them kept, whole or torn.
// * A torn write keeps some of its sectors of 512 bytes, a prefix of them or any; where a later
//   sector or write survives beyond a lost one, the gap reads as zeros.
#include "sim/world/file.hpp"

#include <vector>

namespace orrery::sim {

namespace {

constexpr std::int64_t sector = 512;
constexpr std::uint64_t scattered_sectors_max = 64; ///< larger writes tear at one place

enum class Survival : std::uint8_t { none, prefix, any };

bool changes_directory(const FileOperation& operation, bool exists) {
    switch (operation.change) {
    case FileChange::write: return !exists;
    case FileChange::truncate: return false;
    case FileChange::replace: return true;
    case FileChange::erase: return exists;
    }
    return false;
}

/// Writes some of the operation's sectors.
void tear(FileState& state, const FileOperation& operation, Random& random) {
    const auto size = static_cast<std::int64_t>(operation.data.size());
    const std::int64_t end = operation.at + size;
    const std::int64_t first = operation.at / sector;
    const auto sectors = static_cast<std::uint64_t>((end + sector - 1) / sector - first);
    const bool scattered = sectors <= scattered_sectors_max && random.below(2) == 0;
    const std::uint64_t kept_prefix = scattered ? sectors : random.below(sectors);
    for (std::uint64_t i = 0; i < kept_prefix; ++i) {
        if (scattered && random.below(2) == 0)
            continue;
        const std::int64_t here = (first + static_cast<std::int64_t>(i)) * sector;
        const std::int64_t from = here > operation.at ? here : operation.at;
        const std::int64_t to = here + sector < end ? here + sector : end;
        state.content.write(from,
                            operation.data.slice(static_cast<std::size_t>(from - operation.at),
                                                 static_cast<std::size_t>(to - from)));
    }
}

void survive(FileState& state, const FileOperation& operation, bool torn, Random& random) {
    if (torn && operation.change == FileChange::write && !operation.data.empty())
        tear(state, operation, random);
    else
        state.apply(operation);
}

/// What survives of `count` operations on a file that is there.
void keep_some(FileState& state, const std::vector<const FileOperation*>& operations,
               Random& random) {
    const auto survival = static_cast<Survival>(random.below(3));
    if (survival == Survival::none || operations.empty())
        return;
    if (survival == Survival::prefix) {
        const std::uint64_t kept = random.below(operations.size() + 1);
        for (std::size_t i = 0; i < kept; ++i) {
            const bool torn = i + 1 == kept && random.below(2) == 0;
            survive(state, *operations[i], torn, random);
        }
        return;
    }
    for (const FileOperation* operation : operations) {
        if (random.below(2) == 0)
            continue;
        const bool torn = random.below(4) == 0;
        survive(state, *operation, torn, random);
    }
}

} // namespace

FileState File::after_power_cut(Random& random) const {
    FileState state = durable();
    if (!dirty())
        return state;
    const std::vector<FileOperation> lost = unsettled();
    std::vector<std::size_t> journal; // the operations that the directory is told of
    bool exists = state.exists;
    for (std::size_t i = 0; i < lost.size(); ++i) {
        if (changes_directory(lost[i], exists))
            journal.push_back(i);
        if (lost[i].change != FileChange::truncate)
            exists = lost[i].change != FileChange::erase;
    }
    const std::uint64_t kept = random.below(journal.size() + 1);
    std::size_t first = 0;
    if (kept > 0) {
        const FileOperation& last = lost[journal[kept - 1]];
        state = FileState{last.change != FileChange::erase, {}};
        first = journal[kept - 1];
        if (last.change != FileChange::write) {
            state.apply(last);
            ++first;
        }
    }
    const std::size_t end = kept < journal.size() ? journal[kept] : lost.size();
    std::vector<const FileOperation*> unordered;
    for (std::size_t i = first; i < end; ++i)
        unordered.push_back(&lost[i]);
    if (state.exists)
        keep_some(state, unordered, random);
    return state;
}

void File::lose_power(Random& random) {
    cache_ = after_power_cut(random);
    all_is_durable();
}

} // namespace orrery::sim
