// The story that `./run` promises, told to the real frame function over the real cluster: press K,
// watch the ISR shrink and the crown move; go back before the kill; act there, and it branches.
#include "core/base/fingerprint.hpp"
#include "tests/gui/model/hand.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::gui;
using orrery::tests::at_s;
using orrery::tests::Hand;

TEST_CASE("over a real cluster: press K, and within a minute the ISR shrinks and the crown moves") {
    Hand hand;
    hand.session->seek(at_s(12));
    hand.frame->desk().pace.play(true);
    hand.frames(2);
    CHECK(hand.value("inspector/isr") == "[1, 2, 3]");
    CHECK(hand.value("map/chip/1/orders-0") == "leader");
    const std::uint64_t before_kill = hand.session->event();
    hand.press(ui::Key::k);
    CHECK(hand.value("map/broker/1").find("DOWN") == 0);
    CHECK(hand.value("map/chip/1/orders-0") == "offline");
    int frames = 0;
    constexpr int frames_max = 60 * 60;
    while (frames < frames_max && hand.value("inspector/isr").find("[2, 3]") != 0) {
        hand.frames(1);
        ++frames;
    }
    WARN("the ISR shrank after " << frames / 60 << " s at the window");
    REQUIRE(frames < frames_max);
    CHECK(hand.value("inspector/isr") == "[2, 3] (was [1, 2, 3])");
    CHECK(hand.value("inspector/leader") == "broker 2 (was 1)");
    CHECK(hand.value("map/chip/2/orders-0") == "leader");
    CHECK(hand.value("inspector/why/0").find("broker 1 is killed") != std::string::npos);
    CHECK(hand.value("inspector/why/1").find("is fenced") != std::string::npos);

    // Back before the kill, and something else done there: both lives are kept.
    hand.frame->desk().pace.play(false);
    const Instant fenced_at = hand.session->now();
    hand.session->seek(at_s(11));
    hand.frames(2);
    CHECK(hand.value("map/chip/1/orders-0") == "leader");
    CHECK(hand.frame->desk().in_past());
    hand.press(ui::Key::p);
    CHECK(hand.now().branch == 1);
    CHECK(node_of(hand.now(), 1)->state == model::NodeState::paused);
    hand.session->go_to_branch(0);
    hand.frames(2);
    CHECK(hand.session->now() >= fenced_at);
    CHECK(hand.value("map/chip/2/orders-0") == "leader");
    hand.session->seek_event(before_kill);
    hand.frames(2);
    CHECK(hand.value("map/chip/1/orders-0") == "leader");
}

TEST_CASE("looking changes nothing: a cluster with a window over it lives as one without") {
    const auto alone = tests::live(false);
    alone->advance(at_s(16));
    Hand hand;
    hand.session = tests::live(false);
    auto made = Frame::make(*hand.session);
    REQUIRE(made);
    hand.frame = std::move(*made);
    hand.frame->record(&hand.registry);
    hand.frame->desk().pace.play(true);
    hand.frame->desk().pace.set_ratio(4);
    for (int i = 0; i < 120 && hand.session->now() < at_s(14); ++i) {
        hand.frames(1);
        if (i % 20 == 10)
            hand.frame->desk().select(node_subject(1 + i % 3));
    }
    hand.frame->desk().pace.play(false);
    hand.session->seek(at_s(9));
    hand.frames(2);
    hand.session->seek(at_s(16));
    hand.frames(2);
    CHECK(hand.session->event() == alone->event());
    CHECK(fingerprint(hand.session->snapshot()->partitions) ==
          fingerprint(alone->snapshot()->partitions));
    CHECK(fingerprint(hand.session->snapshot()->facts) == fingerprint(alone->snapshot()->facts));
}
