// Members and partitions of a group, and the lines between them.
#include "gui/views/group_parts.hpp"
#include "gui/views/signs.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>

namespace orrery::gui {

using model::Bond;
using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr float head_h = 22;
constexpr float foot_h = 24;
constexpr float row_max = 56;
constexpr float row_min = 20;
constexpr float two_lines = 40; ///< boxes as high as this tell more

/// A column of boxes: `shown` of `all`, evenly apart.
struct Stack {
    Rect room;
    std::size_t all = 0;
    std::size_t shown = 0;
    float step = 0;
    Rect box(std::size_t i) const {
        const float h = step - px(6);
        return {room.x, room.y + static_cast<float>(i) * step, room.w, h};
    }
};

Stack stacked(const Rect& room, std::size_t all) {
    Stack stack{room, all, all, px(row_max)};
    if (all == 0)
        return stack;
    const auto fit = static_cast<std::size_t>(std::max(1.0F, room.h / px(row_min)));
    if (all > fit)
        stack.shown = fit - 1; // the last line says how many are left out
    stack.step =
        std::clamp(room.h / static_cast<float>(std::min(all, fit)), px(row_min), px(row_max));
    return stack;
}

bool chosen(const Desk& desk, const model::Group& group, const model::GroupMember& member) {
    const Subject& subject = desk.selection.subject();
    if (subject.kind == Kind::client)
        return subject.node == member.client && member.client >= 0;
    return subject.kind == Kind::member && subject.group == group.id && subject.member == member.id;
}

bool chosen(const Desk& desk, const model::GroupPlace& place) {
    const Subject& subject = desk.selection.subject();
    return (subject.kind == Kind::partition || subject.kind == Kind::record) &&
           subject.topic == place.topic && subject.partition == place.partition;
}

void draw_bond(ImDrawList* list, ImVec2 a, ImVec2 b, Bond bond, bool bright) {
    const ui::Colours& c = ui::look().colours;
    const std::uint32_t alpha = bright ? 255 : 70;
    const ImVec2 middle{(a.x + b.x) / 2, (a.y + b.y) / 2};
    if (bond == Bond::owns) {
        list->AddLine(a, b, ui::faded(c.client.fill, alpha), bright ? 2.0F : 1.5F);
        return;
    }
    const ui::Ink& ink = bond == Bond::awaits ? c.client : c.fault;
    ui::dashed_line(list, a, b, ui::faded(ink.fill, alpha), 2, px(6), px(5));
    if (bond == Bond::awaits)
        ui::glyph(list, ui::Glyph::disc, middle, px(5), ui::faded(ink.fill, alpha), false);
    else
        ui::glyph(list, ui::Glyph::cross, middle, px(5), ui::faded(ink.fill, alpha));
}

std::string words_of(const Desk& desk, const model::Group& group, const model::GroupMember& member,
                     bool down) {
    const model::Client* client = client_of(*desk.now, member.client);
    std::string words;
    if (down)
        words = "DOWN  session " + ui::duration_text(member.session.left);
    else if (client != nullptr && client->stuck)
        words = "does not poll";
    else if (member.idle())
        words = "idle";
    else
        words = member.state;
    const bool classic = group.protocol == model::GroupProtocol::classic;
    if (!classic && !down && member.epoch >= 0)
        words = "epoch " + std::to_string(member.epoch) + "  " + words;
    if (member.leader)
        words += ", assigns";
    return words;
}

void draw_member(Desk& desk, ImDrawList* list, const model::Group& group,
                 const model::GroupMember& member, const Rect& rect) {
    const ui::Colours& c = ui::look().colours;
    const bool down = is_down(*desk.now, member);
    const bool idle = member.idle();
    const std::string words = words_of(desk, group, member, down);
    const bool bright = chosen(desk, group, member);
    const std::string id = "member/" + member.id;
    ui::note(id, rect, label_of(member), words, true, bright);
    const ui::Touch touch = ui::touch(id, rect);
    ui::fill(list, rect, c.raised, px(4));
    if (down)
        ui::hatch(list, rect.inset(2), ui::faded(c.fault.fill, 60), px(8));
    ui::frame(list, rect,
              down   ? c.fault.fill
              : idle ? c.idle.fill
                     : c.client.fill,
              px(4), down ? 2.0F : 1.5F);
    const bool two = rect.h >= px(two_lines);
    const float dial = member.session.whole.ns > 0 ? px(22) : 0;
    const float w = rect.w - px(14) - dial;
    const ui::Colour name_ink = idle ? c.dim : c.text;
    const ui::Colour words_ink = down ? c.fault.text : member.settled ? c.dim : c.control.text;
    if (two) {
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y + px(4), w, px(17)}, name_ink,
                    label_of(member));
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y + px(21), w, px(17)}, words_ink,
                    words);
    } else {
        const std::string name = label_of(member);
        const float used = std::min(w * 0.6F, ui::measure(Font::small, name).x + px(8));
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y, used, rect.h}, name_ink, name);
        ui::text_in(list, Font::small, {rect.x + px(8) + used, rect.y, w - used, rect.h}, words_ink,
                    words);
    }
    if (dial > 0) {
        const auto part = static_cast<float>(static_cast<double>(member.session.left.ns) /
                                             static_cast<double>(member.session.whole.ns));
        ui::arc(list, {rect.right() - px(14), rect.centre().y}, std::min(px(7), rect.h / 2 - 3), 2,
                part, down ? c.fault.fill : c.client.fill, c.line);
    }
    if (bright)
        ui::frame(list, {rect.x - 2, rect.y - 2, rect.w + 4, rect.h + 4}, c.selection, px(5), 2);
    if (touch.hovered)
        ui::tip(member.id + (member.host.empty() ? "" : "\n" + member.host));
    if (touch.clicked)
        desk.select(member_subject(group.id, member));
    if (touch.right_clicked)
        desk.open_menu(member_subject(group.id, member));
}

