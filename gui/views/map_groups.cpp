// Brackets on the map: a consumer group round the boxes of its members, with its state and epoch.
#include "gui/views/map_nodes.hpp"
#include "gui/widgets/controls.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr float label_h = 18;

/// Room for words right above the box, free of other boxes.
bool free_above(const MapPlaces& places, const Rect& box, const Rect& words) {
    return std::none_of(places.placed.begin(), places.placed.end(), [&](const Placed& one) {
        return one.rect.y < box.y && one.rect.bottom() > words.y && one.rect.x < words.right() &&
               one.rect.right() > words.x;
    });
}

std::string words_of(const model::Group& group) {
    std::string words = group.id + "  " + std::string(name_of(group.state));
    if (group.protocol == model::GroupProtocol::classic)
        words += "  generation " + std::to_string(group.epoch);
    else if (group.protocol == model::GroupProtocol::consumer)
        words += "  epoch " + std::to_string(group.epoch);
    return words;
}

void draw_bracket(Desk& desk, ImDrawList* list, const MapPlaces& places, const model::Group& group,
                  const Rect& round, const Rect& first) {
    const ui::Colours& c = ui::look().colours;
    const Subject& subject = desk.selection.subject();
    const bool chosen = subject.kind == Kind::group && subject.group == group.id;
    const bool lost = group.state == model::GroupState::unknown;
    const ui::Colour ink = lost ? c.fault.fill : c.client.fill;
    const float x = round.right() + px(6);
    const float thick = chosen ? 3.0F : 1.5F;
    list->AddLine({x, round.y}, {x, round.bottom()}, ink, thick);
    list->AddLine({x - px(5), round.y}, {x, round.y}, ink, thick);
    list->AddLine({x - px(5), round.bottom()}, {x, round.bottom()}, ink, thick);
    const std::string words = words_of(group);
    // As much as there is room for.
    Rect label;
    bool told = false;
    for (const std::string& some :
         {words, group.id + "  " + std::string(name_of(group.state)), group.id}) {
        const float w = ui::measure(Font::small, some).x + 1;
        label = {std::floor(x - w), first.y - px(label_h + 2), w, px(label_h)};
        told = free_above(places, first, label);
        if (!told)
            continue;
        ui::text_in(list, Font::small, label, lost ? c.fault.text : c.client.text, some);
        break;
    }
    const Rect side{x - px(4), round.y, px(8), round.h};
    const Rect& area = told ? label : side;
    const std::string id = "group/" + group.id;
    ui::note(id, area, group.id, words, true, chosen);
    const ui::Touch touch = ui::touch(id, area);
    if (touch.hovered)
        ui::tip(words);
    if (touch.clicked)
        desk.select(group_subject(group.id));
    if (touch.double_clicked)
        desk.show("groups");
    if (touch.right_clicked)
        desk.open_menu(group_subject(group.id));
}

} // namespace

void draw_groups_on_map(Desk& desk, ImDrawList* list, const MapPlaces& places) {
    for (const model::Group& group : desk.now->groups) {
        Rect round;
        Rect first;
        for (const model::Client& client : desk.now->clients) {
            const Placed* placed = client.group == group.id ? places.find(client.id) : nullptr;
            if (placed == nullptr)
                continue;
            const Rect& box = placed->rect;
            if (round.w <= 0) {
                round = first = box;
                continue;
            }
            const float right = std::max(round.right(), box.right());
            const float bottom = std::max(round.bottom(), box.bottom());
            round.x = std::min(round.x, box.x);
            round.y = std::min(round.y, box.y);
            round.w = right - round.x;
            round.h = bottom - round.y;
            if (box.y < first.y)
                first = box;
        }
        if (round.w > 0)
            draw_bracket(desk, list, places, group, round, first);
    }
}

} // namespace orrery::gui
