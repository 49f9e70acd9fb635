// Who is meant by "leader of orders-0": text to actors.
#include "core/base/nearest.hpp"
#include "sim/scenario/group_metrics.hpp"
#include "sim/scenario/looking.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

using Actors = std::vector<ActorId>;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> parts_of(std::string_view who) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto comma = who.find(',');
        parts.push_back(trimmed(who.substr(0, comma)));
        if (comma == std::string_view::npos)
            return parts;
        who.remove_prefix(comma + 1);
    }
}

constexpr std::string_view roles[] = {"leader",      "followers", "replicas", "isr",
                                      "coordinator", "member",    "members",  "owner"};
constexpr std::string_view groups[] = {
    "active controller", "all brokers",   "all controllers", "all nodes",         "all clients",
    "everyone",          "everyone else", "other brokers",   "other controllers", "other nodes"};

bool is_node(const Sight& sight, std::size_t i) {
    return i < sight.scenario.cluster.nodes.size();
}

bool in_group(const Sight& sight, std::string_view group, std::size_t i) {
    if (group == "everyone" || group == "everyone else")
        return true;
    if (group == "all clients")
        return !is_node(sight, i);
    if (!is_node(sight, i))
        return false;
    const NodePlan& node = sight.scenario.cluster.nodes[i];
    if (group.ends_with("brokers"))
        return node.broker;
    if (group.ends_with("controllers"))
        return node.controller;
    return true;
}

Actors of_group(const Sight& sight, std::string_view group, std::span<const ActorId> named) {
    const bool without_named = group.ends_with("else") || group.starts_with("other");
    Actors found;
    for (std::size_t i = 0; i < sight.world.actors(); ++i) {
        const ActorId actor{static_cast<std::int32_t>(i)};
        const bool taken = std::find(named.begin(), named.end(), actor) != named.end();
        if (in_group(sight, group, i) && !(without_named && taken))
            found.push_back(actor);
    }
    return found;
}

Actors of_role(const Sight& sight, std::string_view role, std::string_view of) {
    const auto place = partition_named(of);
    if (!place)
        return {};
    const metadata::Image& image = best_image(sight.world);
    const metadata::Topic* topic = image.topic(place->first);
    if (topic == nullptr || static_cast<std::size_t>(place->second) >= topic->partitions.size())
        return {};
    const metadata::Partition& partition =
        topic->partition(static_cast<std::size_t>(place->second));
    std::vector<NodeId> ids;
    if (role == "leader")
        ids = {partition.leader};
    else
        ids = role == "isr" ? partition.isr : partition.replicas;
    Actors found;
    for (const NodeId id : ids) {
        const ActorId actor = actor_of(sight.scenario, id);
        if (actor != no_actor && !(role == "followers" && id == partition.leader))
            found.push_back(actor);
    }
    return found;
}

/// "broker 1" and "broker-1" are one; "node 1" is whatever has the id.
const NodePlan* node_named(const Scenario& scenario, std::string_view name) {
    const auto gap = name.find_first_of(" -");
    if (gap == std::string_view::npos)
        return nullptr;
    const auto id = metadata::parse_number(name.substr(gap + 1));
    const std::string_view kind = name.substr(0, gap);
    for (const NodePlan& node : scenario.cluster.nodes) {
        if (!id || node.id.value != *id)
            continue;
        if (kind == "node" || (kind == "broker" && node.broker) ||
            (kind == "controller" && node.controller))
            return &node;
    }
    return nullptr;
}

bool is_client(const Scenario& scenario, std::string_view name) {
    return name == "admin" ||
           std::any_of(scenario.clients.begin(), scenario.clients.end(),
                       [&](const ClientPlan& client) { return client.name == name; });
}

Actors resolve_one(const Sight& sight, std::string_view who, std::span<const ActorId> named) {
    if (who == "active controller") {
        const ActorId active = active_controller(sight.world);
        return active == no_actor ? Actors{} : Actors{active};
    }
    for (const std::string_view group : groups)
        if (who == group)
            return of_group(sight, group, named);
    if (const auto of = who.find(" of ");
        of != std::string_view::npos && is_group_role(who.substr(0, of)))
        return resolve_in_group(sight, who.substr(0, of), trimmed(who.substr(of + 4)));
    if (const auto of = who.find(" of "); of != std::string_view::npos)
        return of_role(sight, who.substr(0, of), trimmed(who.substr(of + 4)));
    if (const NodePlan* node = node_named(sight.scenario, who))
        return {actor_of(sight.scenario, node->id)};
    const ActorId actor = sight.world.find(who);
    return actor == no_actor ? Actors{} : Actors{actor};
}

