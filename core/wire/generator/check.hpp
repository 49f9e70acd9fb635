// What a schema may say but must not mean.
#pragma once

#include "core/wire/generator/model.hpp"

namespace orrery::wire_generator {

/// Two fields of one name, two of one tag, tags where nothing is flexible, defaults that their type
/// can't hold, null in versions without the field. Throws SchemaError with the line.
void check_message(const Message& message);

} // namespace orrery::wire_generator
