// Where versions of Dear ImGui differ (1.86 of Debian 12, 1.91 of Debian 13): feeding it input,
// making its context, getting at the font atlas.
#pragma once

#include "gui/widgets/input.hpp"

#include <imgui.h>

namespace orrery::gui::ui {

/// A context that writes no file, blinks no cursor and needs no mouse: what a picture needs to be
/// the same twice.
ImGuiContext* make_context();
/// Tells the current context what came in. Before ImGui::NewFrame.
void feed(const Input& input);

/// That key went down in this frame, or repeats: for lists in popups, where our own shortcuts rest.
bool key_pressed(ImGuiKey key);

/// The atlas as alpha, one byte a pixel.
struct Atlas {
    const unsigned char* alpha = nullptr;
    int width = 0;
    int height = 0;
};
Atlas atlas_of(ImFontAtlas& fonts);

} // namespace orrery::gui::ui
