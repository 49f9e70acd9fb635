#include "core/base/fingerprint.hpp"
#include "gui/frame/command.hpp"
#include "gui/frame/layout.hpp"
#include "gui/frame/overlays.hpp"
#include "gui/frame/pace.hpp"
#include "tests/gui/support/toy_session.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <set>

using namespace orrery;
using namespace orrery::gui;

TEST_CASE("each command has a name of its own, a title, a sentence, and one way to be done") {
    std::set<std::string_view> ids;
    for (const Command* command : commands()) {
        INFO(command->id);
        CHECK(ids.insert(command->id).second);
        CHECK_FALSE(command->title.empty());
        CHECK(command->help.back() == '.');
        CHECK((command->run == nullptr) != (command->deed == nullptr));
    }
    CHECK(ids.size() > 50);
}

TEST_CASE("no two commands share a chord") {
    std::set<std::string> seen;
    for (const Command* command : commands())
        for (const Chord& chord : {command->chord, command->second})
            if (chord.key != ui::Key::none) {
                INFO(command->id);
                CHECK(seen.insert(text_of(chord)).second);
                CHECK(command_of(chord) == command);
            }
}

TEST_CASE("the palette finds a command by letters of its title in order, best first") {
    CHECK(matching("kill").front()->id == "fault.kill");
    CHECK(matching("light").front()->id == "view.light");
    CHECK(matching("hev").size() >= 1);
    CHECK(matching("zzzz").empty());
    CHECK(matching("").size() == commands().size());
}

TEST_CASE("a command acts on the session without any frame, or says why it cannot") {
    tests::ToySession session;
    Desk desk(session);
    desk.now = session.snapshot();
    const Command& kill = *command_named("fault.kill");
    CHECK(why_not(kill, desk, {}) == "");
    // Nothing is selected: the leader of the partition in view is meant.
    CHECK(run(kill, desk, {}));
    desk.now = session.snapshot();
    CHECK(node_of(*desk.now, 1)->state == model::NodeState::down);
    // The same key starts it again, once it is down.
    const auto deed = kill.deed(desk, node_subject(1));
    REQUIRE(deed);
    CHECK(deed->verb == model::Verb::restart);
    const Command& drop = *command_named("message.drop");
    CHECK(why_not(drop, desk, node_subject(2)) == "nothing is selected that this applies to");
    CHECK_FALSE(run(drop, desk, node_subject(2)));
    CHECK(desk.toast.fault);
}

TEST_CASE("selecting goes back and forth, and the partition in view stays when a node is chosen") {
    tests::ToySession session;
    const auto snapshot = session.snapshot();
    Selection selection;
    CHECK(selection.partition(*snapshot)->topic == "orders");
    selection.select(partition_subject("pay", 3));
    selection.select(node_subject(2));
    CHECK(selection.partition(*snapshot)->topic == "pay");
    CHECK(selection.partition(*snapshot)->index == 3);
    CHECK(selection.back());
    CHECK(selection.subject() == partition_subject("pay", 3));
    CHECK(selection.forward());
    CHECK(selection.subject() == node_subject(2));
    CHECK_FALSE(selection.forward());
    selection.select(node_subject(2));
    CHECK(selection.back());
    CHECK(selection.back());
    CHECK_FALSE(selection.back());
}

TEST_CASE("panes fill the window without overlap at every size, preset and scale") {
    for (const float scale : {0.75F, 1.0F, 2.0F})
        for (const float width : {800.0F, 1100.0F, 1600.0F, 3840.0F})
            for (const auto preset :
                 {Preset::teach, Preset::explore, Preset::debug, Preset::present}) {
                ui::Look look;
                look.scale = scale;
                ui::set_look(look);
                Layout layout;
                layout.use(preset);
                const float height = width * 0.625F;
                const Places places = layout.place(width, height);
                for (std::size_t a = 0; a < dock_count; ++a) {
                    const ui::Rect& one = places.docks[a];
                    if (one.w <= 0)
                        continue;
                    CHECK(one.right() <= width + 0.5F);
                    CHECK(one.bottom() <= places.status.y + 0.5F);
                    CHECK(one.h > 0);
                    for (std::size_t b = a + 1; b < dock_count; ++b) {
                        const ui::Rect& two = places.docks[b];
                        const bool apart = two.w <= 0 || one.right() <= two.x ||
                                           two.right() <= one.x || one.bottom() <= two.y ||
                                           two.bottom() <= one.y;
                        CHECK(apart);
                    }
                }
            }
    ui::set_look({});
}

