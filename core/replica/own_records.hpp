// Own records: what the broker itself writes to a topic that it keeps its business in, such as
// __consumer_offsets, and reads back when it becomes the leader. Keys and values only; offsets,
// epoch and time are the log's.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/id.hpp"
#include "core/record/codec.hpp"
#include "core/record/records.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace orrery::replica {

struct OwnRecord {
    record::View key;
    std::optional<record::View> value; ///< none is a tombstone
};

/// A batch of own records, and where it belongs.
struct OwnBatch {
    std::string_view topic;
    std::int32_t partition = 0;
    LeaderEpoch epoch; ///< in which the writer believes that we lead
    std::span<const OwnRecord> records;
    record::Codec codec = record::Codec::none; ///< unless the topic's compression.type says else
};

/// A piece of an own log.
struct OwnPiece {
    Chain records;         ///< whole batches; the first may begin below what was asked for
    Offset end;            ///< log end offset
    Offset high_watermark; ///< all below is committed
};

} // namespace orrery::replica
