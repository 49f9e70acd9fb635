// A plot of a figure over time, cheap at any length: each pixel column draws the least and the
// greatest value that falls into it, so a spike never vanishes.
#pragma once

#include "gui/widgets/draw.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace orrery::gui::ui {

struct Point {
    std::int64_t at = 0;
    std::int64_t value = 0;
};

/// What one pixel column shows. `first` and `last` join it to its neighbours.
struct Column {
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
    bool empty = true;
};

/// `points` by time; the columns split [from, to) evenly. A column without points is empty: the
/// value before it holds (figures are steps, not slopes).
std::vector<Column> decimate(const std::vector<Point>& points, std::int64_t from, std::int64_t to,
                             std::size_t columns);

/// Draws it as steps. The vertical scale runs from the lesser of 0 and the least value to the
/// greatest.
void plot(ImDrawList* list, const Rect& rect, const std::vector<Point>& points, std::int64_t from,
          std::int64_t to, Colour colour);

} // namespace orrery::gui::ui
