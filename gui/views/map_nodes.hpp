// The cluster map's still parts: links, controllers as pills, brokers as boxes of chips, clients.
#pragma once

#include "gui/frame/desk.hpp"
#include "gui/views/map_layout.hpp"

namespace orrery::gui {

void draw_links(Desk& desk, ImDrawList* list, const MapPlaces& places);
void draw_controller(Desk& desk, ImDrawList* list, const model::Node& node, const ui::Rect& rect);
void draw_broker(Desk& desk, ImDrawList* list, const model::Node& node, const ui::Rect& rect,
                 Detail detail);
void draw_client(Desk& desk, ImDrawList* list, const model::Client& client, const ui::Rect& rect);

/// map_groups.cpp: a bracket round each group's consumers; a click selects the group.
void draw_groups_on_map(Desk& desk, ImDrawList* list, const MapPlaces& places);

/// The link nearest to the mouse, at most `reach` pixels away; nullptr when none is.
const model::Link* link_under(const Desk& desk, const MapPlaces& places, ImVec2 mouse, float reach);

} // namespace orrery::gui
