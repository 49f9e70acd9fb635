#include "sim/scenario/group_ledger.hpp"

#include "core/metadata/configs.hpp"
#include "sim/checks/checker.hpp"
#include "sim/checks/group_sight.hpp"
#include "sim/scenario/looking.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

/// One more time for the offsets.
void count_once(std::vector<ProcessedRange>& ranges, Offset from, Offset to) {
    if (ranges.empty() || ranges.back().to < from) {
        if (!ranges.empty() && ranges.back().times == 1 && ranges.back().to + 1 == from)
            ranges.back().to = to;
        else
            ranges.push_back({from, to, 1});
        return;
    }
    std::vector<ProcessedRange> made;
    const auto add = [&](Offset first, Offset last, std::int64_t times) {
        if (first > last)
            return;
        if (!made.empty() && made.back().times == times && made.back().to + 1 == first)
            made.back().to = last;
        else
            made.push_back({first, last, times});
    };
    Offset at = from; // what of from..to is still to be counted
    for (const ProcessedRange& range : ranges) {
        add(at, std::min(to, range.from - 1), 1);
        add(range.from, std::min(range.to, from - 1), range.times);
        add(std::max(range.from, from), std::min(range.to, to), range.times + 1);
        add(std::max(range.from, to + 1), range.to, range.times);
        at = std::max(at, range.to + 1);
    }
    add(at, to, 1);
    ranges = std::move(made);
}

} // namespace

std::string_view group_in(std::string_view text) {
    return text.substr(0, text.find(' '));
}

std::vector<GroupPlace> places_in(std::string_view text) {
    std::vector<GroupPlace> places;
    text.remove_prefix(std::min(text.size(), group_in(text).size() + 1));
    while (!text.empty()) {
        const auto comma = text.find(", ");
        if (auto place = partition_named(text.substr(0, comma)))
            places.push_back(std::move(*place));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 2);
    }
    return places;
}

void GroupLedger::add_member(ActorId actor, const std::string& group,
                             const std::vector<std::string>& topics) {
    members_[actor] = group;
    for (const std::string& topic : topics)
        groups_[group].edit().partitions[{topic, 0}];
}

const GroupAccount* GroupLedger::find(std::string_view group) const {
    const Cow<GroupAccount>* found = groups_.find(group);
    return found != nullptr ? &**found : nullptr;
}

void GroupLedger::on_note(ActorId actor, const Note& note, Instant now) {
    const std::string* group = members_.find(actor);
    switch (note.fact) {
    case Fact::record_processed:
        count_once(groups_[std::string(group_in(note.text))]
                       .edit()
                       .partitions[{note.topic, note.partition}]
                       .processed,
                   {note.numbers[0]}, {note.numbers[1]});
        break;
    case Fact::record_consumed:
        if (group != nullptr)
            consumed(*group, actor, note, now);
        break;
    case Fact::partitions_assigned:
    case Fact::partitions_revoked:
    case Fact::partitions_lost: changed_hands(actor, note, now); break;
    case Fact::group_rebalance_done:
        ++groups_[std::string(group_in(note.text))].edit().rebalances;
        break;
    case Fact::assignment_made:
        // In the classic protocol it is a part of a rebalance, which tells of itself.
        if (note.text.find(" is assigned by ") != std::string::npos)
            ++groups_[std::string(group_in(note.text))].edit().rebalances;
        break;
    default: break;
    }
}

void GroupLedger::consumed(const std::string& group, ActorId actor, const Note& note, Instant now) {
    GroupAccount& account = groups_[group].edit();
    const GroupPlace place{note.topic, note.partition};
    GroupPartition& partition = account.partitions[place];
    if (partition.begun == no_offset)
        partition.begun = {note.numbers[0]};
    if (partition.owner != actor)
        return; // somebody who does not know yet that it is another's
    if (partition.moved && partition.last_read != never)
        account.gaps.push_back({place, actor, partition.moved_from, now});
    partition.moved = false;
    partition.last_read = now;
}

void GroupLedger::changed_hands(ActorId actor, const Note& note, Instant now) {
    GroupAccount& account = groups_[std::string(group_in(note.text))].edit();
    const bool takes = note.fact == Fact::partitions_assigned;
    for (const GroupPlace& place : places_in(note.text)) {
        GroupPartition& partition = account.partitions[place];
        if (!takes && partition.owner != actor)
            continue; // it is another's already
        if (!partition.moved)
            partition.moved_from = takes ? partition.last_read : now;
        partition.moved = true;
        partition.owner = takes ? actor : no_actor;
    }
}

Offset committed_offset(const World& world, std::string_view group, const GroupPlace& place) {
    const group::Shard* shard = shard_of(world, group);
    const group::Group* found = shard != nullptr ? shard->stable().find(group) : nullptr;
    const auto* committed =
        found != nullptr ? found->offsets.find(place.first, place.second) : nullptr;
    return committed != nullptr ? Offset{committed->offset} : no_offset;
}

std::int64_t lag_of(const World& world, std::string_view group, const GroupPlace& place) {
    const replica::Partition* leader = leading_replica(world, place.first, place.second);
    if (leader == nullptr)
        return -1;
    const Offset committed = std::max(committed_offset(world, group, place), leader->log_start());
    return std::max<std::int64_t>(leader->high_watermark - committed, 0);
}

std::int64_t lag_ms_of(const World& world, std::string_view group, const GroupPlace& place) {
    const replica::Partition* leader = leading_replica(world, place.first, place.second);
    if (leader == nullptr || lag_of(world, group, place) <= 0)
        return 0;
    const Offset first = std::max(committed_offset(world, group, place), leader->log_start());
    const log::StoredBatch* batch = batch_at(leader->log, first);
    const std::int64_t wall = WorldSetup{}.epoch_ms + world.now().ms();
    return batch != nullptr ? std::max<std::int64_t>(wall - batch->header().base_timestamp, 0) : 0;
}

Processed GroupLedger::processed(const World& world, std::string_view group) const {
    Processed sum;
    const GroupAccount* account = find(group);
    if (account == nullptr)
        return sum;
    std::vector<std::string> topics;
    for (const auto& [place, partition] : account->partitions)
        if (topics.empty() || topics.back() != place.first)
            topics.push_back(place.first);
    for (const std::string& topic : topics)
        for (const auto* leader : leading_replicas(world, topic)) {
            const GroupPlace place{topic, leader->id.partition};
            const GroupPartition* known = account->partitions.find(place);
            const Offset begun =
                known != nullptr && known->begun != no_offset ? known->begun : Offset{0};
            const Offset from = std::max(begun, leader->log_start());
            const Offset end = std::max(leader->high_watermark, from);
            const Offset committed = committed_offset(world, group, place);
            const Offset given = std::min(std::max(committed, from), end);
            std::int64_t done = 0;
            std::int64_t done_given = 0; // of what is committed
            for (const ProcessedRange& range :
                 known != nullptr ? known->processed : std::vector<ProcessedRange>{}) {
                const auto within = [&](Offset limit) {
                    return std::max<std::int64_t>(
                        std::min(range.to + 1, limit) - std::max(range.from, from), 0);
                };
                const std::int64_t records = within(end);
                (range.times == 1 ? sum.once : sum.again) += records;
                done += records;
                done_given += within(given);
            }
            sum.never += end - from - done;
            sum.skipped += given - from - done_given;
        }
    return sum;
}

} // namespace orrery::sim
