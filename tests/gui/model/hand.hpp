// A hand at the window over a live session: it presses keys, points and clicks by the names of what
// is on the screen.
#pragma once

#include "gui/frame/shortcuts.hpp"
#include "gui/shell/frame.hpp"
#include "tests/gui/model/live_support.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace orrery::tests {

/// The window over a live session, with a hand on its keyboard.
struct Hand {
    std::unique_ptr<gui::model::LiveSession> session = live(true);
    gui::ui::Input input;
    gui::ui::Registry registry;
    std::unique_ptr<gui::Frame> frame;

    Hand() {
        auto made = gui::Frame::make(*session);
        if (!made)
            throw std::runtime_error(made.error().what);
        frame = std::move(*made);
        frame->record(&registry);
        frames(3);
    }
    void frames(int count) {
        for (int i = 0; i < count; ++i) {
            frame->run(input);
            static_cast<void>(frame->renew_fonts());
            input.keys.clear();
        }
    }
    void press(gui::ui::Key key) {
        input.keys.push_back({key, true});
        frames(1);
        input.keys.push_back({key, false});
        frames(2);
    }
    bool has(std::string_view path) const { return registry.find(path) != nullptr; }
    void point(std::string_view path) {
        const gui::ui::Item* item = registry.find(path);
        if (item == nullptr)
            throw std::runtime_error("nothing called " + std::string(path));
        input.mouse_x = item->rect.centre().x;
        input.mouse_y = item->rect.centre().y;
        frames(2);
    }
    void click(std::string_view path, std::size_t button = 0) {
        point(path);
        input.buttons[button] = true;
        frames(1);
        input.buttons[button] = false;
        frames(2);
    }
    std::string value(std::string_view path) const {
        const gui::ui::Item* item = registry.find(path);
        return item == nullptr ? "nothing called " + std::string(path) : item->value;
    }
    const gui::model::Snapshot& now() { return *frame->desk().now; }
};

} // namespace orrery::tests
