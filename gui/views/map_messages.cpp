#include "gui/views/map_messages.hpp"

#include "gui/views/signs.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace orrery::gui {

using ui::px;

namespace {

constexpr int per_link_max = 6; ///< more than that on one way of a link are a ribbon and a number
constexpr std::size_t drawn_max = 400;

float progress(const model::Message& message, Instant now) {
    if (message.fate == model::Fate::dropped)
        return static_cast<float>(message.dropped_at) / 1000;
    const std::int64_t whole = message.due.ns - message.sent.ns;
    if (whole <= 0 || message.due == never)
        return 0.5F;
    return std::clamp(static_cast<float>(static_cast<double>(now.ns - message.sent.ns) /
                                         static_cast<double>(whole)),
                      0.0F, 1.0F);
}

/// What waits stands in a line half way, the first in front.
float place_in_line(const std::vector<const model::Message*>& line, const model::Message& one) {
    constexpr float gap = 0.08F;
    const auto ahead = std::count_if(line.begin(), line.end(), [&](const model::Message* other) {
        return std::pair(other->sent, other->id) < std::pair(one.sent, one.id);
    });
    return std::max(0.06F, 0.5F - gap * static_cast<float>(ahead));
}

float radius_of(const model::Message& message) {
    const float more =
        message.bytes <= 100 ? 0 : std::log10(static_cast<float>(message.bytes) / 100);
    return px(std::min(9.0F, 6 + more));
}

/// Requests keep to one side of the line and responses to the other, as on a road.
ImVec2 on_road(const Stretch& s, float t, float aside) {
    const float dx = s.b.x - s.a.x;
    const float dy = s.b.y - s.a.y;
    const float length = std::max(1.0F, std::sqrt(dx * dx + dy * dy));
    return {s.a.x + dx * t - dy / length * aside, s.a.y + dy * t + dx / length * aside};
}

} // namespace

Air messages_on_map(const Desk& desk, const MapPlaces& places) {
    Air air;
    if (desk.settings.reduced_motion)
        return air;
    std::map<std::pair<std::int32_t, std::int32_t>, int> on_way;
    std::map<std::pair<std::int32_t, std::int32_t>, std::vector<const model::Message*>> lines;
    for (const model::Message& message : desk.now->messages) {
        if (hidden(desk, message))
            continue;
        ++on_way[{message.from, message.to}];
        if (message.fate == model::Fate::held)
            lines[{message.from, message.to}].push_back(&message);
    }
    const std::uint64_t chosen =
        desk.selection.subject().kind == Kind::message ? desk.selection.subject().id : 0;
    for (const model::Message& message : desk.now->messages) {
        if (hidden(desk, message))
            continue;
        const Placed* from = places.find(message.from);
        const Placed* to = places.find(message.to);
        if (from == nullptr || to == nullptr)
            continue;
        const bool single = on_way[{message.from, message.to}] <= per_link_max ||
                            message.fate != model::Fate::flying || message.id == chosen;
        if (!single || air.flying.size() >= drawn_max)
            continue;
        const Stretch s = between(from->rect, to->rect);
        const float part = message.fate == model::Fate::held
                               ? place_in_line(lines[{message.from, message.to}], message)
                               : progress(message, desk.now->now);
        air.flying.push_back({&message, on_road(s, part, px(5)), radius_of(message)});
    }
    for (const auto& [way, count] : on_way) {
        const Placed* from = places.find(way.first);
        const Placed* to = places.find(way.second);
        if (count > per_link_max && from != nullptr && to != nullptr)
            air.crowds.push_back({on_road(between(from->rect, to->rect), 0.5F, px(8)), count});
    }
    return air;
}

void draw_messages(Desk& desk, ImDrawList* list, const Air& air) {
    const ui::Colours& c = ui::look().colours;
    const Subject& subject = desk.selection.subject();
    const bool labels = desk.settings.message_labels || !desk.pace.playing();
    constexpr std::size_t labels_max = 12; // more hide each other
    std::size_t labelled = 0;
    for (const Flying& one : air.flying) {
        const model::Message& message = *one.message;
        const ui::Ink ink = ink_of(message.family);
        const bool lost = message.fate == model::Fate::dropped;
        if (!message.response && !lost)
            ui::glyph(list, glyph_of(message.family), one.at, one.radius + 1.5F, c.panel);
        ui::glyph(list, glyph_of(message.family), one.at, one.radius,
                  lost ? ui::faded(ink.fill, 140) : ink.fill, !message.response);
        if (c.outline != 0 && !message.response)
            ui::glyph(list, glyph_of(message.family), one.at, one.radius, c.outline, false);
        if (lost)
            ui::glyph(list, ui::Glyph::cross, one.at, one.radius + 2, c.fault.fill);
        if (!message.error.empty())
            list->AddCircle(one.at, one.radius + 4, c.fault.fill, 20, 2);
        if (message.fate == model::Fate::held)
            ui::arc(list, {one.at.x + one.radius + px(8), one.at.y}, px(5), 1.5F, 0.3F, c.text,
                    c.line);
        if (subject.kind == Kind::message && subject.id == message.id)
            list->AddCircle(one.at, one.radius + 7, c.text, 24, 2);
        const bool wanted = labels && !lost && (message.family != model::Family::background) &&
                            labelled < labels_max;
        if (wanted) {
            ++labelled;
            const std::string words =
                message.error.empty() ? message.api : message.api + " " + message.error;
            ui::text(list, ui::Font::small, {one.at.x + one.radius + px(5), one.at.y - px(8)},
                     message.error.empty() ? c.dim : c.fault.text, words);
        }
        if (ui::recording())
            ui::note("message/" + std::to_string(message.id),
                     {one.at.x - one.radius, one.at.y - one.radius, 2 * one.radius, 2 * one.radius},
                     message.api,
                     lost               ? "dropped"
                     : message.response ? "response"
                                        : "request");
    }
    for (const Crowd& crowd : air.crowds) {
        const std::string words = "\xC3\x97" + std::to_string(crowd.count);
        const ImVec2 size = ui::measure(ui::Font::small, words);
        const ui::Rect box{crowd.at.x - size.x / 2 - px(6), crowd.at.y - size.y / 2 - px(2),
                           size.x + px(12), size.y + px(4)};
        ui::fill(list, box, c.line, box.h / 2);
        ui::text_in(list, ui::Font::small, box, c.text, words, ui::Align::centre);
    }
}

const Flying* message_under(const Air& air, ImVec2 mouse) {
    for (std::size_t i = air.flying.size(); i-- > 0;) {
        const Flying& one = air.flying[i];
        const float dx = mouse.x - one.at.x;
        const float dy = mouse.y - one.at.y;
        const float reach = one.radius + 3;
        if (dx * dx + dy * dy <= reach * reach)
            return &one;
    }
    return nullptr;
}

} // namespace orrery::gui
