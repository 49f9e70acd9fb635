// A gzip stream (RFC 1952) read as Java's GZIPInputStream reads it: members may follow each other,
// garbage after a member is ignored, and a trailer that doesn't fit is an error only after all
// bytes were given out.
#include "core/base/expect.hpp"
#include "core/record/codecs.hpp"

#include <zlib.h>

#include <array>
#include <limits>

namespace orrery::record {

namespace {

constexpr std::size_t fixed_header = 10;
constexpr std::size_t trailer_size = 8;

unsigned byte_at(Span in, std::size_t i) {
    return std::to_integer<unsigned>(in[i]);
}

std::uint32_t little_endian(Span in, std::size_t at) {
    return byte_at(in, at) | byte_at(in, at + 1) << 8U | byte_at(in, at + 2) << 16U |
           byte_at(in, at + 3) << 24U;
}

const Bytef* zlib_bytes(const std::byte* from) {
    return reinterpret_cast<const Bytef*>(from);
}

/// Skips a zero-terminated string; 0 when it doesn't end.
std::size_t skip_text(Span in, std::size_t at) {
    while (at < in.size() && byte_at(in, at) != 0)
        ++at;
    return at < in.size() ? at + 1 : 0;
}

/// The size of the member's header, 0 if it is none.
std::size_t header_size_of(Span in) {
    if (in.size() < fixed_header || byte_at(in, 0) != 0x1F || byte_at(in, 1) != 0x8B ||
        byte_at(in, 2) != 8)
        return 0;
    const unsigned flags = byte_at(in, 3);
    std::size_t at = fixed_header;
    if ((flags & 4U) != 0) { // extra field
        if (in.size() < at + 2)
            return 0;
        at += 2 + (byte_at(in, at) | byte_at(in, at + 1) << 8U);
    }
    for (const unsigned text : {8U, 16U}) { // name, comment
        if ((flags & text) == 0)
            continue;
        at = skip_text(in, at);
        if (at == 0)
            return 0;
    }
    if ((flags & 2U) != 0) { // checksum of the header
        if (in.size() < at + 2)
            return 0;
        const auto crc = static_cast<unsigned>(::crc32_z(0, zlib_bytes(in.data()), at));
        if ((crc & 0xFFFFU) != (byte_at(in, at) | byte_at(in, at + 1) << 8U))
            return 0;
        at += 2;
    }
    return at <= in.size() ? at : 0;
}

/// One member's deflate stream and trailer. `in` is advanced behind it.
InflateEnd inflate_member(Span& in, Sink& out) {
    z_stream stream{};
    expect(inflateInit2(&stream, -MAX_WBITS) == Z_OK, "zlib to start");
    expect(in.size() <= std::numeric_limits<uInt>::max(), "a batch below 4 GiB");
    stream.next_in = const_cast<Bytef*>(zlib_bytes(in.data()));
    stream.avail_in = static_cast<uInt>(in.size());
    uLong crc = 0;
    uLong size = 0;
    int state = Z_OK;
    auto end = InflateEnd::complete;
    while (state != Z_STREAM_END) {
        const std::size_t window = out.window(inflate_window);
        std::byte* to = window == 0 ? nullptr : out.grow(window);
        std::byte spare{}; // at the limit the stream may still end without giving more
        stream.next_out = reinterpret_cast<Bytef*>(to != nullptr ? to : &spare);
        stream.avail_out = to != nullptr ? static_cast<uInt>(window) : 1;
        const uInt room = stream.avail_out;
        state = ::inflate(&stream, Z_NO_FLUSH);
        const std::size_t given = room - stream.avail_out;
        if (to == nullptr && given > 0)
            end = InflateEnd::too_large;
        else if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
            end = InflateEnd::broken;
        else if (state != Z_STREAM_END && given == 0)
            end = InflateEnd::ended_early;
        if (to != nullptr)
            out.shrink(end == InflateEnd::broken ? window : window - given);
        if (end != InflateEnd::complete)
            break;
        if (to != nullptr)
            crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(to), given);
        size += given;
    }
    in = in.subspan(in.size() - stream.avail_in);
    inflateEnd(&stream);
    if (end != InflateEnd::complete)
        return end;
    if (in.size() < trailer_size)
        return InflateEnd::ended_early;
    if (little_endian(in, 0) != (crc & 0xFFFFFFFFU) || little_endian(in, 4) != (size & 0xFFFFFFFFU))
        return InflateEnd::broken;
    in = in.subspan(trailer_size);
    return InflateEnd::complete;
}

} // namespace

InflateEnd inflate_gzip(Span in, Sink& out) {
    std::size_t header = header_size_of(in);
    if (header == 0)
        return InflateEnd::broken;
    while (header != 0) {
        in = in.subspan(header);
        const InflateEnd end = inflate_member(in, out);
        if (end != InflateEnd::complete)
            return end;
        header = header_size_of(in);
    }
    return InflateEnd::complete;
}

void compress_gzip(Span in, Buffer& out) {
    constexpr std::array<unsigned char, fixed_header> header{0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF};
    for (const unsigned char byte : header)
        out.push_back(static_cast<std::byte>(byte));
    z_stream stream{};
    expect(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
                        Z_DEFAULT_STRATEGY) == Z_OK,
           "zlib to start");
    const std::size_t from = out.size();
    out.resize(from + ::deflateBound(&stream, static_cast<uLong>(in.size())));
    stream.next_in = const_cast<Bytef*>(zlib_bytes(in.data()));
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + from);
    stream.avail_out = static_cast<uInt>(out.size() - from);
    expect(::deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate to end within its bound");
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    const auto crc = static_cast<std::uint32_t>(::crc32_z(0, zlib_bytes(in.data()), in.size()));
    for (const std::uint32_t word : {crc, static_cast<std::uint32_t>(in.size())})
        for (unsigned shift = 0; shift < 32; shift += 8)
            out.push_back(static_cast<std::byte>((word >> shift) & 255U));
}

} // namespace orrery::record
