#include "sim/world/file.hpp"

#include "core/base/expect.hpp"

#include <cstring>

namespace orrery::sim {

namespace {

Bytes zeros(std::int64_t count) {
    std::byte* fill = nullptr;
    Bytes made = Bytes::allocate(static_cast<std::size_t>(count), &fill);
    std::memset(fill, 0, made.size());
    return made;
}

} // namespace

void FileContent::append(Bytes piece) {
    if (piece.empty())
        return;
    const auto at = size_;
    size_ += static_cast<std::int64_t>(piece.size());
    pieces_.push_back({at, std::move(piece)});
}

/// The piece that holds that byte; the byte is inside.
std::size_t FileContent::piece_at(std::int64_t at) const {
    std::size_t low = 0;
    std::size_t high = pieces_.size();
    while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        if (pieces_[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void FileContent::write(std::int64_t at, const Chain& data) {
    expect(at >= 0, "a write at a byte of the file");
    if (data.empty())
        return;
    Chain behind;
    const auto end = at + static_cast<std::int64_t>(data.size());
    if (end < size_)
        behind = range(end, size_);
    if (at < size_)
        truncate(at);
    if (at > size_)
        append(zeros(at - size_));
    for (std::size_t i = 0; i < data.pieces(); ++i)
        append(data.piece(i));
    for (std::size_t i = 0; i < behind.pieces(); ++i)
        append(behind.piece(i));
}

void FileContent::truncate(std::int64_t size) {
    expect(size >= 0, "a file of no less than no bytes");
    if (size >= size_)
        return;
    if (size == 0) {
        *this = FileContent{};
        return;
    }
    const std::size_t last = piece_at(size - 1);
    pieces_.truncate(last + 1);
    const auto kept = static_cast<std::size_t>(size - pieces_[last].at);
    if (kept < pieces_[last].data.size()) {
        Piece& cut = pieces_.edit(last);
        cut.data = cut.data.slice(0, kept);
    }
    size_ = size;
}

Chain FileContent::range(std::int64_t from, std::int64_t to) const {
    expect(0 <= from && from <= to && to <= size_, "a range inside the file");
    Chain found;
    if (from == to)
        return found;
    for (std::size_t i = piece_at(from); i < pieces_.size() && pieces_[i].at < to; ++i) {
        const Piece& piece = pieces_[i];
        const auto begin = from > piece.at ? static_cast<std::size_t>(from - piece.at) : 0;
        const auto left = static_cast<std::size_t>(to - piece.at);
        const auto end = left < piece.data.size() ? left : piece.data.size();
        found.append(piece.data.slice(begin, end - begin));
    }
    return found;
}

void FileContent::hash_into(Hasher& hasher) const {
    for (const Piece& piece : pieces_)
        hasher.add(hash_bytes(piece.data));
    hasher.add(static_cast<std::uint64_t>(size_));
}

void FileState::apply(const FileOperation& operation) {
    switch (operation.change) {
    case FileChange::write:
        exists = true;
        content.write(operation.at, operation.data);
        return;
    case FileChange::truncate:
        if (exists)
            content.truncate(operation.at);
        return;
    case FileChange::replace:
        exists = true;
        content = FileContent{};
        content.write(0, operation.data);
        return;
    case FileChange::erase:
        exists = false;
        content = FileContent{};
        return;
    }
}

std::int64_t File::dirty_bytes() const {
    std::int64_t sum = 0;
    for (std::size_t i = settled; i < pending.size(); ++i)
        sum += static_cast<std::int64_t>(pending[i].data.size());
    return sum;
}

void File::change(FileOperation operation) {
    cache.apply(operation);
    pending.push_back(std::move(operation));
}

void File::settle_up_to(std::uint64_t sequence) {
    if (!dirty())
        return;
    if (pending.back().sequence <= sequence) {
        durable = cache; // shares every block, where applying would cut its own
        settled = pending.size();
    }
    while (dirty() && pending[settled].sequence <= sequence)
        settle_one();
    forget_settled();
}

void File::settle_before(Instant time) {
    if (dirty() && pending.back().since <= time)
        return settle_up_to(pending.back().sequence);
    while (dirty() && pending[settled].since <= time)
        settle_one();
    forget_settled();
}

void File::settle_one() {
    durable.apply(pending[settled]);
    ++settled;
}

/// Frees the settled operations when they are at least half of all.
void File::forget_settled() {
    if (settled * 2 < pending.size() || settled == 0)
        return;
    CowVector<FileOperation, 8> rest;
    for (std::size_t i = settled; i < pending.size(); ++i)
        rest.push_back(pending[i]);
    pending = std::move(rest);
    settled = 0;
}

} // namespace orrery::sim
