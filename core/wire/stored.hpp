// How messages are stored outside of frames: after a two-byte number that says how to read them.
//
//     00 02  00 05 'a' 'u' 'd' 'i' 't'   a coordinator record's key: its type (GroupMetadataKey is
//     2),
//                                        then the key, always in version 0
//     00 03  ...                         a value: version 3, then the value in that version
//
// The values of control records, what consumers say through the classic group protocol and the
// producer snapshot have the form of values too. Metadata records have a frame of their own
// (core/metadata/record.hpp).
#pragma once

#include "core/wire/any_message.hpp"

#include <cstdint>

namespace orrery::wire {

/// The number that stored bytes begin with: a key's type, a value's version. Error: no two bytes.
Result<std::int16_t> stored_number(const Bytes& bytes);

/// Reads what store() gave; the version it was in. Error: another type, no such version, or damage.
/// Bytes left over are no error, as in Kafka.
Result<std::int16_t> read_stored(AnyMessage& message, const Bytes& bytes);

/// The message as it is stored, a key by its type, all else by its version. Error: what the version
/// can't say.
Result<Bytes> store(const AnyMessage& message, std::int16_t version);

} // namespace orrery::wire
