// Decisions about configs: IncrementalAlterConfigs, AlterConfigs, and those of new topics.
#pragma once

#include "core/controller/decision.hpp"
#include "core/controller/messages.hpp"

namespace orrery::controller {

Decision<wire::IncrementalAlterConfigsResponse>
decide_incremental_alter_configs(const Basis& basis,
                                 const wire::IncrementalAlterConfigsRequest& request);
Decision<wire::AlterConfigsResponse> decide_alter_configs(const Basis& basis,
                                                          const wire::AlterConfigsRequest& request);

/// The config records of a topic that is being created.
Refusal config_records_of_new_topic(const Basis& basis,
                                    const wire::CreateTopicsRequest::CreatableTopic& topic,
                                    Records& records);
/// What must be so before ELR may be switched on: min.insync.replicas is one value for the whole
/// cluster, set, and no broker's own.
void elr_safety_records(const Basis& basis, Records& records);

} // namespace orrery::controller
