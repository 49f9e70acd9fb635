// Consumer groups as their coordinators have them, and what members hold as the members themselves
// say. A group whose coordinator is gone is shown as that one knew it last, and said to be so.
#include "core/client/client.hpp"
#include "core/client/consumer_protocol.hpp"
#include "core/node/node.hpp"
#include "gui/model/live_cluster.hpp"
#include "sim/checks/checker.hpp"

#include <algorithm>
#include <map>

namespace orrery::gui::model {

namespace {

constexpr std::string_view offsets_topic = "__consumer_offsets";

/// Who knows the groups of one partition of __consumer_offsets.
struct Source {
    sim::ActorId actor = sim::no_actor;
    const node::Node* node = nullptr;
    const group::Shard* shard = nullptr;
};

/// By partition: the active shard of the highest leader epoch, on whatever became of its broker.
std::map<std::int32_t, Source> sources_of(const sim::World& world) {
    std::map<std::int32_t, Source> sources;
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        const auto* node = world.process<node::Node>(actor);
        if (node == nullptr || node->groups() == nullptr)
            continue;
        for (const auto& [partition, shard] : node->groups()->shards()) {
            Source& best = sources[partition];
            if (shard->phase() == group::ShardPhase::active &&
                (best.shard == nullptr || shard->epoch() > best.shard->epoch()))
                best = {actor, node, &*shard};
        }
    }
    std::erase_if(sources, [](const auto& entry) { return entry.second.shard == nullptr; });
    return sources;
}

// --- offsets

/// The leading replica's log, or null.
const replica::Partition* leader_of(const sim::World& world, const metadata::Image& image,
                                    const GroupPlace& place) {
    const metadata::Topic* topic = image.topic(place.topic);
    if (topic == nullptr || place.partition < 0 ||
        static_cast<std::size_t>(place.partition) >= topic->partitions.size())
        return nullptr;
    const NodeId leader = topic->partition(static_cast<std::size_t>(place.partition)).leader;
    for (std::size_t i = 0; leader != no_node && i < world.actors(); ++i) {
        const auto* node = world.process<node::Node>({static_cast<std::int32_t>(i)});
        if (node != nullptr && node->id() == leader && node->replicas() != nullptr)
            return node->replicas()->find(place.topic, place.partition);
    }
    return nullptr;
}

/// How long the record at that offset waits, by its batch's timestamp.
std::optional<Duration> age_of(const sim::World& world, const log::Log& log, std::int64_t offset) {
    const log::StoredBatch* batch = sim::batch_at(log, {offset});
    if (batch == nullptr)
        return std::nullopt;
    const std::int64_t wall = sim::WorldSetup{}.epoch_ms + world.now().ms();
    return milliseconds(std::max<std::int64_t>(0, wall - batch->header().base_timestamp));
}

GroupOffset offset_from(const Sights& sights, const metadata::Image* image,
                        const group::GroupOffsets& committed, const GroupPlace& place) {
    GroupOffset out;
    out.at = place;
    if (const auto* known = committed.find(place.topic, place.partition))
        out.committed = known->offset;
    const replica::Partition* leader =
        image == nullptr ? nullptr : leader_of(sights.world, *image, place);
    if (leader == nullptr)
        return out;
    out.end = leader->high_watermark.value;
    if (out.committed < 0)
        return out;
    out.lag = std::max<std::int64_t>(0, out.end - out.committed);
    const std::int64_t oldest = std::max(out.committed, leader->log_start().value);
    out.behind = out.lag > 0 ? age_of(sights.world, leader->log, oldest) : Duration{};
    return out;
}

// --- members

std::vector<GroupPlace> places_of(const TopicNames& names, const group::MemberAssignment& owned) {
    std::vector<GroupPlace> places;
    for (const auto& [topic, partitions] : owned)
        if (const std::string* name = names.find(topic))
            for (const std::int32_t partition : partitions)
                places.push_back({*name, partition});
    std::sort(places.begin(), places.end());
    return places;
}

void add_places(const TopicNames& names, const group::OwnedPartitions& owned,
                std::vector<GroupPlace>& places) {
    for (const auto& [topic, partitions] : owned)
        if (const std::string* name = names.find(topic))
            for (const auto& [partition, epoch] : partitions)
                places.push_back({*name, partition});
    std::sort(places.begin(), places.end());
}

/// The client's own words, as long as it lives: what it reads now.
std::vector<GroupPlace> held_by(const client::ConsumerProcess& consumer) {
    std::vector<GroupPlace> places;
    for (const client::ConsumerPartition& at : consumer.partitions())
        if (at.owned)
            places.push_back({consumer.topic_of(at), at.partition});
    std::sort(places.begin(), places.end());
    return places;
}

const std::string& member_id_of(const client::ConsumerProcess& consumer) {
    static const std::string none;
    const client::GroupState* group = consumer.group();
    if (group == nullptr)
        return none;
    return consumer.config().group.protocol == client::GroupProtocol::consumer
               ? group->modern.member_id()
               : group->member.member_id();
}

const client::ConsumerProcess* consumer_of(const sim::World& world, sim::ActorId actor) {
    const auto* process = world.process<client::Client>(actor);
    return process == nullptr ? nullptr : process->consumer();
}

/// Consumers by the client.id that a coordinator knows them by.
using Consumers = std::map<std::string_view, sim::ActorId>;

Consumers consumers_of(const People& people) {
    Consumers consumers;
    for (std::size_t i = 0; i < people.size(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        if (people.of(actor).kind == PersonKind::consumer)
            consumers.emplace(people.of(actor).name, actor);
    }
    return consumers;
}

Timer session_until(const Source& source, const sim::World& world, Instant deadline,
                    Duration whole) {
    const sim::Machine& machine = world.machine(source.actor);
    if (deadline == never || !machine.up())
        return {};
    const Duration left = std::max(Duration{}, deadline - machine.clock.local_at(world.now()));
    return {left, std::max(left, whole)};
}

struct Teller {
    const Sights& sights;
    const Source& source;
    const TopicNames& names;
    const Consumers& consumers;
    Group& out;

    /// Finds the client, and lets it say what it holds if this membership is its present one.
    void know(GroupMember& member, const std::string& client_id, const std::string& host) const {
        member.name = client_id.empty() ? member.id : client_id;
        member.host = host;
        const auto found = consumers.find(client_id);
        if (found == consumers.end())
            return;
        member.client = sights.people.id(found->second);
        const client::ConsumerProcess* consumer = consumer_of(sights.world, found->second);
        if (consumer != nullptr && sights.world.machine(found->second).up() &&
            member_id_of(*consumer) == member.id)
            member.owned = held_by(*consumer);
    }

    static std::string words_of(const group::ClassicGroup& group,
                                const group::ClassicMember& member) {
        switch (group.state()) {
        case group::ClassicState::preparing_rebalance:
            return member.join ? "waits in JoinGroup" : "has not rejoined";
        case group::ClassicState::completing_rebalance:
            return member.sync ? "waits in SyncGroup" : "before SyncGroup";
        default: return std::string(name_of(group.state()));
        }
    }

    void tell(const group::ClassicGroup& group) const {
        out.protocol = group.is_simple() ? GroupProtocol::offsets_only : GroupProtocol::classic;
        switch (group.state()) {
        case group::ClassicState::empty: out.state = GroupState::empty; break;
        case group::ClassicState::preparing_rebalance:
            out.state = GroupState::preparing_rebalance;
            break;
        case group::ClassicState::completing_rebalance:
            out.state = GroupState::completing_rebalance;
            break;
        case group::ClassicState::stable: out.state = GroupState::stable; break;
        case group::ClassicState::dead: out.state = GroupState::dead; break;
        }
        out.epoch = out.assignment_epoch = group.generation();
        out.assignor = group.protocol().value_or("");
        const bool stable = group.in(group::ClassicState::stable);
        for (const auto& [id, known] : group.members()) {
            GroupMember member;
            member.id = id;
            member.epoch = group.generation();
            member.instance_id = known->instance_id.value_or("");
            member.state = words_of(group, *known);
            member.leader = group.leader() == id;
            member.session = session_until(source, sights.world, known->session_end,
                                           milliseconds(known->session_timeout_ms));
            if (const auto assigned = client::read_assignment(known->assignment))
                for (const auto& [topic, partitions] : *assigned)
                    for (const std::int32_t partition : partitions)
                        member.target.push_back({topic, partition});
            std::sort(member.target.begin(), member.target.end());
            member.owned = member.target;
            know(member, known->client_id, known->client_host);
            if (!stable)
                member.target = member.owned; // the leader has not decided yet
            member.settled = stable && member.owned == member.target;
            out.members.push_back(std::move(member));
        }
    }

    void tell(const group::ConsumerGroup& group) const {
        const group::ConsumerState& logged = group.logged();
        out.protocol = GroupProtocol::consumer;
        for (const GroupState state : states_of(GroupProtocol::consumer))
            if (group.state() == name_of(state))
                out.state = state;
        out.epoch = logged.epoch();
        out.assignment_epoch = logged.assignment_epoch();
        const Duration whole = source.node->groups()->settings().consumer_session_timeout;
        for (const auto& [id, known] : logged.members()) {
            GroupMember member;
            member.id = id;
            member.epoch = known->epoch;
            member.instance_id = known->instance_id.value_or("");
            member.state = std::string(name_of(known->state)) +
                           (known->uses_classic_protocol() ? ", classic" : "");
            member.session = session_until(source, sights.world, group.session_end(id), whole);
            member.target = places_of(names, logged.target(id));
            add_places(names, known->assigned, member.owned);
            add_places(names, known->revoking, member.owned);
            know(member, known->client_id, known->client_host);
            member.settled = known->has_reconciled_to(logged.assignment_epoch()) &&
                             member.owned == member.target;
            out.members.push_back(std::move(member));
        }
        if (const auto counts = logged.assignors(); counts.size() == 1)
            out.assignor = counts.begin()->first;
        else if (counts.size() == 0)
            out.assignor = source.node->groups()->settings().consumer_assignors.front();
    }
};

// --- groups

/// Who coordinates the partition, or what is wrong with that.
void fill_coordinator(const Sights& sights, const metadata::Image* image, const Source& source,
                      Group& out) {
    out.offsets_partition = source.shard->partition();
    const metadata::Topic* topic = image == nullptr ? nullptr : image->topic(offsets_topic);
    const auto place = static_cast<std::size_t>(out.offsets_partition);
    const NodeId leader = topic != nullptr && place < topic->partitions.size()
                              ? topic->partition(place).leader
                              : no_node;
    const sim::ActorId actor = sights.people.node(leader.value);
    if (leader == no_node || actor == sim::no_actor) {
        out.coordinator_text = std::string(offsets_topic) + "-" +
                               std::to_string(out.offsets_partition) + " has no leader";
    } else if (!sights.world.machine(actor).up()) {
        out.coordinator_text = sights.people.of(actor).name + " is down";
    } else if (actor == source.actor) {
        out.coordinator = sights.people.id(actor);
    } else {
        const auto* node = sights.world.process<node::Node>(actor);
        const auto* shard = node == nullptr || node->groups() == nullptr
                                ? nullptr
                                : node->groups()->shards().find(out.offsets_partition);
        out.coordinator_text =
            sights.people.of(actor).name + (shard == nullptr ? " leads, and knows not yet"
                                            : (*shard)->phase() == group::ShardPhase::failed
                                                ? " failed to load it"
                                                : " loads it");
        if (shard != nullptr)
            out.coordinator = sights.people.id(actor);
    }
    if (!out.coordinator_text.empty())
        out.state = GroupState::unknown;
}

/// Everything that is committed, or that somebody has, shall have, or had.
std::vector<GroupPlace> all_places(const Group& group, const group::GroupOffsets& committed,
                                   const RememberedGroup* known) {
    std::vector<GroupPlace> places;
    for (const auto& [topic, offsets] : committed.topics())
        for (const auto& [partition, offset] : *offsets)
            places.push_back({topic, partition});
    for (const GroupMember& member : group.members) {
        places.insert(places.end(), member.owned.begin(), member.owned.end());
        places.insert(places.end(), member.target.begin(), member.target.end());
    }
    if (known != nullptr)
        for (const auto& [place, owner] : known->places)
            places.push_back(place);
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
}

/// Who reads what, and from where.
void fill_readers(const Sights& sights, Group& out) {
    const auto offset_at = [&](const GroupPlace& place) {
        const auto found = std::lower_bound(
            out.offsets.begin(), out.offsets.end(), place,
            [](const GroupOffset& offset, const GroupPlace& wanted) { return offset.at < wanted; });
        return found != out.offsets.end() && found->at == place ? &*found : nullptr;
    };
    for (const GroupMember& member : out.members) {
        for (const GroupPlace& place : member.owned)
            if (GroupOffset* offset = offset_at(place)) {
                offset->owner = member.id;
                offset->reader = member.client;
            }
        const sim::ActorId actor = sights.people.actor(member.client);
        if (actor == sim::no_actor || !sights.world.machine(actor).up())
            continue;
        if (const client::ConsumerProcess* consumer = consumer_of(sights.world, actor);
            consumer != nullptr && member_id_of(*consumer) == member.id)
            for (const client::ConsumerPartition& at : consumer->partitions())
                if (GroupOffset* offset = offset_at({consumer->topic_of(at), at.partition});
                    at.owned && offset != nullptr && at.position.value >= 0)
                    offset->position = at.position.value;
    }
}

void fill_offsets(const Sights& sights, const metadata::Image* image,
                  const group::GroupOffsets& committed, Group& out) {
    const RememberedGroup* known = sights.memory.groups().find(out.id);
    for (const GroupPlace& place : all_places(out, committed, known)) {
        GroupOffset offset = offset_from(sights, image, committed, place);
        if (const RememberedOwner* owner = known == nullptr ? nullptr : known->places.find(place)) {
            offset.idle_from = owner->idle_from;
            offset.last_gap = owner->last_gap;
        }
        out.lag += std::max<std::int64_t>(0, offset.lag);
        if (offset.behind)
            out.behind = std::max(out.behind.value_or(Duration{}), *offset.behind);
        out.offsets.push_back(std::move(offset));
    }
    fill_readers(sights, out);
    if (known != nullptr) {
        out.lag_history = known->lag;
        out.rebalances = known->rounds;
    }
}

} // namespace

void fill_groups(const Sights& sights, const TopicNames& names, Snapshot& out) {
    const std::map<std::int32_t, Source> sources = sources_of(sights.world);
    if (sources.empty())
        return;
    const metadata::Image* image = furthest_image(sights.world);
    const Consumers consumers = consumers_of(sights.people);
    for (const auto& [partition, source] : sources)
        for (const auto& [id, known] : source.shard->latest().all()) {
            Group group;
            group.id = id;
            const Teller teller{sights, source, names, consumers, group};
            if (const group::ClassicGroup* classic = known->classic())
                teller.tell(*classic);
            else if (const group::ConsumerGroup* consumer = known->consumer())
                teller.tell(*consumer);
            else
                group.state = GroupState::empty;
            std::sort(group.members.begin(), group.members.end(),
                      [](const GroupMember& a, const GroupMember& b) {
                          return std::tie(a.name, a.id) < std::tie(b.name, b.id);
                      });
            fill_coordinator(sights, image, source, group);
            const group::Group* stable = source.shard->stable().find(id);
            static const group::GroupOffsets none;
            fill_offsets(sights, image, stable == nullptr ? none : stable->offsets, group);
            out.groups.push_back(std::move(group));
        }
    std::sort(out.groups.begin(), out.groups.end(),
              [](const Group& a, const Group& b) { return a.id < b.id; });
}

std::vector<std::pair<std::string, std::int64_t>> group_lags(const sim::World& world) {
    std::vector<std::pair<std::string, std::int64_t>> lags;
    const std::map<std::int32_t, Source> sources = sources_of(world);
    const metadata::Image* image = sources.empty() ? nullptr : furthest_image(world);
    if (image == nullptr)
        return lags;
    for (const auto& [partition, source] : sources)
        for (const auto& [id, known] : source.shard->stable().all()) {
            std::int64_t lag = 0;
            for (const auto& [topic, offsets] : known->offsets.topics())
                for (const auto& [index, offset] : *offsets)
                    if (const auto* leader = leader_of(world, *image, {topic, index}))
                        lag +=
                            std::max<std::int64_t>(0, leader->high_watermark.value - offset.offset);
            lags.emplace_back(id, lag);
        }
    return lags;
}

sim::ActorId client_with_member(const sim::World& world, const People& people,
                                std::string_view member_id) {
    for (std::size_t i = 0; i < people.size() && !member_id.empty(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        const client::ConsumerProcess* consumer =
            people.of(actor).kind == PersonKind::consumer ? consumer_of(world, actor) : nullptr;
        if (consumer != nullptr && member_id_of(*consumer) == member_id)
            return actor;
    }
    return sim::no_actor;
}

} // namespace orrery::gui::model
