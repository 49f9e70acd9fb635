// Deeds at the window over a real cluster, by key and by right click, through the real frame.
#include "tests/gui/model/hand.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace orrery;
using namespace orrery::gui;
using orrery::tests::at_s;
using orrery::tests::Hand;

namespace {

/// The registry's name of a Produce request that flies over the map, when there is one.
std::string flying_produce(Hand& hand) {
    for (int i = 0; i < 5000; ++i) {
        for (const model::Message& message : hand.now().messages)
            if (message.api == "Produce" && !message.response &&
                message.fate == model::Fate::flying)
                return "map/message/" + std::to_string(message.id);
        hand.session->step();
        hand.frames(1);
    }
    return "";
}

bool told(Hand& hand, std::string_view words) {
    const auto& facts = hand.now().facts;
    return std::any_of(facts.begin(), facts.end(), [&](const model::FactLine& fact) {
        return fact.text.find(words) != std::string::npos;
    });
}

} // namespace

TEST_CASE("C sends one record to the partition in view") {
    Hand hand;
    hand.session->seek(at_s(8));
    hand.frames(2);
    hand.press(ui::Key::c);
    CHECK_FALSE(hand.frame->desk().toast.fault);
    CHECK(told(hand, "producer-a is told to send a record"));
    CHECK(hand.now().history.can_undo);
}

TEST_CASE("E makes the active controller resign, and the next leads the quorum") {
    Hand hand;
    hand.session->seek(at_s(8));
    hand.frames(2);
    const std::string before = "map/controller/" + std::to_string(hand.now().quorum.leader);
    const std::int32_t epoch = hand.now().quorum.epoch;
    hand.press(ui::Key::e);
    CHECK(hand.value(before).find("resigned") == 0);
    hand.session->advance(at_s(12));
    hand.frames(2);
    CHECK(hand.now().quorum.epoch > epoch);
    REQUIRE(hand.now().quorum.leader >= 0);
    CHECK(hand.value("map/controller/" + std::to_string(hand.now().quorum.leader)).find("LEADER") ==
          0);
}

TEST_CASE("a right click on a message holds it, and on the held one releases or drops it") {
    Hand hand;
    hand.session->seek(at_s(8));
    hand.frames(2);
    const std::string message = flying_produce(hand);
    REQUIRE(hand.has(message));
    hand.click(message, 1);
    REQUIRE(hand.has("popup/message.hold"));
    CHECK_FALSE(hand.registry.find("popup/message.release")->enabled);
    hand.click("popup/message.hold");
    CHECK(told(hand, "is held"));
    hand.session->advance(at_s(10));
    hand.frames(2);
    REQUIRE(hand.has(message));
    CHECK(hand.now().faults.size() == 1);
    hand.click(message, 1);
    CHECK_FALSE(hand.registry.find("popup/message.hold")->enabled);
    hand.click("popup/message.drop");
    CHECK(hand.value(message) == "dropped");
    CHECK(hand.now().faults.empty());
    CHECK(hand.now().branches.size() == 1);
    // The same message, some events earlier, is lost at once: another branch.
    hand.session->seek(at_s(8));
    hand.frames(2);
    const std::string again = flying_produce(hand);
    hand.click(again, 1);
    hand.click("popup/message.drop");
    CHECK(hand.now().branches.size() == 2);
    CHECK(hand.value(again) == "dropped");
}

TEST_CASE("every main event of the default lesson says why it happened") {
    Hand hand;
    hand.session = tests::live(false); // its timeline kills the leader, and more
    auto made = Frame::make(*hand.session);
    REQUIRE(made);
    hand.frame = std::move(*made);
    hand.frame->record(&hand.registry);
    hand.session->advance(at_s(60));
    hand.frames(3);
    const auto facts = hand.now().facts;
    std::size_t looked_at = 0;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const model::FactLine& fact = facts[i];
        const bool main = fact.at > at_s(11) &&
                          (fact.name == "broker_fenced" || fact.name == "partition_changed" ||
                           fact.name == "became_leader" || fact.name == "isr_shrink_asked" ||
                           fact.name == "isr_expand_asked" || fact.name == "truncated");
        if (!main)
            continue;
        ++looked_at;
        INFO(fact.at.ms() << " ms " << fact.name << ": " << fact.text);
        CHECK(fact.cause >= 0);
        hand.frame->desk().select(fact_subject(i));
        hand.frames(2);
        // The last link is the fact itself; before it stands what led to it, and first a deed.
        CHECK(hand.has("inspector/why/1"));
    }
    CHECK(looked_at > 5);
}

TEST_CASE("auto-pace crosses the silence before a broker is fenced in four to six seconds") {
    Hand hand;
    hand.session->seek(at_s(12));
    hand.frame->desk().pace.play(true);
    hand.frames(2);
    hand.press(ui::Key::k);
    const Instant killed = hand.session->now();
    const auto fenced = [&] {
        return std::any_of(
            hand.now().facts.begin(), hand.now().facts.end(),
            [](const model::FactLine& fact) { return fact.name == "broker_fenced"; });
    };
    int frames = 0;
    int held = 0;
    for (; frames < 60 * 60 && !fenced(); ++frames) {
        held += hand.frame->desk().pace.holding() ? 1 : 0;
        hand.frames(1);
    }
    const double wait_s = static_cast<double>((hand.session->now() - killed).ms()) / 1000;
    WARN("a silence of " << wait_s << " s took " << static_cast<double>(frames) / 60
                         << " s at the window, of which " << static_cast<double>(held) / 60
                         << " s were spent looking");
    CHECK(frames - held > 60 * 7 / 2);
    CHECK(frames < 60 * 8);
}
