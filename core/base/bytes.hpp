// Bytes: immutable bytes that copies share (an owner and a span). A slice keeps its whole owner
// alive. Chain: a sequence of Bytes read as one; how a frame carries log data that nobody copied.
#pragma once

#include "core/base/hash.hpp"
#include "core/base/share_count.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery {

/// Who keeps the memory of some Bytes: heap in the simulator, a mapped file when live.
class BytesOwner {
public:
    BytesOwner() = default;
    BytesOwner(const BytesOwner&) = delete;
    BytesOwner& operator=(const BytesOwner&) = delete;
    void keep() noexcept { holders_.keep(); }
    void drop() noexcept {
        if (holders_.drop())
            destroy();
    }

protected:
    virtual ~BytesOwner() = default;
    virtual void destroy() noexcept { delete this; }

private:
    ShareCount holders_;
};

class Bytes {
public:
    Bytes() = default;
    /// Takes over one hold of the owner.
    Bytes(BytesOwner* owner, std::span<const std::byte> span) : owner_(owner), span_(span) {}
    Bytes(const Bytes& other) noexcept : owner_(other.owner_), span_(other.span_) {
        if (owner_)
            owner_->keep();
    }
    Bytes(Bytes&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), span_(std::exchange(other.span_, {})) {}
    Bytes& operator=(Bytes other) noexcept {
        std::swap(owner_, other.owner_);
        std::swap(span_, other.span_);
        return *this;
    }
    ~Bytes() {
        if (owner_)
            owner_->drop();
    }

    /// A copy on the heap.
    static Bytes copy(std::span<const std::byte> from);
    static Bytes copy(std::string_view text);
    /// `size` bytes on the heap, to be filled through `*fill` before anybody else sees them.
    static Bytes allocate(std::size_t size, std::byte** fill);

    const std::byte* data() const { return span_.data(); }
    std::size_t size() const { return span_.size(); }
    bool empty() const { return span_.empty(); }
    std::byte operator[](std::size_t i) const { return span_[i]; }
    std::span<const std::byte> span() const { return span_; }
    operator std::span<const std::byte>() const { return span_; }
    /// The bytes as characters.
    std::string_view text() const {
        return {reinterpret_cast<const char*>(span_.data()), span_.size()};
    }
    /// [from, from + count), shared. The range must lie inside.
    Bytes slice(std::size_t from, std::size_t count) const;
    Bytes slice(std::size_t from) const { return slice(from, size() - from); }

    bool operator==(const Bytes& other) const {
        return size() == other.size() && (data() == other.data() || size() == 0 ||
                                          std::memcmp(data(), other.data(), size()) == 0);
    }
    void hash_into(Hasher& hasher) const { hasher.add(hash_bytes(span_)); }
    /// "12 bytes: 00ff…", the first 32 in hex.
    std::string to_text() const;

private:
    BytesOwner* owner_ = nullptr;
    std::span<const std::byte> span_;
};

/// A sequence of Bytes that reads as one. Empty pieces are never held. Equality and fingerprint are
/// of the bytes, however they are cut.
class Chain {
public:
    Chain() = default;
    Chain(Bytes only) { append(std::move(only)); } // NOLINT: one piece is a chain
    void append(Bytes piece) {
        if (piece.empty())
            return;
        size_ += piece.size();
        if (first_.empty()) {
            first_ = std::move(piece);
            return;
        }
        if (rest_.empty())
            rest_.reserve(2); // a frame's head, records, and tail
        rest_.push_back(std::move(piece));
    }
    void append(const Chain& other) {
        for (std::size_t i = 0; i < other.pieces(); ++i)
            append(other.piece(i));
    }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::size_t pieces() const { return first_.empty() ? 0 : 1 + rest_.size(); }
    const Bytes& piece(std::size_t i) const { return i == 0 ? first_ : rest_[i - 1]; }
    /// [from, from + count), sharing the pieces. The range must lie inside.
    Chain slice(std::size_t from, std::size_t count) const;
    /// All of it in one piece: shared where it is one already, else copied.
    Bytes flat() const;
    bool operator==(const Chain& other) const;
    void hash_into(Hasher& hasher) const;
    std::string to_text() const;

private:
    Bytes first_;
    std::vector<Bytes> rest_;
    std::size_t size_ = 0;
};

/// Lower-case hex of the bytes, and back (false for odd length or a wrong digit).
std::string to_hex(std::span<const std::byte> bytes);
bool from_hex(std::string_view hex, Bytes& out);

} // namespace orrery
