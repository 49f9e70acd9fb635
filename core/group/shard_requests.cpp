#include "core/group/shard_requests.hpp"

#include "core/group/migration.hpp"
#include "core/group/refuse.hpp"

#include <algorithm>

namespace orrery::group {

void Shard::on_request(const Work& work, const Caller& caller, const Request& request) {
    ShardRequests requests{*this, work, caller};
    if (phase_ != ShardPhase::active) {
        requests.refuse_with(request, phase_ == ShardPhase::loading
                                          ? wire::Error::coordinator_load_in_progress
                                          : wire::Error::not_coordinator);
        return;
    }
    std::visit([&](const auto& held) { requests.handle(held); }, request);
}

void Shard::on_topics_changed(const Work& work, const metadata::Changes& changes) {
    if (phase_ != ShardPhase::active)
        return;
    Decision decision;
    for (const metadata::DeletedTopic& deleted : changes.topics_deleted) {
        for (const auto& entry : latest_.all()) {
            const auto* topic = entry.second->offsets.topics().find(deleted.last->name);
            if (!topic)
                continue;
            for (const auto& [partition, offset] : **topic)
                if (!offset.is_of_another(deleted.last->id))
                    decision.records.emplace_back(
                        commit_tombstone(entry.first, deleted.last->name, partition));
        }
    }
    perform(work, "", std::move(decision));
    for (const auto& entry : latest_.all()) {
        if (!entry.second->consumer())
            continue;
        ConsumerGroup& group = *latest_.edit(entry.first)->consumer();
        group.on_topics_changed(work.context, changes);
        deadline(group.wakeup().value_or(never));
    }
}

void ShardRequests::reply(Response response) const {
    work.out.replies.push_back({caller.request, std::move(response)});
}

void ShardRequests::reply_after_pending(const std::string& group, Response response) const {
    Decision decision;
    decision.replies.push_back({caller.request, std::move(response)});
    shard.perform(work, group, std::move(decision));
}

void ShardRequests::refuse_with(const Request& request, wire::Error error) const {
    reply(refuse(request, caller.version, error));
}

void ShardRequests::perform_for(const std::string& group, Decision&& decision) const {
    shard.perform(work, group, std::move(decision));
    if (const Group* now = shard.latest_.find(group))
        shard.deadline(now->wakeup());
}

// --- members

void ShardRequests::handle(const wire::JoinGroupRequest& request) {
    const std::string& id = request.group_id;
    Group* group = shard.latest_.edit(id);
    if (group && group->consumer() && !group->consumer()->empty()) {
        perform_for(request.group_id,
                    group->consumer()->classic_join(work.context, caller, request));
        return;
    }
    ClassicOutcome outcome;
    std::variant<std::monostate, ClassicGroup, ConsumerGroup> replaced;
    const bool is_new = !group || !group->classic();
    if (is_new) {
        if (!request.member_id.empty()) {
            refuse_with(request, wire::Error::unknown_member_id);
            return;
        }
        group = &shard.latest_.make(id);
        replaced = group->members;
        // An empty group of the consumer protocol makes room for one of the classic.
        if (group->consumer())
            group->consumer()->write_tombstones(outcome.decision.records);
        group->members = ClassicGroup(id, work.context.now.wall_ms);
    }
    const std::size_t before = outcome.decision.records.size();
    group->classic()->join(work.context, caller, request, outcome);
    if (is_new && outcome.decision.records.size() == before) {
        outcome.decision.records.emplace_back(ClassicGroup(id, work.context.now.wall_ms).record());
        outcome.written = GroupWritten{caller.request};
    }
    shard.conclude(work, id, std::move(outcome));
    const Group* now = shard.latest_.find(id);
    if (std::holds_alternative<ConsumerGroup>(replaced) && !(now && now->exists()))
        shard.latest_.make(id).members = std::move(replaced);
}

void ShardRequests::handle(const wire::SyncGroupRequest& request) {
    Group* group = shard.latest_.edit(request.group_id);
    if (group && group->consumer() && !group->consumer()->empty()) {
        perform_for(request.group_id,
                    group->consumer()->classic_sync(work.context, caller, request));
        return;
    }
    if (!group || !group->classic() || group->classic()->empty()) {
        refuse_with(request, wire::Error::unknown_member_id);
        return;
    }
    ClassicOutcome outcome;
    group->classic()->sync(work.context, caller, request, outcome);
    shard.conclude(work, request.group_id, std::move(outcome));
}

void ShardRequests::handle(const wire::HeartbeatRequest& request) {
    Group* group = shard.latest_.edit(request.group_id);
    if (group && group->consumer()) {
        perform_for(request.group_id,
                    group->consumer()->classic_heartbeat(work.context, caller, request));
        return;
    }
    wire::HeartbeatResponse response;
    const wire::Error error = group && group->classic()
                                  ? group->classic()->heartbeat(work.context, request)
                                  : wire::Error::unknown_member_id;
    response.error_code = wire::code(error);
    reply_after_pending(request.group_id, std::move(response));
    if (group)
        shard.deadline(group->wakeup());
}

void ShardRequests::handle(const wire::LeaveGroupRequest& request) {
    Group* group = shard.latest_.edit(request.group_id);
    if (group && group->consumer()) {
        perform_for(request.group_id,
                    group->consumer()->classic_leave(work.context, caller, request));
        return;
    }
    if (!group || !group->classic()) {
        refuse_with(request, wire::Error::unknown_member_id);
        return;
    }
    auto members = request.members;
    if (caller.version < 3)
        members.assign(1, {request.member_id, std::nullopt, std::nullopt, {}});
    ClassicOutcome outcome;
    wire::LeaveGroupResponse response;
    response.members = group->classic()->leave(work.context, members, outcome);
    flatten_leave(response, caller.version);
    outcome.decision.replies.push_back({caller.request, std::move(response)});
    shard.conclude(work, request.group_id, std::move(outcome));
}

void ShardRequests::handle(const wire::ConsumerGroupHeartbeatRequest& request) {
    if (!work.context.settings.consumer_protocol) {
        refuse_with(request, wire::Error::unsupported_version);
        return;
    }
    Group* group = shard.latest_.edit(request.group_id);
    if (group && group->consumer()) {
        perform_for(request.group_id, group->consumer()->heartbeat(work.context, caller, request));
        return;
    }
    if (request.member_epoch == 0) {
        heartbeat_of_new(request);
        return;
    }
    wire::ConsumerGroupHeartbeatResponse response;
    response.error_code = wire::code(wire::Error::group_id_not_found);
    response.error_message = group && group->classic()
                                 ? "Group " + request.group_id + " is not a consumer group."
                                 : "Group " + request.group_id + " not found.";
    reply(std::move(response));
}

void ShardRequests::heartbeat_of_new(const wire::ConsumerGroupHeartbeatRequest& request) {
    const std::string& id = request.group_id;
    const Group* known = shard.latest_.find(id);
    const bool was_classic = known && known->classic();
    ConsumerGroup fresh(id);
    std::vector<Record> end_of_classic;
    if (was_classic && !known->classic()->empty()) {
        auto upgrade = upgrade_group(work.context, *known->classic());
        if (!upgrade) {
            wire::ConsumerGroupHeartbeatResponse response;
            response.error_code = wire::code(upgrade.error().error);
            response.error_message = upgrade.error().message;
            reply(std::move(response));
            return;
        }
        fresh = std::move(upgrade->group);
        end_of_classic = std::move(upgrade->records);
    } else if (was_classic) {
        GroupMetadata tombstone;
        tombstone.key.group = id;
        end_of_classic.emplace_back(std::move(tombstone));
    }
    Decision decision = fresh.heartbeat(work.context, caller, request);
    if (decision.records.empty()) {
        shard.perform(work, id, std::move(decision));
        return;
    }
    decision.records.insert(decision.records.begin(), end_of_classic.begin(), end_of_classic.end());
    // The group is in its place before its records are: it holds the timers.
    Group& group = shard.latest_.make(id);
    auto before = std::exchange(group.members, std::move(fresh));
    const std::size_t pending = shard.pending_.size();
    shard.perform(work, id, std::move(decision));
    if (shard.pending_.size() == pending) {
        shard.latest_.make(id).members = std::move(before);
        shard.latest_.drop_if_empty(id);
    } else if (auto* classic = std::get_if<ClassicGroup>(&before)) {
        // who waits in it has to ask the new one
        classic->unload(wire::Error::rebalance_in_progress, work.out.replies);
    }
    if (const Group* now = shard.latest_.find(id))
        shard.deadline(now->wakeup());
}

// --- groups

namespace {

std::string lower(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    const auto last = text.find_last_not_of(" \t\r\n");
    std::string made(first == std::string_view::npos ? "" : text.substr(first, last - first + 1));
    for (char& letter : made)
        if (letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter - 'A' + 'a');
    return made;
}

bool passes(const std::vector<std::string>& filter, std::string_view word) {
    return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const auto& allowed) {
               return lower(allowed) == lower(word);
           });
}

