#include "core/controller/alter_configs.hpp"

#include "core/controller/topics.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

using metadata::ConfigResource;
using metadata::ResourceType;
using wire::Error;

constexpr std::string_view min_isr_name = "min.insync.replicas";
constexpr std::size_t config_value_max = 32767;

/// One config to be set, or unset.
struct Setting {
    std::string name;
    std::optional<std::string> value;
};
using SettingList = std::vector<Setting>;

enum class Operation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

metadata::ConfigScope scope_of(ResourceType type) {
    switch (type) {
    case ResourceType::topic: return metadata::ConfigScope::topic;
    case ResourceType::client_metrics: return metadata::ConfigScope::client_metrics;
    case ResourceType::group: return metadata::ConfigScope::group;
    case ResourceType::broker:
    case ResourceType::broker_logger: break;
    }
    return metadata::ConfigScope::broker;
}

metadata::Record record_of(const ConfigResource& resource, const Setting& setting) {
    wire::ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(resource.type);
    record.resource_name = resource.name;
    record.name = setting.name;
    record.value = setting.value;
    return {std::move(record), 0};
}

/// KIP-966: the ELR rests on min.insync.replicas, so all have to mean the same by it.
Refusal check_min_isr(const Basis& basis, const ConfigResource& resource, const Setting& setting) {
    if (setting.name != min_isr_name || resource.type != ResourceType::broker ||
        !basis.image.elr_enabled())
        return {};
    if (!resource.name.empty())
        return {Error::invalid_config,
                "Broker-level min.insync.replicas cannot be altered while ELR is enabled."};
    if (!setting.value)
        return {Error::invalid_config,
                "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."};
    return {};
}

Refusal check_name(const Basis& basis, const ConfigResource& resource, bool is_new) {
    const auto nameless = [](const char* what) { return Refusal{Error::invalid_request, what}; };
    switch (resource.type) {
    case ResourceType::topic:
        if (resource.name.empty())
            return nameless("Default topic resources are not allowed.");
        if (const Refusal refusal = check_topic_name(resource.name))
            return refusal;
        if (!is_new && !basis.image.topic(resource.name))
            return {Error::unknown_topic_or_partition,
                    "The topic '" + resource.name + "' does not exist."};
        return {};
    case ResourceType::broker: {
        if (resource.name.empty())
            return {};
        const auto number = metadata::parse_number(resource.name);
        if (!number || *number > 0x7fffffff)
            return nameless("Unable to parse broker name as a base 10 number.");
        if (*number < 0)
            return nameless("Invalid negative broker ID.");
        const NodeId id{static_cast<std::int32_t>(*number)};
        if (basis.image.broker(id) || basis.image.controllers().contains(id) ||
            id == basis.settings.node)
            return {};
        return {Error::broker_id_not_registered, "No node with id " + resource.name + " found."};
    }
    case ResourceType::group:
        return resource.name.empty() ? nameless("Default group resources are not allowed.")
                                     : Refusal{};
    case ResourceType::client_metrics:
        return resource.name.empty() ? nameless("Subscription name can't be empty") : Refusal{};
    case ResourceType::broker_logger: break;
    }
    return nameless("Unexpected resource type BROKER_LOGGER.");
}

/// Checks the resource's configs as they would be, and adds the records that make them so.
Refusal apply_settings(const Basis& basis, const ConfigResource& resource,
                       const SettingList& settings, bool is_new, Records& records) {
    metadata::ConfigMap configs;
    if (const metadata::ConfigMap* present = basis.image.configs_of(resource))
        configs = *present;
    Records changes;
    for (const Setting& setting : settings) {
        if (const Refusal refusal = check_min_isr(basis, resource, setting))
            return refusal;
        const std::string* present = configs.find(setting.name);
        const bool same = present ? setting.value == *present : !setting.value;
        // A broker's config is written even if it stays: it makes the broker reload key stores.
        if (!same || resource.type == ResourceType::broker)
            changes.push_back(record_of(resource, setting));
        if (!setting.value)
            configs.erase(setting.name);
        else if (setting.value->size() > config_value_max)
            return {Error::invalid_config, "The configuration value cannot be added because it "
                                           "exceeds the maximum value size of 32767 bytes."};
        else
            configs[setting.name] = *setting.value;
    }
    if (const auto error = metadata::configs_error(scope_of(resource.type), configs))
        return {Error::invalid_config, *error};
    if (const Refusal refusal = check_name(basis, resource, is_new))
        return refusal;
    for (metadata::Record& change : changes)
        records.push_back(std::move(change));
    return {};
}

