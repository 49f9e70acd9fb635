// The item registry: what was on the screen in a frame, by name. Every control and every canvas
// object that a person could point at is noted with a path ("inspector/isr"), a rectangle, a label
// and a state. Tests click by path and read values; the dump doubles as an accessibility tree.
//
// Recording is off unless a registry is set, and then costs one test of a pointer.
#pragma once

#include "gui/widgets/draw.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::gui::ui {

struct Item {
    std::string path;
    std::string label;
    std::string value;
    Rect rect;
    bool enabled = true;
    bool checked = false;
};

class Registry {
public:
    void clear() {
        items_.clear();
        scope_.clear();
    }
    void add(Item item) { items_.push_back(std::move(item)); }
    const std::vector<Item>& items() const { return items_; }
    /// The last item of that path: what is drawn later lies on top. nullptr when there is none.
    const Item* find(std::string_view path) const;
    /// Up to `count` paths that look most like it, for error messages.
    std::vector<std::string> nearest(std::string_view path, std::size_t count = 5) const;
    /// One line an item: path, label, value, state; without rectangles, which fonts may move.
    std::string dump(std::string_view below = "") const;

    std::string scope_; ///< the path that new items go under: "inspector/"

private:
    std::vector<Item> items_;
};

Registry* registry();
void set_registry(Registry* registry);
inline bool recording() {
    return registry() != nullptr;
}

/// Notes an item under the current scope. `id` may have slashes.
void note(std::string_view id, const Rect& rect, std::string_view label,
          std::string_view value = {}, bool enabled = true, bool checked = false);

/// Puts what is noted while it lives under `name`.
class Scope {
public:
    explicit Scope(std::string_view name);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

private:
    std::size_t before_ = 0;
};

} // namespace orrery::gui::ui
