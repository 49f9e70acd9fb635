#include "core/record/batch_builder.hpp"

#include "core/base/expect.hpp"
#include "core/record/big_endian.hpp"
#include "core/record/checksum.hpp"
#include "core/record/compression.hpp"
#include "core/record/varint.hpp"

#include <algorithm>
#include <limits>

namespace orrery::record {

namespace {

std::size_t sized(std::optional<View> field) {
    return field ? varint_size(static_cast<std::int64_t>(field->size())) + field->size() : 1;
}

std::size_t headers_size(std::span<const RecordHeader> headers) {
    std::size_t size = 0;
    for (const RecordHeader& header : headers)
        size += varint_size(static_cast<std::int64_t>(header.key.size())) + header.key.size() +
                sized(header.value);
    return size;
}

/// Adds to a buffer without filling it with zeros first.
class Appender {
public:
    explicit Appender(std::vector<std::byte>& out) : out_(out) {}
    void number(std::int64_t value) {
        std::byte scratch[longest_varlong];
        out_.insert(out_.end(), scratch, put_varint(scratch, value));
    }
    void bytes(View view) { out_.insert(out_.end(), view.begin(), view.end()); }
    void field(std::optional<View> view) {
        number(view ? static_cast<std::int64_t>(view->size()) : -1);
        if (view)
            bytes(*view);
    }
    void headers(std::span<const RecordHeader> list) {
        for (const RecordHeader& header : list) {
            field(std::as_bytes(std::span(header.key.data(), header.key.size())));
            field(header.value);
        }
    }

private:
    std::vector<std::byte>& out_;
};

std::int16_t attributes_of(const BatchOptions& options) {
    int attributes = static_cast<int>(options.codec);
    if (options.timestamp_type == TimestampType::log_append_time)
        attributes |= 8;
    if (options.transactional)
        attributes |= 16;
    if (options.control)
        attributes |= 32;
    if (options.delete_horizon_ms)
        attributes |= 64;
    return static_cast<std::int16_t>(attributes);
}

} // namespace

BatchBuilder::BatchBuilder(const BatchOptions& options, std::size_t expected_bytes)
    : options_(options) {
    buffer_.reserve(std::max<std::size_t>(expected_bytes, header_size));
    buffer_.resize(header_size);
    if (options_.delete_horizon_ms)
        base_timestamp_ = *options_.delete_horizon_ms;
}

void BatchBuilder::begin_record(Offset offset, std::int64_t timestamp, std::size_t fields_size) {
    const std::int64_t delta = offset - options_.base_offset;
    expect(delta >= next_delta_, "offsets that rise within a batch");
    expect(delta <= std::numeric_limits<std::int32_t>::max(), "an offset that fits its batch");
    if (count_ == 0 && !options_.delete_horizon_ms)
        base_timestamp_ = timestamp;
    const std::int64_t timestamp_delta = wrapping_subtract(timestamp, base_timestamp_);
    const std::size_t body = 1 + varint_size(timestamp_delta) + varint_size(delta) + fields_size;
    Appender out(buffer_);
    out.number(static_cast<std::int64_t>(body));
    buffer_.push_back(std::byte{0});
    out.number(timestamp_delta);
    out.number(delta);
    max_timestamp_ = std::max(max_timestamp_, timestamp);
    next_delta_ = delta + 1;
    ++count_;
}

void BatchBuilder::append(std::int64_t timestamp, std::optional<View> key,
                          std::optional<View> value, std::span<const RecordHeader> headers) {
    append_at(next_offset(), timestamp, key, value, headers);
}

void BatchBuilder::append_at(Offset offset, std::int64_t timestamp, std::optional<View> key,
                             std::optional<View> value, std::span<const RecordHeader> headers) {
    const auto header_count = static_cast<std::int64_t>(headers.size());
    begin_record(offset, timestamp,
                 sized(key) + sized(value) + varint_size(header_count) + headers_size(headers));
    Appender out(buffer_);
    out.field(key);
    out.field(value);
    out.number(header_count);
    out.headers(headers);
}

void BatchBuilder::append_copy(Offset offset, const Record& record) {
    begin_record(offset, record.timestamp,
                 sized(record.key) + sized(record.value) + varint_size(record.headers.count()) +
                     record.headers.bytes().size());
    Appender out(buffer_);
    out.field(record.key);
    out.field(record.value);
    out.number(record.headers.count());
    out.bytes(record.headers.bytes());
}

std::size_t BatchBuilder::largest_record_size(std::optional<View> key, std::optional<View> value,
                                              std::span<const RecordHeader> headers) {
    return longest_varint + 1 + longest_varlong + longest_varint + sized(key) + sized(value) +
           longest_varint + headers_size(headers);
}

Batch BatchBuilder::build(std::optional<Offset> last_offset) {
    if (options_.codec != Codec::none) {
        std::vector<std::byte> compressed(header_size);
        compress(options_.codec, View(buffer_).subspan(header_size), compressed);
        buffer_ = std::move(compressed);
    }
    const std::int64_t last_delta = last_offset ? *last_offset - options_.base_offset
                                                : std::max<std::int64_t>(next_delta_, 1) - 1;
    expect(last_delta >= next_delta_ - 1 && last_delta <= std::numeric_limits<std::int32_t>::max(),
           "a last offset that fits its batch");
    Batch batch;
    BatchHeader& header = batch.header;
    header.base_offset = options_.base_offset;
    header.batch_length = static_cast<std::int32_t>(buffer_.size() - offset_and_length_size);
    header.leader_epoch = options_.leader_epoch;
    header.attributes = attributes_of(options_);
    header.last_offset_delta = static_cast<std::int32_t>(last_delta);
    header.base_timestamp = base_timestamp_;
    header.max_timestamp = options_.timestamp_type == TimestampType::log_append_time
                               ? options_.log_append_time
                               : max_timestamp_;
    header.producer_id = options_.producer_id;
    header.producer_epoch = options_.producer_epoch;
    header.base_sequence = options_.base_sequence;
    header.count = count_;
    put_header(header, buffer_);
    header.crc = crc32c(View(buffer_).subspan(attributes_at));
    store(buffer_.data() + crc_at, header.crc);
    batch.bytes = Bytes::copy(buffer_);
    buffer_ = {};
    return batch;
}

} // namespace orrery::record
