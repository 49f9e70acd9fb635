#include "gui/frame/shortcuts.hpp"

namespace orrery::gui {

using ui::Key;

std::string text_of(Key key) {
    if (key >= Key::a && key <= Key::z)
        return {static_cast<char>('A' + static_cast<int>(key) - static_cast<int>(Key::a))};
    if (key >= Key::zero && key <= Key::nine)
        return {static_cast<char>('0' + static_cast<int>(key) - static_cast<int>(Key::zero))};
    if (key >= Key::f1 && key <= Key::f12)
        return "F" + std::to_string(static_cast<int>(key) - static_cast<int>(Key::f1) + 1);
    switch (key) {
    case Key::space: return "Space";
    case Key::enter: return "Enter";
    case Key::escape: return "Esc";
    case Key::tab: return "Tab";
    case Key::backspace: return "Backspace";
    case Key::del: return "Del";
    case Key::left: return "\xE2\x86\x90";
    case Key::right: return "\xE2\x86\x92";
    case Key::up: return "\xE2\x86\x91";
    case Key::down: return "\xE2\x86\x93";
    case Key::home: return "Home";
    case Key::end: return "End";
    case Key::page_up: return "PgUp";
    case Key::page_down: return "PgDn";
    case Key::minus: return "\xE2\x88\x92";
    case Key::equal: return "=";
    case Key::period: return ".";
    case Key::comma: return ",";
    case Key::slash: return "/";
    case Key::question: return "?";
    default: return "";
    }
}

std::string text_of(const Chord& chord) {
    if (chord.key == Key::none)
        return "";
    std::string text;
    if (chord.control)
        text += "Ctrl+";
    if (chord.shift)
        text += "Shift+";
    if (chord.alt)
        text += "Alt+";
    return text + text_of(chord.key);
}

} // namespace orrery::gui
