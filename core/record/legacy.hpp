// The formats before KIP-98, for decoding only: format 0 and format 1 (KIP-32, with timestamps). A
// batch of these is one message:
//
//     int64 offset, int32 size, int32 CRC-32 of what follows, int8 magic, int8 attributes,
//     (format 1: int64 timestamp,) int32 key length, key, int32 value length, value
//
// and if its attributes name a codec, its value is a compressed sequence of such messages, whose
// offset is that of the last one inside (KIP-31). In format 1 the offsets inside are relative.
#pragma once

#include "core/record/records.hpp"

namespace orrery::record {

/// The offset of the first record of a batch of any format; for a compressed one of format 0 or 1
/// it has to be inflated. The header's base offset if the inside can't be read.
Offset first_offset(const Batch& batch);

} // namespace orrery::record
