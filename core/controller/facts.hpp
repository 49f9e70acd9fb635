// The story of what was committed, told once, by the active controller.
#pragma once

#include "core/base/process.hpp"
#include "core/controller/heartbeats.hpp"
#include "core/metadata/image.hpp"

namespace orrery::controller {

/// Notes for all that `changes` made of `image`. The heartbeats know why brokers were fenced.
void tell(const metadata::Image& image, const metadata::Changes& changes,
          const Heartbeats& heartbeats, Effects& out);

} // namespace orrery::controller
