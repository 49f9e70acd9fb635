// The groups view over the toy's group: who owns what, who is idle, how far behind, and where the
// timeline shows that nobody read.
#include "gui/frame/command.hpp"
#include "gui/views/timeline_lanes.hpp"
#include "tests/gui/support/driver.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::gui;
using tests::Driver;

namespace {

void kill(Driver& ui, std::int32_t node) {
    model::Injection deed;
    deed.verb = model::Verb::kill;
    deed.node = node;
    REQUIRE(ui.session.inject(deed));
}

void stand_at(Driver& ui, std::int64_t ms) {
    ui.session.seek({ms * 1'000'000});
    ui.frames(2);
}

/// At five seconds with the groups view in front.
void show_groups(Driver& ui) {
    ui.desk().show("groups");
    stand_at(ui, 5000);
}

} // namespace

TEST_CASE("a group's members, partitions, epochs and idle members are shown") {
    Driver ui;
    show_groups(ui);
    CHECK(ui.label("groups/state") == "Stable");
    CHECK(ui.value("groups/state") == "group epoch 5    assignment epoch 5");
    CHECK(ui.value("groups/members") == "idle: 1 of 4 members, 3 partitions");
    CHECK(ui.value("groups/member/member-301") == "epoch 5  STABLE");
    CHECK(ui.value("groups/member/member-304") == "epoch 5  idle");
    CHECK(ui.has("groups/place/orders-2"));
    CHECK_FALSE(ui.has("groups/place/pay-0"));
}

TEST_CASE("the lag of each partition is the log's end less what is committed, under its reader") {
    Driver ui;
    show_groups(ui);
    const model::Group* group = group_of(ui.now(), "billing");
    REQUIRE(group != nullptr);
    const model::GroupOffset* offset = offset_of(*group, {"orders", 0});
    REQUIRE(offset != nullptr);
    CHECK(offset->lag == offset->end - offset->committed);
    CHECK(ui.value("groups/offset/orders-0")
              .find(std::to_string(offset->committed) + " " + std::to_string(offset->end) + " " +
                    std::to_string(offset->lag)) == 0);
    CHECK(ui.value("groups/offset/orders-0").find("billing-1") != std::string::npos);
    CHECK(ui.label("groups/lag").find("lag " + std::to_string(group->lag)) == 0);
}

TEST_CASE("a partition clicked in the groups view is selected in every pane, with its readers") {
    Driver ui;
    show_groups(ui);
    ui.click("groups/place/orders-1");
    CHECK(ui.desk().selection.subject() == partition_subject("orders", 1));
    CHECK(ui.item("groups/offset/orders-1").checked);
    CHECK(ui.value("inspector/group/billing").find("committed ") == 0);
    CHECK(ui.value("strips/reader/billing").find("billing committed ") == 0);
    ui.click("strips/reader/billing");
    CHECK(ui.desk().selection.subject() == group_subject("billing"));
    CHECK(ui.value("inspector/state") == "Stable");
    CHECK(ui.value("inspector/members") == "4, 4 settled, 1 idle");
}

TEST_CASE("a member is its client on the map, and the inspector says what it owns") {
    Driver ui;
    show_groups(ui);
    ui.click("groups/member/member-302");
    CHECK(title_of(ui.desk().selection.subject(), ui.now()) == "billing-2");
    CHECK(ui.desk().selection.subject().node == 302);
    CHECK(ui.value("inspector/owned") == "orders-1");
    CHECK(ui.value("inspector/group") == "billing");
    ui.key(plain(ui::Key::k)); // a member is a process: it can be killed
    CHECK(client_of(ui.now(), 302)->state == model::NodeState::down);
    CHECK(ui.value("groups/member/member-302").find("DOWN") == 0);
}