TEST_CASE("a dragged border stays within its limits and comes back by reset") {
    Layout layout;
    const float before = layout.place(1600, 1000).docks[0].w;
    layout.drag(Border::left, 100, 1600, 1000);
    CHECK(layout.place(1600, 1000).docks[0].w == before + 100);
    layout.drag(Border::left, -5000, 1600, 1000);
    CHECK(layout.place(1600, 1000).docks[0].w == 180);
    layout.reset(Border::left);
    CHECK(layout.place(1600, 1000).docks[0].w == before);
}

namespace {

double luminance(ui::Colour colour) {
    double sum = 0;
    constexpr double weights[] = {0.2126, 0.7152, 0.0722};
    for (unsigned i = 0; i < 3; ++i) {
        const double part = static_cast<double>((colour >> (8 * i)) & 0xFFU) / 255;
        sum +=
            weights[i] * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double contrast(ui::Colour a, ui::Colour b) {
    const double x = luminance(a) + 0.05;
    const double y = luminance(b) + 0.05;
    return x > y ? x / y : y / x;
}

} // namespace

TEST_CASE("all text of all themes can be read: a contrast of 4.5 to what lies under it") {
    for (std::size_t i = 0; i < theme_count; ++i) {
        const auto theme = static_cast<Theme>(i);
        const ui::Colours c = colours_of(theme);
        INFO(name_of(theme));
        for (const ui::Colour ground : {c.background, c.panel, c.raised})
            for (const ui::Colour ink : {c.text, c.dim, c.leader.text, c.replica.text, c.good.text,
                                         c.client.text, c.control.text, c.fault.text, c.idle.text})
                CHECK(contrast(ink, ground) >= 4.5);
        CHECK(contrast(c.on_fill, c.leader.fill) >= 4.5);
        CHECK(contrast(c.on_selection, c.selection) >= 4.5);
        for (const ui::Colour band : c.epochs)
            CHECK(contrast(c.text, band) >= 4.5);
    }
}

TEST_CASE("auto-pace waits longer for longer gaps, up to a bound") {
    CHECK(Pace::gap_seconds({}) == 0);
    CHECK(Pace::gap_seconds(microseconds(900)) == Approx(0.040));
    CHECK(Pace::gap_seconds(milliseconds(10)) > Pace::gap_seconds(milliseconds(1)));
    CHECK(Pace::gap_seconds(seconds(3600 * 24 * 365)) <= 0.6);
}

TEST_CASE("a ratio is kept, and a paused pace moves nothing") {
    tests::ToySession session;
    Pace pace;
    pace.advance(session, 1.0);
    CHECK(session.now() == Instant{});
    pace.play(true);
    pace.set_ratio(2);
    for (int i = 0; i < 60; ++i)
        pace.advance(session, 1.0 / 60);
    CHECK(session.now().ms() == Approx(100).margin(1));
    CHECK(pace.measured() == Approx(0.1).epsilon(0.1));
}

TEST_CASE("auto-pace lets nine seconds of waiting pass in well under nine, and holds at the end") {
    tests::ToySession session;
    session.seek({2'000'000'000});
    model::Injection kill;
    kill.verb = model::Verb::kill;
    kill.node = 1;
    REQUIRE(session.inject(kill));
    Pace pace;
    pace.play(true);
    int frames = 0;
    const auto moved = [&] { return session.snapshot()->partitions.front().leader == 2; };
    while (!moved() && frames < 60 * 25) {
        pace.advance(session, 1.0 / 60);
        ++frames;
    }
    CHECK(moved());
    CHECK(frames < 60 * 15);
    CHECK(pace.holding());
    const Instant held = session.now();
    for (int i = 0; i < 30; ++i)
        pace.advance(session, 1.0 / 60);
    CHECK(session.now() == held);
}

TEST_CASE("the pace never changes what happens") {
    const auto events_by = [](Pace::Mode mode) {
        tests::ToySession session;
        Pace pace;
        pace.play(true);
        pace.set_mode(mode);
        while (session.event() < 700)
            pace.advance(session, 1.0 / 30);
        session.seek_event(700);
        return fingerprint(session.snapshot()->partitions);
    };
    CHECK(events_by(Pace::Mode::automatic) == events_by(Pace::Mode::fastest));
}
