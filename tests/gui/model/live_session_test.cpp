// The window's session over a real simulated cluster: what it shows, and that time travel brings
// back exactly what was seen.
#include "core/base/fingerprint.hpp"
#include "core/base/print.hpp"
#include "tests/gui/model/live_support.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>

using namespace orrery;
using namespace orrery::gui::model;
using orrery::tests::at_s;
using orrery::tests::live;

namespace {

Injection deed(Verb verb, std::int32_t node, std::int32_t other = -1) {
    Injection injection;
    injection.verb = verb;
    injection.node = node;
    injection.other = other;
    return injection;
}

void look_at_orders(LiveSession& session) {
    Focus focus;
    focus.topic = "orders";
    focus.partition = 0;
    focus.metadata_log = true;
    session.look_at(focus);
}

/// What a moment looks like, without what is known of other moments.
std::uint64_t face(LiveSession& session) {
    Snapshot copy = *session.snapshot();
    copy.branch = 0;
    copy.timeline = {};
    copy.branches.clear();
    copy.history = {};
    return fingerprint(copy);
}

bool told(const Snapshot& snapshot, std::string_view name, std::string_view words) {
    for (const FactLine& fact : snapshot.facts)
        if (fact.name == name && fact.text.find(words) != std::string::npos)
            return true;
    return false;
}

} // namespace

TEST_CASE("a live cluster is shown: nodes, quorum, partitions, clients, links") {
    const auto session = live(true);
    look_at_orders(*session);
    session->advance(at_s(8));
    const SnapshotPtr now = session->snapshot();
    REQUIRE(now->nodes.size() == 6);
    CHECK(node_of(*now, 1)->state == NodeState::up);
    CHECK(node_of(*now, 1)->rack == "a");
    CHECK(node_of(*now, 1)->role == QuorumRole::observer);
    CHECK(node_of(*now, 1)->leads == 1);
    CHECK(node_of(*now, 1)->replicas == 3);
    CHECK(node_of(*now, 1)->session.whole == seconds(9));
    CHECK(node_of(*now, 1)->session.left > seconds(6));
    CHECK(node_of(*now, 1)->bytes_in_per_s > 1000);
    REQUIRE(node_of(*now, now->quorum.leader) != nullptr);
    CHECK(node_of(*now, now->quorum.leader)->active_controller);
    CHECK(now->quorum.voters == std::vector<std::int32_t>{101, 102, 103});
    CHECK(now->quorum.log.rows.size() == 3);
    CHECK_FALSE(now->quorum.log.rows.front().cells.empty());
    REQUIRE(now->partitions.size() == 3);
    const Partition& orders = now->partitions.front();
    CHECK(orders.leader == 1);
    CHECK(orders.isr == std::vector<std::int32_t>{1, 2, 3});
    CHECK(orders.min_isr == 2);
    CHECK(orders.health == Health::full);
    CHECK(orders.log_end > 100);
    CHECK(orders.high_watermark <= orders.log_end);
    CHECK(orders.records_per_s > 20);
    REQUIRE(now->strips);
    REQUIRE(now->strips->rows.size() == 3);
    CHECK(now->strips->rows.front().node == 1);
    CHECK(now->strips->rows.front().cells.back().offset + 1 == orders.log_end);
    CHECK(now->strips->rows.front().cells.back().value.find("producer-a#") == 0);
    CHECK_FALSE(now->strips->rows[1].diverges);
    const auto producer =
        std::find_if(now->clients.begin(), now->clients.end(),
                     [](const Client& client) { return client.name == "producer-a"; });
    REQUIRE(producer != now->clients.end());
    CHECK(producer->summary == "acks=all");
    CHECK(producer->records_per_s > 80);
    CHECK(producer->last_error == "");
    CHECK(link_of(*now, 1, 2) != nullptr);
    CHECK(now->faults.empty());
    CHECK(told(*now, "partition_changed", "orders-0") + told(*now, "topic_created", "orders") > 0);
    CHECK(std::all_of(now->checks.begin(), now->checks.end(),
                      [](const Check& check) { return check.state != CheckState::broken; }));
}

