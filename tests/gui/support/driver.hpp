// Drives the window as a hand would, without a window: points, clicks, presses and types by the
// names of the item registry, one input edge a frame, and reads what is shown.
#pragma once

#include "gui/frame/shortcuts.hpp"
#include "gui/shell/frame.hpp"
#include "tests/gui/support/toy_session.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace orrery::tests {

class Driver {
public:
    /// A fresh toy cluster, the window at 1600 x 1000; throws when there are no fonts.
    explicit Driver(const ToyOptions& options = {});

    void frames(int count = 1);
    /// Frames until it holds; false when it never did.
    bool until(const std::function<bool()>& holds, int frames_max);

    void point(std::string_view path);
    void click(std::string_view path, int button = 0);
    void double_click(std::string_view path);
    void drag(std::string_view path, float dx, float dy);
    void wheel(std::string_view path, float by);
    void key(gui::Chord chord);
    void type(std::string_view words);
    /// Opens the menu of that name and chooses the command.
    void menu(std::string_view name, std::string_view command);
    void away(); ///< the mouse leaves the window

    bool has(std::string_view path) const;
    /// The item; throws with the paths that look like it when there is none.
    const gui::ui::Item& item(std::string_view path) const;
    std::string value(std::string_view path) const { return item(path).value; }
    std::string label(std::string_view path) const { return item(path).label; }

    gui::Desk& desk() { return frame_->desk(); }
    const model::Snapshot& now() { return *frame_->desk().now; }
    /// All that a command could change, as text: equal before and after means that nothing was
    /// done.
    std::string state();

    ToySession session;
    gui::ui::Input input;
    gui::ui::Registry registry;
    gui::Frame& frame() { return *frame_; }

private:
    std::unique_ptr<gui::Frame> frame_;
};

} // namespace orrery::tests
