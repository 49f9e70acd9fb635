#include "core/group/coordinator.hpp"

#include "core/group/refuse.hpp"
#include "core/wire/java_hash.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace orrery::group {

/// One call.
struct CoordinatorTurn {
    Coordinator& coordinator;
    Work work;

    // --- leadership

    void follow_leadership() {
        const metadata::Topic* topic = work.context.image.topic(offsets_topic);
        const std::size_t count = topic ? topic->partitions.size() : 0;
        std::vector<std::int32_t> lost;
        for (const auto& entry : coordinator.shards_) {
            const auto index = static_cast<std::size_t>(entry.first);
            if (index >= count || !leads(topic->partition(index)) ||
                topic->partition(index).leader_epoch != entry.second->epoch())
                lost.push_back(entry.first);
        }
        for (const std::int32_t partition : lost) {
            coordinator.shards_.find(partition)->edit().unload(wire::Error::not_coordinator,
                                                               work.out);
            coordinator.shards_.erase(partition);
        }
        for (std::size_t i = 0; i < count; ++i) {
            const auto partition = static_cast<std::int32_t>(i);
            if (leads(topic->partition(i)) && !coordinator.shards_.contains(partition))
                coordinator.shards_[partition] =
                    Cow<Shard>(Shard(partition, topic->partition(i).leader_epoch, work));
        }
    }

    bool leads(const metadata::Partition& partition) const {
        return partition.leader == coordinator.settings_.node;
    }

    // --- requests for one group

    void ask(std::int32_t partition, const Caller& caller, const Request& request) {
        auto* shard = coordinator.shards_.find(partition);
        if (!shard) {
            work.out.replies.push_back(
                {caller.request, refuse(request, caller.version, wire::Error::not_coordinator)});
            return;
        }
        Shard& asked = shard->edit();
        asked.on_request(work, caller, request);
        // A partition of one replica commits what it appends.
        asked.settle(work);
    }

    void ask_group(std::string_view id, const Caller& caller, const Request& request) {
        ask(coordinator.partition_for(id), caller, request);
    }

    void answer(const Caller& caller, Response response) {
        work.out.replies.push_back({caller.request, std::move(response)});
    }
    void refuse_with(const Caller& caller, const Request& request, wire::Error error) {
        answer(caller, refuse(request, caller.version, error));
    }

    /// Requests of members name their group.
    void route(const Caller& caller, const Request& request, const wire::JoinGroupRequest& join) {
        const Duration session = milliseconds(join.session_timeout_ms);
        const Settings& settings = coordinator.settings_;
        if (join.group_id.empty())
            refuse_with(caller, request, wire::Error::invalid_group_id);
        else if (session < settings.min_session_timeout || session > settings.max_session_timeout)
            refuse_with(caller, request, wire::Error::invalid_session_timeout);
        else
            ask_group(join.group_id, caller, request);
    }
    template <class Typed>
    void route(const Caller& caller, const Request& request, const Typed& typed) requires requires {
        typed.group_id;
    }
    {
        if (typed.group_id.empty())
            refuse_with(caller, request, wire::Error::invalid_group_id);
        else
            ask_group(typed.group_id, caller, request);
    }
    void route(const Caller& caller, const Request& request,
               const wire::ConsumerGroupHeartbeatRequest& heartbeat) {
        ask_group(heartbeat.group_id, caller, request);
    }

    // --- offsets

    /// What is not there is answered here, and the rest goes on without it.
    void route(const Caller& caller, Request& request, wire::OffsetCommitRequest& commit) {
        wire::OffsetCommitResponse unknown;
        for (auto& topic : commit.topics)
            take_unknown(caller, topic, unknown);
        if (!unknown.topics.empty()) {
            std::erase_if(commit.topics,
                          [](const auto& topic) { return topic.partitions.empty(); });
            if (commit.topics.empty()) {
                answer(caller, std::move(unknown));
                return;
            }
            coordinator.gathers_[caller.request] = Gather{std::move(unknown), 1};
        }
        ask_group(commit.group_id, caller, request);
    }
    /// Gives the topic its name and id, and takes the partitions out that the cluster hasn't got.
    void take_unknown(const Caller& caller,
                      wire::OffsetCommitRequest::OffsetCommitRequestTopic& topic,
                      wire::OffsetCommitResponse& unknown) const;

