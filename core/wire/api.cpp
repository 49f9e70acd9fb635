#include "core/wire/api.hpp"

#include <algorithm>

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

} // namespace

std::span<const Api> all_apis() {
    return apis;
}

const Api* find_api(std::int16_t key) {
    const auto* found =
        std::lower_bound(std::begin(apis), std::end(apis), key, [](const Api& api, std::int16_t k) {
            return static_cast<std::int16_t>(api.key) < k;
        });
    const bool here = found != std::end(apis) && static_cast<std::int16_t>(found->key) == key;
    return here ? found : nullptr;
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