/// A changed min ISR voids the ELRs that were built on the old one.
void add_clear_elr(const Basis& basis, Records& records) {
    if (!basis.image.elr_enabled())
        return;
    const std::size_t count = records.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto* config = std::get_if<wire::ConfigRecord>(&records[i].message);
        if (!config || config->name != min_isr_name)
            continue;
        wire::ClearElrRecord clear;
        if (config->resource_type == static_cast<std::int8_t>(ResourceType::topic))
            clear.topic_name = config->resource_name;
        records.push_back({std::move(clear), 0});
    }
}

bool is_known(std::int8_t type) {
    return type == 2 || type == 4 || type == 8 || type == 16 || type == 32;
}

/// The items of a list value, as APPEND and SUBTRACT see them: split at commas, nothing trimmed.
std::vector<std::string> parts_of(std::string_view value) {
    std::vector<std::string> parts;
    while (!value.empty()) {
        const auto comma = value.find(',');
        if (comma != 0)
            parts.emplace_back(value.substr(0, comma));
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    }
    return parts;
}

using AlterableConfig = wire::IncrementalAlterConfigsRequest::AlterableConfig;

Refusal setting_of(const Basis& basis, const ConfigResource& resource,
                   const AlterableConfig& config, Setting& out) {
    out.name = config.name;
    const auto operation = static_cast<Operation>(config.config_operation);
    if (operation == Operation::set) {
        out.value = config.value;
        return {};
    }
    if (operation == Operation::remove)
        return {};
    const bool append = operation == Operation::append;
    if (!append && operation != Operation::subtract)
        return {Error::invalid_request,
                "Unknown config operation " + std::to_string(config.config_operation) + "."};
    const auto* definition = metadata::config_definition(scope_of(resource.type), config.name);
    if (!definition || definition->type != metadata::ConfigType::list)
        return {Error::invalid_config, std::string("Can't ") + (append ? "APPEND" : "SUBTRACT") +
                                           " to key " + config.name +
                                           " because its type is not LIST."};
    const std::string* present = basis.image.config(resource, config.name);
    auto parts = parts_of(present ? *present : definition->default_value.value_or(""));
    for (const std::string& part : parts_of(config.value.value_or(""))) {
        const auto at = std::find(parts.begin(), parts.end(), part);
        if (append && at == parts.end())
            parts.push_back(part);
        else if (!append && at != parts.end())
            parts.erase(at);
    }
    std::string joined;
    for (const std::string& part : parts)
        joined.append(joined.empty() ? "" : ",").append(part);
    out.value = std::move(joined);
    return {};
}

Refusal alter_incrementally(const Basis& basis, const ConfigResource& resource,
                            const std::vector<AlterableConfig>& configs, Records& records) {
    SettingList settings;
    for (const AlterableConfig& config : configs) {
        Setting setting;
        if (const Refusal refusal = setting_of(basis, resource, config, setting))
            return refusal;
        std::erase_if(settings, [&](const Setting& s) { return s.name == setting.name; });
        settings.push_back(std::move(setting));
    }
    return apply_settings(basis, resource, settings, false, records);
}

