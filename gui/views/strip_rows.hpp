// Replicas' logs as rows of cells, one cell a record: the picture that log strips and the quorum
// share. Bands are leader epochs, a hatch is what is not committed, posts are the high watermark
// (green), the last stable offset (pink) and the log's end (sky).
#pragma once

#include "gui/frame/desk.hpp"

namespace orrery::gui {

struct StripStyle {
    float cell_w = 27; ///< at scale 1
    float cell_h = 22;
    float row_h = 34;
    float label_w = 128;
};

/// Draws the rows in the rect from its top; gives the height used. `positions`: consumers' offsets
/// to show above the first row.
float draw_strips(Desk& desk, const ui::Rect& rect, const model::Strips& strips,
                  const StripStyle& style, bool with_positions);

} // namespace orrery::gui
