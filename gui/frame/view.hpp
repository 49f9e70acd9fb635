// A view: one tab of a dock. It draws the desk's snapshot and keeps only what belongs to the eye
// (scroll, zoom, filter). It changes nothing but the selection; deeds go through Desk::ask.
#pragma once

#include "gui/frame/layout.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::gui {

struct Desk;

class View {
public:
    View() = default;
    View(const View&) = delete;
    View& operator=(const View&) = delete;
    virtual ~View() = default;

    /// Its path in the registry, and what commands call it: "map".
    virtual std::string_view id() const = 0;
    virtual std::string_view title() const = 0;
    virtual Dock dock() const = 0;
    /// A few dim words beside the title.
    virtual std::string subtitle(const Desk&) const { return {}; }
    virtual void draw(Desk& desk, const ui::Rect& area) = 0;
    /// Whether it shows the moment that the mouse previews on the timeline, while it does.
    virtual bool previews() const { return false; }
};

using Views = std::vector<std::unique_ptr<View>>;

} // namespace orrery::gui
