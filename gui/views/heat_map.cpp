#include "gui/views/heat_map.hpp"

#include "gui/views/signs.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using model::Health;
using ui::Font;
using ui::px;
using ui::Rect;

namespace {

/// A numbered cell: full is an outline, in view is filled; trouble is a thick edge with a notch,
/// without a leader it is crossed out.
void numbered(ImDrawList* list, const Rect& rect, const model::Partition& partition, bool in_view) {
    const ui::Colours& c = ui::look().colours;
    const bool bad = partition.health != Health::full;
    if (in_view)
        ui::fill(list, rect, c.leader.fill, px(3));
    const bool none = partition.health == Health::no_leader;
    if (none)
        ui::hatch(list, rect.inset(1), ui::faded(c.fault.fill, 110), px(6));
    ui::frame(list, rect, bad ? c.fault.fill : c.replica.fill, px(3), bad ? 2.0F : 1.0F);
    if (partition.health >= Health::under_min_isr)
        list->AddTriangleFilled({rect.right() - px(8), rect.y}, {rect.right(), rect.y},
                                {rect.right(), rect.y + px(8)}, c.fault.fill);
    ui::text_in(list, Font::small, rect, in_view ? c.on_fill : c.text,
                std::to_string(partition.index), ui::Align::centre);
}

void small(ImDrawList* list, const Rect& rect, const model::Partition& partition, bool in_view) {
    const ui::Colours& c = ui::look().colours;
    ui::Colour colour = ui::faded(c.replica.fill, 90);
    if (partition.health == Health::no_leader)
        colour = c.background;
    else if (partition.health >= Health::under_min_isr)
        colour = c.fault.fill;
    else if (partition.health != Health::full)
        colour = ui::faded(c.fault.fill, 150);
    list->AddRectFilled(rect.min(), rect.max(), in_view ? c.leader.fill : colour);
}

struct Grid {
    float w = 0;
    float h = 0;
    float gap = 0;
    std::size_t columns = 1;
    std::size_t fits = 0;
    bool numbers = true;
};

Grid grid_for(std::size_t count, const Rect& room) {
    Grid grid;
    const auto fit = [&](float w, float h, float gap) {
        grid.w = w;
        grid.h = h;
        grid.gap = gap;
        grid.columns = static_cast<std::size_t>(std::max(1.0F, (room.w + gap) / (w + gap)));
        const float rows = std::max(1.0F, std::floor((room.h + gap) / (h + gap)));
        grid.fits = grid.columns * static_cast<std::size_t>(rows);
        return count <= grid.fits;
    };
    // A name takes about as much as two cells.
    if (fit(px(34), px(26), px(5)))
        return grid;
    if (fit(px(26), px(20), px(3)))
        return grid;
    grid.numbers = false;
    if (fit(px(14), px(12), px(2)))
        return grid;
    fit(px(8), px(7), 1);
    return grid;
}

/// A rect for each partition; with names, each topic's name stands before its first cell.
std::vector<Rect> laid_out(ImDrawList* list, const Rect& room, const Grid& grid,
                           const std::vector<const model::Partition*>& shown, bool named) {
    std::vector<Rect> cells;
    cells.reserve(shown.size());
    float x = room.x;
    float y = room.y;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const bool first = i == 0 || shown[i]->topic != shown[i - 1]->topic;
        float name = 0;
        if (named && first)
            name = ui::measure(Font::small, shown[i]->topic).x + px(8);
        if (x + name + grid.w > room.right() + 0.5F) {
            x = room.x;
            y += grid.h + grid.gap;
        }
        if (name > 0) {
            x += i == 0 ? 0 : px(8);
            ui::text_in(list, Font::small, {x, y, name, grid.h}, ui::look().colours.dim,
                        shown[i]->topic);
            x += name;
        }
        cells.push_back({x, y, grid.w, grid.h});
        x += grid.w + grid.gap;
    }
    return cells;
}

void tell(Desk& desk, const model::Partition& partition) {
    ui::tip(partition.topic + "-" + std::to_string(partition.index) + ": " +
            std::string(name_of(partition.health)) + "\nleader " +
            (partition.leader < 0 ? "none" : node_name(*desk.now, partition.leader)) + ", ISR " +
            list_text(partition.isr) + ", ELR " + list_text(partition.elr));
}

} // namespace

float draw_partitions(Desk& desk, const Rect& rect) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ui::Colours& c = ui::look().colours;
    const auto& all = desk.now->partitions;
    const Trouble trouble = trouble_of(*desk.now);
    std::string title = "All partitions (" + std::to_string(all.size()) + ")";
    if (trouble.partitions > 0)
        title += "   " + std::to_string(trouble.partitions) +
                 " not full, worst: " + std::string(name_of(trouble.worst));
    ui::text(list, Font::small, rect.min(), c.text, title);
    const Rect room{rect.x, rect.y + px(22), rect.w, rect.h - px(22)};
    if (room.h < px(8))
        return px(22);
    const Grid grid = grid_for(all.size(), room);
    // What has no room: the fullest go first, so that no trouble is out of sight.
    std::vector<const model::Partition*> shown;
    for (const model::Partition& partition : all)
        shown.push_back(&partition);
    const bool cut = shown.size() > grid.fits;
    if (cut) {
        std::stable_sort(shown.begin(), shown.end(),
                         [](const auto* a, const auto* b) { return a->health > b->health; });
        shown.resize(grid.fits);
    }
    const model::Partition* in_view = desk.partition();
    // Names of topics take room too; where that room is not there, cells go without.
    const bool named = !cut && grid.numbers;
    const std::vector<Rect> cells = laid_out(list, room, grid, shown, named);
    const float low = cells.empty() ? room.y : cells.back().bottom();
    const Rect canvas{room.x, room.y, room.w, low - room.y};
    const ui::Touch touch = ui::touch("partitions", canvas);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const Rect& cell = cells[i];
        const model::Partition& partition = *shown[i];
        if (grid.numbers)
            numbered(list, cell, partition, &partition == in_view);
        else
            small(list, cell, partition, &partition == in_view);
        if (ui::recording())
            ui::note("partition/" + partition.topic + "-" + std::to_string(partition.index), cell,
                     std::to_string(partition.index), name_of(partition.health), true,
                     &partition == in_view);
        if (!touch.hovered || !cell.contains(mouse))
            continue;
        tell(desk, partition);
        if (touch.clicked)
            desk.select(partition_subject(partition.topic, partition.index));
        if (touch.right_clicked)
            desk.open_menu(partition_subject(partition.topic, partition.index));
    }
    if (cut)
        ui::text_in(list, Font::small, {rect.x, rect.y, rect.w, px(18)}, c.dim,
                    "+" + std::to_string(all.size() - shown.size()) + " more, showing the worst " +
                        std::to_string(shown.size()),
                    ui::Align::right);
    return px(22) + canvas.h;
}

} // namespace orrery::gui
