// Whole stories, told to the real frame function: what a person does and what the window shows.
#include "core/base/fingerprint.hpp"
#include "core/base/random.hpp"
#include "gui/frame/command.hpp"
#include "tests/gui/support/driver.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::gui;
using tests::Driver;

TEST_CASE("press K, watch the ISR shrink and the crown move, in one key and 25 seconds") {
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.desk().pace.play(true);
    ui.frames(2);
    CHECK(ui.value("inspector/isr") == "[1, 2, 3]");
    CHECK(ui.value("map/chip/1/orders-0") == "leader");
    ui.key(plain(ui::Key::k));
    CHECK(ui.value("map/broker/1").find("DOWN") == 0);
    CHECK(ui.value("map/chip/1/orders-0") == "offline");
    const bool shrunk = ui.until(
        [&] {
            const std::string isr = ui.value("inspector/isr");
            return isr.find("[2, 3]") == 0;
        },
        25 * 60);
    REQUIRE(shrunk);
    CHECK(ui.value("inspector/isr") == "[2, 3] (was [1, 2, 3])");
    CHECK(ui.value("inspector/leader") == "broker 2 (was 1)");
    CHECK(ui.value("map/chip/2/orders-0") == "leader");
    CHECK(ui.item("transport/health").checked);
    CHECK(ui.value("inspector/why/0").find("kill broker 1") != std::string::npos);
    CHECK(ui.value("inspector/why/1").find("is fenced") != std::string::npos);
}

