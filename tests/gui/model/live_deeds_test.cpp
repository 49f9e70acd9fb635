// Deeds to a real cluster that need more than a fault: a record by hand, an election, a message on
// its way. Each is done, is told, comes back by time travel, and is saved as a scenario.
#include "core/base/fingerprint.hpp"
#include "core/base/print.hpp"
#include "tests/gui/model/live_support.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <filesystem>

using namespace orrery;
using namespace orrery::gui::model;
using orrery::tests::at_s;
using orrery::tests::live;

namespace {

std::int32_t client_named(const Snapshot& snapshot, std::string_view name) {
    for (const Client& client : snapshot.clients)
        if (client.name == name)
            return client.id;
    return -1;
}

Injection produce_by(const Snapshot& snapshot, std::string_view who, std::int32_t partition) {
    Injection deed;
    deed.verb = Verb::produce;
    deed.node = client_named(snapshot, who);
    deed.topic = "orders";
    deed.partition = partition;
    return deed;
}

Injection to_message(Verb verb, std::uint64_t id) {
    Injection deed;
    deed.verb = verb;
    deed.id = id;
    return deed;
}

Injection elect(Verb verb, std::int32_t partition) {
    Injection deed;
    deed.verb = verb;
    deed.topic = "orders";
    deed.partition = partition;
    return deed;
}

/// Steps until a message of that kind is in the air.
const Message* wait_for(LiveSession& session, std::string_view api, bool response) {
    for (int i = 0; i < 20'000; ++i) {
        for (const Message& message : session.snapshot()->messages)
            if (message.api == api && message.response == response &&
                message.fate == Fate::flying && !message.empty)
                return &message;
        session.step();
    }
    return nullptr;
}

bool told(const Snapshot& snapshot, std::string_view words) {
    return std::any_of(snapshot.facts.begin(), snapshot.facts.end(), [&](const FactLine& fact) {
        return fact.text.find(words) != std::string::npos;
    });
}

std::int64_t end_of(const Snapshot& snapshot, std::int32_t partition) {
    return partition_of(snapshot, "orders", partition)->log_end;
}

} // namespace

TEST_CASE("one record by hand goes to the partition that is meant, and comes back by time travel") {
    const auto session = live(true);
    session->advance(at_s(8));
    const auto by_load = [&] {
        const auto fork = live(true);
        fork->advance(at_s(9));
        return end_of(*fork->snapshot(), 2);
    }();
    REQUIRE(session->inject(produce_by(*session->snapshot(), "producer-a", 2)));
    CHECK(told(*session->snapshot(), "producer-a is told to send a record"));
    session->advance(at_s(9));
    CHECK(end_of(*session->snapshot(), 2) >= by_load); // keys decide the rest, one is ours
    const std::uint64_t then = fingerprint(session->snapshot()->partitions);
    session->seek(at_s(5));
    session->seek(at_s(9));
    CHECK(fingerprint(session->snapshot()->partitions) == then);
    CHECK(session->why_not(produce_by(*session->snapshot(), "billing-1", 0)));
    Injection elsewhere = produce_by(*session->snapshot(), "producer-a", 0);
    elsewhere.topic = "pay";
    CHECK(session->why_not(elsewhere) == "producer-a writes to orders, not to pay");
}

TEST_CASE("the active controller that loses patience resigns, and another is elected, and why") {
    const auto session = live(true);
    session->advance(at_s(8));
    const std::int32_t before = session->snapshot()->quorum.leader;
    const std::int32_t epoch = session->snapshot()->quorum.epoch;
    Injection deed;
    deed.verb = Verb::force_election;
    deed.node = 1;
    CHECK(session->why_not(deed) == "broker 1 is no voter of the quorum");
    deed.node = before;
    REQUIRE(session->inject(deed));
    CHECK(node_of(*session->snapshot(), before)->role == QuorumRole::resigned);
    session->advance(at_s(12));
    const SnapshotPtr now = session->snapshot();
    CHECK(now->quorum.epoch > epoch);
    CHECK(now->quorum.leader >= 101);
    CHECK(told(*now, "loses patience with its quorum"));
}

