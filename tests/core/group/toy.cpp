#include "tests/core/group/toy.hpp"

#include "core/record/batch_builder.hpp"
#include "core/record/records.hpp"
#include "core/wire/messages/consumer_protocol_assignment.hpp"
#include "core/wire/messages/consumer_protocol_subscription.hpp"
#include "core/wire/writer.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

namespace orrery::tests {

using namespace orrery::group;

// --- logs

Result<Offset, wire::Error> ToyLogs::append(std::int32_t partition, LeaderEpoch epoch,
                                            std::span<const StoredRecord> stored) {
    if (epochs[partition] != epoch)
        return failure(wire::Error::not_leader_or_follower);
    if (refuse)
        return failure(*refuse);
    ++appends;
    Log& log = logs_[partition];
    record::BatchOptions options;
    options.base_offset = log.end;
    options.leader_epoch = epoch;
    record::BatchBuilder builder(options);
    for (const StoredRecord& one : stored)
        builder.append(stored_at, one.key.span(),
                       one.value ? std::optional<record::View>(one.value->span()) : std::nullopt);
    append_raw(partition, std::move(builder));
    return log.end;
}

void ToyLogs::append_raw(std::int32_t partition, record::BatchBuilder builder) {
    Log& log = logs_[partition];
    log.batches.push_back(builder.build());
    log.end = log.batches.back().header.next_offset();
    if (!hold)
        log.high_watermark = log.end;
}

Result<LogPiece, wire::Error> ToyLogs::read(std::int32_t partition, LeaderEpoch epoch, Offset from,
                                            std::int64_t most) {
    if (epochs[partition] != epoch)
        return failure(wire::Error::not_leader_or_follower);
    const Log& log = logs_[partition];
    LogPiece piece{{}, log.end, log.high_watermark};
    for (const record::Batch& batch : log.batches) {
        if (batch.header.next_offset() <= from)
            continue;
        if (!piece.records.empty() &&
            static_cast<std::int64_t>(piece.records.size() + batch.bytes.size()) > most)
            break;
        piece.records.append(batch.bytes);
    }
    return piece;
}

Offset ToyLogs::log_start(std::int32_t) const {
    return Offset{0};
}

Offset ToyLogs::high_watermark(std::int32_t partition) const {
    const auto found = logs_.find(partition);
    return found == logs_.end() ? Offset{0} : found->second.high_watermark;
}

std::vector<Record> ToyLogs::records(std::int32_t partition) const {
    std::vector<Record> all;
    const auto found = logs_.find(partition);
    if (found == logs_.end())
        return all;
    for (const record::Batch& batch : found->second.batches) {
        const auto read = record::read_records(batch);
        REQUIRE(read.has_value());
        for (const auto& one : *read) {
            auto decoded = decode({*one.key, one.value});
            REQUIRE(decoded.has_value());
            all.push_back(std::move(*decoded));
        }
    }
    return all;
}

void ToyLogs::commit_all() {
    for (auto& [partition, log] : logs_)
        log.high_watermark = log.end;
}

// --- the world

ToyGroups::ToyGroups(Settings given, int partitions, bool loads)
    : settings(std::move(given)), coordinator((settings.node = NodeId{1}, settings), 7) {
    create_topic("orders", 4);
    create_topic("payments", 2);
    for (int partition = 0; partition < partitions; ++partition)
        logs.epochs[partition] = LeaderEpoch{0};
    create_topic(std::string(offsets_topic), partitions);
    if (loads)
        load();
}

void ToyGroups::fail(const char* what) {
    FAIL(what);
    std::abort();
}

template <class Call>
void ToyGroups::step(Call&& call) {
    Effects effects;
    std::vector<Reply<Response>> given;
    Out out{effects, given, logs};
    call(out);
    for (auto& reply : given) {
        REQUIRE(!replies.contains(reply.request.value));
        // A reply that its version can't say would never reach anybody.
        wire::Writer frame;
        std::visit(
            [&](const auto& response) {
                REQUIRE(response.encode(frame, versions_.at(reply.request.value)));
            },
            reply.response);
        replies[reply.request.value] = std::move(reply.response);
    }
    for (const Effect& effect : effects)
        notes.push_back(std::get<Note>(effect));
}

void ToyGroups::apply(std::vector<metadata::Message> messages) {
    metadata::Changes changes;
    for (auto& message : messages)
        REQUIRE(image.apply({std::move(message), 0}, Offset{++records_}, LeaderEpoch{1}, &changes));
    step([&](Out& out) { coordinator.apply(image, changes, now, out); });
}

void ToyGroups::create_topic(const std::string& name, int partitions) {
    std::vector<metadata::Message> messages;
    wire::TopicRecord topic;
    topic.name = name;
    topic.topic_id = Uuid{9, static_cast<std::uint64_t>(records_ + 1)};
    messages.emplace_back(topic);
    for (int i = 0; i < partitions; ++i) {
        wire::PartitionRecord partition;
        partition.partition_id = i;
        partition.topic_id = topic.topic_id;
        partition.replicas = {1, 2};
        partition.isr = {1, 2};
        partition.leader = 1;
        partition.leader_epoch = 0;
        partition.partition_epoch = 0;
        partition.directories.resize(2, Uuid{3, 3});
        messages.emplace_back(partition);
    }
    apply(std::move(messages));
}

void ToyGroups::delete_topic(const std::string& name) {
    wire::RemoveTopicRecord record;
    record.topic_id = topic_id(name);
    apply({record});
}

void ToyGroups::elect(bool us, int partition) {
    const metadata::Topic& topic = *image.topic(offsets_topic);
    std::vector<metadata::Message> messages;
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
        if (partition >= 0 && static_cast<std::size_t>(partition) != i)
            continue;
        wire::PartitionChangeRecord record;
        record.partition_id = static_cast<std::int32_t>(i);
        record.topic_id = topic.id;
        record.leader = us ? 1 : 2;
        messages.emplace_back(record);
        logs.epochs[static_cast<std::int32_t>(i)] = topic.partition(i).leader_epoch + 1;
    }
    apply(std::move(messages));
}

