// The look that every widget draws with: colours by role, four fonts, the scale. The frame's theme
// fills it once a frame; widgets and views only read it.
//
// A role has two inks: `fill` for shapes and lines, `text` for words on a panel, since a hue that
// stands out as a shape is often too dark to be read as text.
#pragma once

#include <array>
#include <cstdint>

struct ImFont;

namespace orrery::gui::ui {

/// As Dear ImGui packs it: 0xAABBGGRR.
using Colour = std::uint32_t;

/// From the usual 0xRRGGBB.
constexpr Colour rgb(std::uint32_t hex, std::uint32_t alpha = 255) {
    return ((hex >> 16U) & 0xFFU) | (hex & 0xFF00U) | ((hex & 0xFFU) << 16U) | (alpha << 24U);
}
/// The same colour, `alpha` of 255 as strong.
constexpr Colour faded(Colour colour, std::uint32_t alpha) {
    return (colour & 0x00FFFFFFU) | ((((colour >> 24U) * alpha) / 255U) << 24U);
}

struct Ink {
    Colour fill = 0;
    Colour text = 0;
};

struct Colours {
    Colour background = 0;
    Colour panel = 0;
    Colour raised = 0;
    Colour line = 0;
    Colour text = 0;
    Colour dim = 0;
    Colour on_fill = 0; ///< text on a filled role colour
    Colour outline = 0; ///< around coloured shapes where the theme needs it; 0 is none
    Colour selection = 0;
    Colour on_selection = 0;
    Ink leader;
    Ink replica;
    Ink good;
    Ink client;
    Ink control;
    Ink fault;
    Ink idle; ///< out of sync, offline, unknown
    std::array<Colour, 4> epochs{};
};

struct Fonts {
    ImFont* body = nullptr;    ///< 15 px
    ImFont* small = nullptr;   ///< 13 px: nothing is smaller
    ImFont* heading = nullptr; ///< 20 px
    ImFont* mono = nullptr;    ///< 14 px
};

struct Look {
    Colours colours;
    Fonts fonts;
    float scale = 1.0F;          ///< of the interface; all sizes in the code are at scale 1
    bool reduced_motion = false; ///< no flying messages, no pulses
};

/// What is drawn with now.
const Look& look();
void set_look(const Look& look);

/// Pixels for a size given at scale 1, whole.
float px(float size);

} // namespace orrery::gui::ui