TEST_CASE("the old leader comes back, cuts what the others never had, and joins the ISR again") {
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.frames(1);
    ui.key(plain(ui::Key::k));
    ui.session.seek({14'000'000'000});
    ui.desk().select(node_subject(1));
    ui.frames(2);
    ui.key(plain(ui::Key::k));
    ui.session.seek({20'000'000'000});
    ui.frames(2);
    const auto* partition = partition_of(ui.now(), "orders", 0);
    CHECK(partition->isr == std::vector<std::int32_t>{1, 2, 3});
    CHECK(partition->leader == 2);
    CHECK(ui.label("transport/health") == "all in sync");
}

TEST_CASE("a deed in the past makes a branch and leaves the old one whole") {
    Driver ui;
    ui.session.seek({8'000'000'000});
    ui.session.seek({4'000'000'000});
    ui.frames(2);
    CHECK(ui.desk().in_past());
    CHECK(ui.item("transport/clock").value.find("in the past") != std::string::npos);
    ui.key(plain(ui::Key::k));
    CHECK(ui.now().branch == 1);
    CHECK(ui.now().branches.size() == 2);
    ui.click("tabs/branches");
    ui.click("branches/main");
    CHECK(ui.now().branch == 0);
    CHECK(ui.now().now.ms() > 7'900);
    CHECK(node_of(ui.now(), 1)->state == model::NodeState::up);
}

TEST_CASE("undo stands before the deed and redo after it") {
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.frames(1);
    const auto before = ui.now().event;
    ui.key(plain(ui::Key::k));
    CHECK(node_of(ui.now(), 1)->state == model::NodeState::down);
    ui.key(with_control(ui::Key::z));
    CHECK(ui.now().event == before);
    CHECK(node_of(ui.now(), 1)->state == model::NodeState::up);
    ui.key({ui::Key::z, true, true});
    CHECK(node_of(ui.now(), 1)->state == model::NodeState::down);
}

TEST_CASE("a right click on a broker offers to kill it, and does") {
    Driver ui;
    ui.click("map/broker/3", 1);
    ui.frames(1);
    REQUIRE(ui.has("popup/fault.kill"));
    CHECK_FALSE(ui.has("popup/message.drop"));
    ui.click("popup/fault.kill");
    CHECK(node_of(ui.now(), 3)->state == model::NodeState::down);
}

TEST_CASE("a menu has all its commands, the disabled ones with their reason") {
    Driver ui;
    ui.click("menu/Edit");
    ui.frames(1);
    REQUIRE(ui.has("menu/edit.undo"));
    CHECK_FALSE(ui.item("menu/edit.undo").enabled);
    CHECK(ui.value("menu/edit.undo") == "nothing was done yet");
    ui.key(plain(ui::Key::escape));
    ui.menu("View", "view.light");
    CHECK(ui.desk().settings.theme == Theme::light);
}

TEST_CASE("the palette runs what is typed") {
    Driver ui;
    ui.key(with_control(ui::Key::p));
    REQUIRE(ui.has("palette/filter"));
    ui.type("mono");
    ui.key(plain(ui::Key::enter));
    CHECK(ui.desk().settings.theme == Theme::mono);
    CHECK_FALSE(ui.desk().overlays.palette);
}

TEST_CASE("dragging along the ruler scrubs to any moment of the past") {
    Driver ui;
    ui.session.seek({20'000'000'000});
    ui.frames(3);
    ui.drag("timeline/ruler", -300, 0);
    const auto at = ui.now().now.ms();
    CHECK(at > 2'000);
    CHECK(at < 12'000);
    CHECK(ui.now().timeline.end.ms() >= 20'000);
    ui.key(plain(ui::Key::end));
    CHECK(ui.now().now.ms() >= 20'000);
}

TEST_CASE("the wheel zooms the timeline at the mouse and a double click fits it again") {
    Driver ui;
    ui.session.seek({20'000'000'000});
    ui.frames(2);
    const auto vertices = ui.frame().figures().vertices;
    for (int i = 0; i < 30; ++i)
        ui.wheel("timeline/body", 1);
    CHECK(ui.frame().figures().vertices != vertices);
    ui.double_click("timeline/body");
    ui.away();
    CHECK(std::abs(ui.frame().figures().vertices - vertices) < 400);
}

TEST_CASE("stepping goes one event forth and one back") {
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.frames(1);
    const auto before = ui.now().event;
    ui.key(plain(ui::Key::right));
    CHECK(ui.now().event == before + 1);
    ui.click("transport/time.back");
    CHECK(ui.now().event == before);
    ui.key(with_shift(ui::Key::left));
    CHECK(ui.now().event <= before);
}

TEST_CASE("splitters move panes and maximise gives one the room") {
    Driver ui;
    const float before = ui.item("splitter/left").rect.x;
    ui.drag("splitter/left", 60, 0);
    CHECK(ui.item("splitter/left").rect.x == Approx(before + 60).margin(3));
    ui.double_click("splitter/left");
    CHECK(ui.item("splitter/left").rect.x == Approx(before).margin(1));
    ui.key(plain(ui::Key::f));
    CHECK(ui.desk().layout.maximised());
    CHECK_FALSE(ui.has("splitter/left"));
    ui.key(plain(ui::Key::escape));
    CHECK(ui.has("splitter/left"));
}

namespace {

/// Brings the window where that command can be run and would change something.
void prepare(Driver& ui, std::string_view id) {
    ui.session.seek({4'000'000'000});
    ui.desk().select(node_subject(1));
    ui.desk().select(node_subject(2));
    ui.frames(2);
    if (id == "edit.undo" || id == "edit.redo" || id == "time.previous_notable") {
        ui.key(plain(ui::Key::k));
        ui.session.seek({5'000'000'000});
    }
    if (id == "edit.redo")
        ui.session.undo();
    if (id == "edit.forward")
        ui.desk().selection.back();
    if (id == "time.end")
        ui.session.seek({2'000'000'000});
    if (id == "fault.heal") {
        ui.desk().select(link_subject(1, 2));
        ui.key(plain(ui::Key::n));
    }
    if (id == "view.teach")
        ui.desk().layout.use(Preset::debug);
    if (id == "fault.slow_link")
        ui.desk().select(link_subject(1, 2));
    if (id == "pace.auto")
        ui.desk().pace.set_ratio(2);
    ui.frames(2);
}

} // namespace

TEST_CASE("every key of the table has an effect") {
    for (const Command* command : commands()) {
        if (command->chord.key == ui::Key::none)
            continue;
        // The toy has no disks; the command must then say so.
        for (const Chord& chord : {command->chord, command->second}) {
            if (chord.key == ui::Key::none)
                continue;
            Driver ui;
            prepare(ui, command->id);
            INFO(command->id << " " << text_of(chord));
            const std::string reason = why_not(*command, ui.desk(), {});
            if (command->id == "fault.disk") {
                ui.key(chord);
                CHECK(ui.desk().toast.text == "Slow disk: the toy cannot do that");
                continue;
            }
            CHECK(reason == "");
            const std::string before = ui.state();
            ui.key(chord);
            ui.frames(2); // a text field takes the keyboard a frame later
            CHECK(ui.state() != before);
            CHECK_FALSE(ui.desk().toast.fault);
        }
    }
}

namespace {

std::uint64_t run_wild(std::uint64_t seed, int frames) {
    Driver ui;
    Random random(seed, "monkey");
    for (int i = 0; i < frames; ++i) {
        switch (random.below(6)) {
        case 0:
            ui.input.mouse_x = static_cast<float>(random.below(1600));
            ui.input.mouse_y = static_cast<float>(random.below(1000));
            break;
        case 1: ui.input.buttons[0] = !ui.input.buttons[0]; break;
        case 2: ui.input.buttons[1] = !ui.input.buttons[1]; break;
        case 3: {
            const auto key = static_cast<ui::Key>(1 + random.below(72));
            ui.input.control = random.below(4) == 0;
            ui.input.shift = random.below(4) == 0;
            ui.input.keys.push_back({key, true});
            ui.frames();
            ui.input.keys.push_back({key, false});
            break;
        }
        case 4: ui.input.wheel = random.below(2) == 0 ? 1.0F : -1.0F; break;
        default: ui.input.text = static_cast<char>('a' + random.below(26)); break;
        }
        ui.frames();
        // A session that runs away in play is no test of the window.
        if (ui.session.now() > Instant{60'000'000'000})
            ui.session.seek({1'000'000'000});
    }
    return fingerprint(*ui.session.snapshot());
}

} // namespace

TEST_CASE("a monkey at the window breaks nothing, and the same monkey twice ends the same") {
    for (const std::uint64_t seed : {1ULL, 2ULL, 3ULL}) {
        INFO("seed " << seed);
        const std::uint64_t once = run_wild(seed, 400);
        CHECK(once == run_wild(seed, 400));
    }
}

TEST_CASE("looking changes nothing: a session with a window over it ends as one without") {
    tests::ToySession alone;
    alone.seek({12'000'000'000});
    Driver ui;
    ui.desk().pace.play(true);
    ui.desk().pace.set_ratio(4);
    for (int i = 0; i < 90; ++i) {
        if (i % 9 == 0)
            ui.click(i % 2 == 0 ? "map/broker/2" : "strips/partition/orders-1");
        ui.frames();
    }
    ui.session.seek({12'000'000'000});
    CHECK(fingerprint(ui.session.snapshot()->partitions) ==
          fingerprint(alone.snapshot()->partitions));
}