TEST_CASE("the preferred leader is elected through the admin client, when there is need") {
    const auto session = live(true);
    session->advance(at_s(8));
    CHECK(session->why_not(elect(Verb::elect_preferred, 0)) ==
          "broker 1, the preferred replica, leads orders-0 already");
    CHECK(session->why_not(elect(Verb::elect_unclean, 0)) ==
          "orders-0 has a leader; an unclean election is for a partition without one");
    Injection deed;
    deed.verb = Verb::kill;
    deed.node = 1;
    REQUIRE(session->inject(deed));
    session->advance(at_s(20));
    CHECK(session->why_not(elect(Verb::elect_preferred, 0)) ==
          "broker 1, the preferred replica, is not in the ISR of orders-0");
    deed.verb = Verb::restart;
    REQUIRE(session->inject(deed));
    session->advance(at_s(30));
    REQUIRE(partition_of(*session->snapshot(), "orders", 0)->leader != 1);
    REQUIRE(session->inject(elect(Verb::elect_preferred, 0)));
    session->advance(at_s(32));
    const SnapshotPtr now = session->snapshot();
    CHECK(partition_of(*now, "orders", 0)->leader == 1);
    const auto admin = std::find_if(now->clients.begin(), now->clients.end(),
                                    [](const Client& c) { return c.kind == ClientKind::admin; });
    REQUIRE(admin != now->clients.end());
    CHECK(admin->summary.find("elect") != std::string::npos);
    CHECK(admin->outcome == "done");
}

TEST_CASE("a message is held and released; held again in the past, that is another branch") {
    const auto session = live(true);
    session->advance(at_s(8));
    const Message* produce = wait_for(*session, "Produce", false);
    REQUIRE(produce != nullptr);
    const std::uint64_t id = produce->id;
    const Instant held_at = session->now();
    const std::uint64_t before = session->event();
    CHECK(session->why_not(to_message(Verb::release_message, id)) == "no hand holds it");
    REQUIRE(session->inject(to_message(Verb::hold_message, id)));
    CHECK(session->why_not(to_message(Verb::hold_message, id)) == "it is held already");
    session->advance(held_at + seconds(2));
    SnapshotPtr now = session->snapshot();
    REQUIRE(message_of(*now, id) != nullptr);
    CHECK(message_of(*now, id)->fate == Fate::held);
    REQUIRE(now->faults.size() == 1);
    CHECK(now->faults.front().text.find("a message from producer-a to broker") == 0);
    const std::uint64_t then = fingerprint(now->partitions);
    session->seek(held_at - milliseconds(100));
    session->seek(held_at + seconds(2));
    CHECK(fingerprint(session->snapshot()->partitions) == then);
    REQUIRE(session->inject(to_message(Verb::release_message, id)));
    session->advance(held_at + seconds(3));
    now = session->snapshot();
    CHECK(now->faults.empty());
    CHECK((message_of(*now, id) == nullptr || message_of(*now, id)->fate == Fate::delivered));
    CHECK(session->why_not(to_message(Verb::hold_message, id)) ==
          "that message is no longer in the air");
    // Back to when it flew, and lost this time.
    session->seek_event(before);
    REQUIRE(session->inject(to_message(Verb::drop_message, id)));
    now = session->snapshot();
    CHECK(now->branches.size() == 2);
    CHECK(now->branches.back().name == "branch 1: lose_message");
    REQUIRE(message_of(*now, id) != nullptr);
    CHECK(message_of(*now, id)->fate == Fate::dropped);
}

TEST_CASE("an acknowledgement that is lost is sent again: the record stands twice") {
    const auto session = live(true);
    session->advance(at_s(8));
    const Message* answer = wait_for(*session, "Produce", true);
    REQUIRE(answer != nullptr);
    const std::string text = answer->text;
    REQUIRE(session->inject(to_message(Verb::drop_message, answer->id)));
    CHECK(told(*session->snapshot(), "is lost, and its connection with it"));
    const Instant lost_at = session->now();
    session->advance(lost_at + seconds(2));
    const SnapshotPtr now = session->snapshot();
    // Nobody is down, and the producer goes on.
    for (const Node& node : now->nodes)
        CHECK(node.state == NodeState::up);
    const std::int32_t id = client_named(*now, "producer-a");
    CHECK(client_of(*now, id)->last_error == "");
    CHECK(client_of(*now, id)->records_per_s > 0);
}

