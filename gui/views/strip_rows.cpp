#include "gui/views/strip_rows.hpp"

#include "gui/views/group_parts.hpp"
#include "gui/views/signs.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using ui::Font;
using ui::px;
using ui::Rect;

namespace {

constexpr Duration ghost_stays = milliseconds(1500);

/// Offsets to pixels for one row of cells.
struct Scale {
    float left = 0;
    float cell = 0;
    std::int64_t first = 0;
    std::int64_t end = 0;
    float x(std::int64_t offset) const { return left + static_cast<float>(offset - first) * cell; }
};

Scale fitted(const Rect& rect, const model::Strips& strips, const StripStyle& style) {
    Scale scale;
    scale.left = rect.x + px(style.label_w);
    const float room = rect.right() - px(24) - scale.left;
    // Offsets of six digits need wider cells.
    const std::string widest = std::to_string(std::max<std::int64_t>(0, strips.end));
    const float need = ui::measure(Font::small, widest).x + px(9);
    scale.cell = std::floor(std::max(px(style.cell_w), need));
    const auto fit = static_cast<std::int64_t>(std::max(1.0F, room / scale.cell));
    scale.end = strips.end;
    scale.first = std::max(strips.first, strips.end - fit);
    return scale;
}

struct RowPaint {
    ImDrawList* list;
    Scale scale;
    float y;
    float h;
};

void draw_cell(Desk& desk, const RowPaint& paint, const model::Strips& strips,
               const model::Strip& row, const model::Cell& cell) {
    const ui::Colours& c = ui::look().colours;
    const Rect rect{paint.scale.x(cell.offset), paint.y, paint.scale.cell - 1, paint.h};
    ui::fill(paint.list, rect, band_of(cell.epoch), px(2));
    const bool committed = cell.offset < row.high_watermark;
    if (!committed)
        ui::hatch(paint.list, rect.inset(1), ui::faded(c.text, 90), px(6));
    const bool diverging = row.diverges && cell.offset >= *row.diverges;
    if (diverging)
        ui::fill(paint.list, {rect.x, rect.y, rect.w, px(3)}, c.fault.fill);
    const std::string number = std::to_string(cell.offset);
    if (cell.kind == model::CellKind::control)
        ui::glyph(paint.list, ui::Glyph::diamond, rect.centre(), px(6), c.client.fill, false);
    else
        ui::text_in(paint.list, Font::small, rect, c.text, number, ui::Align::centre);
    if (cell.kind == model::CellKind::tombstone)
        paint.list->AddLine({rect.x + 3, rect.centre().y}, {rect.right() - 3, rect.centre().y},
                            c.dim, 1.5F);
    const Subject& subject = desk.selection.subject();
    const bool chosen = subject.kind == Kind::record && subject.offset == cell.offset &&
                        subject.node == row.node && subject.topic == strips.topic;
    if (chosen)
        ui::frame(paint.list, rect, c.text, px(2), 2);
    if (ui::recording())
        ui::note("cell/" + std::to_string(row.node) + "/" + number, rect, number,
                 diverging   ? "diverging"
                 : committed ? "committed"
                             : "uncommitted",
                 true, chosen);
}

void draw_empty(const RowPaint& paint, std::int64_t from) {
    const ui::Colours& c = ui::look().colours;
    for (std::int64_t offset = std::max(from, paint.scale.first); offset < paint.scale.end;
         ++offset)
        ui::frame(paint.list, {paint.scale.x(offset), paint.y, paint.scale.cell - 1, paint.h},
                  ui::faded(c.line, 110), px(2));
}

void post(const RowPaint& paint, std::int64_t offset, ui::Colour colour, float over) {
    if (offset < paint.scale.first || offset > paint.scale.end)
        return;
    const float x = paint.scale.x(offset) - 1;
    ui::fill(paint.list, {x - 1, paint.y - over, px(3), paint.h + 2 * over}, colour);
}

void bracket(const RowPaint& paint, std::int64_t offset, ui::Colour colour) {
    if (offset < paint.scale.first || offset > paint.scale.end)
        return;
    const float x = paint.scale.x(offset) - 1;
    paint.list->AddLine({x, paint.y - 1}, {x, paint.y + paint.h + 1}, colour, 2);
    paint.list->AddLine({x, paint.y - 1}, {x - px(5), paint.y - 1}, colour, 2);
    paint.list->AddLine({x, paint.y + paint.h + 1}, {x - px(5), paint.y + paint.h + 1}, colour, 2);
}

std::string label_of(const Desk& desk, const model::Strip& row) {
    return short_name(*desk.now, row.node) + "  " + std::string(name_of(row.state)) +
           (row.eligible ? " ELR" : "");
}

void draw_label(Desk& desk, const RowPaint& paint, const Rect& rect, const model::Strips& strips,
                const model::Strip& row) {
    const ui::Colours& c = ui::look().colours;
    ui::Colour ink = c.text;
    if (row.state == model::ReplicaState::leader)
        ink = c.leader.text;
    else if (row.state == model::ReplicaState::offline)
        ink = c.fault.text;
    else if (row.state == model::ReplicaState::out_of_sync)
        ink = c.idle.text;
    const std::string epoch = "e" + std::to_string(row.leader_epoch);
    const float w = ui::measure(Font::small, epoch).x;
    const Rect name{rect.x + px(10), paint.y, paint.scale.left - rect.x - w - px(26), paint.h};
    ui::text_in(paint.list, Font::small, name, ink, label_of(desk, row));
    ui::text_in(paint.list, Font::small, {paint.scale.left - w - px(10), paint.y, w + 1, paint.h},
                c.dim, epoch);
    const Rect whole{rect.x, paint.y, rect.w, paint.h};
    const std::string id = "row/" + std::to_string(row.node);
    if (ui::recording())
        ui::note(id, whole, label_of(desk, row),
                 "start " + std::to_string(row.log_start) + " hw " +
                     std::to_string(row.high_watermark) + " end " + std::to_string(row.log_end));
    const ui::Touch touch = ui::touch(id, whole);
    if (!touch.clicked && !touch.right_clicked && !touch.hovered)
        return;
    // Which record the mouse is on.
    const float mouse = ImGui::GetIO().MousePos.x;
    const model::Cell* under = nullptr;
    for (const model::Cell& cell : row.cells)
        if (mouse >= paint.scale.x(cell.offset) && mouse < paint.scale.x(cell.offset + 1))
            under = &cell;
    Subject subject = partition_subject(strips.topic, strips.partition, row.node);
    if (under != nullptr)
        subject = record_subject(strips.topic, strips.partition, row.node, under->offset);
    if (touch.hovered && under != nullptr)
        ui::tip("offset " + std::to_string(under->offset) + ", leader epoch " +
                std::to_string(under->epoch) + ", " + std::to_string(under->bytes) + " bytes" +
                (under->key.empty() ? "" : "\nkey " + under->key) +
                (under->value.empty() ? "" : "\nvalue " + under->value));
    if (touch.clicked)
        desk.select(subject);
    if (touch.right_clicked)
        desk.open_menu(subject);
}

void draw_ghosts(const Desk& desk, const RowPaint& paint, const model::Strips& strips,
                 std::int32_t node) {
    const ui::Colours& c = ui::look().colours;
    for (const model::Ghost& ghost : strips.ghosts) {
        const Duration age = desk.now->now - ghost.cut_at;
        if (ghost.node != node || age > ghost_stays || age.ns < 0)
            continue;
        const float part =
            static_cast<float>(static_cast<double>(age.ns) / static_cast<double>(ghost_stays.ns));
        const auto alpha = static_cast<std::uint32_t>(220 * (1 - part));
        const float fall = ui::look().reduced_motion ? 0 : px(14) * part;
        for (std::int64_t offset = std::max(ghost.from, paint.scale.first);
             offset < std::min(ghost.end, paint.scale.end); ++offset) {
            const Rect rect{paint.scale.x(offset), paint.y + fall, paint.scale.cell - 1, paint.h};
            ui::frame(paint.list, rect, ui::faded(c.fault.fill, alpha), px(2), 1.5F);
            ui::text_in(paint.list, Font::small, rect, ui::faded(c.fault.text, alpha),
                        std::to_string(offset), ui::Align::centre);
        }
    }
}

/// A log that ends to the left of all that is in sight.
void draw_far_end(const RowPaint& paint, std::int64_t log_end) {
    const ui::Colours& c = ui::look().colours;
    const std::string words = "\xE2\x86\x90 its log ends at " + std::to_string(log_end);
    const float w = ui::measure(Font::small, words).x;
    const Rect box{paint.scale.left + px(4), paint.y + px(1), w + px(10), paint.h - px(2)};
    ui::fill(paint.list, box, c.panel);
    ui::text_in(paint.list, Font::small, box, c.dim, words, ui::Align::centre);
}

/// One mark above the leader's row: a pointer at an offset, filled for what is committed and hollow
/// for what is only read, and what it means in words.
struct Reader {
    std::string name;
    std::string words;
    std::int64_t offset = 0;
    bool committed = false;
    Subject subject;
};

/// Each group by what it has committed and where its owner reads; consumers of no group, or whose
/// group nobody knows, by where they read.
std::vector<Reader> readers_of(const Desk& desk, const model::Strips& strips) {
    std::vector<Reader> readers;
    for (const model::Group& group : desk.now->groups) {
        const model::GroupOffset* at = offset_of(group, {strips.topic, strips.partition});
        if (at == nullptr)
            continue;
        const std::string behind = behind_text(at->behind);
        if (at->committed >= 0)
            readers.push_back({group.id,
                               group.id + " committed " + std::to_string(at->committed) + "  lag " +
                                   std::to_string(at->lag) + (behind.empty() ? "" : "  " + behind),
                               at->committed, true, group_subject(group.id)});
        if (at->position >= 0 && at->position != at->committed)
            readers.push_back({group.id + "/position", "at " + std::to_string(at->position),
                               at->position, false, group_subject(group.id)});
    }
    for (const model::Client& client : desk.now->clients)
        for (const model::Position& position : client.positions) {
            if (position.topic != strips.topic || position.partition != strips.partition ||
                group_of(*desk.now, client.group) != nullptr)
                continue;
            const std::string who = client.group.empty() ? client.name : client.group;
            readers.push_back({client.name,
                               who + " at " + std::to_string(position.position) + "  lag " +
                                   std::to_string(position.lag),
                               position.position, false, client_subject(client.id)});
        }
    std::stable_sort(readers.begin(), readers.end(),
                     [](const Reader& a, const Reader& b) { return a.offset < b.offset; });
    return readers;
}

void draw_readers(Desk& desk, ImDrawList* list, const Scale& scale, const model::Strips& strips,
                  float y) {
    const ui::Colours& c = ui::look().colours;
    float free_from = scale.left;
    for (const Reader& reader : readers_of(desk, strips)) {
        const float wide = ui::measure(Font::small, reader.words).x;
        const bool in_view = reader.offset >= scale.first;
        const float x = in_view ? scale.x(std::min(reader.offset, scale.end)) : scale.left;
        ui::glyph(list, ui::Glyph::pointer, {x, y + px(13)}, px(6), c.client.fill,
                  reader.committed);
        const float at = std::max(x + px(10), free_from);
        ui::text(list, Font::small, {at, y}, in_view ? c.client.text : c.dim, reader.words);
        const Rect rect{x - px(6), y, at + wide - x + px(6), px(18)};
        const std::string id = "reader/" + reader.name;
        if (ui::recording())
            ui::note(id, rect, reader.name, reader.words);
        if (ui::touch(id, rect).clicked)
            desk.select(reader.subject);
        free_from = at + wide + px(16);
    }
}

void post_label(ImDrawList* list, const Scale& scale, float y, std::int64_t offset, ui::Colour ink,
                const std::string& words, float* free_from) {
    const float x =
        std::clamp(scale.x(std::clamp(offset, scale.first, scale.end)), scale.left, 1e6F);
    const float w = ui::measure(Font::small, words).x;
    float at = std::max(*free_from, x - w / 2);
    ui::text(list, Font::small, {at, y}, ink, words);
    *free_from = at + w + px(14);
}

} // namespace