/// All that can be done to a group, as a bit each: nobody is refused anything without an
/// authorizer.
constexpr std::int32_t all_group_operations = 3400;

/// A committed group with its state: the log does not say how far a classic group is with a
/// rebalance, its coordinator does.
const ClassicGroup* classic_of(const Shard& shard, const std::string& id, const Group& committed) {
    if (!committed.classic())
        return nullptr;
    const Group* latest = shard.latest().find(id);
    return latest && latest->classic() ? latest->classic() : committed.classic();
}

std::string not_found(const std::string& id) {
    return "Group " + id + " not found.";
}

} // namespace

void ShardRequests::handle(const wire::ListGroupsRequest& request) {
    wire::ListGroupsResponse response;
    for (const auto& [id, held] : shard.stable_.all()) {
        wire::ListGroupsResponse::ListedGroup listed;
        listed.group_id = id;
        if (const ClassicGroup* classic = classic_of(shard, id, *held)) {
            listed.protocol_type = classic->protocol_type().value_or("");
            listed.group_state = name_of(classic->state());
            listed.group_type = "classic";
        } else if (const ConsumerGroup* consumer = held->consumer()) {
            listed.protocol_type = "consumer";
            listed.group_state = consumer->state();
            listed.group_type = "consumer";
        } else {
            continue;
        }
        if (passes(request.states_filter, listed.group_state) &&
            passes(request.types_filter, listed.group_type))
            response.groups.push_back(std::move(listed));
    }
    reply(std::move(response));
}