void ToyGroups::wake() {
    for (int i = 0; coordinator.wakeup() && *coordinator.wakeup() <= now.instant; ++i) {
        REQUIRE(i < 1000);
        step([&](Out& out) { coordinator.wake(now, out); });
    }
}

void ToyGroups::advance(std::int64_t ms) {
    const Instant end = now.instant + milliseconds(ms);
    while (coordinator.wakeup() && *coordinator.wakeup() <= end) {
        const Instant next = std::max(now.instant, *coordinator.wakeup());
        now.wall_ms += next.ms() - now.instant.ms();
        now.instant = next;
        wake();
    }
    now.wall_ms += end.ms() - now.instant.ms();
    now.instant = end;
}

void ToyGroups::settle() {
    step([&](Out& out) { coordinator.settle(now, out); });
}

void ToyGroups::load() {
    for (int i = 0; i < 10'000; ++i) {
        bool loading = false;
        for (const auto& entry : coordinator.shards())
            loading |= entry.second->phase() == ShardPhase::loading;
        if (!loading)
            return;
        advance(1);
    }
    FAIL("a shard that does not load");
}

Coordinator ToyGroups::successor() {
    Coordinator next(settings, 8);
    Effects effects;
    std::vector<Reply<Response>> given;
    Out out{effects, given, logs};
    Now later = now;
    next.apply(image, {}, later, out);
    for (int i = 0; i < 100; ++i) {
        later.instant = later.instant + milliseconds(100);
        next.wake(later, out);
    }
    for (const auto& entry : next.shards())
        REQUIRE(entry.second->phase() == ShardPhase::active);
    return next;
}

std::vector<Note> ToyGroups::facts(Fact fact) const {
    std::vector<Note> found;
    std::copy_if(notes.begin(), notes.end(), std::back_inserter(found),
                 [&](const Note& note) { return note.fact == fact; });
    return found;
}

// --- asking

RequestId ToyGroups::ask(Request request, std::int16_t version) {
    const RequestId id{next_request_++};
    const Caller caller{id, version, client_id, "/127.0.0.1"};
    versions_[id.value] = version;
    step([&](Out& out) { coordinator.on_request(caller, std::move(request), now, out); });
    return id;
}

Bytes subscription(const std::vector<std::string>& topics) {
    wire::Writer out;
    out.int16(0);
    wire::ConsumerProtocolSubscription message;
    message.topics = topics;
    REQUIRE(message.encode(out, 0));
    return out.take().flat();
}

Bytes assignment(const std::string& topic, const std::vector<std::int32_t>& partitions) {
    wire::Writer out;
    out.int16(0);
    wire::ConsumerProtocolAssignment message;
    message.assigned_partitions.push_back({topic, partitions});
    REQUIRE(message.encode(out, 0));
    return out.take().flat();
}

RequestId ToyGroups::join(const Join& given) {
    wire::JoinGroupRequest request;
    request.group_id = given.group;
    request.member_id = given.member;
    request.group_instance_id = given.instance;
    request.session_timeout_ms = given.session_ms;
    request.rebalance_timeout_ms = given.version == 0 ? -1 : given.rebalance_ms;
    request.protocol_type = given.protocol_type;
    for (const std::string& protocol : given.protocols)
        request.protocols.push_back({protocol, subscription(given.topics), {}});
    return ask(request, given.version);
}

