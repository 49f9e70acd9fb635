// The records of a batch, one after the other, as views into the batch's bytes (or into the
// inflated block): reading allocates nothing per record. A record of format 2, all numbers varints
// (zig-zag) but the first:
//
//     length, attributes (int8, unused), timestamp delta, offset delta,
//     key length, key, value length, value, header count, { key length, key, value length, value }
//
// A length of -1 is null.
#pragma once

#include "core/base/bytes.hpp"
#include "core/record/batches.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace orrery::record {

using View = std::span<const std::byte>;

struct RecordHeader {
    std::string_view key;
    std::optional<View> value;
};

/// A record's headers, read as they are walked. They have been checked when the record was read.
class RecordHeaders {
public:
    RecordHeaders() = default;
    RecordHeaders(View bytes, std::int32_t count) : bytes_(bytes), count_(count) {}
    std::int32_t count() const { return count_; }
    bool empty() const { return count_ == 0; }
    /// All of them by value.
    std::vector<RecordHeader> list() const;
    /// As they lie in the record, without the count.
    View bytes() const { return bytes_; }

private:
    View bytes_;
    std::int32_t count_ = 0;
};

/// Views hold as long as the Records they came from.
struct Record {
    Offset offset;
    std::int64_t timestamp = no_timestamp;
    std::int32_t sequence = no_sequence;
    std::optional<View> key;
    std::optional<View> value;
    RecordHeaders headers;
    std::size_t size = 0;    ///< in the (inflated) batch, with its length
    bool checksum_ok = true; ///< formats 0 and 1 inside a compressed batch have one each
    bool compressed = false; ///< formats 0 and 1: the record itself claims a codec
    std::int8_t magic = 2;
};

/// Why the records of a batch can't be read, by the exception that Kafka would throw.
enum class RecordsError : std::uint8_t {
    none,
    invalid_record,  ///< InvalidRecordException: the structure of the records is broken
    corrupt,         ///< CorruptRecordException: formats 0 and 1, a record inside is too short
    bad_compression, ///< KafkaException: the codec refused its input
    unknown_codec,   ///< IllegalArgumentException: codec numbers 5 to 7, bad format 0 or 1 wrapper
    too_large,       ///< our own: inflates beyond the limit
};
std::string_view name_of(RecordsError error);

/// No batch may inflate beyond this, unless the caller says otherwise.
inline constexpr std::size_t default_inflated_limit = std::size_t{256} << 20U;

/// Reads the records of one batch of any format. Inflates once, at the start.
class Records {
public:
    explicit Records(Batch batch, std::size_t inflated_limit = default_inflated_limit);

    /// The next record into `out`; false at the end and on an error (see error()).
    bool next(Record& out);
    RecordsError error() const { return error_; }
    const BatchHeader& header() const { return batch_.header; }

private:
    bool next_v2(Record& out);
    bool next_legacy(Record& out);
    bool fail(RecordsError error);
    void open_compressed(Codec codec, View block, std::size_t inflated_limit);
    void open_legacy(std::size_t inflated_limit);
    RecordsError error_past_end() const;

    Batch batch_;
    Bytes inflated_; ///< keeps what the views point into
    View rest_;      ///< what is not read yet
    std::int32_t left_ = 0;
    RecordsError error_ = RecordsError::none;
    RecordsError at_end_ = RecordsError::none; ///< the codec failed after what it gave
    bool ended_early_ = false;                 ///< ... because its input ended
    std::int64_t legacy_base_ = 0;             ///< format 1: added to the relative offsets
};

/// A record that owns its parts, for tests, tools and where records outlive their batch.
struct OwnedRecord {
    Offset offset;
    std::int64_t timestamp = no_timestamp;
    std::optional<Bytes> key;
    std::optional<Bytes> value;
    std::vector<std::pair<std::string, std::optional<Bytes>>> headers;
    bool operator==(const OwnedRecord&) const = default;
    ORRERY_FIELDS(offset, timestamp, key, value, headers)
};

/// All records of a batch, copied. Error: what Records met.
Result<std::vector<OwnedRecord>, RecordsError> read_records(const Batch& batch);

} // namespace orrery::record
