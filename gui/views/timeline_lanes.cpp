#include "gui/views/timeline_lanes.hpp"

#include "gui/views/signs.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using model::Flag;
using model::Lane;
using model::Mark;
using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr std::size_t arrows_max = 400; ///< lines of messages: more would be a grey plate
constexpr float arrow_room = 3;         ///< pixels for each line: nearer, too, they are a plate
constexpr std::int64_t long_silence_ns = 1'000'000'000; ///< worth a sign where it looks short

std::size_t first_from(const CowVector<Mark>& marks, std::int64_t ns, std::size_t low) {
    std::size_t high = marks.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (marks[middle].at.ns < ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/// Dots, at most one each three pixels: the next mark is searched for beyond the last one's
/// pixels, so a million marks cost what fits the screen.
void draw_marks(ImDrawList* list, const Axis& axis, const Lane& lane, float y) {
    const auto& marks = lane.marks;
    const std::int64_t end = axis.last();
    std::size_t i = first_from(marks, axis.first(), 0);
    while (i < marks.size() && marks[i].at.ns <= end) {
        const float x = axis.x(marks[i].at);
        list->AddCircleFilled({x, y}, px(2), ink_of(marks[i].tone).fill, 8);
        const std::size_t next = first_from(marks, axis.at(x + px(3)), i + 1);
        i = std::max(i + 1, next);
    }
}

/// What a group says first: what a person did or what broke, else what came first.
const Flag& loudest(const FlagGroup& group) {
    for (const Flag* flag : group.flags)
        if (flag->tone == model::Tone::fault)
            return *flag;
    return *group.flags.front();
}

void draw_group(ImDrawList* list, const Desk& desk, const FlagGroup& group) {
    const ui::Colours& c = ui::look().colours;
    const Flag& flag = loudest(group);
    const bool future = flag.at > desk.now->now;
    const ui::Ink ink = ink_of(flag.tone);
    const bool fault = flag.tone == model::Tone::fault;
    const ImVec2 at{group.x, group.y};
    const ui::Glyph sign = fault ? ui::Glyph::pointer : ui::Glyph::diamond;
    ui::glyph(list, sign, at, px(7), c.panel);
    ui::glyph(list, sign, at, px(5.5F), future ? ui::faded(ink.fill, 120) : ink.fill);
    std::string words = flag.text;
    if (group.flags.size() > 1)
        words += "  +" + std::to_string(group.flags.size() - 1);
    const float w = ui::measure(Font::small, words).x;
    const float room = std::min(w + px(3), group.label_room);
    if (room < w && room < px(64))
        return; // a word or two tells nothing
    const Rect box{group.last + px(8), group.y - px(9), room, px(18)};
    ui::fill(list, box, ui::faded(c.panel, 225), 2);
    ui::text_in(list, Font::small, {box.x + 2, box.y, box.w - 2, box.h}, future ? c.dim : ink.text,
                words);
}

/// Where time is not even, each label is of a knot, and a silence that looks short has its sign.
void draw_knots(ImDrawList* list, const Axis& axis, const Rect& ruler) {
    const ui::Colours& c = ui::look().colours;
    const std::vector<std::int64_t>& times = axis.knots->times();
    const double knot_px = static_cast<double>(axis.width) / (axis.to - axis.from);
    const auto step = static_cast<std::size_t>(std::ceil(static_cast<double>(px(96)) / knot_px));
    auto i = static_cast<std::size_t>(std::max(0.0, std::floor(axis.from)));
    for (; i < times.size() && static_cast<double>(i) <= axis.to; ++i) {
        const float x = std::floor(axis.x({times[i]})) + 0.5F;
        const bool labelled = i % std::max<std::size_t>(1, step) == 0;
        if (x < axis.left || (!labelled && knot_px < 3))
            continue;
        list->AddLine({x, ruler.y}, {x, ruler.y + px(labelled ? 5.0F : 3.0F)}, c.dim, 1);
        if (labelled) {
            const std::string words = ui::time_text({times[i]}) + " s";
            const float w = ui::measure(Font::small, words).x;
            const float at = std::clamp(x - w / 2, ruler.x - px(8), ruler.right() - w);
            ui::text(list, Font::small, {at, ruler.y + px(7)}, c.dim, words);
        }
        if (i + 1 < times.size() && times[i + 1] - times[i] >= long_silence_ns && knot_px >= 9)
            ui::glyph(list, ui::Glyph::fast, {x + static_cast<float>(knot_px) / 2, ruler.y},
                      px(4.5F), c.control.fill);
    }
}

} // namespace

std::vector<FlagGroup> flag_groups(const model::Timeline& timeline, const TimelinePlaces& places) {
    const Axis& axis = places.axis;
    const float reach = px(12); // nearer than this two glyphs would touch
    std::vector<std::vector<FlagGroup>> lanes(timeline.lanes.size());
    const std::int64_t first = axis.first();
    const std::int64_t last = axis.last();
    for (const Flag& flag : timeline.flags) {
        if (flag.at.ns < first)
            continue;
        if (flag.at.ns > last)
            break;
        const auto lane = static_cast<std::size_t>(std::max(0, flag.lane));
        if (lane >= lanes.size())
            continue;
        const float x = axis.x(flag.at);
        auto& groups = lanes[lane];
        if (groups.empty() || x - groups.back().last >= reach)
            groups.push_back({x, x, places.y_of(flag.lane), {}, 0});
        groups.back().last = x;
        groups.back().flags.push_back(&flag);
    }
    std::vector<FlagGroup> all;
    for (auto& groups : lanes)
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const float next = i + 1 < groups.size() ? groups[i + 1].x - px(9) : axis.right();
            groups[i].label_room = next - (groups[i].last + px(8));
            all.push_back(std::move(groups[i]));
        }
    return all;
}