void draw_place(Desk& desk, ImDrawList* list, const model::GroupOffset& offset, const Rect& rect) {
    const ui::Colours& c = ui::look().colours;
    const bool bright = chosen(desk, offset.at);
    const std::string name = text_of(offset.at);
    std::string words = lag_text(offset);
    if (offset.idle_from)
        words = "nobody " + ui::duration_text(desk.now->now - *offset.idle_from);
    const std::string id = "place/" + name;
    ui::note(id, rect, name, words, true, bright);
    const ui::Touch touch = ui::touch(id, rect);
    ui::fill(list, rect, c.raised, px(4));
    if (offset.idle_from)
        ui::hatch(list, rect.inset(2), ui::faded(c.fault.fill, 60), px(8));
    const bool read = !offset.owner.empty();
    ui::frame(list, rect,
              offset.idle_from ? c.fault.fill
              : read           ? c.client.fill
                               : c.idle.fill,
              px(4), offset.idle_from ? 2.0F : 1.5F);
    const ui::Colour ink = offset.idle_from ? c.fault.text : c.dim;
    const float w = rect.w - px(14);
    if (rect.h >= px(two_lines)) {
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y + px(4), w, px(17)}, c.text, name);
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y + px(21), w, px(17)}, ink, words);
    } else {
        ui::text_in(list, Font::small, {rect.x + px(8), rect.y, w * 0.6F, rect.h}, c.text, name);
        ui::text_in(list, Font::small, {rect.x + px(8) + w * 0.6F, rect.y, w * 0.4F, rect.h}, ink,
                    words, ui::Align::right);
    }
    if (bright)
        ui::frame(list, {rect.x - 2, rect.y - 2, rect.w + 4, rect.h + 4}, c.selection, px(5), 2);
    if (touch.clicked)
        desk.select(partition_subject(offset.at.topic, offset.at.partition));
    if (touch.right_clicked)
        desk.open_menu(partition_subject(offset.at.topic, offset.at.partition));
}

