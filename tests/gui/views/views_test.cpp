#include "gui/views/map_layout.hpp"
#include "gui/views/message_filter.hpp"
#include "gui/views/signs.hpp"
#include "tests/gui/support/driver.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::gui;

namespace {

model::Message fetch() {
    model::Message message;
    message.api = "Fetch";
    message.from = 2;
    message.to = 1;
    message.text = "orders-0 @25";
    return message;
}

bool passes(std::string_view text, const model::Message& message) {
    MessageFilter filter;
    return filter.parse(text) && filter.passes(message);
}

} // namespace

TEST_CASE("a filter of messages holds when all of its terms do") {
    const model::Message message = fetch();
    CHECK(passes("", message));
    CHECK(passes("api=fetch dst=1", message));
    CHECK_FALSE(passes("api=fetch dst=2", message));
    CHECK(passes("src!=3 topic=orders", message));
    CHECK(passes("orders @25", message));
    CHECK_FALSE(passes("err!=0", message));
    model::Message refused = fetch();
    refused.error = "NOT_LEADER_OR_FOLLOWER";
    CHECK(passes("err!=0", refused));
    CHECK(passes("err=not_leader_or_follower", refused));
}

TEST_CASE("a filter with a key that does not exist says so") {
    MessageFilter filter;
    CHECK_FALSE(filter.parse("dest=2"));
    CHECK(filter.what() == "no key \"dest\": api, src, dst, err, topic");
}

TEST_CASE("the map places any number of nodes inside the pane, and brokers apart") {
    const ui::Rect area{236, 92, 1000, 380};
    ui::set_look({});
    for (const int count : {1, 2, 3, 4, 6, 9, 30, 80}) {
        model::Snapshot snapshot;
        for (int i = 1; i <= count; ++i) {
            model::Node node;
            node.id = i;
            node.is_broker = true;
            snapshot.nodes.push_back(node);
        }
        const MapPlaces places = place_on_map(snapshot, area, {});
        REQUIRE(places.placed.size() == static_cast<std::size_t>(count));
        for (std::size_t a = 0; a < places.placed.size(); ++a) {
            const ui::Rect& one = places.placed[a].rect;
            INFO(count << " brokers, the " << a << "th");
            CHECK(one.x >= area.x);
            CHECK(one.right() <= area.right());
            CHECK(one.y >= area.y);
            CHECK(one.bottom() <= area.bottom());
            if (count > 3)
                for (std::size_t b = a + 1; b < places.placed.size(); ++b)
                    CHECK_FALSE(one.contains(places.placed[b].rect.centre()));
        }
    }
}

TEST_CASE("a message flies from one box's edge to the other's, never under them") {
    const ui::Rect a{0, 0, 200, 100};
    const ui::Rect b{500, 300, 200, 100};
    const Stretch way = between(a, b);
    CHECK_FALSE(a.inset(1).contains(way.a));
    CHECK_FALSE(b.inset(1).contains(way.b));
    CHECK(way.a.x < way.b.x);
}

TEST_CASE("a click on a chip selects the partition in every pane") {
    tests::Driver ui;
    ui.session.seek({5'000'000'000});
    ui.frames(2);
    ui.click("map/chip/2/orders-1");
    CHECK(ui.desk().selection.subject() == partition_subject("orders", 1, 2));
    CHECK(ui.item("map/chip/3/orders-1").checked);
    CHECK(ui.item("strips/partition/orders-1").checked);
    CHECK(ui.value("inspector/leader") == "broker 2");
    ui.click("strips/partition/pay-4");
    CHECK(title_of(ui.desk().selection.subject(), ui.now()) == "pay-4");
}

TEST_CASE("the strips show who leads, what is committed and how far each log is") {
    tests::Driver ui;
    ui.session.seek({5'000'000'000});
    ui.frames(2);
    const auto* partition = partition_of(ui.now(), "orders", 0);
    CHECK(ui.label("strips/row/1") == "B1  leader");
    CHECK(ui.value("strips/row/1") == "start 0 hw " + std::to_string(partition->high_watermark) +
                                          " end " + std::to_string(partition->log_end));
    const std::string last = std::to_string(partition->high_watermark - 1);
    CHECK(ui.value("strips/cell/1/" + last) == "committed");
    CHECK_FALSE(ui.has("strips/cell/1/" + std::to_string(partition->log_end)));
}

TEST_CASE("the event log is filtered as one types, and says so when nothing is left") {
    tests::Driver ui;
    ui.session.seek({5'000'000'000});
    ui.frames(2);
    const auto lines = [&] {
        int count = 0;
        for (const auto& item : ui.registry.items())
            count += item.path.compare(0, 6, "facts/") == 0 && item.path.size() > 6 &&
                             item.path[6] >= '0' && item.path[6] <= '9'
                         ? 1
                         : 0;
        return count;
    };
    const int all = lines();
    CHECK(all > 3);
    ui.key(with_control(ui::Key::f));
    ui.type("orders-2");
    CHECK(lines() > 0);
    CHECK(lines() < all);
    ui.type("nonsense");
    CHECK(lines() == 0);
    ui.key(plain(ui::Key::k)); // typed, not killed
    CHECK(node_of(ui.now(), 1)->state == model::NodeState::up);
}

TEST_CASE("a selected message is taken apart into fields and bytes") {
    tests::Driver ui;
    ui.session.seek({5'000'000'000});
    ui.desk().show("messages");
    ui.frames(2);
    REQUIRE_FALSE(ui.now().recent.empty());
    std::string path;
    for (const auto& item : ui.registry.items())
        if (item.path.compare(0, 9, "messages/") == 0 && item.label == "Produce")
            path = item.path;
    REQUIRE_FALSE(path.empty());
    ui.click(path);
    CHECK(ui.desk().selection.subject().kind == Kind::message);
    CHECK(ui.label("messages/field/1") == "request_api_key");
    CHECK(ui.value("inspector/api").find("Produce") == 0);
}

TEST_CASE("ten thousand partitions are shown worst first, and what is left out is told") {
    tests::Driver ui({3000, milliseconds(300)});
    ui.desk().show("partitions");
    ui.input.width = 1200;
    ui.input.height = 700;
    ui.frames(3);
    model::Injection kill;
    kill.verb = model::Verb::kill;
    kill.node = 1;
    REQUIRE(ui.session.inject(kill));
    ui.session.seek({10'000'000'000});
    ui.frames(2);
    CHECK(trouble_of(ui.now()).partitions == 3000);
    CHECK(ui.has("partitions/partition/orders-0"));
}

TEST_CASE("faults in force are listed and healed by their buttons") {
    tests::Driver ui;
    ui.desk().show("faults");
    ui.desk().select(link_subject(1, 2));
    ui.key(plain(ui::Key::n));
    REQUIRE(ui.now().faults.size() == 1);
    CHECK(link_of(ui.now(), 1, 2)->cut_from_a);
    ui.click("faults/heal/1002");
    CHECK(ui.now().faults.empty());
}