wire::DescribeGroupsResponse::DescribedGroup ShardRequests::describe(const std::string& id) const {
    const Group* group = shard.stable_.find(id);
    if (group)
        if (const ClassicGroup* classic = classic_of(shard, id, *group))
            return classic->describe();
    wire::DescribeGroupsResponse::DescribedGroup described;
    described.group_id = id;
    described.group_state = name_of(ClassicState::dead);
    if (caller.version >= 6) {
        described.error_code = wire::code(wire::Error::group_id_not_found);
        described.error_message =
            group && group->exists() ? "Group " + id + " is not a classic group." : not_found(id);
    }
    return described;
}

void ShardRequests::handle(const wire::DescribeGroupsRequest& request) {
    wire::DescribeGroupsResponse response;
    for (const std::string& id : request.groups) {
        response.groups.push_back(describe(id));
        if (request.include_authorized_operations && response.groups.back().error_code == 0)
            response.groups.back().authorized_operations = all_group_operations;
    }
    reply(std::move(response));
}

void ShardRequests::handle(const wire::ConsumerGroupDescribeRequest& request) {
    wire::ConsumerGroupDescribeResponse response;
    for (const std::string& id : request.group_ids) {
        const Group* group = shard.stable_.find(id);
        if (group && group->consumer()) {
            response.groups.push_back(group->consumer()->describe(work.context));
            if (request.include_authorized_operations)
                response.groups.back().authorized_operations = all_group_operations;
            continue;
        }
        auto& refused = response.groups.emplace_back();
        refused.group_id = id;
        if (id.empty()) {
            refused.error_code = wire::code(wire::Error::invalid_group_id);
            continue;
        }
        refused.error_code = wire::code(wire::Error::group_id_not_found);
        refused.error_message =
            group && group->exists() ? "Group " + id + " is not a consumer group." : not_found(id);
    }
    reply(std::move(response));
}

std::size_t write_group_tombstones(const std::string& id, const Group& group,
                                   std::vector<Record>& records) {
    std::size_t count = 0;
    for (const auto& [topic, offsets] : group.offsets.topics()) {
        for (const auto& entry : *offsets) {
            records.emplace_back(commit_tombstone(id, topic, entry.first));
            ++count;
        }
    }
    if (group.classic()) {
        GroupMetadata tombstone;
        tombstone.key.group = id;
        records.emplace_back(std::move(tombstone));
    }
    if (const ConsumerGroup* consumer = group.consumer())
        consumer->write_tombstones(records);
    return count;
}

void ShardRequests::handle(const wire::DeleteGroupsRequest& request) {
    Decision decision;
    wire::DeleteGroupsResponse response;
    for (const std::string& id : request.groups_names) {
        auto& result = response.results.emplace_back();
        result.group_id = id;
        const Group* group = shard.latest_.find(id);
        wire::Error error = wire::Error::group_id_not_found;
        if (group && group->classic())
            error = group->classic()->check_delete();
        else if (group && group->consumer())
            error = group->consumer()->check_delete();
        result.error_code = wire::code(error);
        if (error != wire::Error::none)
            continue;
        write_group_tombstones(id, *group, decision.records);
        Note note;
        note.fact = Fact::group_deleted;
        note.text = id;
        decision.notes.push_back(std::move(note));
    }
    decision.replies.push_back({caller.request, std::move(response)});
    shard.perform(work, "", std::move(decision));
}

} // namespace orrery::group
