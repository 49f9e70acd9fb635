// What every generated message header needs.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/reflect.hpp"
#include "core/base/result.hpp"
#include "core/base/uuid.hpp"
#include "core/wire/form.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::wire {

class Reader;
class Writer;

} // namespace orrery::wire
