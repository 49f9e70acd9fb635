// A picture of the window without a window: no display, no GPU, no GLFW.
#pragma once

#include "core/base/result.hpp"
#include "gui/frame/selection.hpp"
#include "gui/frame/theme.hpp"
#include "gui/model/session.hpp"

#include <string>

namespace orrery::gui {

struct ShotOptions {
    std::string file; ///< the PNG to write
    int width = 1600;
    int height = 1000;
    Theme theme = Theme::dark;
    float scale = 1.0F;
    Subject select; ///< what is selected in it; nothing by default
};

/// Draws the session where it stands. The error says what could not be found or written.
Result<void, InputError> shot(model::Session& session, const ShotOptions& options);

} // namespace orrery::gui