float draw_strips(Desk& desk, const Rect& rect, const model::Strips& strips,
                  const StripStyle& style, bool with_positions) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ui::Colours& c = ui::look().colours;
    const Scale scale = fitted(rect, strips, style);
    float y = rect.y;
    if (with_positions) {
        draw_readers(desk, list, scale, strips, y);
        y += px(22);
    }
    for (const model::Strip& row : strips.rows) {
        if (y + px(style.cell_h) > rect.bottom())
            break;
        const RowPaint paint{list, scale, y, px(style.cell_h)};
        draw_label(desk, paint, rect, strips, row);
        for (const model::Cell& cell : row.cells)
            if (cell.offset >= scale.first && cell.offset < scale.end)
                draw_cell(desk, paint, strips, row, cell);
        draw_empty(paint, row.log_end);
        if (row.log_end < scale.first)
            draw_far_end(paint, row.log_end);
        draw_ghosts(desk, paint, strips, row.node);
        post(paint, row.log_start, ui::faded(c.dim, 160), 0);
        if (row.last_stable < row.high_watermark)
            post(paint, row.last_stable, c.client.fill, px(2));
        bracket(paint, row.log_end, c.replica.fill);
        post(paint, row.high_watermark, c.good.fill, px(3));
        y += px(style.row_h);
    }
    if (!strips.rows.empty() && y + px(18) < rect.bottom()) {
        const model::Strip& leader = strips.rows.front();
        float free_from = rect.x;
        post_label(list, scale, y - px(4), leader.high_watermark, c.good.text,
                   "HW " + std::to_string(leader.high_watermark), &free_from);
        post_label(list, scale, y - px(4), leader.log_end, c.replica.text,
                   "LEO " + std::to_string(leader.log_end), &free_from);
        y += px(18);
    }
    return y - rect.y;
}

} // namespace orrery::gui
