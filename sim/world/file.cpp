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

FileState File::durable() const {
    if (apart_ || durable_size_ == cache_.content.size())
        return {durable_exists_, apart_ ? *apart_ : cache_.content};
    FileState state{durable_exists_, cache_.content};
    state.content.truncate(durable_size_);
    return state;
}

std::int64_t File::dirty_bytes() const {
    if (mixed_.empty())
        return cache_.content.size() - durable_size_;
    std::int64_t sum = 0;
    for (std::size_t i = settled_; i < mixed_.size(); ++i)
        sum += static_cast<std::int64_t>(mixed_[i].data.size());
    return sum;
}

/// Keeps what is durable for itself: the cache will not begin so any longer.
void File::set_apart() {
    if (!apart_)
        apart_ = durable().content;
}

/// What is not durable, in order, each with its data.
std::vector<FileOperation> File::unsettled() const {
    std::vector<FileOperation> found;
    std::int64_t at = durable_size_;
    for (std::size_t i = settled_; i < waiting(); ++i) {
        if (!mixed_.empty()) {
            found.push_back(mixed_[i]);
            continue;
        }
        const Added& added = added_[i];
        found.push_back({FileChange::write, added.sequence, at, cache_.content.range(at, added.end),
                         added.since});
        at = added.end;
    }
    return found;
}

void File::change(FileOperation operation) {
    const bool simple = mixed_.empty() && appends(operation);
    if (!simple) {
        if (mixed_.empty()) {
            for (FileOperation& earlier : unsettled())
                mixed_.push_back(std::move(earlier));
            added_ = {};
            settled_ = 0;
        }
        set_apart();
    }
    cache_.apply(operation);
    if (simple)
        added_.push_back({operation.sequence, operation.since, cache_.content.size()});
    else
        mixed_.push_back(std::move(operation));
}

void File::settle_up_to(std::uint64_t upto) {
    std::size_t end = settled_;
    if (dirty() && sequence(waiting() - 1) <= upto)
        end = waiting();
    while (end < waiting() && sequence(end) <= upto)
        ++end;
    settle_until(end);
}

void File::settle_before(Instant time) {
    std::size_t end = settled_;
    if (dirty() && since(waiting() - 1) <= time)
        end = waiting();
    while (end < waiting() && since(end) <= time)
        ++end;
    settle_until(end);
}

void File::all_is_durable() {
    durable_exists_ = cache_.exists;
    durable_size_ = cache_.content.size();
    apart_.reset();
    added_ = {};
    mixed_ = {};
    settled_ = 0;
}

/// Settles the operations up to number `end`.
void File::settle_until(std::size_t end) {
    if (end == settled_)
        return;
    if (end == waiting())
        return all_is_durable();
    if (mixed_.empty()) {
        durable_exists_ = true;
        durable_size_ = added_[end - 1].end;
        settled_ = end - added_.drop_front(end);
        return;
    }
    FileState state = durable();
    for (std::size_t i = settled_; i < end; ++i)
        state.apply(mixed_[i]);
    durable_exists_ = state.exists;
    apart_ = std::move(state.content);
    settled_ = end - mixed_.drop_front(end);
}

} // namespace orrery::sim
