#include "sim/scenario/group_metrics.hpp"

#include "core/client/client.hpp"
#include "sim/checks/group_sight.hpp"
#include "sim/scenario/group_ledger.hpp"
#include "sim/scenario/ledger.hpp"
#include "sim/scenario/looking.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

using GroupValue = Comparison::Value;

GroupValue count_value(std::size_t n) {
    return static_cast<std::int64_t>(n);
}

const std::string& group_of_plan(const ClientPlan& plan) {
    static const std::string none;
    const auto* consumer = std::get_if<ConsumerPlan>(&plan.role);
    return consumer != nullptr ? consumer->group : none;
}

/// What coordinators don't know: what was processed, and how long it stood still.
GroupValue of_account(const Sight& sight, std::string_view metric, std::string_view group) {
    const GroupLedger& ledger = sight.ledger.groups();
    const GroupAccount* account = ledger.find(group);
    if (metric == "rebalances")
        return account != nullptr ? account->rebalances : 0;
    if (metric == "gaps")
        return count_value(account != nullptr ? account->gaps.size() : 0);
    if (metric == "longest_gap_ms" || metric == "gap_ms") {
        Duration longest;
        Duration sum;
        if (account != nullptr)
            for (const ConsumptionGap& gap : account->gaps) {
                longest = std::max(longest, gap.length());
                sum = sum + gap.length();
            }
        return (metric == "gap_ms" ? sum : longest).ns / 1'000'000;
    }
    const Processed processed = ledger.processed(sight.world, group);
    if (metric == "processed_never")
        return processed.never;
    if (metric == "processed_once")
        return processed.once;
    return metric == "processed_again" ? processed.again : processed.skipped;
}

GroupValue of_members(const GroupSight& group, std::string_view metric) {
    if (metric == "members")
        return count_value(group.members.size());
    std::size_t idle = 0;
    std::size_t owned = 0;
    for (const MemberSight& member : group.members) {
        idle += member.owned.empty() ? 1U : 0U;
        owned += member.owned.size();
    }
    return count_value(metric == "idle_members" ? idle : owned);
}

} // namespace

std::optional<std::pair<std::string_view, std::string_view>> split_group(std::string_view of) {
    const auto in = of.find(" in ");
    if (in == std::string_view::npos)
        return std::nullopt;
    return std::pair{of.substr(0, in), of.substr(in + 4)};
}

std::vector<std::string> groups_of(const Scenario& scenario) {
    std::vector<std::string> groups;
    for (const ClientPlan& plan : scenario.clients)
        if (const std::string& group = group_of_plan(plan); !group.empty())
            groups.push_back(group);
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    return groups;
}

std::vector<std::pair<std::string, std::int32_t>> partitions_of_group(const Sight& sight,
                                                                      std::string_view group) {
    std::vector<std::pair<std::string, std::int32_t>> places;
    const GroupAccount* account = sight.ledger.groups().find(group);
    if (account == nullptr)
        return places;
    std::string done;
    for (const auto& [place, partition] : account->partitions) {
        const metadata::Topic* topic = best_image(sight.world).topic(place.first);
        if (place.first == done || topic == nullptr)
            continue;
        done = place.first;
        for (std::size_t i = 0; i < topic->partitions.size(); ++i)
            places.emplace_back(place.first, static_cast<std::int32_t>(i));
    }
    return places;
}

GroupValue value_of_group(const Sight& sight, std::string_view metric, std::string_view group) {
    constexpr std::string_view by_the_log[] = {"lag", "lag_ms", "committed"};
    if (std::find(std::begin(by_the_log), std::end(by_the_log), metric) != std::end(by_the_log)) {
        std::int64_t sum = 0;
        for (const auto& place : partitions_of_group(sight, group)) {
            if (metric == "lag_ms")
                sum = std::max(sum, lag_ms_of(sight.world, group, place));
            else
                sum += std::max<std::int64_t>(
                    metric == "lag" ? lag_of(sight.world, group, place)
                                    : committed_offset(sight.world, group, place).value,
                    0);
        }
        return sum;
    }
    const GroupSight found = sight_of(sight.world, group);
    if (metric == "group_state")
        return found.there ? found.state : std::string("none");
    if (metric == "group_protocol")
        return std::string(!found.there              ? "none"
                           : found.consumer_protocol ? "consumer"
                                                     : "classic");
    if (metric == "group_epoch")
        return std::int64_t{found.epoch};
    if (metric == "coordinator") {
        const ActorId actor = coordinator_of(sight.world, group);
        return std::int64_t{actor == no_actor ? -1 : node_on(sight.world, actor)->id().value};
    }
    if (metric == "members" || metric == "idle_members" || metric == "owned_partitions")
        return of_members(found, metric);
    return of_account(sight, metric, group);
}

GroupValue value_of_group_partition(const Sight& sight, std::string_view metric,
                                    std::string_view of) {
    constexpr std::int64_t absent_value = -1;
    const auto parts = split_group(of);
    const auto place = parts ? partition_named(parts->first) : std::nullopt;
    if (!place)
        return absent_value;
    if (metric == "partition_lag")
        return lag_of(sight.world, parts->second, *place);
    if (metric == "partition_committed")
        return committed_offset(sight.world, parts->second, *place).value;
    for (const MemberSight& member : sight_of(sight.world, parts->second).members)
        if (std::find(member.owned.begin(), member.owned.end(), *place) != member.owned.end())
            return member.client;
    return std::string("nobody");
}

bool is_group_role(std::string_view role) {
    return role == "coordinator" || role == "member" || role == "members" || role == "owner";
}

std::vector<ActorId> resolve_in_group(const Sight& sight, std::string_view role,
                                      std::string_view of) {
    std::vector<ActorId> found;
    if (role == "coordinator") {
        if (const ActorId actor = coordinator_of(sight.world, of); actor != no_actor)
            found.push_back(actor);
        return found;
    }
    if (role == "owner") {
        const auto owner = value_of_group_partition(sight, "owner", of);
        if (const auto* name = std::get_if<std::string>(&owner); name != nullptr)
            if (const ActorId actor = sight.world.find(*name); actor != no_actor)
                found.push_back(actor);
        return found;
    }
    for (const ClientPlan& plan : sight.scenario.clients) {
        const ActorId actor = sight.world.find(plan.name);
        if (group_of_plan(plan) != of || actor == no_actor || !sight.world.machine(actor).up())
            continue;
        found.push_back(actor);
        if (role == "member")
            break;
    }
    return found;
}

} // namespace orrery::sim