TEST_CASE("deeds by hand are saved as verbs of a scenario that does the same by itself") {
    const auto session = live(true);
    session->advance(at_s(8));
    REQUIRE(session->inject(produce_by(*session->snapshot(), "producer-a", 1)));
    session->advance(at_s(9));
    const Message* answer = wait_for(*session, "Produce", true);
    REQUIRE(answer != nullptr);
    REQUIRE(session->inject(to_message(Verb::drop_message, answer->id)));
    session->advance(at_s(11));
    Injection election;
    election.verb = Verb::force_election;
    election.node = session->snapshot()->quorum.leader;
    REQUIRE(session->inject(election));
    session->advance(at_s(15));
    const std::string file =
        (std::filesystem::temp_directory_path() / "orrery_live_deeds_test.json").string();
    REQUIRE(session->save(file));
    LiveOptions options;
    options.file = file;
    auto again = LiveSession::make(options);
    std::filesystem::remove(file);
    REQUIRE(again);
    (*again)->advance(at_s(15));
    const auto ends = [](LiveSession& run) {
        std::vector<std::int64_t> all;
        for (const Partition& partition : run.snapshot()->partitions)
            all.push_back(partition.log_end);
        return all;
    };
    CHECK(print(ends(**again)) == print(ends(*session)));
    CHECK((*again)->snapshot()->facts.size() == session->snapshot()->facts.size());
}

TEST_CASE("a glimpse shows another moment as seeking would, and moves nothing") {
    const auto session = live(false); // its timeline kills the leader at 12 s
    Focus focus;
    focus.topic = "orders";
    focus.partition = 0;
    session->look_at(focus);
    session->advance(at_s(25));
    const SnapshotPtr here = session->snapshot();
    const SnapshotPtr there = session->glimpse(at_s(10));
    CHECK(session->snapshot() == here);
    CHECK(session->now() == at_s(25));
    CHECK(there->now == at_s(10));
    CHECK(node_of(*there, 1)->state == NodeState::up);
    CHECK(node_of(*here, 1)->state == NodeState::down);
    CHECK(session->glimpse(at_s(99))->now == at_s(25));
    session->seek(at_s(10));
    Snapshot seen = *there;
    Snapshot sought = *session->snapshot();
    seen.history = sought.history = {}; // going there sets a keyframe, looking does not
    CHECK(fingerprint(sought) == fingerprint(seen));
}

TEST_CASE("a consumer stops polling, polls again and leaves its group by hand") {
    LiveOptions options;
    options.file = tests::source_dir() + "/scenarios/lessons/group-shares.json";
    auto made = LiveSession::make(options);
    REQUIRE(made.has_value());
    LiveSession& session = **made;
    session.seek(at_s(20));
    const auto group = [&] {
        const SnapshotPtr now = session.snapshot();
        REQUIRE(now->groups.size() == 1);
        return now->groups.front();
    };
    REQUIRE_FALSE(group().members.empty());
    Injection deed;
    deed.node = group().members.front().client;
    deed.verb = Verb::poll_again;
    CHECK(session.why_not(deed)->find(" polls") != std::string::npos);
    deed.verb = Verb::stop_polling;
    REQUIRE(session.inject(deed));
    CHECK(client_of(*session.snapshot(), deed.node)->stuck);
    CHECK(session.why_not(deed)->find("does not poll already") != std::string::npos);
    deed.verb = Verb::poll_again;
    REQUIRE(session.inject(deed));
    CHECK_FALSE(client_of(*session.snapshot(), deed.node)->stuck);
    const std::size_t before = group().members.size();
    deed.verb = Verb::leave_group;
    REQUIRE(session.inject(deed));
    session.advance(session.now() + seconds(5));
    CHECK(group().members.size() == before - 1);
    CHECK(session.why_not(deed)->find("is in no group") != std::string::npos);
    deed.verb = Verb::reset_offsets;
    CHECK(session.why_not(deed).has_value());
}
