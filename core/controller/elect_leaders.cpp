// ElectLeaders (KIP-460), and the elections the controller holds every so often.
#include "core/controller/partitions.hpp"

#include <algorithm>

namespace orrery::controller {

namespace {

using wire::Error;

constexpr std::int8_t preferred_type = 0;
constexpr std::int8_t unclean_type = 1;

Refusal elect(const Basis& basis, const std::string& name, std::int32_t number, bool unclean,
              Records& records) {
    const metadata::Topic* topic = basis.image.topic(name);
    if (!topic)
        return {Error::unknown_topic_or_partition, "No such topic as " + name};
    const metadata::Partition* partition = basis.image.partition(topic->id, number);
    if (!partition)
        return {Error::unknown_topic_or_partition,
                "No such partition as " + name + "-" + std::to_string(number)};
    if (unclean ? partition->has_leader() : partition->has_preferred_leader())
        return {Error::election_not_needed, "Leader election not needed for topic partition."};
    const ElectionRules rules = rules_for(basis, *topic);
    PartitionPlan plan = plan_for(basis, *topic, number, rules);
    plan.election = unclean ? Election::unclean : Election::preferred;
    auto record = plan.build();
    if (!record)
        return unclean ? Refusal{Error::eligible_leaders_not_available,
                                 "Eligible topic partition leaders are not available."}
                       : Refusal{Error::preferred_leader_not_available,
                                 "The preferred leader was not available."};
    records.push_back(std::move(*record));
    return {};
}

void add_result(wire::ElectLeadersResponse::ReplicaElectionResult& results, std::int32_t partition,
                const Refusal& refusal) {
    auto& result = results.partition_result.emplace_back();
    result.partition_id = partition;
    result.error_code = wire::code(refusal.error);
    result.error_message = refusal.message;
}

/// Every partition: those that need no election are not spoken of.
void elect_everywhere(const Basis& basis, bool unclean,
                      Decision<wire::ElectLeadersResponse>& decision) {
    for (const auto& [name, id] : basis.image.topic_names()) {
        auto& results = decision.response.replica_election_results.emplace_back();
        results.topic = name;
        const std::size_t count = basis.image.topic(id)->partitions.size();
        for (std::size_t i = 0; i < count; ++i) {
            const auto number = static_cast<std::int32_t>(i);
            const Refusal refusal = elect(basis, name, number, unclean, decision.records);
            if (refusal.error != Error::election_not_needed)
                add_result(results, number, refusal);
        }
    }
}

/// Holds `kind` elections for the partitions that `wants` picks.
template <class Wants>
Elections hold(const Basis& basis, Election kind, Wants&& wants) {
    Elections elections;
    for (const auto& entry : basis.image.topics()) {
        const metadata::Topic& topic = *entry.second;
        std::optional<ElectionRules> rules;
        for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
            if (!wants(topic, topic.partition(i)))
                continue;
            if (elections.records.size() >= elections_max) {
                elections.more = true;
                return elections;
            }
            if (!rules)
                rules = rules_for(basis, topic);
            PartitionPlan plan = plan_for(basis, topic, static_cast<std::int32_t>(i), *rules);
            plan.election = kind;
            if (auto record = plan.build())
                elections.records.push_back(std::move(*record));
        }
    }
    return elections;
}

} // namespace

Decision<wire::ElectLeadersResponse>
decide_elect_leaders(const Basis& basis, const wire::ElectLeadersRequest& request) {
    Decision<wire::ElectLeadersResponse> decision;
    if (request.election_type != preferred_type && request.election_type != unclean_type) {
        decision.response.error_code = wire::code(Error::invalid_request);
        return decision;
    }
    const bool unclean = request.election_type == unclean_type;
    if (!request.topic_partitions) {
        elect_everywhere(basis, unclean, decision);
        return decision;
    }
    for (const auto& topic : *request.topic_partitions) {
        auto& results = decision.response.replica_election_results.emplace_back();
        results.topic = topic.topic;
        for (const std::int32_t number : topic.partitions)
            add_result(results, number,
                       elect(basis, topic.topic, number, unclean, decision.records));
    }
    return decision;
}

Elections elect_preferred_leaders(const Basis& basis) {
    return hold(basis, Election::preferred,
                [](const metadata::Topic&, const metadata::Partition& partition) {
                    return !partition.has_preferred_leader();
                });
}

Elections elect_unclean_leaders(const Basis& basis) {
    return hold(basis, Election::unclean,
                [&](const metadata::Topic& topic, const metadata::Partition& partition) {
                    return !partition.has_leader() && unclean_allowed(basis, topic);
                });
}

} // namespace orrery::controller
