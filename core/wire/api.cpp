#include "core/wire/api.hpp"

#include <array>
#include <iterator>

namespace orrery::wire {

namespace {

constexpr Api apis[] = {
#define ORRERY_ROW(name, text, number, lowest, highest, advertised_lowest, advertised_highest,     \
                   flexible_from, broker, controller, cluster_action, forwardable)                 \
    {ApiKey::name,  #text,  lowest,     highest,        advertised_lowest, advertised_highest,     \
     flexible_from, broker, controller, cluster_action, forwardable},
    ORRERY_APIS(ORRERY_ROW)
#undef ORRERY_ROW
};

/// By api key: its place in the table; -1 where there is no such API.
constexpr auto places = [] {
    constexpr auto count = static_cast<std::size_t>(std::rbegin(apis)->key) + 1;
    std::array<std::int16_t, count> made{};
    made.fill(-1);
    std::int16_t place = 0;
    for (const Api& api : apis)
        made[static_cast<std::size_t>(api.key)] = place++;
    return made;
}();

} // namespace

std::span<const Api> all_apis() {
    return apis;
}

const Api* find_api(std::int16_t key) {
    const auto at = static_cast<std::size_t>(key);
    if (key < 0 || at >= places.size() || places[at] < 0)
        return nullptr;
    return &apis[static_cast<std::size_t>(places[at])];
}

const Api* find_api(std::string_view name) {
    for (const Api& api : apis)
        if (api.name == name)
            return &api;
    return nullptr;
}

std::string_view name_of(ApiKey key) {
    const Api* api = find_api(static_cast<std::int16_t>(key));
    return api == nullptr ? "?" : api->name;
}

} // namespace orrery::wire
