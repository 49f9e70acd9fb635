// The form of the functions by which tests and tools go through any message without its type.
#pragma once

#include "core/base/result.hpp"

#include <cstdint>

namespace orrery::wire {

class Reader;
class Writer;

/// Decodes a message and encodes it again in the same version.
using Recode = Result<void>(Reader& in, Writer& out, std::int16_t version);

} // namespace orrery::wire
