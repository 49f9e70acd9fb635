// DescribeConfigs: the configs of topics and brokers with where each value comes from.
#include "core/node/answers.hpp"
#include "core/wire/error.hpp"

#include <algorithm>

namespace orrery::node {

namespace {

using metadata::ConfigDefinition;
using metadata::ConfigScope;
using metadata::ConfigSource;
using metadata::ConfigSynonym;
using metadata::ResourceType;
using wire::Error;
using ConfigsResult = wire::DescribeConfigsResponse::DescribeConfigsResult;
using Row = wire::DescribeConfigsResponse::DescribeConfigsResourceResult;
using Asked = wire::DescribeConfigsRequest::DescribeConfigsResource;

bool wanted(const Asked& asked, std::string_view name) {
    const auto& keys = asked.configuration_keys;
    // An empty list asks for nothing in particular, and gets all, as null does.
    return !keys || keys->empty() || std::find(keys->begin(), keys->end(), name) != keys->end();
}

Row row_of(const ConfigDefinition& definition, std::vector<ConfigSynonym> places,
           const wire::DescribeConfigsRequest& request, bool read_only) {
    Row row;
    row.name = std::string(definition.name);
    row.is_sensitive = definition.sensitive();
    row.read_only = read_only;
    row.config_type = static_cast<std::int8_t>(definition.type);
    row.config_source = static_cast<std::int8_t>(ConfigSource::default_config);
    if (!places.empty()) {
        if (!definition.sensitive())
            row.value = places.front().value;
        row.config_source = static_cast<std::int8_t>(places.front().source);
    }
    if (!request.include_synonyms)
        return row;
    for (ConfigSynonym& place : places) {
        wire::DescribeConfigsResponse::DescribeConfigsSynonym synonym;
        synonym.name = std::move(place.name);
        if (!definition.sensitive())
            synonym.value = std::move(place.value);
        synonym.source = static_cast<std::int8_t>(place.source);
        row.synonyms.push_back(std::move(synonym));
    }
    return row;
}

void fail(ConfigsResult& result, Error error, std::string message) {
    result.error_code = code(error);
    result.error_message = std::move(message);
}

void describe_topic(ConfigsResult& result, const Asked& asked,
                    const wire::DescribeConfigsRequest& request, const metadata::ConfigView& view) {
    if (!valid_topic_name(asked.resource_name))
        return fail(result, Error::invalid_topic_exception,
                    "Topic name is invalid: " + asked.resource_name);
    if (view.image.topic(asked.resource_name) == nullptr)
        return fail(result, Error::unknown_topic_or_partition,
                    "This server does not host this topic-partition.");
    for (const ConfigDefinition& definition : metadata::config_definitions(ConfigScope::topic)) {
        if (definition.internal || !wanted(asked, definition.name))
            continue;
        result.configs.push_back(
            row_of(definition, metadata::topic_synonyms(view, asked.resource_name, definition.name),
                   request, false));
    }
}

/// The empty name asks for what is set dynamically for all brokers, and nothing else.
void describe_default_broker(ConfigsResult& result, const Asked& asked,
                             const wire::DescribeConfigsRequest& request,
                             const metadata::ConfigView& view) {
    const metadata::ConfigMap* set = view.image.configs_of({ResourceType::broker, ""});
    if (set == nullptr)
        return;
    for (const auto& [name, value] : *set) {
        const ConfigDefinition* definition = metadata::config_definition(ConfigScope::broker, name);
        if (definition == nullptr || !wanted(asked, name))
            continue;
        result.configs.push_back(row_of(
            *definition, {{name, value, ConfigSource::dynamic_default_broker}}, request, false));
    }
}

void describe_broker(ConfigsResult& result, const Asked& asked,
                     const wire::DescribeConfigsRequest& request,
                     const metadata::ConfigView& view) {
    if (asked.resource_name.empty())
        return describe_default_broker(result, asked, request, view);
    const auto id = metadata::parse_number(asked.resource_name);
    if (!id)
        return fail(result, Error::invalid_request,
                    "Broker id must be an integer, but it is: " + asked.resource_name);
    if (*id != view.node.value)
        return fail(result, Error::invalid_request,
                    "Unexpected broker id, expected " + std::to_string(view.node.value) +
                        " or empty string, but received " + asked.resource_name);
    for (const ConfigDefinition& definition : metadata::config_definitions(ConfigScope::broker)) {
        if (definition.internal || !wanted(asked, definition.name))
            continue;
        result.configs.push_back(row_of(definition,
                                        metadata::broker_synonyms(view, definition.name), request,
                                        definition.update == metadata::UpdateMode::read_only));
    }
}

} // namespace

wire::DescribeConfigsResponse answer_describe_configs(const wire::DescribeConfigsRequest& request,
                                                      const AnswerView& view) {
    wire::DescribeConfigsResponse response;
    const metadata::ConfigView seen{view.image, view.properties, view.self};
    for (const Asked& asked : request.resources) {
        ConfigsResult result;
        result.resource_type = asked.resource_type;
        result.resource_name = asked.resource_name;
        result.error_message = std::nullopt;
        if (asked.resource_type == static_cast<std::int8_t>(ResourceType::topic))
            describe_topic(result, asked, request, seen);
        else if (asked.resource_type == static_cast<std::int8_t>(ResourceType::broker))
            describe_broker(result, asked, request, seen);
        else
            fail(result, Error::invalid_request,
                 "Unsupported resource type: " + std::to_string(asked.resource_type));
        response.results.push_back(std::move(result));
    }
    return response;
}

} // namespace orrery::node
