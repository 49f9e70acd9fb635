// The broker's group coordinator: its requests, and the replicas of __consumer_offsets as it sees
// them.
#include "core/node/node_groups.hpp"

#include "core/node/node.hpp"
#include "core/node/node_reply.hpp"
#include "core/node/node_step.hpp"
#include "core/wire/api.hpp"

#include <utility>

namespace orrery::node {

// --- the partitions of __consumer_offsets

Result<Offset, wire::Error> OffsetsLogs::append(std::int32_t partition, LeaderEpoch epoch,
                                                std::span<const group::StoredRecord> records) {
    std::vector<replica::OwnRecord> own;
    own.reserve(records.size());
    for (const group::StoredRecord& record : records) {
        replica::OwnRecord& made = own.emplace_back();
        made.key = record.key.span();
        if (record.value)
            made.value = record.value->span();
    }
    return replicas_.append_own({group::offsets_topic, partition, epoch, own, codec_}, now_, out_);
}

Result<group::LogPiece, wire::Error> OffsetsLogs::read(std::int32_t partition, LeaderEpoch epoch,
                                                       Offset from, std::int64_t most) {
    auto piece = replicas_.read_own(group::offsets_topic, partition, epoch, from, most);
    if (!piece)
        return failure(piece.error());
    return group::LogPiece{std::move(piece->records), piece->end, piece->high_watermark};
}

Offset OffsetsLogs::log_start(std::int32_t partition) const {
    const replica::Partition* found = replicas_.find(group::offsets_topic, partition);
    return found == nullptr ? no_offset : found->log_start();
}

Offset OffsetsLogs::high_watermark(std::int32_t partition) const {
    const replica::Partition* found = replicas_.find(group::offsets_topic, partition);
    return found == nullptr ? no_offset : found->high_watermark;
}

// --- requests

template <class Use>
void Node::with_groups(Step& step, Use&& use) {
    OffsetsLogs logs(*replicas_, offsets_codec_, step.now, step.replica);
    group::Out out{step.out, step.groups, logs};
    use(*groups_, out);
}

template <class Request>
bool Node::to_groups(const Call& call, wire::Reader& body, Step& step) {
    auto request = Request::decode(body, call.open.version);
    if (!request)
        return false;
    const std::string host = "/" + call.host;
    const group::Caller caller{call.id, call.open.version, call.client_id, host};
    with_groups(step, [&](group::Coordinator& groups, group::Out& out) {
        groups.on_request(caller, std::move(*request), step.now, out);
    });
    return true;
}

bool Node::dispatch_groups(const Call& call, wire::Reader& body, Step& step) {
    using wire::ApiKey;
    switch (static_cast<ApiKey>(call.open.api_key)) {
    case ApiKey::find_coordinator: return find_coordinator(call, body, step);
    case ApiKey::offset_commit: return to_groups<wire::OffsetCommitRequest>(call, body, step);
    case ApiKey::offset_fetch: return to_groups<wire::OffsetFetchRequest>(call, body, step);
    case ApiKey::offset_delete: return to_groups<wire::OffsetDeleteRequest>(call, body, step);
    case ApiKey::join_group: return to_groups<wire::JoinGroupRequest>(call, body, step);
    case ApiKey::sync_group: return to_groups<wire::SyncGroupRequest>(call, body, step);
    case ApiKey::heartbeat: return to_groups<wire::HeartbeatRequest>(call, body, step);
    case ApiKey::leave_group: return to_groups<wire::LeaveGroupRequest>(call, body, step);
    case ApiKey::list_groups: return to_groups<wire::ListGroupsRequest>(call, body, step);
    case ApiKey::describe_groups: return to_groups<wire::DescribeGroupsRequest>(call, body, step);
    case ApiKey::delete_groups: return to_groups<wire::DeleteGroupsRequest>(call, body, step);
    case ApiKey::consumer_group_heartbeat:
        return to_groups<wire::ConsumerGroupHeartbeatRequest>(call, body, step);
    case ApiKey::consumer_group_describe:
        return to_groups<wire::ConsumerGroupDescribeRequest>(call, body, step);
    default: return dispatch_image(call, body, step);
    }
}

/// Any broker says who coordinates; the topic that holds the groups is made when the first client
/// asks.
bool Node::find_coordinator(const Call& call, wire::Reader& body, Step& step) {
    const auto request = wire::FindCoordinatorRequest::decode(body, call.open.version);
    if (!request)
        return false;
    const CoordinatorAnswer answer =
        answer_find_coordinator(*request, call.open.version, view_for(call), *groups_);
    if (answer.create_offsets_topic)
        create_topics({std::string(group::offsets_topic)}, step);
    reply(call.id, answer.response, step);
    return true;
}

// --- the rest of a step

void Node::boot_groups(std::uint64_t random) {
    group::Settings settings = group::settings_from(config_->id, config_->properties);
    settings.planted = planted_.group;
    groups_.emplace(std::move(settings), random);
    const metadata::Image nothing;
    const metadata::ConfigView view{nothing, config_->properties, config_->id};
    const std::int64_t codec = metadata::broker_number(view, "offsets.topic.compression.codec");
    if (codec > 0 && codec <= static_cast<std::int64_t>(record::Codec::zstd))
        offsets_codec_ = static_cast<record::Codec>(codec);
}

void Node::apply_to_groups(const metadata::Changes& changes, Step& step) {
    with_groups(step, [&](group::Coordinator& groups, group::Out& out) {
        groups.apply(image_, changes, step.now, out);
    });
}

void Node::wake_groups(Step& step) {
    with_groups(step,
                [&](group::Coordinator& groups, group::Out& out) { groups.wake(step.now, out); });
}

void Node::stop_groups(Step& step) {
    with_groups(step, [&](group::Coordinator& groups, group::Out& out) { groups.stop(out); });
}

bool Node::settle_groups(Step& step) {
    if (!groups_)
        return false;
    bool moved = false;
    with_groups(step, [&](group::Coordinator& groups, group::Out& out) {
        moved = groups.settle(step.now, out);
    });
    return take_each(step.groups, [&](const auto& ready) { answer(ready, step); }) || moved;
}

} // namespace orrery::node
