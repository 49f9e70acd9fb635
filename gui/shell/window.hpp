// The real window: GLFW for input, OpenGL 3 for pixels, the machine's clock for the pace.
#pragma once

#include "gui/frame/theme.hpp"
#include "gui/model/session.hpp"

#include <string>

namespace orrery::gui {

struct WindowOptions {
    int width = 1600;
    int height = 1000;
    Theme theme = Theme::dark;
    bool playing = true; ///< whether time passes at once
    int frames = 0;      ///< close by itself after so many frames; 0: never
};

/// Opens it and stays until it is closed. Gives the process's exit code: 0, or 2 when there is no
/// display, no OpenGL 3 or no font, after saying so on stderr.
int run_window(model::Session& session, const WindowOptions& options);

/// Whether there is a display to open it on.
bool has_display();

} // namespace orrery::gui
