// Simulate: time.
#include "gui/frame/command.hpp"

namespace orrery::gui {

using ui::Key;

namespace {

constexpr int notable_search_max = 200'000; ///< events: then the search stops and says so

void step(Desk& desk, const Subject&) {
    desk.pace.play(false);
    desk.session->step();
}

std::string nothing_ahead(const Desk& desk, const Subject&) {
    return desk.session->ahead() ? "" : "nothing will ever happen again";
}

std::string at_start(const Desk& desk, const Subject&) {
    return desk.now->event > 0 ? "" : "this is the start";
}

void back(Desk& desk, const Subject&) {
    desk.pace.play(false);
    desk.session->seek_event(desk.now->event - 1);
}

void next_notable(Desk& desk, const Subject&) {
    desk.pace.play(false);
    for (int i = 0; i < notable_search_max; ++i) {
        if (!desk.session->ahead())
            break;
        if (desk.session->step() == model::Dwell::notable)
            return;
    }
    desk.say("nothing notable in the next 200 000 events");
}

/// The last notable fact before this event: to stand right after it.
const model::FactLine* notable_before(const Desk& desk) {
    const auto& facts = desk.now->facts;
    for (std::size_t i = facts.size(); i-- > 0;)
        if (facts[i].notable && facts[i].event < desk.now->event)
            return &facts[i];
    return nullptr;
}

void previous_notable(Desk& desk, const Subject&) {
    desk.pace.play(false);
    if (const model::FactLine* fact = notable_before(desk))
        desk.session->seek_event(fact->event);
}

void live_end(Desk& desk, const Subject&) {
    desk.session->seek(desk.now->timeline.end);
}

const Command rows[] = {
    {"time.play", "Play or pause", Menu::simulate, plain(Key::space), plain(Key::period), 0,
     "Lets time pass, or stops it.", nullptr,
     [](Desk& desk, const Subject&) { desk.pace.play(!desk.pace.playing()); }, nullptr,
     [](const Desk& desk) { return desk.pace.playing(); }},
    {"time.step",
     "Next event",
     Menu::simulate,
     plain(Key::right),
     {},
     0,
     "Handles one event and stops.",
     nullptr,
     step,
     nothing_ahead},
    {"time.back",
     "Previous event",
     Menu::simulate,
     plain(Key::left),
     {},
     0,
     "Stands one event earlier.",
     nullptr,
     back,
     at_start},
    {"time.next_notable",
     "Next notable event",
     Menu::simulate,
     with_shift(Key::right),
     {},
     0,
     "Runs on to the next change of leader, ISR, epoch, or fault.",
     nullptr,
     next_notable,
     nothing_ahead},
    {"time.previous_notable",
     "Previous notable event",
     Menu::simulate,
     with_shift(Key::left),
     {},
     0,
     "Stands right after the notable event before this.",
     nullptr,
     previous_notable,
     [](const Desk& desk, const Subject&) -> std::string {
         return notable_before(desk) != nullptr ? "" : "nothing notable happened before";
     }},
    {"time.start",
     "To the start",
     Menu::simulate,
     plain(Key::home),
     {},
     0,
     "Stands at the beginning.",
     nullptr,
     [](Desk& desk, const Subject&) {
         desk.pace.play(false);
         desk.session->seek_event(0);
     },
     at_start},
    {"time.end",
     "To the live end",
     Menu::simulate,
     plain(Key::end),
     {},
     0,
     "Stands where this branch was run to.",
     nullptr,
     live_end,
     [](const Desk& desk, const Subject&) -> std::string {
         return desk.in_past() ? "" : "this is the live end";
     }},
    {"pace.slower",
     "Slower",
     Menu::simulate,
     plain(Key::minus),
     {},
     0,
     "Slows time down.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.pace.slower(); }},
    {"pace.faster",
     "Faster",
     Menu::simulate,
     plain(Key::equal),
     {},
     0,
     "Speeds time up.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.pace.faster(); }},
    {"pace.auto",
     "Auto-pace",
     Menu::simulate,
     plain(Key::zero),
     {},
     0,
     "Slow where something happens, quick where nothing does.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.pace.set_mode(Pace::Mode::automatic); },
     nullptr,
     [](const Desk& desk) { return desk.pace.mode() == Pace::Mode::automatic; }},
    {"branch.here",
     "Branch here",
     Menu::simulate,
     plain(Key::b),
     {},
     0,
     "Starts another life of the cluster from this moment.",
     nullptr,
     [](Desk& desk, const Subject&) {
         desk.session->branch_here();
         desk.say("a new branch starts here; the old one is kept");
     }},
};

} // namespace

std::span<const Command> simulate_commands() {
    return rows;
}

} // namespace orrery::gui
