// What the inspector says of a group, of a member, and of the groups that read a partition.
#include "gui/views/group_parts.hpp"
#include "gui/views/sheet.hpp"
#include "gui/views/signs.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>

namespace orrery::gui {

namespace {

std::string places_text(const std::vector<model::GroupPlace>& places) {
    if (places.empty())
        return "none";
    std::string text;
    for (const model::GroupPlace& place : places)
        text += (text.empty() ? "" : ", ") + text_of(place);
    return text;
}

/// The longest time for which nobody read a partition, of the last times this was so.
std::optional<Duration> longest_gap(const model::Group& group) {
    std::optional<Duration> longest;
    for (const model::GroupOffset& offset : group.offsets)
        if (offset.last_gap)
            longest =
                std::max(longest.value_or(Duration{}), offset.last_gap->to - offset.last_gap->from);
    return longest;
}

std::size_t unread(const model::Group& group) {
    return static_cast<std::size_t>(std::count_if(
        group.offsets.begin(), group.offsets.end(),
        [](const model::GroupOffset& offset) { return offset.idle_from.has_value(); }));
}

std::string epoch_key(const model::Group& group) {
    return group.protocol == model::GroupProtocol::classic ? "generation" : "member epoch";
}

} // namespace

void group_rows(const Desk& desk, Sheet& sheet, const model::Group& group) {
    const ui::Colours& c = ui::look().colours;
    const bool stable = group.state == model::GroupState::stable;
    sheet.row("state", "state", std::string(name_of(group.state)),
              group.state == model::GroupState::unknown ? c.fault
              : stable                                  ? c.good
                                                        : ui::Ink{});
    sheet.row("protocol", "protocol", std::string(name_of(group.protocol)));
    if (group.protocol == model::GroupProtocol::classic)
        sheet.number("epoch", "generation", group.epoch);
    else if (group.protocol == model::GroupProtocol::consumer) {
        sheet.number("epoch", "group epoch", group.epoch);
        sheet.row("assignment_epoch", "assignment epoch", std::to_string(group.assignment_epoch),
                  group.assignment_epoch == group.epoch ? ui::Ink{} : c.control);
    }
    sheet.row("assignor", "assignor",
              group.assignor.empty() ? std::string("none yet") : group.assignor);
    sheet.row("coordinator", "coordinator",
              group.coordinator < 0
                  ? group.coordinator_text
                  : node_name(*desk.now, group.coordinator) +
                        (group.coordinator_text.empty() ? "" : "  " + group.coordinator_text),
              group.coordinator_text.empty() ? ui::Ink{} : c.fault);
    if (group.offsets_partition >= 0)
        sheet.row("offsets", "its log",
                  "__consumer_offsets-" + std::to_string(group.offsets_partition));
    const auto settled = std::count_if(group.members.begin(), group.members.end(),
                                       [](const model::GroupMember& one) { return one.settled; });
    sheet.row("members", "members",
              std::to_string(group.members.size()) + ", " + std::to_string(settled) + " settled, " +
                  std::to_string(idle_members(group)) + " idle");
    sheet.row("unread", "read by nobody", std::to_string(unread(group)) + " partitions",
              unread(group) > 0 ? c.fault : ui::Ink{});
    sheet.row("lag", "lag", ui::count_text(group.lag));
    sheet.row("behind", "oldest record waits",
              group.behind ? ui::duration_text(*group.behind) : "\xE2\x80\x93");
    sheet.number("rebalances", "rebalances", group.rebalances);
    const std::optional<Duration> gap = longest_gap(group);
    sheet.row("gap", "last gap, longest", gap ? ui::duration_text(*gap) : "none");
}

void member_rows(const Desk& desk, Sheet& sheet, const model::Group& group,
                 const model::GroupMember& member) {
    const ui::Colours& c = ui::look().colours;
    const bool down = is_down(*desk.now, member);
    sheet.row("group", "group", group.id);
    sheet.row("state", "state", down ? "process DOWN, " + member.state : member.state,
              down             ? c.fault
              : member.settled ? ui::Ink{}
                               : c.control);
    sheet.row("epoch", epoch_key(group),
              member.epoch < 0 ? std::string("\xE2\x80\x93") : std::to_string(member.epoch));
    sheet.row("member_id", "member id", member.id);
    if (!member.instance_id.empty())
        sheet.row("instance", "group.instance.id", member.instance_id);
    sheet.row("host", "host", member.host.empty() ? "\xE2\x80\x93" : member.host);
    sheet.row("session", "session left",
              member.session.whole.ns > 0 ? ui::duration_text(member.session.left) + " of " +
                                                ui::duration_text(member.session.whole)
                                          : std::string("\xE2\x80\x93"));
    if (member.leader)
        sheet.row("leader", "leader", "it assigns the partitions");
    sheet.row("owned", "owns", member.idle() ? "none, idle" : places_text(member.owned));
    sheet.row("target", "shall own", places_text(member.target),
              member.settled ? ui::Ink{} : c.control);
    for (const model::GroupOffset& offset : group.offsets)
        if (offset.owner == member.id)
            sheet.row("offset/" + text_of(offset.at), text_of(offset.at),
                      "at " + std::to_string(offset.position) + "  committed " +
                          std::to_string(offset.committed) + "  " + lag_text(offset));
}

void readers_rows(const Desk& desk, Sheet& sheet, const model::Partition& partition) {
    const ui::Colours& c = ui::look().colours;
    for (const model::Group& group : desk.now->groups) {
        const model::GroupOffset* offset = offset_of(group, {partition.topic, partition.index});
        if (offset == nullptr)
            continue;
        std::string words = "committed " + std::to_string(offset->committed);
        if (offset->committed < 0)
            words = "";
        words += (words.empty() ? "" : "  ") + lag_text(*offset);
        if (const std::string behind = behind_text(offset->behind); !behind.empty())
            words += "  " + behind;
        if (offset->idle_from)
            words += ", nobody reads";
        sheet.row("group/" + group.id, "\xE2\x96\xBC " + group.id, words,
                  offset->idle_from ? c.fault : c.client);
    }
}

} // namespace orrery::gui
