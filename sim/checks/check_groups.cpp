// Consumer groups: who owns what, generations, and committed offsets.
#include "core/client/client.hpp"
#include "sim/checks/checker.hpp"
#include "sim/checks/group_sight.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

std::string first_word(std::string_view text) {
    return std::string(text.substr(0, text.find(' ')));
}

std::string rest_of(std::string_view text) {
    const auto blank = text.find(' ');
    return std::string(blank == std::string_view::npos ? "" : text.substr(blank + 1));
}

PartitionKey key_of(const Note& note) {
    return {note.topic, note.partition};
}

/// "orders-0, clicks-3"
std::vector<PartitionKey> keys_in(std::string_view text) {
    std::vector<PartitionKey> keys;
    while (!text.empty()) {
        const auto comma = text.find(", ");
        const std::string_view one = text.substr(0, comma);
        const auto dash = one.rfind('-');
        const auto number = metadata::parse_number(one.substr(dash + 1));
        if (dash != std::string_view::npos && number)
            keys.push_back({std::string(one.substr(0, dash)), static_cast<std::int32_t>(*number)});
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 2);
    }
    return keys;
}

std::string number_text(std::int64_t number) {
    return std::to_string(number);
}

bool owns(const World& world, ActorId actor, std::string_view group, const PartitionKey& key) {
    const auto* client = world.machine(actor).up() ? world.process<client::Client>(actor) : nullptr;
    if (client == nullptr || group_of_client(world, actor) != group)
        return false;
    const auto& all = client->consumer()->partitions();
    return std::any_of(all.begin(), all.end(), [&](const client::ConsumerPartition& one) {
        return one.owned && one.partition == key.partition &&
               client->consumer()->topic_of(one) == key.topic;
    });
}

} // namespace

void Checker::on_group_note(const Told& told) {
    const Note& note = told.note;
    switch (note.fact) {
    case Fact::group_rebalance_done: rebalance_done(note); break;
    case Fact::group_state:
    case Fact::member_joined:
    case Fact::member_reconciled:
    case Fact::assignment_made: break;
    case Fact::group_deleted: checks_.groups_.erase(first_word(note.text)); return;
    case Fact::offset_committed: group_committed(told); return;
    case Fact::offset_expired:
        checks_.groups_[first_word(note.text)].edit().commits.erase(key_of(note));
        return;
    case Fact::partitions_assigned:
    case Fact::partitions_revoked:
    case Fact::partitions_lost: changed_hands(told); return;
    case Fact::coordinator_loaded: commits_were_loaded(told); return;
    default: return;
    }
    group_state_holds(first_word(note.text));
}

// --- 20 ------------------------------------------------------------------------------------------

/// As the coordinator has it. Kafka shows a partition that is to be given up with its old owner
/// until that one has said that it did.
void Checker::group_state_holds(const std::string& name) {
    const GroupSight group = sight_of(world_, name);
    if (!group.there || (!group.consumer_protocol && group.state != "Stable"))
        return; // in a classic rebalance the assignments are those of the last generation
    looked(Invariant::one_owner);
    looked(Invariant::generations);
    FlatMap<OwnedPlace, std::string> owners;
    FlatMap<std::string, std::string> statics;
    for (const MemberSight& member : group.members) {
        for (const OwnedPlace& place : member.owned) {
            std::string& owner = owners[place];
            if (!owner.empty())
                fail(Invariant::one_owner, "in group " + name + " epoch " +
                                               number_text(group.epoch) + " " + place.first + "-" +
                                               number_text(place.second) + " belongs to " + owner +
                                               " and to " + member.client);
            owner = member.client;
        }
        if (member.epoch > group.epoch)
            fail(Invariant::one_owner, "member " + member.client + " of group " + name +
                                           " has epoch " + number_text(member.epoch) +
                                           ", beyond the group's " + number_text(group.epoch));
        if (group.state == "Stable" &&
            (member.epoch != group.assignment_epoch || !member.leaving.empty()))
            fail(Invariant::one_owner, "group " + name + " is Stable, but " + member.client +
                                           " has not come to epoch " +
                                           number_text(group.assignment_epoch));
        if (member.instance.empty())
            continue;
        std::string& known = statics[member.instance];
        if (!known.empty())
            fail(Invariant::generations,
                 "two members of group " + name + " are " + member.instance);
        known = member.id;
    }
}

/// As the members believe. One that was paused or cut off may believe in an old generation; in one
/// and the same, no two have a partition.
void Checker::changed_hands(const Told& told) {
    const std::string name = first_word(told.note.text);
    GroupMemory& memory = checks_.groups_[name].edit();
    const auto generation = static_cast<std::int32_t>(told.note.numbers[0]);
    memory.epochs[told.actor] = generation;
    if (told.note.fact != Fact::partitions_assigned)
        return;
    looked(Invariant::one_owner);
    for (const PartitionKey& key : keys_in(rest_of(told.note.text))) {
        memory.fresh[key] = told.actor;
        for (const auto& [other, epoch] : memory.epochs)
            if (other != told.actor && epoch == generation && owns(world_, other, name, key))
                fail(Invariant::one_owner, this->name(told.actor) + " and " + this->name(other) +
                                               " both have " + text_of(key) + " in generation " +
                                               number_text(generation) + " of group " + name);
    }
}