TEST_CASE("the same pointer comes until something changes") {
    const auto session = live(true);
    session->advance(at_s(5));
    const SnapshotPtr once = session->snapshot();
    CHECK(session->snapshot() == once);
    static_cast<void>(session->ahead());
    CHECK(session->snapshot() == once);
    look_at_orders(*session);
    CHECK(session->snapshot() != once);
    const std::uint64_t event = session->event();
    session->step();
    CHECK(session->event() == event + 1);
    CHECK(session->snapshot()->event == event + 1);
    CHECK(once->event == event);
}

TEST_CASE("what is said to come next is what comes") {
    const auto session = live(true);
    session->advance(at_s(6));
    int deliveries = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto ahead = session->ahead();
        REQUIRE(ahead);
        const auto facts = session->snapshot()->facts.size();
        CHECK(session->step() == ahead->dwell);
        REQUIRE(session->now() == ahead->at);
        CHECK(ahead->sent <= ahead->at);
        const SnapshotPtr now = session->snapshot();
        bool notable = false;
        for (std::size_t f = facts; f < now->facts.size(); ++f)
            notable = notable || now->facts[f].notable;
        CHECK(notable == (ahead->dwell == Dwell::notable));
        deliveries += ahead->dwell == Dwell::delivery ? 1 : 0;
    }
    CHECK(deliveries > 100);
}

TEST_CASE("a message in the air can be taken apart, and an answer knows its question") {
    const auto session = live(true);
    session->advance(at_s(6));
    bool request = false;
    bool answer = false;
    for (int i = 0; i < 2000 && !(request && answer); ++i) {
        session->step();
        const SnapshotPtr shown = session->snapshot();
        for (const Message& message : shown->messages) {
            REQUIRE(message.api != "?");
            if (message.api != "Produce" || (message.response ? answer : request))
                continue;
            (message.response ? answer : request) = true;
            CHECK(message.family == Family::produce);
            CHECK(message.text.find("orders-") == 0);
            Focus focus;
            focus.message = message.id;
            session->look_at(focus);
            const SnapshotPtr now = session->snapshot();
            REQUIRE(now->detail);
            CHECK(now->detail->message == message);
            CHECK(now->detail->frame.size() == static_cast<std::size_t>(message.bytes));
            const auto& tree = now->detail->tree;
            CHECK(std::any_of(tree.begin(), tree.end(), [&](const Field& field) {
                return field.name == (message.response ? "base_offset" : "acks");
            }));
            for (const Field& field : tree)
                CHECK(field.first_byte + field.byte_count <= message.bytes);
            break;
        }
    }
    CHECK(request);
    CHECK(answer);
}

