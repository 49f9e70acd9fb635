// The window as a function: what came in since the last frame goes in, draw data comes out. No
// clock, no screen, no file: GLFW, pictures and tests all drive this one.
#pragma once

#include "core/base/result.hpp"
#include "gui/frame/desk.hpp"
#include "gui/frame/fonts.hpp"
#include "gui/shell/raster.hpp"
#include "gui/widgets/input.hpp"
#include "gui/widgets/registry.hpp"

#include <memory>

struct ImDrawData;
struct ImGuiContext;

namespace orrery::gui {

/// What a frame cost, for the hidden display and the benchmark.
struct FrameFigures {
    int vertices = 0;
    int draw_calls = 0;
};

class Frame {
public:
    /// A desk over that session, with a Dear ImGui context of its own. The error: no fonts.
    static Result<std::unique_ptr<Frame>, InputError> make(model::Session& session);
    ~Frame();
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

    /// Lets time pass, draws, then runs the commands that were asked for. The draw data holds until
    /// the next call.
    const ImDrawData& run(const ui::Input& input);
    Desk& desk() { return *desk_; }
    const FrameFigures& figures() const { return figures_; }
    /// Notes all items of each frame from now on.
    void record(ui::Registry* registry) { registry_ = registry; }
    /// Builds the fonts anew where a command changed the scale: after the frame was shown, since
    /// the frame's letters lie in the old atlas. True when the renderer must take the atlas again.
    bool renew_fonts();
    ui::Atlas atlas() const;
    void make_current() const;
    /// The last frame as a picture.
    Picture picture() const;

private:
    explicit Frame(model::Session& session);
    Result<bool, InputError> fit_fonts();
    void look_where_the_mouse_rests(double seconds);
    void build(const ui::Input& input);
    void run_asked();

    ImGuiContext* context_ = nullptr;
    std::unique_ptr<Desk> desk_;
    FontFiles files_;
    ui::Fonts fonts_;
    float built_scale_ = 0;
    std::optional<Instant> rests_at_; ///< the moment on the timeline under the mouse
    double rests_for_ = 0;            ///< seconds
    ui::Registry* registry_ = nullptr;
    FrameFigures figures_;
};

} // namespace orrery::gui
