#include "gui/frame/layout.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::gui {

using ui::px;
using ui::Rect;

namespace {

constexpr float bar = 4; ///< a splitter's width

} // namespace

Layout::Sizes Layout::sizes_of(Preset preset) {
    Sizes sizes;
    switch (preset) {
    case Preset::teach:
    case Preset::explore: break;
    case Preset::debug:
        sizes.left = 180;
        sizes.right = 560;
        sizes.right_middle = 0.34F;
        break;
    case Preset::present:
        sizes.left = 0;
        sizes.right = 0;
        sizes.centre = 0.62F;
        sizes.bottom = 150;
        break;
    }
    return sizes;
}

void Layout::use(Preset preset) {
    preset_ = preset;
    sizes_ = sizes_of(preset);
    maximised_.reset();
}

bool Layout::narrow(float width) {
    return width < px(1280);
}

bool Layout::right_hidden(float width) const {
    return narrow(width) || sizes_.right <= 0;
}

Places Layout::place(float width, float height) const {
    Places places;
    places.menu = {0, 0, width, px(24)};
    places.transport = {0, px(24), width, px(44)};
    places.status = {0, height - px(22), width, px(22)};
    const float top = px(68);
    const float end = height - px(24);
    const auto dock = [&](Dock which) -> Rect& {
        return places.docks[static_cast<std::size_t>(which)];
    };
    if (maximised_) {
        dock(*maximised_) = {0, top, width, end - top};
        return places;
    }
    const float gap = px(bar);
    const float low = std::min(px(sizes_.bottom), (end - top) / 2);
    const float middle = end - low - gap; // where the columns end
    const float tall = middle - top;
    const bool left_shown = sizes_.left > 0 && width >= px(1000);
    const float left = left_shown ? px(sizes_.left) : 0;
    const float right = right_hidden(width) ? 0 : px(sizes_.right);
    const float from = left_shown ? left + gap : 0;
    const float to = right > 0 ? width - right - gap : width;
    const float centre = std::floor(tall * sizes_.centre);
    const float beside = std::floor(tall * sizes_.right_middle);
    auto split = [&](Border which, Rect rect) {
        places.splitters[static_cast<std::size_t>(which)] = rect;
    };
    if (left_shown) {
        dock(Dock::left) = {0, top, left, tall};
        split(Border::left, {left, top, gap, tall});
    }
    dock(Dock::centre_top) = {from, top, to - from, centre};
    dock(Dock::centre_bottom) = {from, top + centre + gap, to - from, tall - centre - gap};
    split(Border::centre, {from, top + centre, to - from, gap});
    if (right > 0) {
        dock(Dock::right_top) = {width - right, top, right, beside};
        dock(Dock::right_bottom) = {width - right, top + beside + gap, right, tall - beside - gap};
        split(Border::right, {to, top, gap, tall});
        split(Border::right_middle, {width - right, top + beside, right, gap});
    }
    dock(Dock::bottom) = {0, middle + gap, width, low};
    split(Border::bottom, {0, middle, width, gap});
    return places;
}

void Layout::drag(Border border, float by, float width, float height) {
    const float scale = std::max(0.1F, ui::look().scale);
    const Places now = place(width, height);
    const float tall = std::max(1.0F, now.docks[1].h + now.docks[2].h);
    switch (border) {
    case Border::left: sizes_.left = std::clamp(sizes_.left + by / scale, 180.0F, 480.0F); break;
    case Border::right: sizes_.right = std::clamp(sizes_.right - by / scale, 260.0F, 760.0F); break;
    case Border::centre: sizes_.centre = std::clamp(sizes_.centre + by / tall, 0.25F, 0.8F); break;
    case Border::right_middle:
        sizes_.right_middle = std::clamp(sizes_.right_middle + by / tall, 0.2F, 0.8F);
        break;
    case Border::bottom: sizes_.bottom = std::clamp(sizes_.bottom - by / scale, 96.0F, 420.0F);
    }
}

void Layout::reset(Border border) {
    const Sizes fresh = sizes_of(preset_);
    switch (border) {
    case Border::left: sizes_.left = fresh.left; break;
    case Border::right: sizes_.right = fresh.right; break;
    case Border::centre: sizes_.centre = fresh.centre; break;
    case Border::right_middle: sizes_.right_middle = fresh.right_middle; break;
    case Border::bottom: sizes_.bottom = fresh.bottom; break;
    }
}

} // namespace orrery::gui
