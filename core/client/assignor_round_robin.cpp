// The roundrobin assignor: the members sit in a circle, the partitions of all topics are dealt to
// them one by one, in order of topic and partition, and whoever does not want a topic is passed
// over. The deal goes on where it stopped, from topic to topic.
#include "core/client/assignor_view.hpp"

namespace orrery::client {

Owners round_robin_owners(const AssignorView& view) {
    const Numbers circle = view.members_in_turn();
    Owners owners(view.partitions(), unowned);
    std::size_t turn = 0;
    const auto next = [&] {
        const std::size_t member = circle[turn];
        turn = (turn + 1) % circle.size();
        return member;
    };
    for (std::size_t p = 0; p < owners.size(); ++p) {
        std::size_t member = next();
        while (!view.wants(member, view.topic_of(p)))
            member = next();
        owners[p] = static_cast<std::int32_t>(member);
    }
    return owners;
}

} // namespace orrery::client
