// Snappy as snappy-java frames it: 82 'S' 'N' 'A' 'P' 'P' 'Y' 00, int32 version, int32 oldest
// compatible version, then chunks of int32 size and a raw snappy block, big-endian. Other clients
// send one raw block without a frame; that is read too.
#include "core/base/expect.hpp"
#include "core/record/big_endian.hpp"
#include "core/record/codecs.hpp"

#include <snappy.h>

#include <array>

namespace orrery::record {

namespace {

constexpr std::array<unsigned char, 8> snappy_magic{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t frame_header = 16;
constexpr std::int32_t frame_version = 1;
constexpr std::size_t chunk_size = 32'768; // of input; what snappy-java takes

bool begins_frame(Span in) {
    if (in.size() < frame_header)
        return false;
    for (std::size_t i = 0; i < snappy_magic.size(); ++i)
        if (std::to_integer<unsigned char>(in[i]) != snappy_magic[i])
            return false;
    return true;
}

const char* characters(Span in) {
    return reinterpret_cast<const char*>(in.data());
}

InflateEnd inflate_block(Span block, Sink& out) {
    std::size_t size = 0;
    if (!snappy::GetUncompressedLength(characters(block), block.size(), &size))
        return InflateEnd::broken;
    // A block can't hold more than about 21 times its size (snappy's copies are 64 bytes in 3).
    if (size > block.size() * 64)
        return InflateEnd::broken;
    std::byte* to = out.grow(size);
    if (to == nullptr)
        return InflateEnd::too_large;
    if (snappy::RawUncompress(characters(block), block.size(), reinterpret_cast<char*>(to)))
        return InflateEnd::complete;
    out.shrink(size);
    return InflateEnd::broken;
}

} // namespace

InflateEnd inflate_snappy(Span in, Sink& out) {
    if (in.empty())
        return InflateEnd::broken;
    if (!begins_frame(in))
        return inflate_block(in, out);
    if (load<std::int32_t>(in.data() + 8) < frame_version)
        return InflateEnd::broken;
    in = in.subspan(frame_header);
    while (in.size() >= 4) {
        if (begins_frame(in)) { // streams may follow each other
            in = in.subspan(frame_header);
            continue;
        }
        const auto size = load<std::int32_t>(in.data());
        in = in.subspan(4);
        if (size < 0 || static_cast<std::size_t>(size) > in.size())
            return InflateEnd::broken;
        const InflateEnd end = inflate_block(in.first(static_cast<std::size_t>(size)), out);
        if (end != InflateEnd::complete)
            return end;
        in = in.subspan(static_cast<std::size_t>(size));
    }
    return InflateEnd::complete;
}

void compress_snappy(Span in, Buffer& out) {
    for (const unsigned char byte : snappy_magic)
        out.push_back(static_cast<std::byte>(byte));
    const auto put_int = [&](std::int32_t value) {
        out.resize(out.size() + 4);
        store(out.data() + out.size() - 4, value);
    };
    put_int(frame_version);
    put_int(frame_version);
    while (!in.empty()) {
        const Span chunk = in.first(std::min(in.size(), chunk_size));
        const std::size_t from = out.size();
        out.resize(from + 4 + snappy::MaxCompressedLength(chunk.size()));
        std::size_t size = 0;
        snappy::RawCompress(characters(chunk), chunk.size(),
                            reinterpret_cast<char*>(out.data() + from + 4), &size);
        out.resize(from + 4 + size);
        store(out.data() + from, static_cast<std::int32_t>(size));
        in = in.subspan(chunk.size());
    }
}

} // namespace orrery::record
