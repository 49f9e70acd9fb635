#include "core/record/compression.hpp"

#include "core/record/codecs.hpp"

namespace orrery::record {

namespace {

/// Bytes over a vector that was filled before, so that inflating needs no second copy.
class BufferOwner final : public BytesOwner {
public:
    explicit BufferOwner(Buffer buffer) : buffer_(std::move(buffer)) {}
    Span span() const { return buffer_; }

private:
    Buffer buffer_;
};

Bytes as_bytes(Buffer buffer) {
    if (buffer.empty())
        return {};
    auto* owner = new BufferOwner(std::move(buffer));
    return {owner, owner->span()};
}

InflateEnd inflate_into(Codec codec, Span in, Sink& out, int magic) {
    switch (codec) {
    case Codec::none: break;
    case Codec::gzip: return inflate_gzip(in, out);
    case Codec::snappy: return inflate_snappy(in, out);
    case Codec::lz4: return inflate_lz4(in, out, magic > 0);
    case Codec::zstd: return inflate_zstd(in, out);
    }
    std::byte* to = out.grow(in.size());
    if (to == nullptr)
        return InflateEnd::too_large;
    std::copy(in.begin(), in.end(), to);
    return InflateEnd::complete;
}

} // namespace

Inflated inflate(Codec codec, std::span<const std::byte> in, std::size_t limit, int magic) {
    Sink sink(limit);
    Inflated result;
    result.end = inflate_into(codec, in, sink, magic);
    result.bytes = as_bytes(sink.take());
    return result;
}

void compress(Codec codec, std::span<const std::byte> in, std::vector<std::byte>& out) {
    switch (codec) {
    case Codec::none: out.insert(out.end(), in.begin(), in.end()); return;
    case Codec::gzip: compress_gzip(in, out); return;
    case Codec::snappy: compress_snappy(in, out); return;
    case Codec::lz4: compress_lz4(in, out); return;
    case Codec::zstd: compress_zstd(in, out); return;
    }
}

} // namespace orrery::record