    void route(const Caller& caller, const Request& request,
               const wire::OffsetFetchRequest& fetch) {
        if (caller.version < 8)
            ask_group(fetch.group_id, caller, request);
        else if (fetch.groups.size() == 1)
            ask_group(fetch.groups.front().group_id, caller, request);
        else
            scatter(caller, request, fetch, &wire::OffsetFetchRequest::groups);
    }

    // --- several groups

    static const std::string& group_id(const std::string& id) { return id; }
    static const std::string&
    group_id(const wire::OffsetFetchRequest::OffsetFetchRequestGroup& group) {
        return group.group_id;
    }

    /// One request a partition, with its groups.
    template <class Typed, class Groups>
    void scatter(const Caller& caller, const Request& request, const Typed& typed,
                 Groups Typed::*groups) {
        FlatMap<std::int32_t, Typed> pieces;
        for (const auto& group : typed.*groups) {
            const std::int32_t partition = coordinator.partition_for(group_id(group));
            if (!pieces.contains(partition)) {
                Typed piece = typed;
                (piece.*groups).clear();
                pieces[partition] = std::move(piece);
            }
            (pieces[partition].*groups).push_back(group);
        }
        // Until its piece comes, a group has an error that is never given.
        Gather gather{refuse(request, caller.version, wire::Error::request_timed_out),
                      static_cast<std::int32_t>(pieces.size())};
        if (pieces.empty()) {
            answer(caller, std::move(gather.response));
            return;
        }
        coordinator.gathers_[caller.request] = std::move(gather);
        for (auto& [partition, piece] : pieces)
            ask(partition, caller, Request{std::move(piece)});
    }

    void route(const Caller& caller, const Request& request,
               const wire::DescribeGroupsRequest& describe) {
        scatter(caller, request, describe, &wire::DescribeGroupsRequest::groups);
    }
    void route(const Caller& caller, const Request& request,
               const wire::ConsumerGroupDescribeRequest& describe) {
        scatter(caller, request, describe, &wire::ConsumerGroupDescribeRequest::group_ids);
    }
    void route(const Caller& caller, const Request& request,
               const wire::DeleteGroupsRequest& deletion) {
        scatter(caller, request, deletion, &wire::DeleteGroupsRequest::groups_names);
    }
    void route(const Caller& caller, const Request& request, const wire::ListGroupsRequest&) {
        if (coordinator.shards_.empty()) {
            answer(caller, wire::ListGroupsResponse{});
            return;
        }
        coordinator.gathers_[caller.request] = Gather{
            wire::ListGroupsResponse{}, static_cast<std::int32_t>(coordinator.shards_.size())};
        for (auto& entry : coordinator.shards_)
            entry.second.edit().on_request(work, caller, request);
    }

    /// Replies that are pieces are kept back until they are whole.
    void gather(std::size_t from) {
        auto& replies = work.out.replies;
        if (coordinator.gathers_.empty())
            return;
        std::size_t kept = from;
        for (std::size_t i = from; i < replies.size(); ++i) {
            Gather* whole = coordinator.gathers_.find(replies[i].request);
            if (whole) {
                whole->add(std::move(replies[i].response));
                if (whole->missing > 0)
                    continue;
                Reply<Response> given{replies[i].request, std::move(whole->response)};
                coordinator.gathers_.erase(given.request);
                replies[kept++] = std::move(given);
            } else {
                if (kept != i)
                    replies[kept] = std::move(replies[i]);
                ++kept;
            }
        }
        replies.erase(replies.begin() + static_cast<std::ptrdiff_t>(kept), replies.end());
    }
};

void CoordinatorTurn::take_unknown(const Caller& caller,
                                   wire::OffsetCommitRequest::OffsetCommitRequestTopic& topic,
                                   wire::OffsetCommitResponse& unknown) const {
    const metadata::Image& image = work.context.image;
    const bool by_id = caller.version >= 10;
    const metadata::Topic* known = by_id ? image.topic(topic.topic_id) : image.topic(topic.name);
    const auto is_unknown = [&](const auto& partition) {
        return !known || partition.partition_index < 0 ||
               static_cast<std::size_t>(partition.partition_index) >= known->partitions.size();
    };
    if (known) {
        topic.name = known->name;
        topic.topic_id = known->id;
    }
    if (std::none_of(topic.partitions.begin(), topic.partitions.end(), is_unknown))
        return;
    const wire::Error error =
        by_id && !known ? wire::Error::unknown_topic_id : wire::Error::unknown_topic_or_partition;
    auto& refused = unknown.topics.emplace_back();
    refused.name = topic.name;
    refused.topic_id = topic.topic_id;
    for (const auto& partition : topic.partitions)
        if (is_unknown(partition))
            refused.partitions.push_back({partition.partition_index, wire::code(error), {}});
    std::erase_if(topic.partitions, is_unknown);
}

