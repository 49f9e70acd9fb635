#include "gui/model/groups.hpp"

#include <algorithm>

namespace orrery::gui::model {

namespace {

constexpr Duration trend_over = seconds(5);

bool has(const std::vector<GroupPlace>& places, const GroupPlace& place) {
    return std::binary_search(places.begin(), places.end(), place);
}

} // namespace

const GroupMember* member_of(const Group& group, std::string_view id) {
    for (const GroupMember& member : group.members)
        if (member.id == id)
            return &member;
    return nullptr;
}

const GroupOffset* offset_of(const Group& group, const GroupPlace& place) {
    const auto found = std::lower_bound(
        group.offsets.begin(), group.offsets.end(), place,
        [](const GroupOffset& offset, const GroupPlace& wanted) { return offset.at < wanted; });
    return found != group.offsets.end() && found->at == place ? &*found : nullptr;
}

std::string text_of(const GroupPlace& place) {
    return place.topic + "-" + std::to_string(place.partition);
}

std::string_view name_of(GroupState state) {
    switch (state) {
    case GroupState::unknown: return "Unknown";
    case GroupState::empty: return "Empty";
    case GroupState::preparing_rebalance: return "PreparingRebalance";
    case GroupState::completing_rebalance: return "CompletingRebalance";
    case GroupState::assigning: return "Assigning";
    case GroupState::reconciling: return "Reconciling";
    case GroupState::stable: return "Stable";
    case GroupState::dead: return "Dead";
    }
    return "";
}

std::string_view name_of(GroupProtocol protocol) {
    switch (protocol) {
    case GroupProtocol::offsets_only: return "offsets only";
    case GroupProtocol::classic: return "classic";
    case GroupProtocol::consumer: return "consumer";
    }
    return "";
}

std::vector<GroupState> states_of(GroupProtocol protocol) {
    switch (protocol) {
    case GroupProtocol::offsets_only: return {GroupState::empty};
    case GroupProtocol::classic:
        return {GroupState::empty, GroupState::preparing_rebalance,
                GroupState::completing_rebalance, GroupState::stable};
    case GroupProtocol::consumer:
        return {GroupState::empty, GroupState::assigning, GroupState::reconciling,
                GroupState::stable};
    }
    return {};
}

std::size_t idle_members(const Group& group) {
    return static_cast<std::size_t>(
        std::count_if(group.members.begin(), group.members.end(),
                      [](const GroupMember& member) { return member.idle(); }));
}

Bond bond_between(const GroupMember& member, const GroupPlace& place) {
    const bool owned = has(member.owned, place);
    const bool target = has(member.target, place);
    if (owned && target)
        return Bond::owns;
    return owned ? Bond::gives_up : target ? Bond::awaits : Bond::none;
}

int lag_trend(const Group& group, Instant now) {
    const CowVector<Sample>& samples = group.lag_history;
    if (samples.empty())
        return 0;
    const std::int64_t last = samples.back().value;
    std::int64_t before = last;
    for (std::size_t i = samples.size(); i-- > 0;) {
        before = samples[i].value;
        if (samples[i].at + trend_over <= now)
            break;
    }
    // A batch more or less is no trend.
    const std::int64_t slack = std::max<std::int64_t>(2, std::max(before, last) / 10);
    return last > before + slack ? 1 : last + slack < before ? -1 : 0;
}

} // namespace orrery::gui::model