TEST_CASE("while a dead member's partition waits for another, nobody reads it, and for how long") {
    Driver ui;
    show_groups(ui);
    kill(ui, 301);
    stand_at(ui, 6500);
    CHECK(ui.value("groups/place/orders-0") == "nobody 1.5 s");
    stand_at(ui, 8200); // its session has ended, the next owner is chosen
    CHECK(ui.label("groups/state") == "Reconciling");
    CHECK(ui.value("groups/state") == "group epoch 6    assignment epoch 5");
    CHECK_FALSE(ui.has("groups/member/member-301"));
    CHECK(ui.value("groups/member/member-304") == "epoch 5  UNRELEASED_PARTITIONS");
    ui.click("groups/member/member-304");
    CHECK(ui.value("inspector/target") == "orders-0");
    stand_at(ui, 9000);
    CHECK(ui.label("groups/state") == "Stable");
    CHECK(ui.value("inspector/owned") == "orders-0");
    CHECK(ui.value("groups/members") == "3 members");
    const auto& lane = ui.now().timeline.groups.at(0);
    const auto gaps = gaps_of(lane, {}, ui.now().now);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].from == Instant{5'000'000'000});
    CHECK(gaps[0].to - gaps[0].from == milliseconds(3400));
    CHECK(words_of(lane, gaps[0]) == "billing: for 3.4 s nobody reads 1 of 3 partitions");
    CHECK(ui.label("timeline/gap/billing/5000") == words_of(lane, gaps[0]));
}

TEST_CASE("why a group rebalanced leads back to the deed that killed its member") {
    Driver ui;
    show_groups(ui);
    kill(ui, 303);
    stand_at(ui, 9000);
    ui.desk().select(group_subject("billing"));
    ui.frames(2);
    CHECK(ui.label("inspector/why/0") == "deed");
    CHECK(ui.label("inspector/why/1") == "member_fenced");
    CHECK(ui.label("inspector/why/2") == "group_rebalance_started");
    CHECK(ui.label("inspector/why/3") == "partitions_assigned");
    CHECK(ui.value("inspector/gap") == "3.4 s");
}

TEST_CASE("gaps that touch are one, and one that goes on ends with what is asked for") {
    model::GroupLane lane;
    lane.group = "g";
    const auto step = [&](std::int64_t ms, std::int32_t idle) {
        lane.steps.push_back({{ms * 1'000'000}, idle, 4});
    };
    step(0, 0);
    step(100, 2);
    step(150, 4);
    step(400, 0);
    step(900, 1);
    const auto gaps = gaps_of(lane, {}, {1'000'000'000});
    REQUIRE(gaps.size() == 2);
    CHECK(gaps[0].from.ms() == 100);
    CHECK(gaps[0].to.ms() == 400);
    CHECK(gaps[0].most == 4);
    CHECK(gaps[1].to.ms() == 1000);
    CHECK(gaps_of(lane, {500'000'000}, {800'000'000}).empty());
    CHECK(gaps_of(lane, {200'000'000}, {300'000'000}).size() == 1);
}

TEST_CASE("the trend of a lag is its course over five seconds, and a record or two is none") {
    model::Group group;
    const auto lag_at = [&](std::int64_t s, std::int64_t lag) {
        group.lag_history.push_back({{s * 1'000'000'000}, lag});
    };
    CHECK(model::lag_trend(group, {}) == 0);
    lag_at(0, 100);
    lag_at(5, 101);
    CHECK(model::lag_trend(group, {5'000'000'000}) == 0);
    lag_at(10, 160);
    CHECK(model::lag_trend(group, {10'000'000'000}) == 1);
    lag_at(15, 20);
    CHECK(model::lag_trend(group, {15'000'000'000}) == -1);
}

TEST_CASE("the menu of a group offers what can't be done here as well, with the reason") {
    Driver ui;
    show_groups(ui);
    ui.desk().select(group_subject("billing"));
    const Command* reset = command_named("group.reset_offsets");
    REQUIRE(reset != nullptr);
    CHECK(why_not(*reset, ui.desk(), {}) == "the toy cannot do that");
    const Command* add = command_named("group.add_member");
    REQUIRE(add != nullptr);
    CHECK(why_not(*add, ui.desk(), {}) == "all consumers that the scenario has for billing run");
    kill(ui, 304);
    stand_at(ui, 9000);
    CHECK(group_of(ui.now(), "billing")->members.size() == 3);
    CHECK(why_not(*add, ui.desk(), {}).empty());
    CHECK(run(*add, ui.desk(), {}));
    ui.frames(2);
    CHECK(group_of(ui.now(), "billing")->members.size() == 4);
}

TEST_CASE("the map has a bracket round a group's consumers, and a click selects the group") {
    Driver ui;
    stand_at(ui, 5000);
    CHECK(ui.value("map/group/billing") == "billing  Stable  epoch 5");
    ui.click("map/group/billing");
    CHECK(ui.desk().selection.subject() == group_subject("billing"));
    CHECK(ui.item("map/group/billing").checked);
}
