// Offsets: committing, fetching, deleting, and forgetting them when their time is over.
#include "core/group/refuse.hpp"
#include "core/group/shard_requests.hpp"

#include <utility>

namespace orrery::group {

namespace {

/// From this version on a group that is not there has an error of its own.
constexpr std::int16_t first_commit_with_group_not_found = 9;

Uuid id_of(const metadata::Image& image, std::string_view name) {
    const metadata::Topic* topic = image.topic(name);
    return topic ? topic->id : Uuid{};
}

Note committed_note(const Shard& shard, const wire::OffsetCommitRequest& request,
                    const OffsetCommit& record) {
    Note note;
    note.fact = Fact::offset_committed;
    note.topic = record.key.topic;
    note.partition = record.key.partition;
    note.numbers[0] = record.value->offset;
    note.numbers[1] = request.generation_id_or_member_epoch;
    note.numbers[2] = shard.epoch().value;
    note.text = request.group_id + " " + request.member_id;
    return note;
}

} // namespace

// --- committing

wire::Error ShardRequests::check_commit(const wire::OffsetCommitRequest& request) const {
    Group* group = shard.latest_.edit(request.group_id);
    if (group && group->classic())
        return group->classic()->commit(work.context, request);
    if (group && group->consumer())
        return check_consumer_commit(*group->consumer(), request);
    // Without a generation it is somebody who keeps offsets here and no more: a simple group.
    if (request.generation_id_or_member_epoch < 0)
        return wire::Error::none;
    return caller.version >= first_commit_with_group_not_found ? wire::Error::group_id_not_found
                                                               : wire::Error::illegal_generation;
}

wire::Error ShardRequests::check_consumer_commit(const ConsumerGroup& group,
                                                 const wire::OffsetCommitRequest& request) const {
    const std::int32_t epoch = request.generation_id_or_member_epoch;
    const wire::Error error = group.check_commit(request.member_id, epoch, caller.version);
    const bool of_another_epoch = error == wire::Error::stale_member_epoch ||
                                  error == wire::Error::illegal_generation ||
                                  error == wire::Error::none;
    if (work.context.settings.planted.accept_any_epoch && of_another_epoch)
        return wire::Error::none;
    if (error != wire::Error::none)
        return error;
    // An epoch that the member has left is good for what it has had since then (KIP-1251).
    for (const auto& topic : request.topics) {
        const Uuid id =
            topic.topic_id.is_zero() ? id_of(work.context.image, topic.name) : topic.topic_id;
        for (const auto& partition : topic.partitions) {
            const wire::Error one =
                group.check_commit_of(request.member_id, epoch, id, partition.partition_index);
            if (one != wire::Error::none)
                return one;
        }
    }
    return wire::Error::none;
}

void ShardRequests::handle(const wire::OffsetCommitRequest& request) {
    const wire::Error error = check_commit(request);
    if (error != wire::Error::none) {
        refuse_with(request, error);
        return;
    }
    Decision decision;
    std::vector<Note> notes;
    wire::OffsetCommitResponse response;
    response.topics.reserve(request.topics.size());
    const std::int64_t now = work.context.now.wall_ms;
    const auto most = static_cast<std::size_t>(work.context.settings.offset_metadata_max_size);
    for (const auto& topic : request.topics) {
        auto& result = response.topics.emplace_back();
        result.name = topic.name;
        result.topic_id = topic.topic_id;
        result.partitions.reserve(topic.partitions.size());
        decision.records.reserve(decision.records.size() + topic.partitions.size());
        notes.reserve(decision.records.capacity());
        for (const auto& partition : topic.partitions) {
            auto& answer = result.partitions.emplace_back();
            answer.partition_index = partition.partition_index;
            if (partition.committed_metadata && partition.committed_metadata->size() > most) {
                answer.error_code = wire::code(wire::Error::offset_metadata_too_large);
                continue;
            }
            CommittedOffset offset;
            offset.offset = partition.committed_offset;
            offset.leader_epoch = partition.committed_leader_epoch;
            offset.metadata = partition.committed_metadata.value_or("");
            offset.commit_wall_ms = now;
            if (request.retention_time_ms != -1)
                offset.expire_wall_ms = now + request.retention_time_ms;
            offset.topic_id = topic.topic_id;
            auto record = commit_record(request.group_id, topic.name, partition.partition_index,
                                        std::move(offset));
            notes.push_back(committed_note(shard, request, record));
            decision.records.emplace_back(std::move(record));
        }
    }
    decision.replies.push_back({caller.request, std::move(response)});
    shard.perform(work, request.group_id, std::move(decision), {}, std::move(notes));
    if (const Group* group = shard.latest_.find(request.group_id))
        shard.deadline(group->wakeup());
}

// --- fetching

namespace {

using FetchedGroup = wire::OffsetFetchResponse::OffsetFetchResponseGroup;
using FetchedPartition = wire::OffsetFetchResponse::OffsetFetchResponsePartitions;
using AskedGroup = wire::OffsetFetchRequest::OffsetFetchRequestGroup;

FetchedPartition fetched(std::int32_t partition, const CommittedOffset* offset) {
    FetchedPartition result;
    result.partition_index = partition;
    result.committed_offset = offset ? offset->offset : invalid_offset;
    result.committed_leader_epoch = offset ? offset->leader_epoch : -1;
    result.metadata = offset ? offset->metadata : "";
    return result;
}

void fetch_all(const Group& group, const metadata::Image& image, std::int16_t version,
               FetchedGroup& result) {
    for (const auto& [name, offsets] : group.offsets.topics()) {
        const Uuid id = id_of(image, name);
        // By ids there is no way to speak of a topic that has none.
        if (version >= 10 && id.is_zero())
            continue;
        auto& topic = result.topics.emplace_back();
        topic.name = name;
        topic.topic_id = id;
        for (const auto& [partition, offset] : *offsets)
            topic.partitions.push_back(fetched(partition, &offset));
    }
}

void fetch_some(const Group* group, const metadata::Image& image, std::int16_t version,
                const AskedGroup& asked, FetchedGroup& result) {
    for (const auto& wanted : *asked.topics) {
        auto& topic = result.topics.emplace_back();
        topic.name = wanted.name;
        topic.topic_id = wanted.topic_id;
        bool known = true;
        if (version >= 10) {
            const metadata::Topic* named = image.topic(wanted.topic_id);
            known = named != nullptr;
            topic.name = named ? named->name : "";
        }
        for (const std::int32_t partition : wanted.partition_indexes) {
            const CommittedOffset* offset =
                group && known ? group->offsets.find(topic.name, partition) : nullptr;
            // By its id, a topic has nothing to do with an older one of its name.
            if (offset && offset->is_of_another(topic.topic_id))
                offset = nullptr;
            topic.partitions.push_back(fetched(partition, offset));
            if (!known)
                topic.partitions.back().error_code = wire::code(wire::Error::unknown_topic_id);
        }
    }
}

/// One group in the form of versions below 8.
wire::OffsetFetchResponse single(FetchedGroup&& group, std::int16_t version) {
    wire::OffsetFetchResponse response;
    response.error_code = group.error_code;
    for (auto& fetched_topic : group.topics) {
        auto& topic = response.topics.emplace_back();
        topic.name = std::move(fetched_topic.name);
        for (auto& partition : fetched_topic.partitions) {
            auto& result = topic.partitions.emplace_back();
            result.partition_index = partition.partition_index;
            result.committed_offset = partition.committed_offset;
            result.committed_leader_epoch = partition.committed_leader_epoch;
            result.metadata = std::move(partition.metadata);
            result.error_code =
                version < 2 && group.error_code != 0 ? group.error_code : partition.error_code;
        }
    }
    return response;
}

} // namespace

FetchedGroup ShardRequests::fetch(const Groups& groups, const AskedGroup& asked) const {
    FetchedGroup result;
    result.group_id = asked.group_id;
    const Group* group = groups.find(asked.group_id);
    if (group && group->consumer()) {
        const wire::Error error =
            group->consumer()->check_fetch(asked.member_id.value_or(""), asked.member_epoch);
        result.error_code = wire::code(error);
        if (error != wire::Error::none)
            return result;
    }
    if (asked.topics)
        fetch_some(group, work.context.image, caller.version, asked, result);
    else if (group)
        fetch_all(*group, work.context.image, caller.version, result);
    return result;
}

void ShardRequests::handle(const wire::OffsetFetchRequest& request) {
    // "Stable" is what is committed by now, and what is about to be: the answer waits for it.
    const Groups& groups = request.require_stable ? shard.latest_ : shard.stable_;
    wire::OffsetFetchResponse response;
    if (caller.version >= 8) {
        for (const auto& asked : request.groups)
            response.groups.push_back(fetch(groups, asked));
    } else {
        AskedGroup asked;
        asked.group_id = request.group_id;
        asked.topics.reset();
        if (request.topics) {
            asked.topics.emplace();
            for (const auto& wanted : *request.topics)
                asked.topics->push_back({wanted.name, Uuid{}, wanted.partition_indexes, {}});
        }
        response = single(fetch(groups, asked), caller.version);
    }
    if (request.require_stable)
        reply_after_pending(request.group_id, std::move(response));
    else
        reply(std::move(response));
}

// --- deleting

void ShardRequests::handle(const wire::OffsetDeleteRequest& request) {
    const Group* group = shard.latest_.find(request.group_id);
    wire::Error error = wire::Error::none;
    if (!group || !group->exists())
        error = wire::Error::group_id_not_found;
    else if (group->classic())
        error = group->classic()->check_offset_delete();
    if (error != wire::Error::none) {
        refuse_with(request, error);
        return;
    }
    Decision decision;
    wire::OffsetDeleteResponse response;
    for (const auto& topic : request.topics) {
        auto& result = response.topics.emplace_back();
        result.name = topic.name;
        const metadata::Topic* known = work.context.image.topic(topic.name);
        const bool subscribed = group->subscribes(topic.name);
        for (const auto& partition : topic.partitions) {
            auto& answer = result.partitions.emplace_back();
            answer.partition_index = partition.partition_index;
            const auto index = static_cast<std::size_t>(partition.partition_index);
            if (!known || partition.partition_index < 0 || index >= known->partitions.size())
                answer.error_code = wire::code(wire::Error::unknown_topic_or_partition);
            else if (subscribed)
                answer.error_code = wire::code(wire::Error::group_subscribed_to_topic);
            else if (group->offsets.find(topic.name, partition.partition_index))
                decision.records.emplace_back(
                    commit_tombstone(request.group_id, topic.name, partition.partition_index));
        }
    }
    decision.replies.push_back({caller.request, std::move(response)});
    shard.perform(work, request.group_id, std::move(decision));
}

// --- forgetting (KIP-211)

void Shard::expire_offsets(const Work& work) {
    std::vector<std::string> ids;
    for (const auto& entry : latest_.all())
        ids.push_back(entry.first);
    for (const std::string& id : ids)
        expire_group(work, id);
}

void Shard::expire_group(const Work& work, const std::string& id) {
    const Group& group = *latest_.find(id);
    const std::int64_t now = work.context.now.wall_ms;
    const std::int64_t retention = work.context.settings.offsets_retention.ms();
    Decision decision;
    bool all_expired = true;
    for (const auto& [topic, offsets] : group.offsets.topics()) {
        const bool subscribed = group.subscribes(topic);
        for (const auto& [partition, offset] : *offsets) {
            const auto start = group.classic()
                                   ? group.classic()->retention_start(offset.commit_wall_ms)
                                   : std::optional(offset.commit_wall_ms);
            const bool over = offset.expire_wall_ms != no_wall_ms
                                  ? now >= offset.expire_wall_ms
                                  : start && now - *start >= retention;
            if (subscribed || !start || !over) {
                all_expired = false;
                continue;
            }
            decision.records.emplace_back(commit_tombstone(id, topic, partition));
            Note note;
            note.fact = Fact::offset_expired;
            note.topic = topic;
            note.partition = partition;
            note.numbers[0] = offset.offset;
            note.text = id;
            decision.notes.push_back(std::move(note));
        }
    }
    const bool unused = (group.classic() && group.classic()->empty()) ||
                        (group.consumer() && group.consumer()->empty());
    if (all_expired && unused) {
        // The offsets have their tombstones already: what is left is the group itself.
        Group rest;
        rest.members = group.members;
        write_group_tombstones(id, rest, decision.records);
        Note note;
        note.fact = Fact::group_deleted;
        note.text = id;
        decision.notes.push_back(std::move(note));
    }
    if (!decision.records.empty())
        perform(work, id, std::move(decision));
}

} // namespace orrery::group
