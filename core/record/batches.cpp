#include "core/record/batches.hpp"

#include "core/record/big_endian.hpp"
#include "core/record/checksum.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace orrery::record {

namespace {

/// A batch whose length field claims less than its format's header. Kafka cuts it off all the same
/// and finds it corrupt when it is looked at; so does crc_is_valid().
BatchHeader stunted_header(std::span<const std::byte> bytes) {
    BatchHeader header;
    header.base_offset = {load<std::int64_t>(bytes.data())};
    header.batch_length = load<std::int32_t>(bytes.data() + 8);
    header.magic = load<std::int8_t>(bytes.data() + magic_at);
    return header;
}

BatchHeader header_of(std::span<const std::byte> batch) {
    if (auto parsed = parse_header(batch))
        return *parsed;
    return stunted_header(batch);
}

} // namespace

void BatchReader::read(std::size_t count, std::byte* out) const {
    std::size_t from = at_;
    for (std::size_t i = piece_; count > 0; ++i) {
        const Bytes& piece = records_.piece(i);
        const std::size_t here = std::min(count, piece.size() - from);
        std::copy_n(piece.data() + from, here, out);
        out += here;
        count -= here;
        from = 0;
    }
}

Bytes BatchReader::take(std::size_t count) {
    const Bytes& piece = records_.piece(piece_);
    Bytes taken;
    if (piece.size() - at_ >= count) {
        taken = at_ == 0 && piece.size() == count ? piece : piece.slice(at_, count);
    } else {
        std::byte* fill = nullptr;
        taken = Bytes::allocate(count, &fill);
        read(count, fill);
    }
    consumed_ += count;
    at_ += count;
    while (piece_ < records_.pieces() && at_ >= records_.piece(piece_).size()) {
        at_ -= records_.piece(piece_).size();
        ++piece_;
    }
    return taken;
}

Result<std::optional<Batch>> BatchReader::next() {
    const std::size_t left = records_.size() - consumed_;
    if (left < offset_and_length_size)
        return std::nullopt;
    std::array<std::byte, magic_at + 1> start{};
    read(std::min(left, start.size()), start.data());
    const auto length = load<std::int32_t>(start.data() + 8);
    if (length < smallest_batch_length)
        return failure(ParseError{"a batch is shorter than any can be", consumed_ + 8});
    if (length > std::numeric_limits<std::int32_t>::max() - std::int32_t{offset_and_length_size})
        return failure(ParseError{"the length of a batch overflows", consumed_ + 8});
    if (left < start.size())
        return std::nullopt;
    const auto magic = load<std::int8_t>(start.data() + magic_at);
    if (magic < 0 || magic > 2)
        return failure(ParseError{"the magic of a batch is none of 0, 1, 2", consumed_ + magic_at});
    const std::size_t size = static_cast<std::size_t>(length) + offset_and_length_size;
    if (size > left)
        return std::nullopt;
    Batch batch;
    batch.bytes = take(size);
    batch.header = header_of(batch.bytes);
    return batch;
}

Result<std::vector<Batch>> split_batches(const Chain& records) {
    std::vector<Batch> batches;
    BatchReader reader(records);
    while (true) {
        auto next = reader.next();
        if (!next)
            return failure(next.error());
        if (!*next)
            return batches;
        batches.push_back(std::move(**next));
    }
}

Result<Batch> parse_batch(Bytes bytes) {
    const std::size_t size = bytes.size();
    BatchReader reader{Chain(std::move(bytes))};
    auto first = reader.next();
    if (!first)
        return failure(first.error());
    if (!*first)
        return failure(ParseError{"no whole batch", size});
    if (reader.consumed() != size)
        return failure(ParseError{"bytes after the batch", reader.consumed()});
    return std::move(**first);
}

bool crc_is_valid(const Batch& batch) {
    const std::span<const std::byte> bytes = batch.bytes;
    if (batch.header.magic >= 2)
        return bytes.size() >= header_size &&
               crc32c(bytes.subspan(attributes_at)) == batch.header.crc;
    return bytes.size() >= 26 && crc32(bytes.subspan(magic_at)) == batch.header.crc;
}

} // namespace orrery::record
