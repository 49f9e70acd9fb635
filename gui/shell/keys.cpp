#include "gui/shell/keys.hpp"

#include <GLFW/glfw3.h>

namespace orrery::gui {

using ui::Key;

namespace {

struct Row {
    int theirs;
    Key ours;
};

constexpr Row rows[] = {
    {GLFW_KEY_SPACE, Key::space},
    {GLFW_KEY_ENTER, Key::enter},
    {GLFW_KEY_KP_ENTER, Key::enter},
    {GLFW_KEY_ESCAPE, Key::escape},
    {GLFW_KEY_TAB, Key::tab},
    {GLFW_KEY_BACKSPACE, Key::backspace},
    {GLFW_KEY_DELETE, Key::del},
    {GLFW_KEY_INSERT, Key::insert},
    {GLFW_KEY_LEFT, Key::left},
    {GLFW_KEY_RIGHT, Key::right},
    {GLFW_KEY_UP, Key::up},
    {GLFW_KEY_DOWN, Key::down},
    {GLFW_KEY_HOME, Key::home},
    {GLFW_KEY_END, Key::end},
    {GLFW_KEY_PAGE_UP, Key::page_up},
    {GLFW_KEY_PAGE_DOWN, Key::page_down},
    {GLFW_KEY_MINUS, Key::minus},
    {GLFW_KEY_KP_SUBTRACT, Key::minus},
    {GLFW_KEY_EQUAL, Key::equal},
    {GLFW_KEY_KP_ADD, Key::equal},
    {GLFW_KEY_PERIOD, Key::period},
    {GLFW_KEY_COMMA, Key::comma},
    {GLFW_KEY_SLASH, Key::slash},
    {GLFW_KEY_LEFT_BRACKET, Key::left_bracket},
    {GLFW_KEY_RIGHT_BRACKET, Key::right_bracket},
    {GLFW_KEY_SEMICOLON, Key::semicolon},
    {GLFW_KEY_APOSTROPHE, Key::apostrophe},
    {GLFW_KEY_BACKSLASH, Key::backslash},
    {GLFW_KEY_GRAVE_ACCENT, Key::grave},
};

Key plus(Key first, int by) {
    return static_cast<Key>(static_cast<int>(first) + by);
}

} // namespace

Key key_of_glfw(int key) {
    if (key >= GLFW_KEY_A && key <= GLFW_KEY_Z)
        return plus(Key::a, key - GLFW_KEY_A);
    if (key >= GLFW_KEY_0 && key <= GLFW_KEY_9)
        return plus(Key::zero, key - GLFW_KEY_0);
    if (key >= GLFW_KEY_F1 && key <= GLFW_KEY_F12)
        return plus(Key::f1, key - GLFW_KEY_F1);
    for (const Row& row : rows)
        if (row.theirs == key)
            return row.ours;
    return Key::none;
}

std::string utf8_of(unsigned letter) {
    const auto byte = [](unsigned value) { return static_cast<char>(value); };
    if (letter < 0x80)
        return {byte(letter)};
    if (letter < 0x800)
        return {byte(0xC0 | (letter >> 6U)), byte(0x80 | (letter & 0x3FU))};
    if (letter < 0x10000)
        return {byte(0xE0 | (letter >> 12U)), byte(0x80 | ((letter >> 6U) & 0x3FU)),
                byte(0x80 | (letter & 0x3FU))};
    return {byte(0xF0 | (letter >> 18U)), byte(0x80 | ((letter >> 12U) & 0x3FU)),
            byte(0x80 | ((letter >> 6U) & 0x3FU)), byte(0x80 | (letter & 0x3FU))};
}

} // namespace orrery::gui
