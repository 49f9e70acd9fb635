// Looking around: the timeline's two measures, previews, breaks and watches, and what is typed
// wrongly; all through the real frame function.
#include "gui/frame/command.hpp"
#include "gui/frame/prompt.hpp"
#include "gui/views/time_axis.hpp"
#include "tests/gui/support/driver.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::gui;
using tests::Driver;

TEST_CASE("on the event-paced axis each moment is as far from the next as any other") {
    model::Timeline timeline;
    timeline.lanes.resize(2);
    timeline.lanes[0].marks.push_back({{1'000}, {}});
    timeline.lanes[0].marks.push_back({{9'000'000'000}, {}});
    timeline.lanes[1].marks.push_back({{1'000}, {}});
    timeline.lanes[1].marks.push_back({{5'000}, {}});
    Knots knots;
    knots.follow(timeline, 0);
    CHECK(knots.times() == std::vector<std::int64_t>{0, 1'000, 5'000, 9'000'000'000});
    CHECK(knots.place(1'000) == 1);
    CHECK(knots.place(5'000) == 2);
    CHECK(knots.place(9'000'000'000) == 3);
    CHECK(knots.place(3'000) == Approx(1.5));
    CHECK(knots.at(1.5) == 3'000);
    CHECK(knots.place(10'000'000'000) == Approx(3.5));
    CHECK(knots.at(3.5) == Approx(10e9));
    // It goes on, and starts anew where another branch or a new session is shorter.
    timeline.lanes[1].marks.push_back({{9'000'000'001}, {}});
    knots.follow(timeline, 0);
    CHECK(knots.times().size() == 5);
    timeline.lanes[0].marks.truncate(1);
    knots.follow(timeline, 0);
    CHECK(knots.times() == std::vector<std::int64_t>{0, 1'000, 5'000, 9'000'000'001});
    knots.follow(model::Timeline{}, 1);
    CHECK(knots.times() == std::vector<std::int64_t>{0});
}

TEST_CASE("T changes the timeline's measure; the ruler scrubs in either") {
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.frames(1);
    ui.key(plain(ui::Key::k));
    ui.session.seek({20'000'000'000});
    ui.frames(2);
    CHECK(ui.label("timeline/measure") == "linear");
    ui.key(plain(ui::Key::t));
    CHECK(ui.label("timeline/measure") == "event-paced");
    ui.drag("timeline/ruler", -200, 0);
    CHECK(ui.desk().in_past());
    CHECK(ui.now().timeline.end.ms() >= 20'000);
    ui.click("timeline/measure");
    CHECK(ui.label("timeline/measure") == "linear");
}

TEST_CASE("a mouse that rests on the timeline shows what the cluster was like there") {
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.frames(1);
    ui.key(plain(ui::Key::k));
    ui.session.seek({20'000'000'000});
    ui.frames(2);
    CHECK(ui.value("map/chip/2/orders-0") == "leader");
    CHECK_FALSE(ui.has("map/preview"));
    const auto& ruler = ui.item("timeline/ruler").rect;
    ui.input.mouse_x = ruler.x + ruler.w * 0.05F;
    ui.input.mouse_y = ruler.y + 5;
    ui.frames(6);
    REQUIRE(ui.has("map/preview"));
    CHECK(ui.label("map/preview").find("PREVIEW  t = ") == 0);
    CHECK(ui.value("map/chip/1/orders-0") == "leader");
    CHECK(ui.value("inspector/isr") == "[1, 2, 3]");
    CHECK(ui.now().now.ms() >= 20'000); // the session has not moved
    ui.away();
    CHECK_FALSE(ui.has("map/preview"));
    CHECK(ui.value("map/chip/2/orders-0") == "leader");
}

TEST_CASE("flags that lie on each other share one sign, and no label lies under another sign") {
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.frames(1);
    ui.key(plain(ui::Key::k));
    ui.session.seek({3'050'000'000});
    ui.desk().select(node_subject(2));
    ui.frames(1);
    ui.key(plain(ui::Key::p));
    ui.key(plain(ui::Key::p));
    ui.session.seek({14'000'000'000});
    ui.frames(3);
    std::vector<const ui::Item*> signs;
    for (const ui::Item& item : ui.registry.items())
        if (item.path.find("timeline/flag/") == 0)
            signs.push_back(&item);
    REQUIRE(signs.size() > 3);
    for (const ui::Item* a : signs)
        for (const ui::Item* b : signs) {
            const bool one = a->rect.x == b->rect.x && a->rect.y == b->rect.y;
            const bool apart =
                std::abs(a->rect.x - b->rect.x) >= 11 || std::abs(a->rect.y - b->rect.y) > 5;
            INFO(a->label << " and " << b->label);
            CHECK((one || apart));
        }
}

TEST_CASE("break on change stops time right where a partition's ISR changes, at any pace") {
    for (const auto mode : {Pace::Mode::automatic, Pace::Mode::fastest}) {
        Driver ui;
        ui.session.seek({3'000'000'000});
        ui.desk().select(partition_subject("orders", 0));
        ui.frames(2);
        ui.click("inspector/view.break");
        CHECK(ui.item("inspector/view.break").checked);
        ui.key(plain(ui::Key::k));
        ui.desk().pace.set_mode(mode);
        ui.desk().pace.play(true);
        REQUIRE(ui.until([&] { return !ui.desk().pace.playing(); }, 60 * 25));
        CHECK(partition_of(ui.now(), "orders", 0)->isr == std::vector<std::int32_t>{2, 3});
        CHECK(ui.desk().toast.text.find("Stopped: orders-0 was leader 1") == 0);
        REQUIRE(partition_of(ui.now(), "orders", 0)->before);
        CHECK(partition_of(ui.now(), "orders", 0)->before->event == ui.now().event);
        ui.key(plain(ui::Key::x));
        CHECK_FALSE(ui.desk().watches.any_stops());
    }
}

TEST_CASE("a watched thing has its figures among the plots, and forgets what lies ahead") {
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.desk().select(partition_subject("orders", 0));
    ui.frames(2);
    ui.click("inspector/view.watch");
    ui.frames(2);
    REQUIRE(ui.has("plots/orders-0 ISR"));
    CHECK(ui.value("plots/orders-0 ISR") == "3");
    ui.key(plain(ui::Key::k));
    ui.session.seek({14'000'000'000});
    ui.frames(2);
    CHECK(ui.value("plots/orders-0 ISR") == "2");
    ui.session.seek({2'000'000'000});
    ui.frames(2);
    CHECK(ui.desk().watches.series().front().samples.size() == 1);
    ui.key(plain(ui::Key::w));
    CHECK_FALSE(ui.has("plots/orders-0 ISR"));
}

TEST_CASE("a file that can't be read is told where it was typed, and the session lives on") {
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.frames(2);
    ui.key(with_control(ui::Key::o));
    REQUIRE(ui.has("prompt/text"));
    ui.key(plain(ui::Key::enter));
    CHECK(ui.label("prompt/error") == "type the path of a scenario file");
    ui.type("broken.json");
    CHECK(ui.label("prompt/error") == "");
    ui.key(plain(ui::Key::enter));
    CHECK(ui.label("prompt/error") == "broken.json: line 1, column 2: this is not JSON");
    CHECK(ui.now().now.ms() == 3'000);
    ui.key(plain(ui::Key::escape));
    CHECK_FALSE(ui.has("prompt/text"));
    CHECK(ui.now().now.ms() == 3'000);
}

TEST_CASE("a seed is a whole number that fits; anything else is told, and nothing happens") {
    CHECK(*parse_seed("18446744073709551615") == 18446744073709551615ULL);
    for (const char* wrong : {"", "-1", "18446744073709551616", "7 ", "0x7", "seven", "1e3"})
        CHECK_FALSE(parse_seed(wrong));
    Driver ui;
    ui.session.seek({3'000'000'000});
    ui.frames(2);
    ui.menu("File", "file.seed");
    REQUIRE(ui.has("prompt/text"));
    ui.frames(2);
    ui.type("99999999999999999999");
    ui.key(plain(ui::Key::enter));
    CHECK(ui.label("prompt/error").find("\"99999999999999999999\" is no seed") == 0);
    CHECK(ui.now().now.ms() == 3'000);
    for (int i = 0; i < 19; ++i)
        ui.key(plain(ui::Key::backspace));
    ui.key(plain(ui::Key::enter));
    CHECK_FALSE(ui.has("prompt/text"));
    CHECK(ui.now().now.ms() == 0);
}
