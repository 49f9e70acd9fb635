#include "gui/model/live_group_memory.hpp"

#include <algorithm>
#include <charconv>

namespace orrery::gui::model {

namespace {

bool is_about_group(Fact fact) {
    switch (fact) {
    case Fact::group_state:
    case Fact::group_rebalance_started:
    case Fact::group_rebalance_done:
    case Fact::group_deleted:
    case Fact::member_joined:
    case Fact::member_left:
    case Fact::member_fenced:
    case Fact::assignment_made:
    case Fact::offset_expired:
    case Fact::partitions_assigned:
    case Fact::partitions_revoked:
    case Fact::partitions_lost:
    case Fact::commit_failed: return true;
    default: return false;
    }
}

/// "billing Stable -> PreparingRebalance": the second of the two.
std::string_view state_in(std::string_view text) {
    const auto at = text.rfind("-> ");
    return at == std::string_view::npos ? std::string_view() : text.substr(at + 3);
}

std::optional<GroupPlace> place_named(std::string_view text) {
    const auto dash = text.rfind('-');
    if (dash == std::string_view::npos || dash == 0 || dash + 1 == text.size())
        return std::nullopt;
    GroupPlace place{std::string(text.substr(0, dash)), 0};
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + dash + 1, end, place.partition);
    if (read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    return place;
}

} // namespace

std::vector<GroupPlace> places_in(std::string_view text, std::string_view group) {
    std::vector<GroupPlace> places;
    text.remove_prefix(std::min(text.size(), group.size() + 1));
    while (!text.empty()) {
        const auto comma = text.find(", ");
        if (auto place = place_named(text.substr(0, comma)))
            places.push_back(std::move(*place));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 2);
    }
    return places;
}

/// An id may have blanks in it: of the groups that are known, the longest that fits.
std::string GroupMemory::group_in(const Note& note) const {
    if (!is_about_group(note.fact))
        return {};
    const std::string_view text = note.text;
    std::string_view best = text.substr(0, text.find(' '));
    for (const auto& [id, group] : groups_)
        if (id.size() > best.size() && text.substr(0, id.size()) == id &&
            (text.size() == id.size() || text[id.size()] == ' '))
            best = id;
    return std::string(best);
}

RememberedGroup& GroupMemory::make(const std::string& id, Timeline& timeline) {
    if (groups_.find(id) == nullptr) {
        groups_[id].edit().lane = timeline.groups.size();
        timeline.groups.push_back({id, {}, {}});
    }
    return groups_[id].edit();
}

/// Several facts of one moment make one step.
void GroupMemory::step(Instant now, const RememberedGroup& group, Timeline& timeline) {
    CowVector<IdleStep>& steps = timeline.groups[group.lane].steps;
    const IdleStep fresh{now, group.idle, static_cast<std::int32_t>(group.places.size())};
    if (!steps.empty() && steps.back().at == now)
        steps.edit(steps.size() - 1) = fresh;
    else if (steps.empty() || steps.back().idle != fresh.idle || steps.back().all != fresh.all)
        steps.push_back(fresh);
}

void GroupMemory::set_state(Instant now, RememberedGroup& group, const Note& note,
                            std::int64_t index, Timeline& timeline) {
    const std::string_view state = state_in(note.text);
    const bool quiet = state == "Stable" || state == "Empty" || state == "Dead";
    CowVector<Span>& spans = timeline.groups[group.lane].rebalances;
    if (!quiet && !group.rebalances) {
        spans.push_back({now, never});
        group.started = index;
        ++group.rounds;
    } else if (quiet && group.rebalances) {
        spans.edit(spans.size() - 1).to = now;
        group.done = index;
    }
    group.rebalances = !quiet;
}

void GroupMemory::on_fact(Instant now, sim::ActorId actor, const Note& note, const std::string& id,
                          std::int64_t index, Timeline& timeline) {
    RememberedGroup& group = make(id, timeline);
    switch (note.fact) {
    case Fact::group_state: set_state(now, group, note, index, timeline); return;
    case Fact::group_rebalance_started: group.started = index; return;
    case Fact::group_rebalance_done: group.done = index; return;
    case Fact::member_joined:
    case Fact::member_left:
    case Fact::member_fenced: group.stirred = index; return;
    case Fact::partitions_assigned:
        for (const GroupPlace& place : places_in(note.text, id)) {
            RememberedOwner& owner = group.places[place];
            owner.owner = actor;
            if (owner.idle_from) {
                owner.last_gap = Span{*owner.idle_from, now};
                --group.idle;
            }
            owner.idle_from.reset();
        }
        break;
    case Fact::partitions_revoked:
    case Fact::partitions_lost:
        group.revoked = index;
        for (const GroupPlace& place : places_in(note.text, id)) {
            RememberedOwner& owner = group.places[place];
            if (owner.owner != actor)
                continue; // it is another's already
            owner.owner = sim::no_actor;
            owner.idle_from = now;
            ++group.idle;
        }
        break;
    default: return;
    }
    step(now, group, timeline);
}

void GroupMemory::on_death(Instant now, sim::ActorId actor, Timeline& timeline) {
    const auto is_its = [&](const auto& entry) { return entry.second.owner == actor; };
    for (auto&& [id, shared] : groups_) {
        if (std::none_of(shared->places.begin(), shared->places.end(), is_its))
            continue;
        RememberedGroup& group = shared.edit();
        for (auto&& [place, owner] : group.places)
            if (owner.owner == actor) {
                owner.owner = sim::no_actor;
                owner.idle_from = now;
                ++group.idle;
            }
        step(now, group, timeline);
    }
}

void GroupMemory::on_lag(Instant now, const std::string& id, std::int64_t lag, Timeline& timeline) {
    make(id, timeline).lag.push_back({now, lag});
}

std::int64_t GroupMemory::cause_of(const Note& note, const std::string& id) const {
    const RememberedGroup* group = find(id);
    if (group == nullptr)
        return -1;
    switch (note.fact) {
    case Fact::group_rebalance_started: return group->stirred;
    case Fact::group_state:
    case Fact::assignment_made:
    case Fact::group_rebalance_done: return std::max(group->stirred, group->started);
    case Fact::partitions_revoked:
    case Fact::partitions_lost: return std::max(group->stirred, group->started);
    case Fact::partitions_assigned:
        return group->rebalances ? std::max(group->started, group->revoked)
                                 : std::max(group->done, group->revoked);
    case Fact::commit_failed: return std::max(group->stirred, group->started);
    default: return -1;
    }
}

} // namespace orrery::gui::model
