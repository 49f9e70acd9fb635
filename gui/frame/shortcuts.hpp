// Key chords: how a command is written on a keyboard.
#pragma once

#include "gui/widgets/input.hpp"

#include <string>

namespace orrery::gui {

struct Chord {
    ui::Key key = ui::Key::none;
    bool control = false;
    bool shift = false;
    bool alt = false;
    bool operator==(const Chord&) const = default;
};

constexpr Chord plain(ui::Key key) {
    return {key};
}
constexpr Chord with_control(ui::Key key) {
    return {key, true};
}
constexpr Chord with_shift(ui::Key key) {
    return {key, false, true};
}
constexpr Chord with_alt(ui::Key key) {
    return {key, false, false, true};
}

/// "Ctrl+Shift+Z"; empty for no chord.
std::string text_of(const Chord& chord);
std::string text_of(ui::Key key);

} // namespace orrery::gui
