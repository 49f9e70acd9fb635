#include "core/group/coordinator.hpp"

#include "core/wire/java_hash.hpp"

#include <utility>

namespace orrery::group {

Coordinator::Coordinator(Settings settings, std::uint64_t random)
    : settings_(std::move(settings)), random_(random, "group coordinator") {}

} // namespace orrery::group