// --- 21 ------------------------------------------------------------------------------------------

void Checker::rebalance_done(const Note& note) {
    const std::string name = first_word(note.text);
    GroupMemory& memory = checks_.groups_[name].edit();
    const auto generation = static_cast<std::int32_t>(note.numbers[0]);
    looked(Invariant::generations);
    if (generation <= memory.generation && note.numbers[1] > 0)
        fail(Invariant::generations, "group " + name + " has rebalanced into generation " +
                                         number_text(generation) + " after generation " +
                                         number_text(memory.generation));
    memory.generation = std::max(memory.generation, generation);
}

// --- 22 ------------------------------------------------------------------------------------------

void Checker::group_committed(const Told& told) {
    const Note& note = told.note;
    const std::string name = first_word(note.text);
    const std::string member = rest_of(note.text);
    GroupMemory& memory = checks_.groups_[name].edit();
    CommitMemory& last = memory.commits[key_of(note)];
    const Offset offset{note.numbers[0]};
    const auto generation = static_cast<std::int32_t>(note.numbers[1]);
    const std::string what = "group " + name + " commits " + text_of(key_of(note)) + " up to " +
                             text_of(offset) + " in generation " + number_text(generation);
    looked(Invariant::generations);
    looked(Invariant::committed_offsets);
    const bool by_member = generation >= 0;
    if (by_member && last.generation > generation && last.member != member)
        fail(Invariant::generations, what + ", after " + last.member + " did in generation " +
                                         number_text(last.generation));
    if (by_member && generation < memory.generation)
        fail(Invariant::generations,
             what + ", and is in generation " + number_text(memory.generation) + " already");
    if (by_member && last.generation == generation && last.member == member &&
        offset < last.offset && !last.may_go_back)
        fail(Invariant::committed_offsets, what + ", and had committed " + text_of(last.offset));
    Offset end{-1};
    for (std::size_t i = 0; i < world_.actors(); ++i) {
        const node::Node* node = node_on({static_cast<std::int32_t>(i)});
        const replica::Partition* replica =
            node != nullptr ? replica_on(*node, key_of(note)) : nullptr;
        if (replica != nullptr)
            end = std::max(end, replica->log_end());
    }
    if (by_member && end >= Offset{0} && offset > end)
        fail(Invariant::committed_offsets,
             what + ", but no log of it is longer than " + text_of(end));
    last = {offset, generation, member, false};
}

/// A new coordinator has read its log: all that was committed is in it. What it has beyond that was
/// never acknowledged, and counts from now on.
void Checker::commits_were_loaded(const Told& told) {
    const node::Node* node = node_on(told.actor);
    const Cow<group::Shard>* shard = node != nullptr && node->groups() != nullptr
                                         ? node->groups()->shards().find(told.note.partition)
                                         : nullptr;
    if (shard == nullptr)
        return;
    const PartitionMemory& log = memory_of(told.note);
    for (auto& [name, held] : checks_.groups_) {
        if (node->groups()->partition_for(name) != told.note.partition)
            continue;
        const group::Group* group = (*shard)->latest().find(name);
        for (auto& [key, last] : held.edit().commits) {
            looked(Invariant::committed_offsets);
            const auto* found =
                group != nullptr ? group->offsets.find(key.topic, key.partition) : nullptr;
            const Offset loaded{found != nullptr ? found->offset : -1};
            if (loaded < last.offset && !last.may_go_back)
                fail(Invariant::committed_offsets,
                     this->name(told.actor) + " coordinates group " + name + " and knows " +
                         text_of(key) + " committed up to " + text_of(loaded) + ", not up to " +
                         text_of(last.offset),
                     log.excuse);
            last.offset = loaded;
        }
    }
}

/// The first record that an owner is given is no later than what was committed: nothing is skipped.
void Checker::handed_over(const Told& told) {
    const std::string_view name = group_of_client(world_, told.actor);
    auto* held = name.empty() ? nullptr : checks_.groups_.find(name);
    if (held == nullptr)
        return;
    const PartitionKey key = key_of(told.note);
    const ActorId* owner = (*held)->fresh.find(key);
    if (owner == nullptr || *owner != told.actor)
        return;
    GroupMemory& memory = held->edit();
    memory.fresh.erase(key);
    const CommitMemory* last = memory.commits.find(key);
    looked(Invariant::committed_offsets);
    if (last == nullptr || last->offset < Offset{0} || last->may_go_back)
        return;
    const Offset first{told.note.numbers[0]};
    if (first > last->offset)
        fail(Invariant::committed_offsets,
             this->name(told.actor) + " begins to read " + text_of(key) + " at " + text_of(first) +
                 " for group " + std::string(name) + ", which has committed only up to " +
                 text_of(last->offset),
             memory_of(told.note).excuse);
}

/// Somebody sought, reset its position, or found that what it had read is gone.
void Checker::position_moved(const Note& note) {
    for (auto& [name, held] : checks_.groups_)
        if (held->commits.find(key_of(note)) != nullptr)
            held.edit().commits[key_of(note)].may_go_back = true;
}

} // namespace orrery::sim