/// The lines between what is shown; those of what is selected are bright and come last.
void draw_bonds(const Desk& desk, ImDrawList* list, const model::Group& group, const Stack& left,
                const Stack& right) {
    bool any = false;
    for (const model::GroupMember& member : group.members)
        any = any || chosen(desk, group, member);
    for (const model::GroupOffset& offset : group.offsets)
        any = any || chosen(desk, offset.at);
    for (const bool bright : {false, true})
        for (std::size_t m = 0; m < left.shown; ++m) {
            const model::GroupMember& member = group.members[m];
            const bool of_member = !any || chosen(desk, group, member);
            for (std::size_t p = 0; p < right.shown; ++p) {
                const Bond bond = bond_between(member, group.offsets[p].at);
                const bool shines = of_member || chosen(desk, group.offsets[p].at);
                if (bond == Bond::none || shines != bright)
                    continue;
                const Rect a = left.box(m);
                const Rect b = right.box(p);
                draw_bond(list, {a.right(), a.centre().y}, {b.x, b.centre().y}, bond, bright);
            }
        }
}

void draw_rest(ImDrawList* list, const Stack& stack, std::string_view what) {
    if (stack.shown < stack.all)
        ui::text_in(list, Font::small, stack.box(stack.shown), ui::look().colours.dim,
                    "and " + std::to_string(stack.all - stack.shown) + " " + std::string(what));
}

void draw_foot(ImDrawList* list, const Rect& rect) {
    const ui::Colours& c = ui::look().colours;
    constexpr float sample = 26;
    const std::pair<Bond, std::string_view> entries[] = {
        {Bond::owns, "owns"}, {Bond::awaits, "shall own"}, {Bond::gives_up, "must give up"}};
    float x = rect.x;
    for (const auto& [bond, words] : entries) {
        const float w = ui::measure(Font::small, words).x;
        if (x + px(sample + 6) + w > rect.right())
            return;
        draw_bond(list, {x, rect.centre().y}, {x + px(sample), rect.centre().y}, bond, true);
        ui::text_in(list, Font::small, {x + px(sample + 6), rect.y, w + 1, rect.h}, c.dim, words);
        x += px(sample + 22) + w;
    }
}

} // namespace

void draw_assignment(Desk& desk, const Rect& area, const model::Group& group) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ui::Colours& c = ui::look().colours;
    const Rect room{area.x + px(14), area.y, area.w - px(34), area.h};
    const float member_w = std::min(px(196), room.w * 0.45F);
    const float place_w = std::min(px(132), room.w * 0.34F);
    const float top = room.y + px(head_h);
    const float high = room.bottom() - top - px(foot_h);
    const Stack left = stacked({room.x, top, member_w, high}, group.members.size());
    const Stack right = stacked({room.right() - place_w, top, place_w, high}, group.offsets.size());
    const std::size_t idle = idle_members(group);
    std::string words =
        std::to_string(group.members.size()) + (group.members.size() == 1 ? " member" : " members");
    if (idle > 0)
        words = "idle: " + std::to_string(idle) + " of " + words + ", " +
                std::to_string(group.offsets.size()) + " partitions";
    ui::text_in(list, Font::small, {room.x, room.y, room.w - place_w, px(head_h - 4)}, c.dim,
                words);
    ui::note("members", {room.x, room.y, room.w - place_w, px(head_h - 4)}, "members", words);
    ui::text_in(list, Font::small, {room.right() - place_w, room.y, place_w, px(head_h - 4)}, c.dim,
                std::to_string(group.offsets.size()) + " partitions");
    draw_bonds(desk, list, group, left, right);
    for (std::size_t i = 0; i < left.shown; ++i)
        draw_member(desk, list, group, group.members[i], left.box(i));
    for (std::size_t i = 0; i < right.shown; ++i)
        draw_place(desk, list, group.offsets[i], right.box(i));
    draw_rest(list, left, "more members");
    draw_rest(list, right, "more");
    if (group.members.empty() && high > px(30))
        ui::text(list, Font::small, {room.x, top + px(6)}, c.dim, "Nobody is in it.");
    draw_foot(list, {room.x, room.bottom() - px(foot_h), room.w, px(foot_h)});
}

} // namespace orrery::gui
