// Inside of compression.cpp: one pair of functions per codec.
#pragma once

#include "core/record/compression.hpp"

#include <algorithm>

namespace orrery::record {

using Span = std::span<const std::byte>;
using Buffer = std::vector<std::byte>;

/// Where inflated bytes go: a buffer that refuses to pass its limit.
class Sink {
public:
    explicit Sink(std::size_t limit) : limit_(limit) {}
    /// Room for `count` bytes at the end, or null if that passes the limit.
    std::byte* grow(std::size_t count) {
        if (count > limit_ - buffer_.size())
            return nullptr;
        if (count == 0)
            return &nowhere_; // an empty vector has no address to give
        buffer_.resize(buffer_.size() + count);
        return buffer_.data() + (buffer_.size() - count);
    }
    /// Gives back the last `count` bytes of what was grown.
    void shrink(std::size_t count) { buffer_.resize(buffer_.size() - count); }
    /// How much a codec that works in windows should ask for.
    std::size_t window(std::size_t wanted) const {
        return std::min(wanted, limit_ - buffer_.size());
    }
    Buffer take() { return std::move(buffer_); }

private:
    Buffer buffer_;
    std::size_t limit_;
    std::byte nowhere_{};
};

/// What Kafka reads at once from gzip and zstd; output of a read that fails is lost.
inline constexpr std::size_t inflate_window = 16'384;

InflateEnd inflate_gzip(Span in, Sink& out);
InflateEnd inflate_snappy(Span in, Sink& out);
InflateEnd inflate_lz4(Span in, Sink& out, bool check_header);
InflateEnd inflate_zstd(Span in, Sink& out);

void compress_gzip(Span in, Buffer& out);
void compress_snappy(Span in, Buffer& out);
void compress_lz4(Span in, Buffer& out);
void compress_zstd(Span in, Buffer& out);

} // namespace orrery::record
