#include "core/node/alter_configs.hpp"

#include "core/wire/error.hpp"

#include <algorithm>

namespace orrery::node {

namespace {

using metadata::ConfigMap;
using metadata::ConfigResource;
using metadata::ConfigView;
using metadata::ResourceType;
using wire::Error;

struct Refusal {
    Error error = Error::none;
    std::optional<std::string> message;
    explicit operator bool() const { return error != Error::none; }
};

Refusal invalid(std::string message) {
    return {Error::invalid_request, std::move(message)};
}

enum class Operation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

using Change = wire::IncrementalAlterConfigsRequest::AlterableConfig;
using Value = wire::AlterConfigsRequest::AlterableConfig;

bool needs_value(const Change& change) {
    return static_cast<Operation>(change.config_operation) != Operation::remove;
}
bool needs_value(const Value&) {
    return true;
}

/// The items as Java's split(",") gives them.
std::vector<std::string> items_of(std::string_view list) {
    std::vector<std::string> items;
    while (true) {
        const auto comma = list.find(',');
        items.emplace_back(list.substr(0, comma));
        if (comma == std::string_view::npos)
            break;
        list.remove_prefix(comma + 1);
    }
    return items;
}

/// APPEND and SUBTRACT: `list` becomes what the operation makes of it.
void alter_list(std::string& list, const std::string& value, bool append) {
    std::vector<std::string> items;
    if (!list.empty())
        items = items_of(list);
    const std::vector<std::string> before = items;
    for (const std::string& item : items_of(value)) {
        const bool known = std::find(before.begin(), before.end(), item) != before.end();
        if (append && !known)
            items.push_back(item);
        const auto at = std::find(items.begin(), items.end(), item);
        if (!append && at != items.end())
            items.erase(at);
    }
    list.clear();
    for (const std::string& item : items)
        list.append(list.empty() ? "" : ",").append(item);
}

Refusal apply(const Change& change, ConfigMap& configs) {
    switch (static_cast<Operation>(change.config_operation)) {
    case Operation::set: configs[change.name] = *change.value; return {};
    case Operation::remove: configs.erase(change.name); return {};
    case Operation::append:
    case Operation::subtract: break;
    }
    const bool append = static_cast<Operation>(change.config_operation) == Operation::append;
    if (!append && static_cast<Operation>(change.config_operation) != Operation::subtract)
        return invalid("Unknown operations type " + std::to_string(change.config_operation));
    const auto* definition =
        metadata::config_definition(metadata::ConfigScope::broker, change.name);
    if (definition == nullptr) // Kafka trips over the missing key, and says so without words
        return {Error::unknown_server_error, std::nullopt};
    if (definition->type != metadata::ConfigType::list)
        return {Error::invalid_config, std::string("Config value ") +
                                           (append ? "append" : "subtract") +
                                           " is not allowed for config key: " + change.name};
    if (!configs.contains(change.name))
        configs[change.name] = std::string(definition->default_value.value_or(""));
    alter_list(configs[change.name], *change.value, append);
    return {};
}

Refusal apply(const Value& value, ConfigMap& configs) {
    configs[value.name] = *value.value;
    return {};
}

/// What the resource's configs are before the request: nothing, for the old one sets all of them.
ConfigMap before(const wire::IncrementalAlterConfigsRequest&, const ConfigResource& resource,
                 const ConfigView& view) {
    const ConfigMap* present = view.image.configs_of(resource);
    return present == nullptr ? ConfigMap{} : *present;
}
ConfigMap before(const wire::AlterConfigsRequest&, const ConfigResource&, const ConfigView&) {
    return {};
}

/// A broker's configs go through the broker itself; those of all brokers through any.
Refusal check_broker_name(const std::string& name, NodeId self) {
    if (name.empty())
        return {};
    const auto id = metadata::parse_number(name);
    if (!id || *id < INT32_MIN || *id > INT32_MAX)
        return invalid("Node id must be an integer, but it is: " + name);
    if (*id != self.value)
        return invalid("Unexpected broker id, expected " + std::to_string(self.value) +
                       ", but received " + name);
    return {};
}

template <class Request, class Resource>
Refusal check_broker(const Request& request, const Resource& resource, const ConfigView& view) {
    if (Refusal refusal = check_broker_name(resource.resource_name, view.node))
        return refusal;
    ConfigMap configs = before(request, {ResourceType::broker, resource.resource_name}, view);
    for (const auto& config : resource.configs)
        if (Refusal refusal = apply(config, configs))
            return refusal;
    const bool whole_cluster = resource.resource_name.empty();
    if (auto error = metadata::dynamic_configs_error(configs, whole_cluster))
        return invalid(std::move(*error));
    return {};
}

template <class Resource>
Refusal check_form(const Resource& resource) {
    std::vector<std::string_view> names;
    std::string nulls;
    for (const auto& config : resource.configs) {
        if (std::find(names.begin(), names.end(), config.name) != names.end())
            return invalid("Error due to duplicate config keys");
        names.push_back(config.name);
        if (!config.value && needs_value(config))
            nulls.append(nulls.empty() ? "" : ", ").append(config.name);
    }
    return nulls.empty() ? Refusal{} : invalid("Null value not supported for : " + nulls);
}

/// BROKER_LOGGER is an affair of IncrementalAlterConfigs alone.
bool may_be_logger(const wire::IncrementalAlterConfigsRequest&) {
    return true;
}
bool may_be_logger(const wire::AlterConfigsRequest&) {
    return false;
}

template <class Request, class Resource>
Refusal check_resource(const Request& request, const Resource& resource, const ConfigView& view) {
    const auto same = [&](const Resource& other) {
        return other.resource_type == resource.resource_type &&
               other.resource_name == resource.resource_name;
    };
    if (std::count_if(request.resources.begin(), request.resources.end(), same) > 1)
        return invalid("Each resource must appear at most once.");
    if (Refusal refusal = check_form(resource))
        return refusal;
    const auto type = static_cast<ResourceType>(resource.resource_type);
    if (type == ResourceType::broker)
        return check_broker(request, resource, view);
    if (type == ResourceType::topic || type == ResourceType::client_metrics ||
        type == ResourceType::group ||
        (type == ResourceType::broker_logger && may_be_logger(request)))
        return {};
    return invalid("Unknown resource type " + std::to_string(resource.resource_type));
}

template <class Request>
CheckedConfigs check(const Request& request, const ConfigView& view) {
    CheckedConfigs checked;
    for (const auto& resource : request.resources) {
        Refusal refusal = check_resource(request, resource, view);
        checked.resources.push_back({resource.resource_type, resource.resource_name,
                                     wire::code(refusal.error), std::move(refusal.message)});
    }
    return checked;
}

template <class Request>
Request rest_of(const Request& request, const CheckedConfigs& checked) {
    Request rest = request;
    rest.resources.clear();
    for (std::size_t i = 0; i < request.resources.size(); ++i)
        if (checked.resources[i].error_code == 0)
            rest.resources.push_back(request.resources[i]);
    return rest;
}

template <class Response>
Response whole(const CheckedConfigs& checked, const Response& from_controller) {
    Response response = from_controller;
    response.responses.clear();
    for (const CheckedResource& resource : checked.resources) {
        auto& result = response.responses.emplace_back();
        result.resource_type = resource.type;
        result.resource_name = resource.name;
        result.error_code = resource.error_code;
        result.error_message = resource.message;
        if (resource.error_code != 0)
            continue;
        result.error_code = wire::code(Error::unknown_server_error);
        for (const auto& theirs : from_controller.responses)
            if (theirs.resource_type == resource.type && theirs.resource_name == resource.name)
                result = theirs;
    }
    return response;
}

} // namespace

bool CheckedConfigs::any_refused() const {
    return std::any_of(resources.begin(), resources.end(),
                       [](const CheckedResource& r) { return r.error_code != 0; });
}

bool CheckedConfigs::all_refused() const {
    return std::all_of(resources.begin(), resources.end(),
                       [](const CheckedResource& r) { return r.error_code != 0; });
}

CheckedConfigs check_configs(const wire::IncrementalAlterConfigsRequest& request,
                             const ConfigView& view) {
    return check(request, view);
}
CheckedConfigs check_configs(const wire::AlterConfigsRequest& request, const ConfigView& view) {
    return check(request, view);
}

wire::IncrementalAlterConfigsRequest
without_refused(const wire::IncrementalAlterConfigsRequest& request,
                const CheckedConfigs& checked) {
    return rest_of(request, checked);
}
wire::AlterConfigsRequest without_refused(const wire::AlterConfigsRequest& request,
                                          const CheckedConfigs& checked) {
    return rest_of(request, checked);
}

wire::IncrementalAlterConfigsResponse
whole_answer(const CheckedConfigs& checked,
             const wire::IncrementalAlterConfigsResponse& from_controller) {
    return whole(checked, from_controller);
}
wire::AlterConfigsResponse whole_answer(const CheckedConfigs& checked,
                                        const wire::AlterConfigsResponse& from_controller) {
    return whole(checked, from_controller);
}

} // namespace orrery::node