void draw_lanes(ImDrawList* list, const Desk& desk, const TimelinePlaces& places) {
    const ui::Colours& c = ui::look().colours;
    const Axis& axis = places.axis;
    const auto& lanes = desk.now->timeline.lanes;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        const Lane& lane = lanes[i];
        const Rect rect{places.lanes.x, places.lanes.y + static_cast<float>(i) * places.step,
                        places.lanes.w, places.step};
        const float y = std::floor(rect.centre().y) + 0.5F;
        ui::text_in(list, Font::small,
                    {rect.x + px(8), rect.y, axis.left - rect.x - px(12), rect.h}, c.dim,
                    lane.name);
        list->AddLine({axis.left, y}, {axis.right(), y}, ui::faded(c.line, 200), 1);
        for (const model::Span& span : lane.down) {
            const float x0 = std::max(axis.left, axis.x(span.from));
            const float x1 =
                span.to == never ? axis.right() : std::min(axis.right(), axis.x(span.to));
            const float h = std::min(px(13), rect.h - 2);
            if (x1 > x0)
                ui::hatch(list, {x0, y - h / 2, x1 - x0, h}, ui::faded(c.fault.fill, 200), px(5));
        }
        draw_marks(list, axis, lane, y);
        ui::note("lane/" + lane.name, rect, lane.name,
                 ui::recording() ? std::to_string(lane.marks.size()) + " marks" : std::string());
    }
}

void draw_arrows(ImDrawList* list, const Desk& desk, const TimelinePlaces& places) {
    const Axis& axis = places.axis;
    const auto& arrows = desk.now->timeline.arrows;
    const std::int64_t first = axis.first();
    const std::int64_t last = axis.last();
    std::vector<const model::Arrow*> shown;
    for (std::size_t i = arrows.size(); i-- > 0;) {
        if (arrows[i].arrived.ns < first)
            break;
        if (arrows[i].sent.ns > last)
            continue;
        shown.push_back(&arrows[i]);
        if (shown.size() > arrows_max)
            return;
    }
    if (shown.empty() || axis.x(shown.front()->arrived) - axis.x(shown.back()->sent) <
                             arrow_room * static_cast<float>(shown.size()))
        return;
    const ui::Colours& c = ui::look().colours;
    for (const model::Arrow* arrow : shown)
        list->AddLine({axis.x(arrow->sent), places.y_of(arrow->from)},
                      {axis.x(arrow->arrived), places.y_of(arrow->to)},
                      arrow->tone == model::Tone::plain ? c.line
                                                        : ui::faded(ink_of(arrow->tone).fill, 130),
                      1);
}

