#include "gui/model/why.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

/// How far back a frame may look: what is older has left the screen long ago.
constexpr std::size_t looked_through_max = 4096;

template <class Wanted>
std::int64_t latest(const Snapshot& snapshot, Wanted wanted) {
    const std::size_t size = snapshot.facts.size();
    const std::size_t stop = size > looked_through_max ? size - looked_through_max : 0;
    for (std::size_t i = size; i-- > stop;)
        if (snapshot.facts[i].notable && wanted(snapshot.facts[i]))
            return static_cast<std::int64_t>(i);
    return -1;
}

} // namespace

std::int64_t latest_about_partition(const Snapshot& snapshot, std::string_view topic,
                                    std::int32_t partition) {
    return latest(snapshot, [&](const FactLine& fact) {
        return fact.partition == partition && fact.topic == topic && fact.tone != Tone::client;
    });
}

std::int64_t latest_about_node(const Snapshot& snapshot, std::int32_t node) {
    return latest(snapshot,
                  [&](const FactLine& fact) { return fact.node == node || fact.about == node; });
}

std::int64_t latest_about_group(const Snapshot& snapshot, std::string_view group,
                                std::int32_t client) {
    return latest(snapshot, [&](const FactLine& fact) {
        return fact.group == group && (client < 0 || fact.node == client || fact.about == client);
    });
}

std::vector<std::size_t> chain_to(const Snapshot& snapshot, std::int64_t fact, std::size_t most) {
    std::vector<std::size_t> chain;
    while (fact >= 0 && chain.size() < most) {
        const auto index = static_cast<std::size_t>(fact);
        if (index >= snapshot.facts.size())
            break;
        chain.push_back(index);
        // A cause lies before its effect, so this ends.
        const std::int64_t cause = snapshot.facts[index].cause;
        fact = cause < fact ? cause : -1;
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
}

} // namespace orrery::gui::model
