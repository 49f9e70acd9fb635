#include "core/group/classic_group.hpp"

#include "core/group/classic_turn.hpp"
#include "core/wire/messages/consumer_protocol_subscription.hpp"
#include "core/wire/reader.hpp"

#include <algorithm>

namespace orrery::group {

std::string_view name_of(ClassicState state) {
    switch (state) {
    case ClassicState::empty: return "Empty";
    case ClassicState::preparing_rebalance: return "PreparingRebalance";
    case ClassicState::completing_rebalance: return "CompletingRebalance";
    case ClassicState::stable: return "Stable";
    case ClassicState::dead: return "Dead";
    }
    return "?";
}

const Bytes* ClassicMember::metadata(std::string_view protocol) const {
    for (const ClassicProtocol& mine : protocols)
        if (mine.name == protocol)
            return &mine.metadata;
    return nullptr;
}

namespace {

/// The topics that members of the consumer protocol type subscribe to; none when one of them can't
/// be read. Kafka reads version 0 of it whatever the member wrote: the topics come first.
std::optional<std::vector<std::string>> subscribed_topics(const ClassicGroup& group) {
    std::vector<std::string> topics;
    if (!group.uses_consumer_protocol())
        return std::nullopt;
    if (group.members().empty())
        return topics;
    if (!group.protocol())
        return std::nullopt;
    for (const auto& entry : group.members()) {
        const Bytes* metadata = entry.second->metadata(*group.protocol());
        if (!metadata)
            return std::nullopt;
        wire::Reader in{Chain(*metadata)};
        in.int16();
        const auto read = wire::ConsumerProtocolSubscription::decode(in, 0);
        if (!read)
            return std::nullopt;
        topics.insert(topics.end(), read->topics.begin(), read->topics.end());
    }
    std::sort(topics.begin(), topics.end());
    topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
    return topics;
}

} // namespace

void ClassicTurn::compute_subscribed() {
    group.subscribed_ = subscribed_topics(group);
}

ClassicGroup::ClassicGroup(std::string id, std::optional<std::int64_t> since_wall_ms)
    : id_(std::move(id)), state_since_ms_(since_wall_ms) {}

ClassicGroup::ClassicGroup(const GroupMetadata& record) : id_(record.key.group) {
    const wire::GroupMetadataValue& value = *record.value;
    generation_ = value.generation;
    protocol_ = value.protocol;
    leader_ = value.leader;
    if (!value.protocol_type.empty())
        protocol_type_ = value.protocol_type;
    if (value.current_state_timestamp != -1)
        state_since_ms_ = value.current_state_timestamp;
    state_ = value.members.empty() ? ClassicState::empty : ClassicState::stable;
    for (const auto& stored : value.members) {
        ClassicMember member;
        member.id = stored.member_id;
        member.instance_id = stored.group_instance_id;
        member.client_id = stored.client_id;
        member.client_host = stored.client_host;
        member.session_timeout_ms = stored.session_timeout;
        member.rebalance_timeout_ms =
            stored.rebalance_timeout == -1 ? stored.session_timeout : stored.rebalance_timeout;
        member.protocols.push_back({protocol_.value_or(""), stored.subscription});
        member.assignment = stored.assignment;
        if (member.instance_id)
            static_members_[*member.instance_id] = member.id;
        members_[stored.member_id] = Cow<ClassicMember>(std::move(member));
    }
    if (!members_.empty())
        supported_[protocol_.value_or("")] = static_cast<std::int32_t>(members_.size());
    if (leader_ && !members_.contains(*leader_))
        leader_ = members_.empty() ? std::nullopt : std::optional(members_.begin()->first);
    subscribed_ = subscribed_topics(*this);
}

wire::Error ClassicGroup::heartbeat(const Context& context, const wire::HeartbeatRequest& request) {
    ClassicOutcome none;
    ClassicTurn turn{*this, context, none};
    if (in(ClassicState::dead))
        return wire::Error::coordinator_not_available;
    const wire::Error error = turn.check_member(request.member_id, request.group_instance_id);
    if (error != wire::Error::none)
        return error;
    if (request.generation_id != generation_ && !context.settings.planted.accept_any_epoch)
        return wire::Error::illegal_generation;
    if (empty())
        return wire::Error::unknown_member_id;
    turn.session(members_.find(request.member_id)->edit());
    return in(ClassicState::preparing_rebalance) ? wire::Error::rebalance_in_progress
                                                 : wire::Error::none;
}

wire::Error ClassicGroup::commit(const Context& context, const wire::OffsetCommitRequest& request) {
    ClassicOutcome none;
    ClassicTurn turn{*this, context, none};
    const std::int32_t generation = request.generation_id_or_member_epoch;
    if (in(ClassicState::dead))
        return wire::Error::coordinator_not_available;
    // An admin, or a consumer without membership: fine while nobody is in the group.
    if (generation < 0 && empty())
        return wire::Error::none;
    if (generation < 0 && request.member_id.empty() && !request.group_instance_id)
        return wire::Error::unknown_member_id;
    const wire::Error error = turn.check_member(request.member_id, request.group_instance_id);
    if (error != wire::Error::none)
        return error;
    if (generation != generation_ && !context.settings.planted.accept_any_epoch)
        return wire::Error::illegal_generation;
    // It knows the generation, so it has the answer to its join: it will sync and commit later.
    if (in(ClassicState::completing_rebalance))
        return wire::Error::rebalance_in_progress;
    if (!empty())
        turn.session(members_.find(request.member_id)->edit());
    return wire::Error::none;
}

wire::Error ClassicGroup::check_delete() const {
    switch (state_) {
    case ClassicState::dead: return wire::Error::group_id_not_found;
    case ClassicState::empty: return wire::Error::none;
    case ClassicState::preparing_rebalance:
    case ClassicState::completing_rebalance:
    case ClassicState::stable: return wire::Error::non_empty_group;
    }
    return wire::Error::none;
}

wire::Error ClassicGroup::check_offset_delete() const {
    const wire::Error error = check_delete();
    return error == wire::Error::non_empty_group && uses_consumer_protocol() ? wire::Error::none
                                                                             : error;
}

bool ClassicGroup::subscribes(std::string_view topic) const {
    return subscribed_ ? std::binary_search(subscribed_->begin(), subscribed_->end(), topic)
                       : uses_consumer_protocol();
}

std::optional<std::int64_t> ClassicGroup::retention_start(std::int64_t commit_wall_ms) const {
    if (!protocol_type_)
        return commit_wall_ms;
    if (empty())
        return state_since_ms_.value_or(commit_wall_ms);
    if (uses_consumer_protocol() && subscribed_ && in(ClassicState::stable))
        return commit_wall_ms;
    return std::nullopt;
}

wire::DescribeGroupsResponse::DescribedGroup ClassicGroup::describe() const {
    wire::DescribeGroupsResponse::DescribedGroup described;
    described.group_id = id_;
    described.group_state = name_of(state_);
    described.protocol_type = protocol_type_.value_or("");
    if (in(ClassicState::stable))
        described.protocol_data = protocol_.value_or("");
    for (const auto& entry : members_) {
        const ClassicMember& member = *entry.second;
        auto& shown = described.members.emplace_back();
        shown.member_id = member.id;
        shown.group_instance_id = member.instance_id;
        shown.client_id = member.client_id;
        shown.client_host = member.client_host;
        shown.member_assignment = member.assignment;
        if (const Bytes* metadata = member.metadata(protocol_.value_or(""));
            metadata && in(ClassicState::stable))
            shown.member_metadata = *metadata;
    }
    return described;
}

GroupMetadata ClassicGroup::record() const {
    GroupMetadata record;
    record.key.group = id_;
    record.version = 3; // the last before tagged fields, as Kafka writes it
    auto& value = record.value.emplace();
    value.protocol_type = protocol_type_.value_or("");
    value.generation = generation_;
    value.protocol = protocol_;
    value.leader = leader_;
    value.current_state_timestamp = state_since_ms_.value_or(-1);
    for (const auto& entry : members_) {
        const ClassicMember& member = *entry.second;
        auto& stored = value.members.emplace_back();
        stored.member_id = member.id;
        stored.group_instance_id = member.instance_id;
        stored.client_id = member.client_id;
        stored.client_host = member.client_host;
        stored.rebalance_timeout = member.rebalance_timeout_ms;
        stored.session_timeout = member.session_timeout_ms;
        if (const Bytes* metadata = member.metadata(protocol_.value_or("")))
            stored.subscription = *metadata;
        stored.assignment = member.assignment;
    }
    return record;
}

void ClassicGroup::unload(wire::Error error, std::vector<Reply<Response>>& replies) {
    for (auto& entry : members_) {
        const ClassicMember& member = *entry.second;
        if (!member.join && !member.sync)
            continue;
        if (member.join) {
            wire::JoinGroupResponse response;
            response.member_id = member.id;
            response.error_code = wire::code(error);
            replies.push_back({member.join->request, std::move(response)});
        }
        if (member.sync) {
            wire::SyncGroupResponse response;
            response.error_code = wire::code(error);
            replies.push_back({member.sync->request, std::move(response)});
        }
        entry.second.edit().join.reset();
        entry.second.edit().sync.reset();
    }
    waiting_ = 0;
    state_ = ClassicState::dead;
}

} // namespace orrery::group
