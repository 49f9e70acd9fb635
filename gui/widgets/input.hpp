// What reaches the window in one frame: size, time, mouse, key edges, typed text. The shell fills
// it from GLFW, the tests by hand; nothing else tells the window anything.
//
// Dear ImGui 1.86 samples states once a frame, so a press and a release of one key in one frame are
// no press at all: whoever fills this puts at most one edge of a key or button into a frame.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace orrery::gui::ui {

// clang-format off
enum class Key : std::uint8_t {
    none,
    a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
    zero, one, two, three, four, five, six, seven, eight, nine,
    f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12,
    space, enter, escape, tab, backspace, del, insert,
    left, right, up, down, home, end, page_up, page_down,
    minus, equal, period, comma, slash, question,
    left_bracket, right_bracket, semicolon, apostrophe, backslash, grave,
    control, shift, alt, super
};
// clang-format on
inline constexpr std::size_t key_count = 80;

struct KeyEdge {
    Key key = Key::none;
    bool down = false;
};

struct Input {
    float width = 1600;
    float height = 1000;
    float density = 1;         ///< framebuffer pixels per unit of width
    double seconds = 1.0 / 60; ///< since the frame before
    float mouse_x = -1e30F;    ///< far away: no mouse
    float mouse_y = -1e30F;
    std::array<bool, 3> buttons{}; ///< left, right, middle
    float wheel = 0;
    bool control = false;
    bool shift = false;
    bool alt = false;
    std::vector<KeyEdge> keys;
    std::string text; ///< typed, UTF-8
};

} // namespace orrery::gui::ui
