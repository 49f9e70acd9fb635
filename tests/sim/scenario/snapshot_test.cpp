// Snapshots of the metadata in whole clusters: who makes them, who begins from them, and that the
// log below them goes.
#include "core/node/node.hpp"
#include "sim/scenario/report.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::sim;

namespace {

/// Limits so small that snapshots are made every few seconds; the log is cut once a minute. Broker
/// 3 comes back with an empty disk, controller 103 with what it had 130 seconds before.
constexpr const char* story = R"({
  "title": "Snapshots", "seed": 7, "duration": "190s",
  "cluster": {"controllers": 3, "brokers": 3, "configs": {
    "metadata.log.max.record.bytes.between.snapshots": 3000,
    "metadata.max.retention.bytes": 2000,
    "metadata.max.idle.interval.ms": 200,
    "internal.metadata.log.segment.bytes": 8000}},
  "topics": [{"name": "orders", "assignment": [[1, 2, 3]]}],
  "clients": [{"name": "producer-a", "producer": {"topic": "orders", "rate": 5, "start": "5s", "stop": "185s"}}],
  "timeline": [
    {"at": "20s", "kill": "broker 3"},
    {"at": "20s", "kill": "controller 103"},
    {"at": "21s", "wipe": "broker 3"},
    {"at": "150s", "start": "broker 3"},
    {"at": "150s", "start": "controller 103"},
    {"at": "165s", "kill": "broker 2"},
    {"at": "168s", "start": "broker 2"}
  ],
  "expect": [
    {"name": "the broker with the empty disk begins from a snapshot",
     "eventually": {"fact": "metadata_snapshot_loaded", "who": "broker 3"}, "from": "150s", "by": "155s"},
    {"name": "so does the controller that was away",
     "eventually": {"fact": "metadata_snapshot_loaded", "who": "controller 103"}, "from": "150s", "by": "155s"},
    {"name": "and the broker that was killed, from its own",
     "eventually": {"fact": "metadata_snapshot_loaded", "who": "broker 2"}, "from": "168s", "by": "170s"},
    {"name": "the broker serves again", "at_end": {"value": "isr_size", "of": "orders-0", "is": 3}},
    {"name": "nothing is lost", "at_end": {"value": "lost", "of": "producer-a", "is": 0}},
    {"name": "nothing failed", "at_end": {"value": "failed", "of": "producer-a", "is": 0}}
  ]
})";

Scenario told(const char* text) {
    auto scenario = read_scenario("story.json", text);
    std::string errors;
    if (!scenario)
        for (const InputError& error : scenario.error())
            errors += line_of(error) + "\n";
    INFO(errors);
    REQUIRE(scenario.has_value());
    return std::move(*scenario);
}

void check_outcomes(const Runner& runner) {
    for (std::size_t i = 0; i < runner.outcomes().size(); ++i) {
        INFO(runner.scenario().expectations[i].name + ": " + runner.outcomes()[i].found);
        CHECK(runner.outcomes()[i].verdict == Verdict::holds);
    }
    for (const Broken& broken : runner.unexpected())
        FAIL_CHECK(broken.what);
}

const node::Node& node_of(const Runner& runner, std::int32_t id) {
    return *runner.world().process<node::Node>(runner.actor_of_node({id}));
}

} // namespace

TEST_CASE("a broker that comes anew and a controller that was away begin from the snapshot") {
    Runner runner(told(story));
    runner.run_until(runner.end());
    check_outcomes(runner);
    for (const std::int32_t id : {1, 2, 3, 101, 102, 103}) {
        INFO(id);
        const node::Node& node = node_of(runner, id);
        const raft::Quorum& quorum = *node.quorum();
        REQUIRE(quorum.latest_snapshot() != nullptr);
        CHECK(quorum.log().start_offset() > Offset{0});
        CHECK(quorum.log().start_offset() <= quorum.latest_snapshot()->id.end_offset);
        CHECK(quorum.log().size() < 40'000); // segments below the start are gone
        // The image is what the snapshot and the log after it say, whichever way it came about.
        const metadata::Image& image = node.image();
        CHECK(image.brokers().size() == 3);
        CHECK(image.controllers().size() == 3);
        CHECK(image.topic("orders") != nullptr);
        CHECK(image.topics() == node_of(runner, 1).image().topics());
        CHECK(image.brokers() == node_of(runner, 1).image().brokers());
    }
}

TEST_CASE("a life with snapshots goes the same way again, and through copies") {
    Runner straight(told(story));
    Runner copied(told(story));
    straight.run_until(Instant{} + seconds(160));
    for (int s = 8; s <= 160; s += 8) {
        Runner copy = copied;
        copy.run_until(Instant{} + seconds(s));
        copied = std::move(copy);
    }
    CHECK(fingerprint_of(straight) == fingerprint_of(copied));
    CHECK(straight == copied);
}

TEST_CASE("by default a cluster makes a snapshot each hour, and none without news") {
    Runner runner(told(R"({"title": "An hour", "duration": "3700s",
        "cluster": {"controllers": 1, "brokers": 1}})"));
    runner.run_until(Instant{} + seconds(3590));
    CHECK(node_of(runner, 101).quorum()->latest_snapshot() == nullptr);
    runner.run_until(runner.end());
    for (const std::int32_t id : {1, 101}) {
        const raft::Quorum& quorum = *node_of(runner, id).quorum();
        REQUIRE(quorum.latest_snapshot() != nullptr);
        CHECK(quorum.log().start_offset() == Offset{0}); // one snapshot alone lets nothing go
    }
    Runner quiet(told(R"({"title": "Quiet", "duration": "3700s",
        "cluster": {"controllers": 1, "brokers": 1, "configs": {"metadata.max.idle.interval.ms": 0}}})"));
    quiet.run_until(quiet.end());
    CHECK(node_of(quiet, 101).quorum()->latest_snapshot() == nullptr);
}