std::vector<std::string> known_names(const Scenario& scenario) {
    std::vector<std::string> known;
    for (const NodePlan& node : scenario.cluster.nodes)
        known.push_back((node.broker ? (node.controller ? "node " : "broker ") : "controller ") +
                        std::to_string(node.id.value));
    for (const ClientPlan& client : scenario.clients)
        known.push_back(client.name);
    for (const std::string_view group : groups)
        known.emplace_back(group);
    return known;
}

std::optional<InputError> group_error(const Scenario& scenario, std::string_view group) {
    const auto known = groups_of(scenario);
    if (std::find(known.begin(), known.end(), group) != known.end())
        return std::nullopt;
    return InputError{
        {}, "there is no group \"" + std::string(group) + "\"", hint_for(group, known)};
}

std::optional<InputError> role_error(const Scenario& scenario, std::string_view role,
                                     std::string_view of) {
    if (std::find(std::begin(roles), std::end(roles), role) == std::end(roles))
        return InputError{{},
                          "there is no role \"" + std::string(role) + "\"",
                          hint_for(role, {std::begin(roles), std::end(roles)})};
    if (is_group_role(role) && role != "owner")
        return group_error(scenario, of);
    const auto in = split_group(of);
    if (role == "owner" && !in)
        return InputError{{},
                          "\"" + std::string(of) + "\" says no group",
                          "write \"owner of orders-0 in billing\""};
    if (in) {
        if (auto error = group_error(scenario, in->second))
            return error;
        of = in->first;
    }
    const auto place = partition_named(of);
    if (!place)
        return InputError{{}, "\"" + std::string(of) + "\" is no partition", "write \"topic-0\""};
    std::vector<std::string> topics;
    for (const TopicPlan& topic : scenario.topics)
        topics.push_back(topic.name);
    for (const Moment& moment : scenario.timeline)
        if (moment.verb.name == "create_topic")
            topics.push_back(moment.verb.topic.name);
    if (std::find(topics.begin(), topics.end(), place->first) == topics.end())
        return InputError{
            {}, "there is no topic \"" + place->first + "\"", hint_for(place->first, topics)};
    const auto grows = [&](const Moment& moment) { return moment.verb.topic.name == place->first; };
    for (const TopicPlan& topic : scenario.topics)
        if (topic.name == place->first && place->second >= topic.partitions &&
            std::none_of(scenario.timeline.begin(), scenario.timeline.end(), grows))
            return InputError{{},
                              "\"" + std::string(role) + " of " + std::string(of) +
                                  "\" is nobody: " + topic.name + " has " +
                                  std::to_string(topic.partitions) + " partitions",
                              "they are counted from 0"};
    return std::nullopt;
}

} // namespace

std::optional<std::pair<std::string, std::int32_t>> partition_named(std::string_view text) {
    const auto dash = text.rfind('-');
    if (dash == std::string_view::npos || dash == 0)
        return std::nullopt;
    const auto number = metadata::parse_number(text.substr(dash + 1));
    if (!number || *number < 0)
        return std::nullopt;
    return std::pair{std::string(text.substr(0, dash)), static_cast<std::int32_t>(*number)};
}

std::vector<ActorId> resolve(const Sight& sight, std::string_view who,
                             std::span<const ActorId> named) {
    Actors all;
    for (const std::string_view part : parts_of(who))
        for (const ActorId actor : resolve_one(sight, part, named))
            if (std::find(all.begin(), all.end(), actor) == all.end())
                all.push_back(actor);
    return all;
}

std::optional<InputError> who_error(const Scenario& scenario, std::string_view who) {
    for (const std::string_view part : parts_of(who)) {
        if (std::find(std::begin(groups), std::end(groups), part) != std::end(groups))
            continue;
        if (const auto of = part.find(" of "); of != std::string_view::npos) {
            if (auto error = role_error(scenario, part.substr(0, of), trimmed(part.substr(of + 4))))
                return error;
        } else if (node_named(scenario, part) == nullptr && !is_client(scenario, part)) {
            return InputError{{},
                              "there is nobody called \"" + std::string(part) + "\"",
                              hint_for(part, known_names(scenario))};
        }
    }
    return std::nullopt;
}

} // namespace orrery::sim
