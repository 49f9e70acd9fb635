// The groups' lines of the timeline: a bracket while a group rebalances, and below it a bar while
// some of its partitions are read by nobody, as high as their share. The bar is the gap in
// consumption that a rebalance, or a death, makes.
#include "gui/views/timeline_lanes.hpp"
#include "gui/widgets/registry.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using model::GroupLane;
using model::IdleStep;
using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr std::size_t lanes_max = 4;

/// The first step that still holds at that time.
std::size_t first_at(const CowVector<IdleStep>& steps, std::int64_t ns) {
    std::size_t low = 0;
    std::size_t high = steps.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (steps[middle].at.ns <= ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? 0 : low - 1;
}

void draw_bracket(ImDrawList* list, const Axis& axis, const model::Span& span, const Rect& rect,
                  Instant end) {
    const ui::Colour ink = ui::look().colours.control.fill;
    const float x0 = axis.x(span.from);
    const float x1 = axis.x(span.to == never ? end : span.to);
    if (x1 < axis.left || x0 > axis.right())
        return;
    const float y = rect.y + px(3);
    list->AddLine({x0, y}, {std::max(x1, x0 + 1), y}, ink, 2);
    list->AddLine({x0, y}, {x0, y + px(5)}, ink, 2);
    if (span.to != never)
        list->AddLine({x1, y}, {x1, y + px(5)}, ink, 2);
}

void draw_bar(ImDrawList* list, const Rect& rect, const IdleStep& step, float x0, float x1) {
    const ui::Colours& c = ui::look().colours;
    const float room = rect.h - px(8);
    const float h = std::max(px(5), room * static_cast<float>(step.idle) /
                                        static_cast<float>(std::max(1, step.all)));
    const Rect bar{x0, rect.bottom() - h, std::max(1.0F, x1 - x0), h};
    ui::fill(list, bar, ui::faded(c.client.fill, 150));
    if (bar.w > px(6))
        ui::hatch(list, bar, c.panel, px(5));
}

void draw_words(ImDrawList* list, const Rect& rect, const IdleGap& gap, float x0, float x1) {
    const ui::Colours& c = ui::look().colours;
    const std::string words = ui::duration_text(gap.to - gap.from);
    const float w = ui::measure(Font::small, words).x;
    const Rect box{(x0 + x1 - w) / 2 - 2, rect.y + (rect.h - px(16)) / 2, w + 4, px(16)};
    if (w + px(8) > x1 - x0)
        return;
    ui::fill(list, box, ui::faded(c.panel, 225), 2);
    ui::text(list, Font::small, {box.x + 2, box.y}, c.client.text, words);
}

} // namespace

std::vector<std::size_t> groups_in_sight(const Desk& desk) {
    const auto& groups = desk.now->timeline.groups;
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < groups.size() && i < lanes_max; ++i)
        shown.push_back(i);
    const model::Group* chosen = desk.selection.group(*desk.now);
    for (std::size_t i = lanes_max; i < groups.size(); ++i)
        if (chosen != nullptr && groups[i].group == chosen->id)
            shown.back() = i;
    return shown;
}

std::vector<IdleGap> gaps_of(const GroupLane& lane, Instant from, Instant to) {
    std::vector<IdleGap> gaps;
    for (std::size_t i = first_at(lane.steps, from.ns); i < lane.steps.size(); ++i) {
        const IdleStep& step = lane.steps[i];
        if (step.at > to)
            break;
        if (step.idle == 0)
            continue;
        const Instant until = i + 1 < lane.steps.size() ? lane.steps[i + 1].at : to;
        if (!gaps.empty() && gaps.back().to == step.at) {
            gaps.back().to = until;
            gaps.back().most = std::max(gaps.back().most, step.idle);
        } else
            gaps.push_back({step.at, until, step.idle, step.all});
    }
    return gaps;
}

void draw_groups(ImDrawList* list, const Desk& desk, const TimelinePlaces& places) {
    const ui::Colours& c = ui::look().colours;
    const Axis& axis = places.axis;
    const auto& timeline = desk.now->timeline;
    const std::vector<std::size_t> shown = groups_in_sight(desk);
    const Instant last{std::min(axis.last(), timeline.end.ns)};
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const GroupLane& lane = timeline.groups[shown[i]];
        const Rect rect = places.group_lane(i);
        std::string name = lane.group;
        if (i + 1 == shown.size() && shown.size() < timeline.groups.size())
            name += " +" + std::to_string(timeline.groups.size() - shown.size());
        ui::text_in(list, Font::small,
                    {rect.x + px(8), rect.y, axis.left - rect.x - px(12), rect.h}, c.client.text,
                    name);
        const float base = std::floor(rect.bottom()) - 0.5F;
        list->AddLine({axis.left, base}, {axis.right(), base}, ui::faded(c.line, 200), 1);
        list->PushClipRect({axis.left, rect.y}, {axis.right(), rect.bottom() + 1}, true);
        for (const model::Span& span : lane.rebalances)
            draw_bracket(list, axis, span, rect, timeline.end);
        for (std::size_t s = first_at(lane.steps, axis.first()); s < lane.steps.size(); ++s) {
            if (lane.steps[s].at > last)
                break;
            const Instant until = s + 1 < lane.steps.size() ? lane.steps[s + 1].at : timeline.end;
            if (lane.steps[s].idle > 0)
                draw_bar(list, rect, lane.steps[s], axis.x(lane.steps[s].at), axis.x(until));
        }
        for (const IdleGap& gap : gaps_of(lane, {axis.first()}, last)) {
            const float x0 = axis.x(gap.from);
            const float x1 = axis.x(gap.to);
            draw_words(list, rect, gap, x0, x1);
            if (ui::recording())
                ui::note("gap/" + lane.group + "/" + std::to_string(gap.from.ms()),
                         {x0, rect.y, x1 - x0, rect.h}, words_of(lane, gap));
        }
        list->PopClipRect();
        ui::note("group/" + lane.group, rect, lane.group);
    }
}

std::string words_of(const GroupLane& lane, const IdleGap& gap) {
    return lane.group + ": for " + ui::duration_text(gap.to - gap.from) + " nobody reads " +
           std::to_string(gap.most) + " of " + std::to_string(gap.all) + " partitions";
}

} // namespace orrery::gui
