#include "gui/widgets/plot.hpp"

#include <algorithm>

namespace orrery::gui::ui {

std::vector<Column> decimate(const std::vector<Point>& points, std::int64_t from, std::int64_t to,
                             std::size_t columns) {
    std::vector<Column> result(columns);
    if (columns == 0 || to <= from)
        return result;
    const auto span = static_cast<double>(to - from);
    for (const Point& point : points) {
        if (point.at < from || point.at >= to)
            continue;
        const double place = static_cast<double>(point.at - from) / span;
        const auto index =
            std::min(columns - 1, static_cast<std::size_t>(place * static_cast<double>(columns)));
        Column& column = result[index];
        if (column.empty)
            column = {point.value, point.value, point.value, point.value, false};
        column.low = std::min(column.low, point.value);
        column.high = std::max(column.high, point.value);
        column.last = point.value;
    }
    return result;
}

void plot(ImDrawList* list, const Rect& rect, const std::vector<Point>& points, std::int64_t from,
          std::int64_t to, Colour colour) {
    if (points.empty() || rect.w < 2)
        return;
    const auto columns = decimate(points, from, to, static_cast<std::size_t>(rect.w));
    std::int64_t least = 0;
    std::int64_t most = 1;
    for (const Point& point : points) {
        least = std::min(least, point.value);
        most = std::max(most, point.value);
    }
    const auto y_of = [&](std::int64_t value) {
        const auto part = static_cast<float>(static_cast<double>(value - least) /
                                             static_cast<double>(most - least));
        return rect.bottom() - 1 - part * (rect.h - 2);
    };
    // What held before the first column.
    bool known = false;
    std::int64_t held = 0;
    for (const Point& point : points)
        if (point.at < from) {
            known = true;
            held = point.value;
        }
    float run_from = rect.x;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& column = columns[i];
        if (column.empty)
            continue;
        const float x = rect.x + static_cast<float>(i);
        if (known)
            list->AddLine({run_from, y_of(held)}, {x, y_of(held)}, colour, 1.5F);
        const std::int64_t low = known ? std::min(column.low, held) : column.low;
        const std::int64_t high = known ? std::max(column.high, held) : column.high;
        if (low != high)
            list->AddLine({x, y_of(low)}, {x, y_of(high)}, colour, 1.5F);
        known = true;
        held = column.last;
        run_from = x;
    }
    if (known)
        list->AddLine({run_from, y_of(held)}, {rect.right(), y_of(held)}, colour, 1.5F);
}

} // namespace orrery::gui::ui
