// View: how it looks.
#include "gui/frame/command.hpp"

#include <algorithm>

namespace orrery::gui {

using ui::Key;

namespace {

template <Preset preset>
void use(Desk& desk, const Subject&) {
    desk.layout.use(preset);
    if (preset == Preset::teach)
        desk.tabs = {"lessons", "map", "strips", "inspector", "facts", "timeline"};
    if (preset == Preset::explore)
        desk.show("explorer");
    if (preset == Preset::debug)
        desk.show("messages");
}

template <Preset preset>
bool used(const Desk& desk) {
    return desk.layout.preset() == preset;
}

template <Theme theme>
void wear(Desk& desk, const Subject&) {
    desk.settings.theme = theme;
}

template <Theme theme>
bool worn(const Desk& desk) {
    return desk.settings.theme == theme;
}

template <bool Settings::*flag>
void toggle(Desk& desk, const Subject&) {
    desk.settings.*flag = !(desk.settings.*flag);
}

template <bool Settings::*flag>
bool is_on(const Desk& desk) {
    return desk.settings.*flag;
}

constexpr float scale_min = 0.75F;
constexpr float scale_max = 2.0F;

void grow(Desk& desk, float by) {
    desk.settings.scale = std::clamp(desk.settings.scale + by, scale_min, scale_max);
}

void move_focus(Desk& desk, std::size_t by) {
    const auto at = (static_cast<std::size_t>(desk.focus) + by) % dock_count;
    desk.focus = static_cast<Dock>(at);
    if (desk.layout.maximised())
        desk.layout.maximise(desk.focus);
}

constexpr unsigned watchable = bit(Kind::partition) | bit(Kind::record) | bit(Kind::node) |
                               bit(Kind::client) | bit(Kind::link) | bit(Kind::group) |
                               bit(Kind::member);

/// The subject, the selection, or the partition in view; without what of it is pointed at.
Subject watched_subject(const Desk& desk, const Subject& subject) {
    const Subject& chosen = subject.kind == Kind::nothing ? desk.selection.subject() : subject;
    if (chosen.kind == Kind::partition || chosen.kind == Kind::record)
        return partition_subject(chosen.topic, chosen.partition);
    if (chosen.kind != Kind::nothing)
        return chosen;
    const model::Partition* partition = desk.partition();
    return partition == nullptr ? Subject{} : partition_subject(partition->topic, partition->index);
}

std::string nothing_to_watch(const Desk& desk, const Subject& subject) {
    const Subject chosen = watched_subject(desk, subject);
    return standing_of(*desk.now, chosen).empty() ? "this has nothing that could change" : "";
}

const Command rows[] = {
    {"view.teach",
     "Teach",
     Menu::view,
     with_control(Key::one),
     {},
     0,
     "The layout with lessons.",
     nullptr,
     use<Preset::teach>,
     nullptr,
     used<Preset::teach>},
    {"view.explore",
     "Explore",
     Menu::view,
     with_control(Key::two),
     {},
     0,
     "The layout with a tree of everything.",
     nullptr,
     use<Preset::explore>,
     nullptr,
     used<Preset::explore>},
    {"view.debug",
     "Debug",
     Menu::view,
     with_control(Key::three),
     {},
     0,
     "The layout with large messages.",
     nullptr,
     use<Preset::debug>,
     nullptr,
     used<Preset::debug>},
    {"view.present",
     "Present",
     Menu::view,
     with_control(Key::four),
     {},
     0,
     "The layout for a projector.",
     nullptr,
     use<Preset::present>,
     nullptr,
     used<Preset::present>},
    {"view.reset",
     "Reset layout",
     Menu::view,
     {},
     {},
     0,
     "All panes where they were at first.",
     nullptr,
     use<Preset::teach>},
    {"view.maximise",
     "Maximise pane",
     Menu::view,
     plain(Key::f),
     {},
     0,
     "Gives the whole window to the pane in focus, or takes it back.",
     nullptr,
     [](Desk& desk, const Subject&) {
         if (desk.layout.maximised())
             desk.layout.maximise({});
         else
             desk.layout.maximise(desk.focus);
     },
     nullptr,
     [](const Desk& desk) { return desk.layout.maximised().has_value(); }},
    {"view.next_pane",
     "Next pane",
     Menu::view,
     plain(Key::tab),
     {},
     0,
     "Moves the focus on.",
     nullptr,
     [](Desk& desk, const Subject&) { move_focus(desk, 1); }},
    {"view.previous_pane",
     "Previous pane",
     Menu::view,
     with_shift(Key::tab),
     {},
     0,
     "Moves the focus back.",
     nullptr,
     [](Desk& desk, const Subject&) { move_focus(desk, dock_count - 1); }},
    {"view.relative",
     "Relative times",
     Menu::view,
     plain(Key::r),
     {},
     0,
     "Shows times from now, or from the start.",
     nullptr,
     toggle<&Settings::relative_time>,
     nullptr,
     is_on<&Settings::relative_time>},
    {"view.legend",
     "Legend",
     Menu::view,
     plain(Key::l),
     {},
     0,
     "Shows what the shapes mean.",
     nullptr,
     toggle<&Settings::legend>,
     nullptr,
     is_on<&Settings::legend>},
    {"view.labels",
     "Message labels",
     Menu::view,
     plain(Key::m),
     {},
     0,
     "Writes beside each message what it is.",
     nullptr,
     toggle<&Settings::message_labels>,
     nullptr,
     is_on<&Settings::message_labels>},
    {"view.event_paced",
     "Event-paced timeline",
     Menu::view,
     plain(Key::t),
     {},
     0,
     "Makes each event on the timeline as wide as any other, or each second.",
     nullptr,
     toggle<&Settings::event_paced>,
     nullptr,
     is_on<&Settings::event_paced>},
    {"view.watch",
     "Watch",
     Menu::view,
     plain(Key::w),
     {},
     watchable,
     "Plots the selected thing's figures from now on, or no longer.",
     nullptr,
     [](Desk& desk, const Subject& subject) {
         const Subject meant = watched_subject(desk, subject);
         desk.watches.toggle_plot(*desk.now, meant);
         if (desk.watches.plots(meant))
             desk.show("plots");
     },
     nothing_to_watch,
     [](const Desk& desk) { return desk.watches.plots(watched_subject(desk, {})); }},
    {"view.break",
     "Break on change",
     Menu::view,
     plain(Key::x),
     {},
     watchable,
     "Stops time at the moment when the selected thing changes, or no longer.",
     nullptr,
     [](Desk& desk, const Subject& subject) {
         desk.watches.toggle_stop(*desk.now, watched_subject(desk, subject));
     },
     nothing_to_watch,
     [](const Desk& desk) { return desk.watches.stops_for(watched_subject(desk, {})); }},
    {"view.background",
     "Hide heartbeats and empty fetches",
     Menu::view,
     {},
     {},
     0,
     "Leaves out what says nothing new.",
     nullptr,
     toggle<&Settings::hide_background>,
     nullptr,
     is_on<&Settings::hide_background>},
    {"view.motion",
     "Reduced motion",
     Menu::view,
     {},
     {},
     0,
     "No flying messages, no pulses.",
     nullptr,
     toggle<&Settings::reduced_motion>,
     nullptr,
     is_on<&Settings::reduced_motion>},
    {"view.dark",
     "Dark",
     Menu::view,
     {},
     {},
     0,
     "The dark theme.",
     nullptr,
     wear<Theme::dark>,
     nullptr,
     worn<Theme::dark>},
    {"view.light",
     "Light",
     Menu::view,
     {},
     {},
     0,
     "The light theme.",
     nullptr,
     wear<Theme::light>,
     nullptr,
     worn<Theme::light>},
    {"view.high_contrast",
     "High contrast",
     Menu::view,
     {},
     {},
     0,
     "The theme of most contrast.",
     nullptr,
     wear<Theme::high_contrast>,
     nullptr,
     worn<Theme::high_contrast>},
    {"view.mono",
     "Mono",
     Menu::view,
     {},
     {},
     0,
     "No hue: shapes, hatches and words alone.",
     nullptr,
     wear<Theme::mono>,
     nullptr,
     worn<Theme::mono>},
    {"view.larger",
     "Larger",
     Menu::view,
     with_control(Key::equal),
     {},
     0,
     "Everything larger by a tenth.",
     nullptr,
     [](Desk& desk, const Subject&) { grow(desk, 0.1F); },
     [](const Desk& desk, const Subject&) -> std::string {
         return desk.settings.scale < scale_max ? "" : "this is the largest";
     }},
    {"view.smaller",
     "Smaller",
     Menu::view,
     with_control(Key::minus),
     {},
     0,
     "Everything smaller by a tenth.",
     nullptr,
     [](Desk& desk, const Subject&) { grow(desk, -0.1F); },
     [](const Desk& desk, const Subject&) -> std::string {
         return desk.settings.scale > scale_min ? "" : "this is the smallest";
     }},
    {"view.full_screen",
     "Full screen",
     Menu::view,
     plain(Key::f11),
     {},
     0,
     "Fills the screen, or not.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.wishes.full_screen = true; }},
    {"view.perf",
     "Frame figures",
     Menu::view,
     plain(Key::f12),
     {},
     0,
     "Shows what a frame costs.",
     nullptr,
     toggle<&Settings::perf>,
     nullptr,
     is_on<&Settings::perf>},
};

} // namespace

std::span<const Command> view_commands() {
    return rows;
}

} // namespace orrery::gui
