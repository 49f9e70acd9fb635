// Numbers in a batch are big-endian wherever they are not varints.
#pragma once

#include "core/base/big_endian.hpp"

namespace orrery::record {

using big_endian::load;
using big_endian::store;
using big_endian::swap_bytes;

} // namespace orrery::record