void draw_flags(ImDrawList* list, const Desk& desk, const std::vector<FlagGroup>& groups) {
    for (const FlagGroup& group : groups) {
        draw_group(list, desk, group);
        if (!ui::recording())
            continue;
        for (const Flag* flag : group.flags)
            ui::note("flag/" + std::to_string(flag->event) + "/" + flag->text,
                     {group.x - px(6), group.y - px(6), px(12), px(12)}, flag->text);
    }
}

void draw_ruler(ImDrawList* list, const TimelinePlaces& places) {
    const ui::Colours& c = ui::look().colours;
    const Axis& axis = places.axis;
    const Rect& ruler = places.ruler;
    list->AddLine({ruler.x, ruler.y}, {ruler.right(), ruler.y}, c.line, 1);
    if (axis.knots != nullptr)
        return draw_knots(list, axis, ruler);
    const int most = static_cast<int>(axis.width / px(110));
    for (const ui::Tick& tick : ui::ticks({axis.first()}, {axis.last()}, std::max(1, most))) {
        const float x = std::floor(axis.x(tick.at)) + 0.5F;
        list->AddLine({x, ruler.y}, {x, ruler.y + px(5)}, c.dim, 1);
        const float w = ui::measure(Font::small, tick.words).x;
        const float at = std::clamp(x - w / 2, ruler.x - px(8), ruler.right() - w);
        ui::text(list, Font::small, {at, ruler.y + px(7)}, c.dim, tick.words);
    }
}

void draw_future(ImDrawList* list, const Desk& desk, const TimelinePlaces& places) {
    const Axis& axis = places.axis;
    const float x = std::max(axis.left, axis.x(desk.now->now));
    if (x < axis.right())
        ui::fill(list, {x, places.lanes.y, axis.right() - x, places.ruler.y - places.lanes.y},
                 ui::faded(ui::look().colours.background, 150));
}

/// Where other branches leave this one: a short spur with the branch's name, one above the other
/// where they would meet.
void draw_branches(ImDrawList* list, const Desk& desk, const TimelinePlaces& places) {
    const ui::Colours& c = ui::look().colours;
    const Axis& axis = places.axis;
    for (const model::Branch& branch : desk.now->branches) {
        const float x = axis.x(branch.forked_at);
        if (branch.parent < 0 || x < axis.left || x > axis.right())
            continue;
        const bool here = branch.id == desk.now->branch;
        const ui::Colour ink = here ? c.control.fill : c.dim;
        const float y = places.ruler.y - px(2);
        const float up = y - px(10);
        list->AddLine({x, y}, {x + px(8), up}, ink, 2);
        list->AddLine({x + px(8), up}, {x + px(18), up}, ink, 2);
        const Rect box{x + px(20), up - px(8), ui::measure(Font::small, branch.name).x + px(4),
                       px(16)};
        if (box.right() > axis.right())
            continue;
        ui::fill(list, box, ui::faded(c.panel, 225), 2);
        ui::text(list, Font::small, {box.x + 2, box.y}, here ? c.control.text : c.dim, branch.name);
    }
}

void draw_playhead(ImDrawList* list, const Desk& desk, const TimelinePlaces& places) {
    const ui::Colours& c = ui::look().colours;
    const Axis& axis = places.axis;
    const float x = std::floor(axis.x(desk.now->now)) + 0.5F;
    if (x < axis.left || x > axis.right())
        return;
    const float top = places.lanes.y - px(6);
    list->AddLine({x, top}, {x, places.ruler.bottom()}, c.text, 2);
    ui::glyph(list, ui::Glyph::pointer, {x, top + px(4)}, px(6), c.text);
}

void draw_hover(ImDrawList* list, const TimelinePlaces& places, Instant at) {
    const float x = std::floor(places.axis.x(at)) + 0.5F;
    list->AddLine({x, places.lanes.y}, {x, places.ruler.bottom()},
                  ui::faded(ui::look().colours.control.fill, 200), 1);
}

} // namespace orrery::gui
