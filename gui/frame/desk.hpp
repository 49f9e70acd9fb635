// The desk: all the state of the window that is not the session's. One snapshot, one selection, the
// pace, the layout, what is open. A frame draws it; commands change it, between frames.
#pragma once

#include "gui/frame/pace.hpp"
#include "gui/frame/selection.hpp"
#include "gui/frame/theme.hpp"
#include "gui/frame/view.hpp"
#include "gui/frame/watch.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::gui {

struct Command;

struct Settings {
    Theme theme = Theme::dark;
    float scale = 1.0F;
    bool relative_time = false;
    bool legend = true;
    bool message_labels = false; ///< always; paused shows them anyway
    bool hide_background = true; ///< heartbeats and empty fetches
    bool reduced_motion = false;
    bool event_paced = false; ///< the timeline's axis
    bool perf = false;
};

/// What only the shell can do, asked for by commands.
struct Wishes {
    bool quit = false;
    bool full_screen = false;           ///< toggle
    std::optional<std::string> picture; ///< a PNG of the window, to that file
};

/// What the one line that is asked for is.
enum class Prompt : std::uint8_t { none, file, seed };

/// The command palette, the prompt, the help page, the right-click menu.
struct Overlays {
    bool palette = false;
    std::string palette_text;
    int palette_choice = 0;
    Prompt prompt = Prompt::none;
    std::string prompt_text;
    std::string prompt_error; ///< what is wrong with it; empty: nothing, so far
    bool help = false;
    bool menu = false; ///< open the right-click menu in the next frame
    Subject menu_subject;
};

struct Asked {
    const Command* command = nullptr;
    Subject subject;
};

/// One line said to the person for a few seconds.
struct Toast {
    std::string text;
    bool fault = false;
    double seconds_left = 0;
};

struct Desk {
    explicit Desk(model::Session& run);

    model::Session* session;
    model::SnapshotPtr now;          ///< what this frame shows; never null in a frame
    std::optional<Instant> hover_at; ///< the moment that the mouse rests on, noted by this frame
    model::SnapshotPtr preview;      ///< what it was like there: views of the cluster show it
    Selection selection;
    Pace pace;
    Watches watches;
    Layout layout;
    Settings settings;
    Wishes wishes;
    Overlays overlays;
    Toast toast;
    Views views;
    std::array<std::string, dock_count> tabs; ///< the id of each dock's view in front
    Dock focus = Dock::centre_top;            ///< the pane that Tab walks
    std::string find_in; ///< a view that should take the keyboard into its filter field
    std::vector<Asked> asked;
    float width = 1600; ///< of the window in this frame: what is narrow has fewer docks
    double wall = 0;    ///< seconds of frames so far, for pulses: never for anything simulated

    /// Queues a command for after the frame.
    void ask(std::string_view command, Subject subject = {});
    void ask(const Command& command, Subject subject = {});
    void select(Subject subject) { selection.select(std::move(subject)); }
    void open_menu(Subject subject);
    void say(std::string text, bool fault = false);
    /// Brings a view to the front of its dock.
    void show(std::string_view view);
    View* view(std::string_view id) const;
    /// The views of a dock, in order: in a narrow window the right column moves down.
    std::vector<View*> views_of(Dock dock) const;
    const model::Partition* partition() const { return selection.partition(*now); }
    bool in_past() const { return now->now < now->timeline.end; }
    /// A time as the settings want it: absolute, or from now.
    std::string time(Instant at) const;
    model::Focus focus_wanted() const;
};

} // namespace orrery::gui