std::string ToyGroups::member_id(Join given) {
    given.member.clear();
    const auto response = reply<wire::JoinGroupResponse>(join(given));
    REQUIRE(response.error_code == wire::code(wire::Error::member_id_required));
    return response.member_id;
}

RequestId ToyGroups::sync(const std::string& member, std::int32_t generation,
                          std::vector<std::pair<std::string, std::string>> assignments,
                          std::optional<std::string> instance, const std::string& group) {
    wire::SyncGroupRequest request;
    request.group_id = group;
    request.member_id = member;
    request.generation_id = generation;
    request.group_instance_id = std::move(instance);
    request.protocol_type = "consumer";
    for (const auto& [to, bytes] : assignments)
        request.assignments.push_back({to, Bytes::copy(bytes), {}});
    return ask(request, 5);
}

wire::Error ToyGroups::heartbeat(const std::string& member, std::int32_t generation,
                                 std::optional<std::string> instance, const std::string& group) {
    wire::HeartbeatRequest request;
    request.group_id = group;
    request.member_id = member;
    request.generation_id = generation;
    request.group_instance_id = std::move(instance);
    return wire::error_of(reply<wire::HeartbeatResponse>(ask(request, 4)).error_code);
}

std::vector<wire::Error> ToyGroups::leave(const std::vector<std::string>& members,
                                          const std::string& group) {
    wire::LeaveGroupRequest request;
    request.group_id = group;
    for (const std::string& member : members)
        request.members.push_back({member, std::nullopt, std::nullopt, {}});
    const auto response = reply<wire::LeaveGroupResponse>(ask(request, 5));
    REQUIRE(response.error_code == 0);
    std::vector<wire::Error> errors;
    for (const auto& member : response.members)
        errors.push_back(wire::error_of(member.error_code));
    return errors;
}

std::vector<std::string> ToyGroups::stable_group(int members, const Join& given) {
    std::vector<std::string> ids;
    for (int i = 0; i < members; ++i)
        ids.push_back(member_id(given));
    std::vector<RequestId> joins;
    for (const std::string& id : ids) {
        Join mine = given;
        mine.member = id;
        joins.push_back(join(mine));
    }
    advance(settings.initial_rebalance_delay.ms() * 2 + 1);
    const auto first = reply<wire::JoinGroupResponse>(joins.front());
    std::iter_swap(ids.begin(), std::find(ids.begin(), ids.end(), first.leader));
    std::vector<std::pair<std::string, std::string>> parts;
    for (std::size_t i = 0; i < ids.size(); ++i)
        parts.emplace_back(ids[i], "part " + std::to_string(i));
    for (std::size_t i = ids.size(); i-- > 0;)
        sync(ids[i], first.generation_id, i == 0 ? parts : decltype(parts){}, {}, given.group);
    REQUIRE(state(given.group) == "Stable");
    return ids;
}

RequestId ToyGroups::commit(const std::string& topic, std::int32_t partition, std::int64_t offset,
                            const std::string& member, std::int32_t generation,
                            const std::string& group) {
    wire::OffsetCommitRequest request;
    request.group_id = group;
    request.member_id = member;
    request.generation_id_or_member_epoch = generation;
    request.topics.push_back({topic, {}, {{partition, offset, -1, "", {}}}, {}});
    return ask(request, 9);
}

wire::Error ToyGroups::commit_error(RequestId request) {
    const auto response = reply<wire::OffsetCommitResponse>(request);
    return wire::error_of(response.topics.at(0).partitions.at(0).error_code);
}

std::int64_t ToyGroups::committed(const std::string& topic, std::int32_t partition,
                                  const std::string& group) {
    wire::OffsetFetchRequest request;
    request.groups.push_back({group, {}, -1, {{{topic, {}, {partition}, {}}}}, {}});
    const auto response = reply<wire::OffsetFetchResponse>(ask(request, 9));
    REQUIRE(response.groups.at(0).error_code == 0);
    return response.groups.at(0).topics.at(0).partitions.at(0).committed_offset;
}

const ClassicGroup& ToyGroups::classic(const std::string& group) {
    const auto* shard = coordinator.shards().find(coordinator.partition_for(group));
    REQUIRE(shard != nullptr);
    const Group* found = (*shard)->latest().find(group);
    if (!found || !found->classic())
        fail("no such classic group");
    return *found->classic();
}

std::string ToyGroups::state(const std::string& group) {
    return std::string(name_of(classic(group).state()));
}

} // namespace orrery::tests
