#include "core/group/consumer_requests.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace orrery::group {

namespace {

/// Java's trim().isEmpty(): nothing but blanks and control characters.
bool is_blank_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char letter) { return static_cast<unsigned char>(letter) <= ' '; });
}

/// What a request that joins must say.
const char* wrong_join(const wire::ConsumerGroupHeartbeatRequest& request) {
    if (request.rebalance_timeout_ms == -1)
        return "RebalanceTimeoutMs must be provided in first request.";
    if (!request.topic_partitions || !request.topic_partitions->empty())
        return "TopicPartitions must be empty when (re-)joining.";
    if (!request.subscribed_topic_names && !request.subscribed_topic_regex)
        return "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when "
               "(re-)joining.";
    return nullptr;
}

const char* wrong_request(const wire::ConsumerGroupHeartbeatRequest& request,
                          std::int16_t version) {
    const std::int32_t epoch = request.member_epoch;
    const bool needs_id = version >= 1 || epoch > 0 || epoch == leaving_epoch;
    if (needs_id && is_blank_text(request.member_id))
        return "MemberId can't be empty.";
    if (is_blank_text(request.group_id))
        return "GroupId can't be empty.";
    if (request.instance_id && is_blank_text(*request.instance_id))
        return "InstanceId can't be empty.";
    if (request.rack_id && is_blank_text(*request.rack_id))
        return "RackId can't be empty.";
    if (epoch == joining_epoch)
        return wrong_join(request);
    if (epoch == static_leaving_epoch && !request.instance_id)
        return "InstanceId can't be null.";
    return epoch < static_leaving_epoch ? "MemberEpoch is invalid." : nullptr;
}

} // namespace

std::optional<Refusal> heartbeat_refusal(const wire::ConsumerGroupHeartbeatRequest& request,
                                         std::int16_t version, const Settings& settings) {
    if (const char* wrong = wrong_request(request, version))
        return Refusal{wire::Error::invalid_request, wrong};
    const auto& known = settings.consumer_assignors;
    if (!request.server_assignor ||
        std::find(known.begin(), known.end(), *request.server_assignor) != known.end())
        return std::nullopt;
    std::string names;
    for (const std::string& name : known)
        names += (names.empty() ? "" : ", ") + name;
    return Refusal{wire::Error::unsupported_assignor,
                   "ServerAssignor " + *request.server_assignor +
                       " is not supported. Supported assignors: " + names + "."};
}

Decision refuse_heartbeat(const Caller& caller, const Refusal& why) {
    wire::ConsumerGroupHeartbeatResponse response;
    response.error_code = wire::code(why.error);
    response.error_message = why.message;
    Decision decision;
    decision.replies.push_back({caller.request, std::move(response)});
    return decision;
}

Refusal unknown_member(const std::string& group, const std::string& member) {
    return {wire::Error::unknown_member_id,
            "Member " + member + " is not a member of group " + group + "."};
}

Refusal fenced_instance(const std::string& member, const std::string& instance,
                        const std::string& holder) {
    return {wire::Error::fenced_instance_id, "Static member " + member + " with instance id " +
                                                 instance + " was fenced by member " + holder +
                                                 "."};
}

} // namespace orrery::group
