// Decisions about topics: create, delete, add partitions.
#pragma once

#include "core/base/random.hpp"
#include "core/controller/decision.hpp"
#include "core/controller/messages.hpp"

#include <string>
#include <string_view>

namespace orrery::controller {

Decision<wire::CreateTopicsResponse> decide_create_topics(const Basis& basis, Random& random,
                                                          const wire::CreateTopicsRequest& request);
Decision<wire::DeleteTopicsResponse> decide_delete_topics(const Basis& basis,
                                                          const wire::DeleteTopicsRequest& request);
Decision<wire::CreatePartitionsResponse>
decide_create_partitions(const Basis& basis, Random& random,
                         const wire::CreatePartitionsRequest& request);

/// More partitions than this are not created by one request.
inline constexpr std::int64_t partitions_per_request_max = 10'000;

/// INVALID_TOPIC_EXCEPTION for a name that no topic can have.
Refusal check_topic_name(const std::string& name);

// --- new partitions, for create_topics.cpp and create_partitions.cpp
/// A partition with these replicas: those that are active make the ISR, the first of them leads.
/// Its ISR and leader are empty when none is.
metadata::Partition new_partition(const Basis& basis, const std::vector<NodeId>& replicas);
/// INVALID_REPLICA_ASSIGNMENT for replicas a person chose that can't be; `factor` 0: any.
Refusal check_assignment(const Basis& basis, const std::vector<NodeId>& replicas,
                         std::size_t factor);
/// Striped placement among the brokers that are registered and stay.
Result<std::vector<std::vector<NodeId>>, std::string>
place(const Basis& basis, Random& random, std::int32_t partitions, std::int32_t factor);
metadata::Record partition_record(const Basis& basis, const metadata::Partition& partition,
                                  const metadata::TopicPartitionId& id);

} // namespace orrery::controller
