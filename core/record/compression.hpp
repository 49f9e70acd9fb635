// The block of records that follows a batch's header, compressed and inflated by one of Kafka's
// codecs. Formats on the wire: gzip member; snappy in the framing of xerial's snappy-java (a raw
// snappy block is read too); LZ4 frame with independent blocks; zstd frame.
//
// Inflating gives what could be inflated and how it ended: a Kafka broker reads records while it
// inflates, so which error a damaged batch gets depends on how far the codec came.
#pragma once

#include "core/base/bytes.hpp"
#include "core/record/codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace orrery::record {

enum class InflateEnd : std::uint8_t {
    complete,
    ended_early, ///< gzip: the input ended inside the stream (Java's EOFException)
    broken,      ///< the codec refused its input
    too_large,   ///< the limit was reached
};

struct Inflated {
    Bytes bytes;
    InflateEnd end = InflateEnd::complete;
};

/// At most `limit` bytes come out. `magic` is the batch's format: LZ4 frames of format 0 carry a
/// header checksum that old clients computed wrongly, so it is not looked at.
Inflated inflate(Codec codec, std::span<const std::byte> in, std::size_t limit, int magic = 2);

/// Appends the compressed form of `in` to `out`. With Codec::none, `in` itself. Which bytes a codec
/// chooses depends on its library's version.
void compress(Codec codec, std::span<const std::byte> in, std::vector<std::byte>& out);

} // namespace orrery::record
