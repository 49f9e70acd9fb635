#include "core/controller/heartbeats.hpp"

#include <limits>

namespace orrery::controller {

Offset lowest_active_offset(const Heartbeats& heartbeats) {
    Offset lowest{std::numeric_limits<std::int64_t>::max()};
    for (const auto& entry : heartbeats) {
        const Heard& heard = entry.second;
        if (!heard.fenced && !heard.shutting_down() && heard.metadata_offset < lowest)
            lowest = heard.metadata_offset;
    }
    return lowest;
}

std::optional<Instant> earliest_contact(const Heartbeats& heartbeats) {
    std::optional<Instant> earliest;
    for (const auto& entry : heartbeats)
        earliest = earlier(earliest, entry.second.contact);
    return earliest;
}

} // namespace orrery::controller