TEST_CASE("kill the leader: the session runs out, the ISR shrinks, the leader changes, and why") {
    const auto session = live(true);
    look_at_orders(*session);
    session->advance(at_s(8));
    REQUIRE(session->inject(deed(Verb::kill, 1)));
    CHECK(session->why_not(deed(Verb::kill, 1)) == "broker 1 is down (killed)");
    SnapshotPtr now = session->snapshot();
    CHECK(node_of(*now, 1)->state == NodeState::down);
    CHECK(now->partitions.front().leader == 1);
    CHECK(now->partitions.front().replicas.front().state == ReplicaState::offline);
    REQUIRE(now->faults.size() == 1);
    CHECK(now->faults.front().text == "broker 1 is killed");
    session->advance(at_s(12));
    now = session->snapshot();
    CHECK(node_of(*now, 1)->session.left < seconds(6));
    session->advance(at_s(20));
    now = session->snapshot();
    const Partition& orders = now->partitions.front();
    CHECK(orders.leader != 1);
    CHECK(orders.isr == std::vector<std::int32_t>{2, 3});
    REQUIRE(orders.before);
    CHECK(orders.before->leader == 1);
    CHECK(orders.before->isr == std::vector<std::int32_t>{1, 2, 3});
    CHECK(orders.health == Health::at_min_isr);
    // Why: the kill, the fencing by broker.session.timeout.ms, the change.
    std::int64_t change = -1;
    for (std::size_t i = 0; i < now->facts.size(); ++i)
        if (now->facts[i].name == "partition_changed" && now->facts[i].partition == 0)
            change = static_cast<std::int64_t>(i);
    REQUIRE(change >= 0);
    const std::int64_t fenced = now->facts[static_cast<std::size_t>(change)].cause;
    REQUIRE(fenced >= 0);
    CHECK(now->facts[static_cast<std::size_t>(fenced)].name == "broker_fenced");
    CHECK(now->facts[static_cast<std::size_t>(fenced)].config == "broker.session.timeout.ms");
    const std::int64_t kill = now->facts[static_cast<std::size_t>(fenced)].cause;
    REQUIRE(kill >= 0);
    CHECK(now->facts[static_cast<std::size_t>(kill)].text == "broker 1 is killed");
    REQUIRE(now->lesson);
    CHECK(now->lesson->step >= 2);
    // Back again.
    REQUIRE(session->inject(deed(Verb::restart, 1)));
    session->advance(at_s(30));
    now = session->snapshot();
    CHECK(node_of(*now, 1)->state == NodeState::up);
    CHECK(now->partitions.front().isr == std::vector<std::int32_t>{1, 2, 3});
    CHECK(now->faults.empty());
}

TEST_CASE("seeking shows what playing showed, to the last message and the last rate") {
    const auto session = live(false); // its timeline kills the leader at 12 s
    look_at_orders(*session);
    std::vector<std::pair<Instant, std::uint64_t>> faces;
    for (const std::int64_t second : {2, 7, 12, 13, 20, 25})
        if (session->advance(at_s(second)); true)
            faces.emplace_back(session->now(), face(*session));
    std::vector<std::pair<std::uint64_t, std::uint64_t>> stepped;
    for (int i = 0; i < 40; ++i) {
        session->step();
        stepped.emplace_back(session->event(), face(*session));
    }
    session->advance(at_s(30));
    for (const std::size_t i : {3U, 0U, 5U, 1U, 4U, 2U}) {
        session->seek(faces[i].first);
        CHECK(session->now() == faces[i].first);
        CHECK(face(*session) == faces[i].second);
        CHECK(session->snapshot()->timeline.end == at_s(30));
    }
    for (const std::size_t i : {39U, 10U, 0U, 25U}) {
        session->seek_event(stepped[i].first);
        CHECK(session->event() == stepped[i].first);
        CHECK(face(*session) == stepped[i].second);
    }
}

TEST_CASE("acting in the past makes a branch; undo and redo stand before and after the deed") {
    const auto session = live(true);
    session->advance(at_s(9));
    session->seek(at_s(6));
    const std::uint64_t before = face(*session);
    REQUIRE(session->inject(deed(Verb::pause, 2)));
    SnapshotPtr now = session->snapshot();
    CHECK(now->branches.size() == 2);
    CHECK(now->branch == 1);
    CHECK(now->branches[1].name == "branch 1: pause broker 2");
    CHECK(now->branches[0].end == at_s(9));
    CHECK(node_of(*now, 2)->state == NodeState::paused);
    CHECK(now->history.can_undo);
    session->undo();
    CHECK(face(*session) == before);
    CHECK(session->snapshot()->history.can_redo);
    session->redo();
    CHECK(node_of(*session->snapshot(), 2)->state == NodeState::paused);
    session->go_to_branch(0);
    now = session->snapshot();
    CHECK(now->now == at_s(9));
    CHECK(node_of(*now, 2)->state == NodeState::up);
    const std::size_t count = now->branches.size();
    session->branch_here();
    CHECK(session->snapshot()->branches.size() == count + 1);
}

