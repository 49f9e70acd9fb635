// Where things stand on the cluster map: controllers across the top, brokers in the middle,
// producers left, consumers right. A function of the snapshot and the room; places that a person
// dragged things to come on top.
#pragma once

#include "gui/model/snapshot.hpp"
#include "gui/widgets/draw.hpp"

#include <map>
#include <vector>

namespace orrery::gui {

/// How much of a node there is room for.
enum class Detail : std::uint8_t {
    full,    ///< 214 x 150 with chips
    compact, ///< 96 x 64 with counts
    cell     ///< one cell of a grid
};

struct Placed {
    std::int32_t id = -1;
    ui::Rect rect;
    bool pill = false; ///< a controller of its own
};

struct MapPlaces {
    Detail detail = Detail::full;
    std::vector<Placed> placed;
    const Placed* find(std::int32_t id) const;
};

/// `moved`: offsets that a hand gave to things, by id, at scale 1.
MapPlaces place_on_map(const model::Snapshot& snapshot, const ui::Rect& area,
                       const std::map<std::int32_t, ImVec2>& moved);

/// The stretch of the line between two rects' centres that lies in neither.
struct Stretch {
    ImVec2 a;
    ImVec2 b;
};
Stretch between(const ui::Rect& from, const ui::Rect& to);

} // namespace orrery::gui
