// How far a group is behind: in all and over the last seconds, and partition by partition with the
// columns of Kafka's own tool. LOG-END-OFFSET is where a consumer may read to: the high watermark.
#include "gui/views/group_parts.hpp"
#include "gui/views/signs.hpp"
#include "gui/widgets/ruler.hpp"

#include <algorithm>

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr Duration seen = seconds(30);
constexpr float row_h = 22;

struct Column {
    std::string_view title;
    float width; ///< at scale 1
    ui::Align align;
};
constexpr Column columns[] = {
    {"PARTITION", 82, ui::Align::left},        {"CURRENT-OFFSET", 112, ui::Align::right},
    {"LOG-END-OFFSET", 112, ui::Align::right}, {"LAG", 50, ui::Align::right},
    {"BEHIND", 62, ui::Align::right},          {"CONSUMER", 84, ui::Align::left}};
constexpr std::size_t column_count = std::size(columns);

template <class Draw>
void each_column(const Rect& rect, Draw draw) {
    float x = rect.x;
    for (std::size_t i = 0; i < column_count; ++i) {
        // The last takes what is left.
        const float w = i + 1 < column_count ? px(columns[i].width) : rect.right() - x;
        if (x >= rect.right())
            return;
        draw(i, Rect{x, rect.y, std::min(w, rect.right() - x) - px(6), rect.h});
        x += w + (columns[i].align == ui::Align::right ? px(6) : 0);
    }
}

/// In all: the figure, where it goes, and its course.
void draw_total(const Desk& desk, ImDrawList* list, const Rect& rect, const model::Group& group) {
    const ui::Colours& c = ui::look().colours;
    const int trend = lag_trend(group, desk.now->now);
    constexpr std::string_view arrows[] = {"\xE2\x86\x98", "\xE2\x86\x92", "\xE2\x86\x97"};
    const std::string lag = "lag " + ui::count_text(group.lag) + " " +
                            std::string(arrows[static_cast<std::size_t>(trend + 1)]);
    const float w = ui::measure(Font::body, lag).x;
    ui::text_in(list, Font::body, {rect.x, rect.y, w + 1, rect.h}, c.client.text, lag);
    const std::string behind = behind_text(group.behind);
    const float behind_w = ui::measure(Font::small, behind).x;
    ui::text_in(list, Font::small, {rect.x + w + px(14), rect.y, behind_w + 1, rect.h}, c.dim,
                behind);
    ui::note("lag", rect, lag, behind);
    const float left = rect.x + std::max(px(200), w + behind_w + px(34));
    const Rect plot{left, rect.y + px(2), rect.right() - left, rect.h - px(4)};
    if (plot.w < px(40))
        return;
    const Instant from{std::max<std::int64_t>(0, desk.now->now.ns - seen.ns)};
    ui::fill(list, {plot.x, plot.bottom(), plot.w, 1}, c.line);
    ui::plot(list, plot, points_from(group.lag_history, from), from.ns,
             std::max(desk.now->now.ns, from.ns + 1), c.client.fill);
}

void draw_row(Desk& desk, ImDrawList* list, const Rect& rect, const model::Group& group,
              const model::GroupOffset& offset) {
    const ui::Colours& c = ui::look().colours;
    const std::string name = text_of(offset.at);
    const Subject subject = partition_subject(offset.at.topic, offset.at.partition);
    const Subject& now = desk.selection.subject();
    const bool bright = now.kind == Kind::partition && now.topic == subject.topic &&
                        now.partition == subject.partition;
    const model::GroupMember* owner = member_of(group, offset.owner);
    const auto number = [](std::int64_t n) {
        return n < 0 ? std::string("\xE2\x80\x93") : std::to_string(n);
    };
    const std::string cells[column_count] = {
        name,
        number(offset.committed),
        number(offset.end),
        number(offset.lag),
        offset.behind ? ui::duration_text(*offset.behind) : number(-1),
        owner != nullptr ? owner->name : std::string("nobody")};
    std::string all;
    if (ui::recording())
        for (std::size_t i = 1; i < column_count; ++i)
            all += (i == 1 ? "" : " ") + cells[i];
    const ui::Touch touch = ui::row("offset/" + name, rect, bright, name, all);
    each_column(rect, [&](std::size_t i, const Rect& cell) {
        const ui::Colour ink = bright                       ? c.on_selection
                               : i == 5 && offset.idle_from ? c.fault.text
                               : i == 3 && offset.lag > 0   ? c.client.text
                               : i == 5 && owner == nullptr ? c.dim
                                                            : c.text;
        ui::text_in(list, i == 0 || i == 5 ? Font::small : Font::mono, cell, ink, cells[i],
                    columns[i].align);
    });
    if (touch.hovered) {
        std::string words = name + ": position " + number(offset.position);
        if (offset.last_gap)
            words += "\nwas read by nobody for " +
                     ui::duration_text(offset.last_gap->to - offset.last_gap->from) + " at " +
                     ui::time_text(offset.last_gap->from) + " s";
        ui::tip(words);
    }
    if (touch.clicked)
        desk.select(subject);
    if (touch.right_clicked)
        desk.open_menu(subject);
}

} // namespace

void draw_lag(Desk& desk, const Rect& area, const model::Group& group) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ui::Colours& c = ui::look().colours;
    const Rect room{area.x, area.y, area.w - px(10), area.h};
    draw_total(desk, list, {room.x + px(4), room.y, room.w - px(8), px(30)}, group);
    const Rect head{room.x + px(4), room.y + px(36), room.w - px(8), px(20)};
    each_column(head, [&](std::size_t i, const Rect& cell) {
        ui::text_in(list, Font::small, cell, c.dim, columns[i].title, columns[i].align);
    });
    const Rect body{room.x, head.bottom() + px(2), room.w, room.bottom() - head.bottom() - px(4)};
    const float step = px(row_h);
    const ui::Area scroll("lag", body, step * static_cast<float>(group.offsets.size()));
    const float top = scroll.origin().y;
    // A thousand partitions are a thousand rows: only those in sight are made.
    const auto first = static_cast<std::size_t>(std::max(0.0F, (body.y - top) / step));
    for (std::size_t i = first; i < group.offsets.size(); ++i) {
        const Rect row{room.x + px(4), top + step * static_cast<float>(i), scroll.width() - px(8),
                       step};
        if (row.y > body.bottom())
            break;
        draw_row(desk, scroll.list(), row, group, group.offsets[i]);
    }
}

} // namespace orrery::gui
