// Draw data to pixels without a GPU. Dear ImGui draws triangles with straight alpha, textured from
// one alpha-only atlas; almost all of them are the two halves of an upright rectangle, which are
// filled a row at a time. The rest goes through edge functions on a 1/16 pixel grid with the
// top-left rule, so that two triangles that share an edge never both paint a pixel of it.
//
// The result depends on the draw data alone: the same on every machine.
#pragma once

#include "gui/widgets/compat.hpp"

#include <cstdint>
#include <vector>

struct ImDrawData;

namespace orrery::gui {

struct Picture {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgba; ///< rows from the top, 4 bytes a pixel
    bool operator==(const Picture&) const = default;
};

/// Draws over a ground of that colour (ui::rgb).
Picture rasterise(const ImDrawData& data, const ui::Atlas& atlas, std::uint32_t ground);

} // namespace orrery::gui