/// The old way: what is not named goes back to its default.
Refusal alter_whole(const Basis& basis, const ConfigResource& resource,
                    const std::vector<wire::AlterConfigsRequest::AlterableConfig>& configs,
                    Records& records) {
    SettingList settings;
    for (const auto& config : configs) {
        std::erase_if(settings, [&](const Setting& s) { return s.name == config.name; });
        settings.push_back({config.name, config.value});
    }
    if (const metadata::ConfigMap* present = basis.image.configs_of(resource))
        for (const auto& entry : *present) {
            const bool named = std::any_of(settings.begin(), settings.end(),
                                           [&](const Setting& s) { return s.name == entry.first; });
            if (!named)
                settings.push_back({entry.first, std::nullopt});
        }
    return apply_settings(basis, resource, settings, false, records);
}

/// Both requests and responses have the same form.
template <class Response, class Request, class Alter>
Decision<Response> decide(const Basis& basis, const Request& request, Alter alter) {
    Decision<Response> decision;
    for (std::size_t i = 0; i < request.resources.size(); ++i) {
        const auto& wish = request.resources[i];
        const auto same = [&](const auto& other) {
            return other.resource_type == wish.resource_type &&
                   other.resource_name == wish.resource_name;
        };
        const auto begin = request.resources.begin();
        const auto here = begin + static_cast<std::ptrdiff_t>(i);
        if (std::any_of(begin, here, same))
            continue; // refused once, for all
        Refusal refusal;
        if (!is_known(wish.resource_type))
            refusal = {Error::unsupported_version,
                       "Unknown resource type " + std::to_string(wish.resource_type) + "."};
        else if (std::any_of(here + 1, request.resources.end(), same))
            refusal = {Error::invalid_request, "Duplicate resource."};
        else
            refusal = alter(
                basis,
                ConfigResource{static_cast<ResourceType>(wish.resource_type), wish.resource_name},
                wish.configs, decision.records);
        auto& result = decision.response.responses.emplace_back();
        result.resource_type = wish.resource_type;
        result.resource_name = wish.resource_name;
        result.error_code = wire::code(refusal.error);
        result.error_message = refusal.message;
    }
    add_clear_elr(basis, decision.records);
    if (request.validate_only)
        decision.records.clear();
    return decision;
}

} // namespace

Decision<wire::IncrementalAlterConfigsResponse>
decide_incremental_alter_configs(const Basis& basis,
                                 const wire::IncrementalAlterConfigsRequest& request) {
    return decide<wire::IncrementalAlterConfigsResponse>(basis, request, alter_incrementally);
}

Decision<wire::AlterConfigsResponse>
decide_alter_configs(const Basis& basis, const wire::AlterConfigsRequest& request) {
    return decide<wire::AlterConfigsResponse>(basis, request, alter_whole);
}

Refusal config_records_of_new_topic(const Basis& basis,
                                    const wire::CreateTopicsRequest::CreatableTopic& topic,
                                    Records& records) {
    SettingList settings;
    std::string nulls;
    for (const auto& config : topic.configs) {
        if (!config.value)
            nulls.append(nulls.empty() ? "" : ",").append(config.name);
        std::erase_if(settings, [&](const Setting& s) { return s.name == config.name; });
        settings.push_back({config.name, config.value});
    }
    if (!nulls.empty())
        return {Error::invalid_config, "Null value not supported for topic configs: " + nulls};
    const Refusal refusal =
        apply_settings(basis, {ResourceType::topic, topic.name}, settings, true, records);
    if (!refusal)
        add_clear_elr(basis, records);
    return refusal;
}

void elr_safety_records(const Basis& basis, Records& records) {
    const std::string name(min_isr_name);
    if (!basis.image.config({ResourceType::broker, ""}, name)) {
        const metadata::Image nothing;
        const metadata::ConfigView own{nothing, basis.settings.file, basis.settings.node};
        const std::string value = std::to_string(metadata::broker_number(own, name));
        records.push_back(record_of({ResourceType::broker, ""}, {name, value}));
    }
    for (const auto& [resource, configs] : basis.image.configs())
        if (resource.type == ResourceType::broker && !resource.name.empty() &&
            configs.contains(name))
            records.push_back(record_of(resource, {name, std::nullopt}));
}

} // namespace orrery::controller
