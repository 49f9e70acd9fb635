// Zstandard frames (KIP-110), read window by window so that what came before damage is given out.
#include "core/base/expect.hpp"
#include "core/record/codecs.hpp"

#include <zstd.h>

namespace orrery::record {

namespace {

constexpr int level = 3; // compression.zstd.level

struct Stream {
    ZSTD_DStream* state = ZSTD_createDStream();
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { ZSTD_freeDStream(state); }
};

} // namespace

InflateEnd inflate_zstd(Span in, Sink& out) {
    const Stream stream;
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    bool frame_finished = true; // no input at all is an empty stream
    while (true) {
        if (from.pos == from.size && frame_finished)
            return InflateEnd::complete;
        const std::size_t window = out.window(inflate_window);
        std::byte spare{};
        std::byte* to = window == 0 ? &spare : out.grow(window);
        ZSTD_outBuffer given{to, window == 0 ? 1 : window, 0};
        const std::size_t before = from.pos;
        const std::size_t state = ZSTD_decompressStream(stream.state, &given, &from);
        const bool failed = ZSTD_isError(state) != 0;
        if (window != 0)
            out.shrink(failed ? window : window - given.pos);
        if (failed)
            return InflateEnd::broken;
        if (window == 0 && given.pos > 0)
            return InflateEnd::too_large;
        frame_finished = state == 0;
        if (!frame_finished && given.pos == 0 && from.pos == before)
            return InflateEnd::broken; // the input ended inside a frame
    }
}

void compress_zstd(Span in, Buffer& out) {
    const std::size_t from = out.size();
    out.resize(from + ZSTD_compressBound(in.size()));
    const std::size_t size =
        ZSTD_compress(out.data() + from, out.size() - from, in.data(), in.size(), level);
    expect(ZSTD_isError(size) == 0, "zstd to compress within its bound");
    out.resize(from + size);
}

} // namespace orrery::record
