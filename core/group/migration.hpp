// Where the two protocols meet in one group: members of the classic protocol that ask a group of
// the consumer protocol, and a member of the consumer protocol that asks a group which still has
// classic ones.
#pragma once

#include "core/group/classic_group.hpp"
#include "core/group/consumer_group.hpp"
#include "core/group/partition_logs.hpp"

namespace orrery::group {

void join_consumer_group(const Work& work, const Caller& caller,
                         const wire::JoinGroupRequest& request, ConsumerGroup& group);
void sync_consumer_group(const Work& work, const Caller& caller,
                         const wire::SyncGroupRequest& request, ConsumerGroup& group);
void heartbeat_consumer_group(const Work& work, const Caller& caller,
                              const wire::HeartbeatRequest& request, ConsumerGroup& group);
void leave_consumer_group(const Work& work, const Caller& caller,
                          const wire::LeaveGroupRequest& request, ConsumerGroup& group);
void upgrade_classic_group(const Work& work, const Caller& caller,
                           const wire::ConsumerGroupHeartbeatRequest& request,
                           const ClassicGroup& group);

} // namespace orrery::group
