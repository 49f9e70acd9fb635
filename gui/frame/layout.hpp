// Where the panes are. The window has six docks round a centre; splitters move their borders,
// presets set them all, and one pane can take the whole room.
#pragma once

#include "gui/widgets/draw.hpp"

#include <array>
#include <optional>

namespace orrery::gui {

enum class Dock : std::uint8_t { left, centre_top, centre_bottom, right_top, right_bottom, bottom };
inline constexpr std::size_t dock_count = 6;

enum class Preset : std::uint8_t { teach, explore, debug, present };

/// The border that a splitter moves.
enum class Border : std::uint8_t { left, right, centre, right_middle, bottom };
inline constexpr std::size_t border_count = 5;

struct Places {
    ui::Rect menu;
    ui::Rect transport;
    ui::Rect status;
    std::array<ui::Rect, dock_count> docks;       ///< width 0: not shown
    std::array<ui::Rect, border_count> splitters; ///< width 0: not shown
};

class Layout {
public:
    void use(Preset preset);
    Preset preset() const { return preset_; }
    /// Rectangles for a window of that size, in pixels; the scale is the look's.
    Places place(float width, float height) const;
    /// The splitter of that border was dragged by `by` pixels.
    void drag(Border border, float by, float width, float height);
    void reset(Border border);
    void maximise(std::optional<Dock> dock) { maximised_ = dock; }
    std::optional<Dock> maximised() const { return maximised_; }
    /// In a narrow window the right column's views are tabs of the centre's lower dock.
    static bool narrow(float width);
    bool right_hidden(float width) const;

private:
    // At scale 1. The two middles are parts of their column's height.
    struct Sizes {
        float left = 232;
        float right = 360;
        float centre = 0.564F;
        float right_middle = 0.564F;
        float bottom = 184;
    };
    static Sizes sizes_of(Preset preset);

    Preset preset_ = Preset::teach;
    Sizes sizes_;
    std::optional<Dock> maximised_;
};

} // namespace orrery::gui
