#include "core/group/migration.hpp"

#include "core/group/refuse.hpp"

namespace orrery::group {

namespace {

void refuse_migration(const Work& work, const Caller& caller, const Request& request,
                      wire::Error error) {
    work.out.replies.push_back({caller.request, refuse(request, caller.version, error)});
}

} // namespace

void join_consumer_group(const Work& work, const Caller& caller,
                         const wire::JoinGroupRequest& request, ConsumerGroup&) {
    refuse_migration(work, caller, request, wire::Error::inconsistent_group_protocol);
}

void sync_consumer_group(const Work& work, const Caller& caller,
                         const wire::SyncGroupRequest& request, ConsumerGroup&) {
    refuse_migration(work, caller, request, wire::Error::unknown_member_id);
}

void heartbeat_consumer_group(const Work& work, const Caller& caller,
                              const wire::HeartbeatRequest& request, ConsumerGroup&) {
    refuse_migration(work, caller, request, wire::Error::unknown_member_id);
}

void leave_consumer_group(const Work& work, const Caller& caller,
                          const wire::LeaveGroupRequest& request, ConsumerGroup&) {
    refuse_migration(work, caller, request, wire::Error::unknown_member_id);
}

void upgrade_classic_group(const Work& work, const Caller& caller,
                           const wire::ConsumerGroupHeartbeatRequest& request,
                           const ClassicGroup& group) {
    wire::ConsumerGroupHeartbeatResponse response;
    response.error_code = wire::code(wire::Error::group_id_not_found);
    response.error_message = "Group " + group.id() + " is not a consumer group.";
    work.out.replies.push_back({caller.request, std::move(response)});
    static_cast<void>(request);
}

} // namespace orrery::group
