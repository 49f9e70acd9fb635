// What the timeline draws: lanes with dots and hatches, flags, message lines, the ruler, the spurs
// of branches, the playhead. Cost goes with pixels, not with events.
#pragma once

#include "gui/frame/desk.hpp"
#include "gui/views/time_axis.hpp"
#include "gui/widgets/draw.hpp"

#include <vector>

namespace orrery::gui {

/// Flags of one lane that lie so close together that they share one glyph and one label.
struct FlagGroup {
    float x = 0;    ///< of the first
    float last = 0; ///< of the last
    float y = 0;
    std::vector<const model::Flag*> flags;
    float label_room = 0; ///< pixels to the right of the glyph
};

/// Where the timeline's parts lie.
struct TimelinePlaces {
    Axis axis;
    ui::Rect lanes;
    ui::Rect ruler;
    float step = 0; ///< from one lane to the next
    float y_of(std::int32_t lane) const {
        return lanes.y + (static_cast<float>(lane) + 0.5F) * step;
    }
};

/// The flags in sight, by lane and time.
std::vector<FlagGroup> flag_groups(const model::Timeline& timeline, const TimelinePlaces& places);

void draw_lanes(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
void draw_arrows(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
void draw_flags(ImDrawList* list, const Desk& desk, const std::vector<FlagGroup>& groups);
void draw_ruler(ImDrawList* list, const TimelinePlaces& places);
void draw_future(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
void draw_branches(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
void draw_playhead(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
/// The thin line where the mouse previews.
void draw_hover(ImDrawList* list, const TimelinePlaces& places, Instant at);

} // namespace orrery::gui
