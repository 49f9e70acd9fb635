// The requests that a controller answers, and its answers.
#pragma once

#include "core/wire/error.hpp"
#include "core/wire/messages/allocate_producer_ids_request.hpp"
#include "core/wire/messages/allocate_producer_ids_response.hpp"
#include "core/wire/messages/alter_configs_request.hpp"
#include "core/wire/messages/alter_configs_response.hpp"
#include "core/wire/messages/alter_partition_request.hpp"
#include "core/wire/messages/alter_partition_response.hpp"
#include "core/wire/messages/broker_heartbeat_request.hpp"
#include "core/wire/messages/broker_heartbeat_response.hpp"
#include "core/wire/messages/broker_registration_request.hpp"
#include "core/wire/messages/broker_registration_response.hpp"
#include "core/wire/messages/controller_registration_request.hpp"
#include "core/wire/messages/controller_registration_response.hpp"
#include "core/wire/messages/create_partitions_request.hpp"
#include "core/wire/messages/create_partitions_response.hpp"
#include "core/wire/messages/create_topics_request.hpp"
#include "core/wire/messages/create_topics_response.hpp"
#include "core/wire/messages/delete_topics_request.hpp"
#include "core/wire/messages/delete_topics_response.hpp"
#include "core/wire/messages/elect_leaders_request.hpp"
#include "core/wire/messages/elect_leaders_response.hpp"
#include "core/wire/messages/incremental_alter_configs_request.hpp"
#include "core/wire/messages/incremental_alter_configs_response.hpp"
#include "core/wire/messages/unregister_broker_request.hpp"
#include "core/wire/messages/unregister_broker_response.hpp"
#include "core/wire/messages/update_features_request.hpp"
#include "core/wire/messages/update_features_response.hpp"

#include <variant>

namespace orrery::controller {

using Request =
    std::variant<wire::BrokerRegistrationRequest, wire::BrokerHeartbeatRequest,
                 wire::ControllerRegistrationRequest, wire::UnregisterBrokerRequest,
                 wire::AlterPartitionRequest, wire::CreateTopicsRequest, wire::DeleteTopicsRequest,
                 wire::CreatePartitionsRequest, wire::IncrementalAlterConfigsRequest,
                 wire::AlterConfigsRequest, wire::ElectLeadersRequest,
                 wire::AllocateProducerIdsRequest, wire::UpdateFeaturesRequest>;

using Response = std::variant<wire::BrokerRegistrationResponse, wire::BrokerHeartbeatResponse,
                              wire::ControllerRegistrationResponse, wire::UnregisterBrokerResponse,
                              wire::AlterPartitionResponse, wire::CreateTopicsResponse,
                              wire::DeleteTopicsResponse, wire::CreatePartitionsResponse,
                              wire::IncrementalAlterConfigsResponse, wire::AlterConfigsResponse,
                              wire::ElectLeadersResponse, wire::AllocateProducerIdsResponse,
                              wire::UpdateFeaturesResponse>;

/// The response that says `error` to all of the request: at its top where the message has a place
/// for it, else at each of its items. (A broker that can't reach the controller uses it too.)
Response refuse(const Request& request, wire::Error error);
/// Takes back a response that was not given yet: `error` takes the place of all it said.
void withdraw(Response& response, wire::Error error);

} // namespace orrery::controller
