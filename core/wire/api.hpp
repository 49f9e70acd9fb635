// The API table: every api key of Kafka 4.4 with the versions it is served in, from the schema
// files.
#pragma once

#include "core/wire/messages/api_rows.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace orrery::wire {

enum class ApiKey : std::int16_t {
#define ORRERY_ROW(name, text, number, ...) name = number,
    ORRERY_APIS(ORRERY_ROW)
#undef ORRERY_ROW
};

struct Api {
    ApiKey key;
    std::string_view name; ///< "DescribeCluster"
    std::int16_t lowest;   ///< above `highest` when the API was removed
    std::int16_t highest;
    std::int16_t
        advertised_lowest; ///< what ApiVersions tells; Produce says 0 for old librdkafka's sake
    std::int16_t advertised_highest;
    std::int16_t flexible_from; ///< 32767: never
    bool broker_listener;
    bool controller_listener;
    bool cluster_action;
    bool forwardable; ///< a broker passes it on to the active controller (KIP-590)

    constexpr bool speaks(std::int16_t version) const {
        return lowest <= version && version <= highest;
    }
    constexpr bool is_flexible(std::int16_t version) const { return version >= flexible_from; }
    constexpr std::int16_t request_header_version(std::int16_t version) const {
        return is_flexible(version) ? 2 : 1;
    }
    /// ApiVersions is answered with header 0 always: the client may not know yet what we speak.
    constexpr std::int16_t response_header_version(std::int16_t version) const {
        return is_flexible(version) && key != ApiKey::api_versions ? 1 : 0;
    }
};

/// All, in order of their keys.
std::span<const Api> all_apis();
/// Null for a key that Kafka 4.4 does not know.
const Api* find_api(std::int16_t key);
/// By its name as Kafka writes it; null if there is none.
const Api* find_api(std::string_view name);
std::string_view name_of(ApiKey key);

} // namespace orrery::wire
