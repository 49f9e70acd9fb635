// The two forms in which Kafka writes lengths, and what a flexible struct carries beside its
// fields.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/reflect.hpp"

#include <cstdint>

namespace orrery::wire {

/// plain: a fixed-size length, -1 is null. compact (flexible versions, KIP-482): an unsigned varint
/// of length + 1, 0 is null.
enum class Form : bool { plain, compact };

/// A tagged field with a number that the schema does not know, kept as it came.
struct TaggedField {
    std::uint32_t tag = 0;
    Bytes data;
    bool operator==(const TaggedField&) const = default;
    ORRERY_FIELDS(tag, data)
};

} // namespace orrery::wire
