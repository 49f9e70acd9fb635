// A request about several groups, which may lie in several partitions of __consumer_offsets: its
// pieces are answered one by one, and the answer goes out with the last of them. So does the answer
// to a commit of which a part was refused at once.
#pragma once

#include "core/base/reflect.hpp"
#include "core/group/messages.hpp"

#include <cstdint>

namespace orrery::group {

struct Gather {
    Response response; ///< with all groups in the order of the request
    std::int32_t missing = 0;
    bool operator==(const Gather&) const = default;
    ORRERY_FIELDS(response, missing)

    /// Puts the groups of the piece in their places.
    void add(Response&& piece);
};

} // namespace orrery::group
