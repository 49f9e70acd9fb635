// GLFW's key numbers and letters as ours.
#pragma once

#include "gui/widgets/input.hpp"

#include <string>

namespace orrery::gui {

/// Key::none for keys that mean nothing here.
ui::Key key_of_glfw(int key);
std::string utf8_of(unsigned letter);

} // namespace orrery::gui
