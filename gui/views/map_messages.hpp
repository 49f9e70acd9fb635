// The cluster map's moving part: messages in the air. Shape and hue by family, filled is a request,
// hollow a response, a cross is where one was lost.
#pragma once

#include "gui/frame/desk.hpp"
#include "gui/views/map_layout.hpp"

namespace orrery::gui {

struct Flying {
    const model::Message* message = nullptr;
    ImVec2 at;
    float radius = 6;
};

/// Where each visible message is; at most `most`, the rest is counted per link (see `crowds`).
struct Crowd {
    ImVec2 at;
    int count = 0;
};
struct Air {
    std::vector<Flying> flying;
    std::vector<Crowd> crowds;
};
Air messages_on_map(const Desk& desk, const MapPlaces& places);

void draw_messages(Desk& desk, ImDrawList* list, const Air& air);
const Flying* message_under(const Air& air, ImVec2 mouse);

} // namespace orrery::gui
