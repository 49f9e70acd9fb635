#include "core/record/records.hpp"

#include "core/record/big_endian.hpp"
#include "core/record/checksum.hpp"
#include "core/record/compression.hpp"
#include "core/record/legacy.hpp"
#include "core/record/varint.hpp"

namespace orrery::record {

namespace {

std::string_view as_text(View bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One header off the reader; false if there is none.
bool read_header(VarintReader& in, RecordHeader& out) {
    const std::int32_t key_size = in.varint();
    if (!in.ok() || key_size < 0)
        return false;
    out.key = as_text(in.take(key_size));
    const std::int32_t value_size = in.varint();
    const View value = in.take(value_size);
    out.value.reset();
    if (value_size >= 0)
        out.value = value;
    return in.ok();
}

bool skip_headers(VarintReader& in, std::int32_t count) {
    RecordHeader header;
    for (std::int32_t i = 0; i < count; ++i)
        if (!read_header(in, header))
            return false;
    return true;
}

/// Everything behind a record's length; false if the structure is broken.
bool read_body(View body, const BatchHeader& batch, Record& out) {
    VarintReader in(body);
    in.int8(); // attributes: none is defined
    const std::int64_t timestamp_delta = in.varlong();
    const std::int32_t offset_delta = in.varint();
    out.offset = {wrapping_add(batch.base_offset.value, offset_delta)};
    if (batch.timestamp_type() == TimestampType::log_append_time)
        out.timestamp = batch.max_timestamp;
    else
        out.timestamp = wrapping_add(batch.base_timestamp, timestamp_delta);
    out.sequence =
        batch.base_sequence >= 0 ? add_to_sequence(batch.base_sequence, offset_delta) : no_sequence;
    const std::int32_t key_size = in.varint();
    const View key = in.take(key_size);
    const std::int32_t value_size = in.varint();
    const View value = in.take(value_size);
    const std::int32_t header_count = in.varint();
    if (!in.ok() || header_count < 0 || static_cast<std::size_t>(header_count) > in.left())
        return false;
    const std::byte* const headers = in.at();
    if (!skip_headers(in, header_count) || in.left() != 0)
        return false;
    out.key = key_size < 0 ? std::nullopt : std::optional<View>(key);
    out.value = value_size < 0 ? std::nullopt : std::optional<View>(value);
    out.headers = {View(headers, static_cast<std::size_t>(in.at() - headers)), header_count};
    out.magic = 2;
    out.checksum_ok = true;
    out.compressed = false;
    return true;
}

} // namespace

std::string_view name_of(RecordsError error) {
    switch (error) {
    case RecordsError::none: return "none";
    case RecordsError::invalid_record: return "invalid record";
    case RecordsError::corrupt: return "corrupt inner record";
    case RecordsError::bad_compression: return "bad compression";
    case RecordsError::unknown_codec: return "unknown codec or bad wrapper";
    case RecordsError::too_large: return "inflates beyond the limit";
    }
    return "unknown";
}

std::vector<RecordHeader> RecordHeaders::list() const {
    std::vector<RecordHeader> headers(static_cast<std::size_t>(count_));
    VarintReader in(bytes_);
    for (RecordHeader& header : headers)
        read_header(in, header);
    return headers;
}

Records::Records(Batch batch, std::size_t inflated_limit) : batch_(std::move(batch)) {
    if (batch_.header.magic < 2) {
        open_legacy(inflated_limit);
        return;
    }
    if (batch_.bytes.size() < header_size || !batch_.header.codec_is_known()) {
        fail(RecordsError::unknown_codec);
        return;
    }
    left_ = batch_.header.count;
    rest_ = batch_.bytes.span().subspan(header_size);
    if (left_ != 0 && batch_.header.codec() != Codec::none)
        open_compressed(batch_.header.codec(), rest_, inflated_limit);
    if (left_ < 0)
        fail(RecordsError::invalid_record);
}

void Records::open_compressed(Codec codec, View block, std::size_t inflated_limit) {
    Inflated inflated = inflate(codec, block, inflated_limit, batch_.header.magic);
    inflated_ = std::move(inflated.bytes);
    rest_ = inflated_;
    ended_early_ = inflated.end == InflateEnd::ended_early;
    if (inflated.end == InflateEnd::too_large)
        at_end_ = RecordsError::too_large;
    else if (inflated.end != InflateEnd::complete)
        at_end_ = RecordsError::bad_compression;
}

bool Records::fail(RecordsError error) {
    error_ = error;
    left_ = 0;
    rest_ = {};
    return false;
}

RecordsError Records::error_past_end() const {
    return at_end_ == RecordsError::none || ended_early_ ? RecordsError::invalid_record : at_end_;
}

bool Records::next(Record& out) {
    if (left_ <= 0)
        return false;
    return batch_.header.magic < 2 ? next_legacy(out) : next_v2(out);
}

bool Records::next_v2(Record& out) {
    VarintReader in(rest_);
    const std::int32_t body_size = in.varint();
    if (!in.ok() || (body_size > 0 && static_cast<std::size_t>(body_size) > in.left()))
        return fail(error_past_end());
    if (body_size <= 0 || !read_body(in.take(body_size), batch_.header, out))
        return fail(RecordsError::invalid_record);
    out.size = rest_.size() - in.left();
    rest_ = rest_.last(in.left());
    --left_;
    if (left_ == 0) {
        // The last record is only given out when nothing follows it: a count that is too small must
        // not pass for a whole batch.
        if (!rest_.empty())
            return fail(RecordsError::invalid_record);
        if (at_end_ != RecordsError::none)
            return fail(at_end_);
    }
    return true;
}

Result<std::vector<OwnedRecord>, RecordsError> read_records(const Batch& batch) {
    std::vector<OwnedRecord> records;
    Records reader(batch);
    const auto own = [](std::optional<View> view) {
        return view ? std::optional<Bytes>(Bytes::copy(*view)) : std::nullopt;
    };
    for (Record record; reader.next(record);) {
        OwnedRecord owned{record.offset, record.timestamp, own(record.key), own(record.value), {}};
        for (const RecordHeader& header : record.headers.list())
            owned.headers.emplace_back(std::string(header.key), own(header.value));
        records.push_back(std::move(owned));
    }
    if (reader.error() != RecordsError::none)
        return failure(reader.error());
    return records;
}

} // namespace orrery::record
