// Concatenated batches, as requests and log files carry them, cut into single ones.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/record/batch_header.hpp"

#include <optional>
#include <vector>

namespace orrery::record {

/// One batch in one piece of memory. `bytes.size() == header.size()`. For format 2 the header is
/// whole; nothing else has been checked (check_crc, for_each_record do).
struct Batch {
    BatchHeader header;
    Bytes bytes;
    bool operator==(const Batch&) const = default;
    ORRERY_FIELDS(header, bytes)
};

/// Takes batch after batch off the front of a Chain. A batch that lies in one piece is shared, one
/// that is cut between pieces is copied. What remains at the end and is no whole batch (a fetch cut
/// it) is ignored, as Kafka does.
class BatchReader {
public:
    explicit BatchReader(Chain records) : records_(std::move(records)) {}

    /// The next batch, or nullopt at the end. Errors, after which there is no next: a length below
    /// the smallest possible, a magic that is none of 0, 1, 2, a format 2 batch shorter than its
    /// header.
    Result<std::optional<Batch>> next();
    /// Bytes consumed so far: after the end, how many of them were whole batches.
    std::size_t consumed() const { return consumed_; }

private:
    void read(std::size_t count, std::byte* out) const;
    Bytes take(std::size_t count);

    Chain records_;
    std::size_t piece_ = 0; ///< where the next batch begins
    std::size_t at_ = 0;
    std::size_t consumed_ = 0;
};

/// All whole batches of `records`. Error: the first one of BatchReader::next.
Result<std::vector<Batch>> split_batches(const Chain& records);

/// One batch from its own bytes. Error: no whole batch, or bytes after it.
Result<Batch> parse_batch(Bytes bytes);

/// True if the checksum in the header is that of the bytes (CRC32C for format 2, CRC-32 before) and
/// the batch has its format's smallest size.
bool crc_is_valid(const Batch& batch);

} // namespace orrery::record
