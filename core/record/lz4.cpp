// The LZ4 frame format, as much of it as Kafka knows: independent blocks, no dictionary. The frame
// is read by hand and the blocks by the library, so that the blocks before a damaged one are still
// given out, as Kafka gives them.
#include "core/base/expect.hpp"
#include "core/record/codecs.hpp"

#include <lz4.h>
#include <xxhash.h>

#include <array>

namespace orrery::record {

namespace {

constexpr std::uint32_t lz4_magic = 0x184D2204;
constexpr std::uint32_t stored_flag = 0x80000000; // of a block's size: not compressed
constexpr unsigned independent_blocks = 0x20;
constexpr unsigned version_1 = 0x40;
constexpr unsigned block_of_64_kib = 0x40;
constexpr std::size_t block_size_written = 65'536;

std::uint32_t load_little(Span in) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i)
        value |= std::to_integer<std::uint32_t>(in[i]) << (8 * i);
    return value;
}

void put_little(Buffer& out, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<std::byte>((value >> shift) & 255U));
}

/// The checksum byte that ends a frame's header.
std::byte header_check(Span descriptor) {
    return static_cast<std::byte>((XXH32(descriptor.data(), descriptor.size(), 0) >> 8U) & 255U);
}

struct Frame {
    bool block_checksums = false;
    std::size_t largest_block = 0;
};

/// Reads the frame's header off `in`; false if Kafka would not read such a frame.
bool read_header(Span& in, bool check_header, Frame& frame) {
    if (in.size() < 7 || load_little(in) != lz4_magic)
        return false;
    const auto flags = std::to_integer<unsigned>(in[4]);
    const auto sizes = std::to_integer<unsigned>(in[5]);
    if ((flags & 3U) != 0 || (flags & independent_blocks) == 0 || (flags >> 6U) != 1)
        return false;
    if ((sizes & 0x8FU) != 0 || (sizes >> 4U) < 4)
        return false;
    const std::size_t descriptor = (flags & 8U) != 0 ? 10 : 2; // with the content's size
    if (in.size() < 4 + descriptor + 1)
        return false;
    if (check_header && in[4 + descriptor] != header_check(in.subspan(4, descriptor)))
        return false;
    in = in.subspan(4 + descriptor + 1);
    frame.block_checksums = (flags & 16U) != 0;
    frame.largest_block = std::size_t{1} << (2 * (sizes >> 4U) + 8); // 4: 64 KiB ... 7: 4 MiB
    return true;
}

InflateEnd inflate_block(Span block, std::size_t largest, Sink& out) {
    const std::size_t room = out.window(largest);
    std::byte* to = out.grow(room);
    const int given = LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()),
                                          reinterpret_cast<char*>(to),
                                          static_cast<int>(block.size()), static_cast<int>(room));
    if (given < 0) {
        out.shrink(room);
        return room < largest ? InflateEnd::too_large : InflateEnd::broken;
    }
    out.shrink(room - static_cast<std::size_t>(given));
    return InflateEnd::complete;
}

InflateEnd copy_block(Span block, Sink& out) {
    std::byte* to = out.grow(block.size());
    if (to == nullptr)
        return InflateEnd::too_large;
    std::copy(block.begin(), block.end(), to);
    return InflateEnd::complete;
}

} // namespace

InflateEnd inflate_lz4(Span in, Sink& out, bool check_header) {
    Frame frame;
    if (!read_header(in, check_header, frame))
        return InflateEnd::broken;
    while (in.size() >= 4) {
        const std::uint32_t word = load_little(in);
        const std::size_t size = word & ~stored_flag;
        in = in.subspan(4);
        if (size == 0)
            return InflateEnd::complete; // a checksum of the content may follow; Kafka skips it
        if (size > frame.largest_block || size > in.size())
            return InflateEnd::broken;
        const Span block = in.first(size);
        in = in.subspan(size);
        if (frame.block_checksums) {
            if (in.size() < 4 || load_little(in) != XXH32(block.data(), block.size(), 0))
                return InflateEnd::broken;
            in = in.subspan(4);
        }
        const InflateEnd end = (word & stored_flag) != 0
                                   ? copy_block(block, out)
                                   : inflate_block(block, frame.largest_block, out);
        if (end != InflateEnd::complete)
            return end;
    }
    return InflateEnd::broken; // no end mark
}

void compress_lz4(Span in, Buffer& out) {
    put_little(out, lz4_magic);
    const std::array<std::byte, 2> descriptor{
        static_cast<std::byte>(version_1 | independent_blocks),
        static_cast<std::byte>(block_of_64_kib)};
    out.insert(out.end(), descriptor.begin(), descriptor.end());
    out.push_back(header_check(descriptor));
    while (!in.empty()) {
        const Span block = in.first(std::min(in.size(), block_size_written));
        in = in.subspan(block.size());
        const std::size_t at = out.size();
        put_little(out, 0);
        const int bound = LZ4_compressBound(static_cast<int>(block.size()));
        out.resize(at + 4 + static_cast<std::size_t>(bound));
        const int made = LZ4_compress_default(reinterpret_cast<const char*>(block.data()),
                                              reinterpret_cast<char*>(out.data() + at + 4),
                                              static_cast<int>(block.size()), bound);
        expect(made > 0, "LZ4 to compress within its bound");
        std::size_t size = static_cast<std::size_t>(made);
        std::uint32_t word = static_cast<std::uint32_t>(size);
        if (size >= block.size()) { // it did not help: store it
            size = block.size();
            word = static_cast<std::uint32_t>(size) | stored_flag;
            std::copy(block.begin(), block.end(),
                      out.begin() + static_cast<std::ptrdiff_t>(at + 4));
        }
        out.resize(at + 4 + size);
        for (unsigned i = 0; i < 4; ++i)
            out[at + i] = static_cast<std::byte>((word >> (8 * i)) & 255U);
    }
    put_little(out, 0);
}

} // namespace orrery::record
