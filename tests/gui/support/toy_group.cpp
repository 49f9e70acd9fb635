// The toy's consumer group: members read their partitions and commit every third time; one that
// dies is taken out when its session ends, and what it had goes to who has least.
#include "tests/gui/support/toy_world.hpp"

#include <algorithm>

namespace orrery::tests {

using model::Family;
using model::NodeState;
using model::Tone;

namespace {

constexpr std::int32_t members[] = {301, 302, 303, 304};
constexpr Duration session = seconds(3);
constexpr Duration hand_over_takes = milliseconds(400);
constexpr Duration consume_every = milliseconds(400);

} // namespace

void ToyWorld::set_up_group() {
    const auto places = static_cast<std::int32_t>(std::min<std::size_t>(3, partitions_.size()));
    for (const std::int32_t client : members) {
        const std::int32_t place = client - members[0];
        group_.owned[client] =
            place < places ? std::vector<std::int32_t>{place} : std::vector<std::int32_t>{};
        group_.target[client] = group_.owned[client];
        if (place < places) {
            group_.positions[place] = group_.committed[place] = 8;
            later(milliseconds(330 + 100 * place), {ToyEvent::consume, client, 0, 0});
        }
    }
    timeline_.groups = {{"billing", {}, {}}};
    tell_idle();
}

void ToyWorld::consume(const ToyDue& due) {
    const std::vector<std::int32_t>& owned = group_.owned[due.node];
    if (!alive(due.node) || owned.empty())
        return; // whoever gets something begins anew
    later(consume_every, {ToyEvent::consume, due.node, 0, due.number + 1});
    const std::int32_t place = owned[static_cast<std::size_t>(due.number) % owned.size()];
    const ToyPartition& partition = partitions_[static_cast<std::size_t>(place)];
    if (due.number % 3 == 2)
        for (const std::int32_t one : owned)
            group_.committed[one] = group_.positions[one];
    if (partition.leader >= 0)
        send(due.node, partition.leader, Family::consumer_fetch, "Fetch", false,
             partition.topic + "-" + std::to_string(partition.index) + " @" +
                 std::to_string(group_.positions[place]),
             milliseconds(3), place, false);
    std::int64_t lag = 0;
    for (const auto& [one, offset] : group_.committed)
        if (const ToyPartition& read = partitions_[static_cast<std::size_t>(one)]; read.leader >= 0)
            lag += read.replica(read.leader)->high_watermark - offset;
    lag_.push_back({now_, lag});
}

/// One step of the group's lane: how much nobody reads.
void ToyWorld::tell_idle() {
    timeline_.groups.front().steps.push_back({now_,
                                              static_cast<std::int32_t>(group_.idle_from.size()),
                                              static_cast<std::int32_t>(group_.positions.size())});
}

void ToyWorld::consumer_died(std::int32_t client) {
    group_.silent_from[client] = now_;
    for (const std::int32_t place : group_.owned[client])
        group_.idle_from[place] = now_;
    tell_idle();
    later(session, {ToyEvent::evict, client, 0, 0});
}

void ToyWorld::evict(std::int32_t client) {
    if (group_.silent_from.erase(client) == 0)
        return;
    const std::vector<std::int32_t> left = group_.owned[client];
    const auto about_group = [&](std::int64_t fact) {
        facts_.edit(static_cast<std::size_t>(fact)).group = "billing";
        group_.last_fact = fact;
    };
    about_group(say(3, "member_fenced", "a member of group billing is fenced: its session ended",
                    Tone::fault, true, nullptr, last_kill_[client]));
    facts_.edit(static_cast<std::size_t>(group_.last_fact)).about = client;
    facts_.edit(static_cast<std::size_t>(group_.last_fact)).config = "session.timeout.ms";
    group_.owned.erase(client);
    group_.target.erase(client);
    ++group_.epoch;
    if (left.empty() || group_.target.empty())
        return;
    auto least = group_.target.begin();
    for (auto at = group_.target.begin(); at != group_.target.end(); ++at)
        if (at->second.size() < least->second.size())
            least = at;
    least->second.insert(least->second.end(), left.begin(), left.end());
    std::sort(least->second.begin(), least->second.end());
    group_.moving = true;
    ++group_.rebalances;
    about_group(say(3, "group_rebalance_started", "group billing begins to rebalance", Tone::client,
                    true, nullptr, group_.last_fact, "billing rebalances"));
    timeline_.groups.front().rebalances.push_back({now_, never});
    later(hand_over_takes, {ToyEvent::hand_over, 0, 0, 0});
}

void ToyWorld::hand_over() {
    group_.assignment_epoch = group_.epoch;
    group_.moving = false;
    for (auto& [client, places] : group_.target) {
        if (group_.owned[client] == places)
            continue;
        const bool began = group_.owned[client].empty();
        group_.owned[client] = places;
        facts_
            .edit(static_cast<std::size_t>(say(client, "partitions_assigned",
                                               "is assigned in billing", Tone::client, true,
                                               nullptr, group_.last_fact)))
            .group = "billing";
        if (began)
            later(consume_every, {ToyEvent::consume, client, 0, 0});
        for (const std::int32_t place : places)
            if (const auto gap = group_.idle_from.find(place); gap != group_.idle_from.end()) {
                group_.last_gap[place] = {gap->second, now_};
                group_.positions[place] = group_.committed[place]; // read again
                group_.idle_from.erase(gap);
            }
    }
    auto& rebalances = timeline_.groups.front().rebalances;
    rebalances.edit(rebalances.size() - 1).to = now_;
    tell_idle();
}

model::GroupPlace ToyWorld::place_of(std::int32_t place) const {
    const ToyPartition& partition = partitions_[static_cast<std::size_t>(place)];
    return {partition.topic, partition.index};
}

model::GroupMember ToyWorld::member_from(std::int32_t client) const {
    model::GroupMember member;
    member.id = "member-" + std::to_string(client);
    member.name = "billing-" + std::to_string(client - 300);
    member.client = client;
    member.host = "/10.0.0." + std::to_string(client - 300);
    const auto silent = group_.silent_from.find(client);
    member.session = {
        silent == group_.silent_from.end() ? session : silent->second + session - now_, session};
    for (const std::int32_t place : group_.owned.at(client))
        member.owned.push_back(place_of(place));
    for (const std::int32_t place : group_.target.at(client))
        member.target.push_back(place_of(place));
    member.settled = member.owned == member.target;
    member.epoch = member.settled ? group_.epoch : group_.assignment_epoch;
    member.state = member.settled ? "STABLE" : "UNRELEASED_PARTITIONS";
    return member;
}

void ToyWorld::fill_groups(model::Snapshot& out) const {
    model::Group group;
    group.id = "billing";
    group.protocol = model::GroupProtocol::consumer;
    group.state = group_.moving ? model::GroupState::reconciling : model::GroupState::stable;
    group.epoch = group_.epoch;
    group.assignment_epoch = group_.assignment_epoch;
    group.assignor = "uniform";
    group.coordinator = brokers_.at(3).state == NodeState::down ? -1 : 3;
    group.coordinator_text = group.coordinator < 0 ? "broker 3 is down" : "";
    group.offsets_partition = 17;
    group.rebalances = group_.rebalances;
    for (const auto& [client, places] : group_.owned)
        group.members.push_back(member_from(client));
    if (group.members.empty())
        group.state = model::GroupState::empty;
    for (const auto& [place, committed] : group_.committed) {
        const ToyPartition& partition = partitions_[static_cast<std::size_t>(place)];
        model::GroupOffset offset;
        offset.at = place_of(place);
        offset.committed = committed;
        for (const ToyReplica& replica : partition.replicas)
            offset.end = std::max(offset.end, replica.high_watermark);
        if (partition.leader >= 0)
            offset.end = partition.replica(partition.leader)->high_watermark;
        offset.lag = std::max<std::int64_t>(0, offset.end - committed);
        offset.behind = options_.produce_every * offset.lag;
        for (const model::GroupMember& member : group.members)
            if (std::find(member.owned.begin(), member.owned.end(), offset.at) !=
                member.owned.end()) {
                offset.owner = member.id;
                offset.reader = member.client;
                offset.position = group_.positions.at(place);
            }
        if (const auto gap = group_.idle_from.find(place); gap != group_.idle_from.end()) {
            offset.idle_from = gap->second;
            offset.position = -1;
        }
        if (const auto gap = group_.last_gap.find(place); gap != group_.last_gap.end())
            offset.last_gap = gap->second;
        group.lag += offset.lag;
        group.behind = std::max(group.behind.value_or(Duration{}), *offset.behind);
        group.offsets.push_back(std::move(offset));
    }
    group.lag_history = lag_;
    out.groups.push_back(std::move(group));
}

} // namespace orrery::tests
