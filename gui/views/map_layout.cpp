#include "gui/views/map_layout.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using ui::px;
using ui::Rect;

namespace {

constexpr std::size_t full_max = 6;     ///< brokers that are drawn with their chips
constexpr std::size_t compact_max = 40; ///< above it they are cells of a grid

struct Ids {
    std::vector<std::int32_t> controllers;
    std::vector<std::int32_t> brokers;
    std::vector<std::int32_t> left;
    std::vector<std::int32_t> right;
};

Ids sorted_out(const model::Snapshot& snapshot) {
    Ids ids;
    for (const model::Node& node : snapshot.nodes)
        (node.is_broker ? ids.brokers : ids.controllers).push_back(node.id);
    for (const model::Client& client : snapshot.clients)
        (client.kind == model::ClientKind::consumer ? ids.right : ids.left).push_back(client.id);
    return ids;
}

/// Three stand in a triangle, which keeps the links between all of them in sight; more stand in
/// rows.
void place_brokers(MapPlaces& places, const std::vector<std::int32_t>& ids, const Rect& room) {
    if (ids.empty())
        return;
    const std::size_t n = ids.size();
    places.detail = n <= full_max      ? Detail::full
                    : n <= compact_max ? Detail::compact
                                       : Detail::cell;
    const bool full = places.detail == Detail::full;
    const float w = full ? px(214) : places.detail == Detail::compact ? px(96) : px(30);
    const float h = full ? px(150) : places.detail == Detail::compact ? px(64) : px(20);
    const auto at = [&](std::size_t i, float cx, float cy) {
        const float x = std::clamp(cx - w / 2, room.x, std::max(room.x, room.right() - w));
        const float y = std::clamp(cy - h / 2, room.y, std::max(room.y, room.bottom() - h));
        places.placed.push_back({ids[i], {std::floor(x), std::floor(y), w, h}, false});
    };
    const ImVec2 mid = room.centre();
    if (n <= 3 && full) {
        const float step = std::min(w * 1.14F, (room.w - w) / 2);
        const float drop = std::max(0.0F, room.h - h);
        if (n == 1)
            at(0, mid.x, mid.y);
        else if (n == 2) {
            at(0, mid.x - step * 0.7F, mid.y);
            at(1, mid.x + step * 0.7F, mid.y);
        } else {
            at(0, mid.x - step, room.y + h / 2);
            at(1, mid.x, room.y + h / 2 + drop);
            at(2, mid.x + step, room.y + h / 2);
        }
        return;
    }
    const float gap = full ? px(28) : px(14);
    const auto fit = static_cast<std::size_t>(std::max(1.0F, (room.w + gap) / (w + gap)));
    const std::size_t per_row = std::min(fit, full ? (n + 1) / 2 : std::max<std::size_t>(fit, 1));
    const std::size_t rows = (n + per_row - 1) / per_row;
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t row = i / per_row;
        const std::size_t in_row = std::min(per_row, n - row * per_row);
        const float wide = static_cast<float>(in_row) * (w + gap) - gap;
        const float high = static_cast<float>(rows) * (h + gap) - gap;
        at(i, mid.x - wide / 2 + w / 2 + static_cast<float>(i % per_row) * (w + gap),
           mid.y - high / 2 + h / 2 + static_cast<float>(row) * (h + gap));
    }
}

void place_column(MapPlaces& places, const std::vector<std::int32_t>& ids, const Rect& room) {
    const float h = px(52);
    const auto most = static_cast<std::size_t>(std::max(1.0F, room.h / (h + px(8))));
    const std::size_t n = std::min(ids.size(), most);
    for (std::size_t i = 0; i < n; ++i) {
        const float slot = room.h / static_cast<float>(n);
        const float step = std::min(slot, px(104));
        const float top = room.y + (room.h - step * static_cast<float>(n)) / 2;
        const float y = top + step * static_cast<float>(i) + (step - h) / 2;
        places.placed.push_back({ids[i], {room.x, std::floor(y), room.w, h}, false});
    }
}

} // namespace

const Placed* MapPlaces::find(std::int32_t id) const {
    for (const Placed& one : placed)
        if (one.id == id)
            return &one;
    return nullptr;
}

MapPlaces place_on_map(const model::Snapshot& snapshot, const Rect& area,
                       const std::map<std::int32_t, ImVec2>& moved) {
    MapPlaces places;
    const Ids ids = sorted_out(snapshot);
    const float margin = px(18);
    const float side = px(112);
    const float pill_h = px(44);
    const float top = area.y + px(12);
    // Controllers.
    const std::size_t n = ids.controllers.size();
    const float step = n == 0 ? 0 : std::min(px(200), (area.w - margin) / static_cast<float>(n));
    const float pill_w = std::min(px(176), step - px(10));
    for (std::size_t i = 0; i < n; ++i) {
        const float cx =
            area.centre().x + (static_cast<float>(i) - static_cast<float>(n - 1) / 2) * step;
        places.placed.push_back(
            {ids.controllers[i], {std::floor(cx - pill_w / 2), top, pill_w, pill_h}, true});
    }
    // Clients and brokers share what is below.
    const float low_top = top + (n == 0 ? 0 : pill_h + px(30));
    const float low_end = area.bottom() - px(34);
    const float left = ids.left.empty() ? 0 : side + px(34);
    const float right = ids.right.empty() ? 0 : side + px(34);
    place_brokers(
        places, ids.brokers,
        {area.x + margin + left, low_top, area.w - 2 * margin - left - right, low_end - low_top});
    place_column(places, ids.left, {area.x + margin, low_top, side, low_end - low_top});
    place_column(places, ids.right,
                 {area.right() - margin - side, low_top, side, low_end - low_top});
    for (Placed& one : places.placed) {
        const auto by = moved.find(one.id);
        if (by == moved.end())
            continue;
        one.rect.x = std::clamp(one.rect.x + px(by->second.x), area.x,
                                std::max(area.x, area.right() - one.rect.w));
        one.rect.y = std::clamp(one.rect.y + px(by->second.y), area.y,
                                std::max(area.y, area.bottom() - one.rect.h));
    }
    return places;
}

namespace {

/// How much of the way from the centre along (dx, dy) lies inside the rect, 0..1.
float inside(const Rect& rect, float dx, float dy) {
    const float tx = std::abs(dx) < 0.01F ? 1e9F : rect.w / 2 / std::abs(dx);
    const float ty = std::abs(dy) < 0.01F ? 1e9F : rect.h / 2 / std::abs(dy);
    return std::min({tx, ty, 0.5F});
}

} // namespace

Stretch between(const Rect& from, const Rect& to) {
    const ImVec2 a = from.centre();
    const ImVec2 b = to.centre();
    const float dx = b.x - a.x;
    const float dy = b.y - a.y;
    const float ta = inside(from, dx, dy);
    const float tb = inside(to, dx, dy);
    return {{a.x + dx * ta, a.y + dy * ta}, {b.x - dx * tb, b.y - dy * tb}};
}

} // namespace orrery::gui
