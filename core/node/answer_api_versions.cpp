// ApiVersions: what a listener serves, and the features of the cluster.
#include "core/node/answers.hpp"
#include "core/node/features.hpp"
#include "core/wire/api.hpp"
#include "core/wire/error.hpp"

#include <algorithm>

namespace orrery::node {

namespace {

using wire::ApiKey;

constexpr ApiKey served_by_brokers[] = {
    ApiKey::produce,
    ApiKey::fetch,
    ApiKey::list_offsets,
    ApiKey::metadata,
    ApiKey::offset_commit,
    ApiKey::offset_fetch,
    ApiKey::find_coordinator,
    ApiKey::join_group,
    ApiKey::heartbeat,
    ApiKey::leave_group,
    ApiKey::sync_group,
    ApiKey::describe_groups,
    ApiKey::list_groups,
    ApiKey::api_versions,
    ApiKey::create_topics,
    ApiKey::delete_topics,
    ApiKey::delete_records,
    ApiKey::offset_for_leader_epoch,
    ApiKey::describe_configs,
    ApiKey::alter_configs,
    ApiKey::create_partitions,
    ApiKey::delete_groups,
    ApiKey::elect_leaders,
    ApiKey::incremental_alter_configs,
    ApiKey::offset_delete,
    ApiKey::describe_quorum,
    ApiKey::update_features,
    ApiKey::describe_cluster,
    ApiKey::unregister_broker,
    ApiKey::consumer_group_heartbeat,
    ApiKey::consumer_group_describe,
    ApiKey::describe_topic_partitions,
};
constexpr ApiKey served_by_controllers[] = {
    ApiKey::fetch,
    ApiKey::api_versions,
    ApiKey::create_topics,
    ApiKey::delete_topics,
    ApiKey::describe_configs,
    ApiKey::alter_configs,
    ApiKey::create_partitions,
    ApiKey::elect_leaders,
    ApiKey::incremental_alter_configs,
    ApiKey::vote,
    ApiKey::begin_quorum_epoch,
    ApiKey::end_quorum_epoch,
    ApiKey::describe_quorum,
    ApiKey::alter_partition,
    ApiKey::update_features,
    ApiKey::envelope,
    ApiKey::fetch_snapshot,
    ApiKey::describe_cluster,
    ApiKey::broker_registration,
    ApiKey::broker_heartbeat,
    ApiKey::unregister_broker,
    ApiKey::allocate_producer_ids,
    ApiKey::controller_registration,
};

wire::ApiVersionsResponse::ApiVersion row_of(std::int16_t key) {
    const wire::Api* api = wire::find_api(key);
    wire::ApiVersionsResponse::ApiVersion row;
    row.api_key = key;
    row.min_version = api->advertised_lowest;
    row.max_version = api->advertised_highest;
    return row;
}

/// Kafka's rule for what a client calls itself and its release:
/// [a-zA-Z0-9](?:[a-zA-Z0-9-.]*[a-zA-Z0-9])?
bool valid_software(std::string_view text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    if (text.empty() || !plain(text.front()) || !plain(text.back()))
        return false;
    return std::all_of(text.begin(), text.end(),
                       [&](char c) { return plain(c) || c == '-' || c == '.'; });
}

void add_features(wire::ApiVersionsResponse& response, std::int16_t version,
                  const AnswerView& view) {
    for (const FeatureRange& feature : supported_features) {
        // Up to version 3 clients choke on a feature whose lowest level is 0 (KAFKA-17011).
        if (version <= 3 && feature.lowest == 0)
            continue;
        wire::ApiVersionsResponse::SupportedFeatureKey row;
        row.name = std::string(feature.name);
        row.min_version = feature.lowest;
        row.max_version = feature.highest;
        response.supported_features.push_back(std::move(row));
    }
    for (const auto& [name, level] : view.image.features()) {
        if (level <= 0)
            continue;
        wire::ApiVersionsResponse::FinalizedFeatureKey row;
        row.name = name;
        row.max_version_level = level;
        row.min_version_level = level;
        response.finalized_features.push_back(std::move(row));
    }
    response.finalized_features_epoch = view.image.offset().value;
}

} // namespace

bool api_served(std::int16_t api_key, bool controller_listener) {
    const auto has = [&](const auto& list) {
        return std::any_of(std::begin(list), std::end(list),
                           [&](ApiKey key) { return static_cast<std::int16_t>(key) == api_key; });
    };
    return controller_listener ? has(served_by_controllers) : has(served_by_brokers);
}

wire::ApiVersionsResponse answer_api_versions(const wire::ApiVersionsRequest& request,
                                              std::int16_t version, const AnswerView& view) {
    wire::ApiVersionsResponse response;
    if (version >= 3 && (!valid_software(request.client_software_name) ||
                         !valid_software(request.client_software_version))) {
        response.error_code = code(wire::Error::invalid_request);
        return response;
    }
    const bool other_cluster = request.cluster_id && *request.cluster_id != view.cluster_id;
    const bool other_node = request.node_id >= 0 && request.node_id != view.self.value;
    if (version >= 5 && (other_cluster || other_node)) {
        response.error_code = code(wire::Error::rebootstrap_required);
        return response;
    }
    for (std::int16_t key = 0; key < 100; ++key)
        if (api_served(key, view.controller_listener))
            response.api_keys.push_back(row_of(key));
    add_features(response, version, view);
    return response;
}

wire::ApiVersionsResponse refuse_api_versions() {
    wire::ApiVersionsResponse response;
    response.error_code = code(wire::Error::unsupported_version);
    response.api_keys.push_back(row_of(static_cast<std::int16_t>(ApiKey::api_versions)));
    return response;
}

} // namespace orrery::node
