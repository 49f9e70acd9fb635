#include "core/client/config_group.hpp"

namespace orrery::client {

namespace {

struct AssignorClass {
    std::string_view name;
    Assignor assignor;
};
constexpr std::string_view assignor_package = "org.apache.kafka.clients.consumer.";
constexpr AssignorClass assignor_classes[] = {
    {"RangeAssignor", Assignor::range},
    {"RoundRobinAssignor", Assignor::round_robin},
    {"StickyAssignor", Assignor::sticky},
    {"CooperativeStickyAssignor", Assignor::cooperative_sticky},
};
constexpr std::size_t instance_id_max = 249;

/// Settings that one of the two protocols has no use for.
struct OnlyFor {
    std::string_view name;
    GroupProtocol protocol;
};
constexpr OnlyFor only_for[] = {
    {"partition.assignment.strategy", GroupProtocol::classic},
    {"heartbeat.interval.ms", GroupProtocol::classic},
    {"session.timeout.ms", GroupProtocol::classic},
    {"group.remote.assignor", GroupProtocol::consumer},
};

bool said(std::span<const ConfigPair> pairs, std::string_view name) {
    for (const ConfigPair& pair : pairs)
        if (pair.first == name)
            return true;
    return false;
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

std::optional<Assignor> assignor_of_class(std::string_view name) {
    if (name.starts_with(assignor_package))
        name.remove_prefix(assignor_package.size());
    for (const AssignorClass& known : assignor_classes)
        if (known.name == name)
            return known.assignor;
    return assignor_named(name);
}

/// As Kafka wants it, which is as it wants topic names.
bool is_instance_id(std::string_view id) {
    if (id.empty() || id.size() > instance_id_max || id == "." || id == "..")
        return false;
    for (const char c : id)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '_' || c == '-'))
            return false;
    return true;
}

} // namespace

bool parse_assignors(std::string_view text, std::vector<Assignor>& out) {
    out.clear();
    while (true) {
        const auto end = text.find(',');
        const auto assignor = assignor_of_class(without_blanks(text.substr(0, end)));
        if (!assignor)
            return false;
        out.push_back(*assignor);
        if (end == std::string_view::npos)
            return true;
        text.remove_prefix(end + 1);
    }
}

Result<void, InputError> settle_group_config(std::span<const ConfigPair> pairs,
                                             GroupConfig& config) {
    if (said(pairs, "group.id") && without_blanks(config.id).empty())
        return failure(InputError{"group.id", "it is empty", "leave it out for no group"});
    if (said(pairs, "group.instance.id") && !is_instance_id(config.instance_id))
        return failure(InputError{"group.instance.id", "it can't be an instance id",
                                  "1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'"});
    for (const OnlyFor& row : only_for)
        if (row.protocol != config.protocol && said(pairs, row.name))
            return failure(InputError{std::string(row.name),
                                      "it cannot be set when group.protocol=" +
                                          std::string(name_of(config.protocol)),
                                      "leave it out"});
    for (std::size_t i = 0; i < config.assignors.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (config.assignors[i] == config.assignors[j])
                return failure(InputError{"partition.assignment.strategy",
                                          "an assignor is there twice", "each once"});
    if (config.protocol == GroupProtocol::classic &&
        config.heartbeat_interval >= config.session_timeout)
        return failure(InputError{"heartbeat.interval.ms", "it must be below session.timeout.ms",
                                  "below " + std::to_string(config.session_timeout.ms())});
    if (!config.id.empty() && !said(pairs, "enable.auto.commit"))
        config.auto_commit = true;
    if (config.id.empty() && config.auto_commit)
        return failure(InputError{"enable.auto.commit",
                                  "there is nothing to commit to without group.id",
                                  "set group.id, or false"});
    return {};
}

} // namespace orrery::client