TEST_CASE("links are cut, isolated and healed, and each says why when it can't be") {
    const auto session = live(true);
    session->advance(at_s(6));
    CHECK(session->why_not(deed(Verb::heal_link, 1, 2)) == "that link has no fault of its own");
    REQUIRE(session->inject(deed(Verb::cut_one_way, 2, 1)));
    const Link* link = link_of(*session->snapshot(), 1, 2);
    REQUIRE(link != nullptr);
    CHECK(link->cut_from_b);
    CHECK_FALSE(link->cut_from_a);
    Injection heal;
    heal.verb = Verb::heal_fault;
    heal.id = session->snapshot()->faults.front().id;
    REQUIRE(session->inject(heal));
    CHECK(session->snapshot()->faults.empty());
    CHECK(session->why_not(heal) == "that fault is healed already");
    REQUIRE(session->inject(deed(Verb::isolate, 3)));
    CHECK(link_of(*session->snapshot(), 3, 101)->cut_from_a);
    session->advance(at_s(8));
    const SnapshotPtr now = session->snapshot();
    CHECK(std::any_of(now->messages.begin(), now->messages.end(),
                      [](const Message& message) { return message.fate == Fate::held; }));
    Injection all;
    all.verb = Verb::heal_everything;
    REQUIRE(session->inject(all));
    CHECK(session->snapshot()->faults.empty());
    CHECK(session->why_not(all) == "no link and no disk has a fault");
    CHECK(session->why_not(deed(Verb::restart, 3)) ==
          "broker 3 runs; kill it or shut it down first");
    CHECK(session->why_not(deed(Verb::kill, 77)) == "nobody has the id 77");
}

TEST_CASE("what a hand did is saved as a scenario that does it by itself") {
    const auto session = live(true);
    session->advance(at_s(8));
    Injection next;
    next.verb = Verb::lesson_step;
    REQUIRE(session->snapshot()->lesson->can_do);
    REQUIRE(session->inject(next)); // the timeline's first: kills the leader
    CHECK(node_of(*session->snapshot(), 1)->state == NodeState::down);
    session->advance(at_s(15));
    REQUIRE(session->inject(deed(Verb::slow_link, 2, 3)));
    const std::string file =
        (std::filesystem::temp_directory_path() / "orrery_live_session_test.json").string();
    REQUIRE(session->save(file));
    session->advance(at_s(25));
    LiveOptions options;
    options.file = file;
    auto again = LiveSession::make(options);
    std::filesystem::remove(file);
    REQUIRE(again);
    (*again)->advance(at_s(25));
    // The alarms of a timeline are events of their own; all else is the same.
    const auto played = [](LiveSession& run) {
        std::vector<Partition> partitions = run.snapshot()->partitions;
        for (Partition& partition : partitions)
            if (partition.before)
                partition.before->event = 0;
        return partitions;
    };
    CHECK(print(played(**again)) == print(played(*session)));
    CHECK((*again)->snapshot()->facts.size() == session->snapshot()->facts.size());
}

TEST_CASE("a scenario that can't be read says why, and one is opened anew from its start") {
    LiveOptions wrong;
    wrong.file = "nowhere.json";
    CHECK_FALSE(LiveSession::make(wrong));
    wrong.text = R"({"title": "x", "duration": "1s", "cluster": {"brokers": 0}})";
    CHECK_FALSE(LiveSession::make(wrong));
    const auto session = live(true);
    session->advance(at_s(3));
    CHECK_FALSE(session->open("nowhere.json", {}));
    CHECK(session->now() == at_s(3));
    REQUIRE(session->open("", {}));
    CHECK(session->now() == Instant{});
    CHECK_FALSE(session->snapshot()->lessons.empty());
}

TEST_CASE("a snapshot of the running cluster costs well under a millisecond") {
    const auto session = live(true);
    look_at_orders(*session);
    session->advance(at_s(10));
    constexpr int rounds = 200;
    const std::clock_t start = std::clock();
    for (int i = 0; i < rounds; ++i) {
        session->step();
        REQUIRE(session->snapshot() != nullptr);
    }
    const double each_us =
        1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / rounds;
    WARN("one event and its snapshot: " << each_us << " us of CPU");
    CHECK(each_us < 5000); // without optimisation, under sanitizers, on a busy machine
}
