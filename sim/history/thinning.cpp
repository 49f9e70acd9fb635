#include "sim/history/thinning.hpp"

#include "core/base/expect.hpp"

namespace orrery::sim::history {

std::size_t least_missed(const std::vector<std::uint64_t>& events) {
    expect(events.size() >= 4, "enough keyframes to spare one");
    __extension__ using Wide = unsigned __int128;
    std::size_t least = 1;
    Wide least_stretch = 0;
    Wide least_age = 0;
    for (std::size_t i = 1; i + 2 < events.size(); ++i) {
        const Wide stretch = events[i + 1] - events[i - 1];
        const Wide age = events.back() - events[i] + 1;
        if (i == 1 || stretch * least_age < least_stretch * age) {
            least = i;
            least_stretch = stretch;
            least_age = age;
        }
    }
    return least;
}

} // namespace orrery::sim::history
