// What the timeline draws: lanes with dots and hatches, flags, message lines, the ruler, the spurs
// of branches, the playhead. Cost goes with pixels, not with events.
#pragma once

#include "gui/frame/desk.hpp"
#include "gui/views/time_axis.hpp"
#include "gui/widgets/draw.hpp"

#include <string>
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
    static constexpr float group_share = 1.4F; ///< of a group's line, in lanes

    Axis axis;
    ui::Rect lanes;
    ui::Rect ruler;
    float step = 0;             ///< from one lane to the next; groups come below the lanes
    std::size_t lane_count = 0; ///< of nodes
    float y_of(std::int32_t lane) const {
        return lanes.y + (static_cast<float>(lane) + 0.5F) * step;
    }
    ui::Rect group_lane(std::size_t i) const {
        const float below = static_cast<float>(i) * group_share;
        return {lanes.x, lanes.y + (static_cast<float>(lane_count) + below) * step, lanes.w,
                group_share * step};
    }
};

/// The flags in sight, by lane and time.
std::vector<FlagGroup> flag_groups(const model::Timeline& timeline, const TimelinePlaces& places);

void draw_lanes(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
void draw_arrows(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
/// The groups that have a line: the first few, and the one in view.
std::vector<std::size_t> groups_in_sight(const Desk& desk);
/// A stretch in which some of a group's partitions are read by nobody.
struct IdleGap {
    Instant from;
    Instant to;
    std::int32_t most = 0; ///< partitions at once
    std::int32_t all = 0;
};
/// Those that overlap [from, to], by time; one that goes on is taken to end at `to`.
std::vector<IdleGap> gaps_of(const model::GroupLane& lane, Instant from, Instant to);
std::string words_of(const model::GroupLane& lane, const IdleGap& gap);
void draw_groups(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
void draw_flags(ImDrawList* list, const Desk& desk, const std::vector<FlagGroup>& groups);
void draw_ruler(ImDrawList* list, const TimelinePlaces& places);
void draw_future(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
void draw_branches(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
void draw_playhead(ImDrawList* list, const Desk& desk, const TimelinePlaces& places);
/// The thin line where the mouse previews.
void draw_hover(ImDrawList* list, const TimelinePlaces& places, Instant at);

} // namespace orrery::gui