namespace {

/// Topics, their partitions, or where these lie: not who leads or is in sync.
bool concerns_groups(const metadata::Changes& changes) {
    return changes.everything || !changes.topics_created.empty() ||
           !changes.topics_deleted.empty() ||
           std::any_of(
               changes.partitions.begin(), changes.partitions.end(), [](const auto& change) {
                   return !change.before || (*change.before)->replicas != change.after->replicas;
               });
}

struct CoordinatorCall {
    Context context;
    Work work;
    CoordinatorCall(const Now& now, const metadata::Image& image, const Settings& settings,
                    Random& random, Out& out)
        : context{now, image, settings, random}, work{context, out} {}
};

} // namespace

Coordinator::Coordinator(Settings settings, std::uint64_t random)
    : settings_(std::move(settings)), random_(random, "group coordinator") {}

std::int32_t Coordinator::partition_for(std::string_view group_id) const {
    const metadata::Topic* topic = image_.topic(offsets_topic);
    const auto partitions = topic ? static_cast<std::int32_t>(topic->partitions.size())
                                  : settings_.offsets_topic_partitions;
    return wire::coordinator_partition(group_id, partitions);
}

void Coordinator::apply(const metadata::Image& image, const metadata::Changes& changes,
                        const Now& now, Out& out) {
    image_ = image;
    if (stopped_)
        return;
    const std::size_t before = out.replies.size();
    CoordinatorCall call(now, image_, settings_, random_, out);
    CoordinatorTurn turn{*this, call.work};
    turn.follow_leadership();
    if (concerns_groups(changes))
        for (auto& entry : shards_) {
            Shard& shard = entry.second.edit();
            shard.on_topics_changed(call.work, changes);
            shard.settle(call.work);
        }
    turn.gather(before);
}

void Coordinator::on_request(const Caller& caller, Request&& request, const Now& now, Out& out) {
    if (stopped_) {
        out.replies.push_back({caller.request, refuse(request, caller.version,
                                                      wire::Error::coordinator_not_available)});
        return;
    }
    const std::size_t before = out.replies.size();
    CoordinatorCall call(now, image_, settings_, random_, out);
    CoordinatorTurn turn{*this, call.work};
    std::visit([&](auto& typed) { turn.route(caller, request, typed); }, request);
    turn.gather(before);
}

bool Coordinator::settle(const Now& now, Out& out) {
    bool any = false;
    const std::size_t before = out.replies.size();
    CoordinatorCall call(now, image_, settings_, random_, out);
    for (auto& entry : shards_)
        if (entry.second->uncommitted() > 0)
            any |= entry.second.edit().settle(call.work);
    CoordinatorTurn{*this, call.work}.gather(before);
    return any;
}

void Coordinator::wake(const Now& now, Out& out) {
    const std::size_t before = out.replies.size();
    CoordinatorCall call(now, image_, settings_, random_, out);
    for (auto& entry : shards_) {
        if (entry.second->wakeup() > now.instant)
            continue;
        Shard& shard = entry.second.edit();
        shard.wake(call.work);
        shard.settle(call.work);
    }
    CoordinatorTurn{*this, call.work}.gather(before);
}

std::optional<Instant> Coordinator::wakeup() const {
    Instant next = never;
    for (const auto& entry : shards_)
        next = std::min(next, entry.second->wakeup());
    return next == never ? std::nullopt : std::optional(next);
}

void Coordinator::stop(Out& out) {
    const std::size_t before = out.replies.size();
    for (auto& entry : shards_)
        entry.second.edit().unload(wire::Error::coordinator_not_available, out);
    shards_.clear();
    stopped_ = true;
    const Now now;
    CoordinatorCall call(now, image_, settings_, random_, out);
    CoordinatorTurn{*this, call.work}.gather(before);
}

} // namespace orrery::group
