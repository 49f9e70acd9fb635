// Each invariant catches the bug that is planted for it; flaws that Kafka had are in
// museum_test.cpp. That the lessons without a planted bug break none is a test of its own.
#include "tests/sim/scenario/lessons.hpp"

using namespace orrery;
using namespace orrery::sim;

namespace {

using Plant = void (*)(node::Planted& planted);

bool breaks(Scenario scenario, Invariant invariant, Plant plant) {
    plant(scenario.cluster.planted);
    Runner runner(std::move(scenario));
    while (runner.now() < runner.end() && runner.checks().broken(invariant) == nullptr)
        runner.run_until(runner.now() + seconds(1));
    return runner.checks().broken(invariant) != nullptr;
}

bool breaks(const std::string& name, Invariant invariant, Plant plant) {
    return breaks(tests::lesson(name), invariant, plant);
}

/// Three controllers, of which the active one is cut off from all for a while.
Scenario isolated_controller(std::uint64_t seed) {
    auto scenario = read_scenario("x.json", R"({
        "title": "t", "duration": "25s", "cluster": {"controllers": 3, "brokers": 1},
        "timeline": [{"at": "8s", "isolate": "active controller"}, {"at": "16s", "heal": "all"}]})");
    REQUIRE(scenario.has_value());
    scenario->cluster.seed = seed;
    return std::move(*scenario);
}

/// Limits so small that snapshots of the metadata are made every few seconds.
Scenario with_snapshots() {
    auto scenario = read_scenario("x.json", R"({
        "title": "t", "duration": "30s",
        "cluster": {"controllers": 3, "brokers": 3, "configs": {
            "metadata.log.max.record.bytes.between.snapshots": 3000, "metadata.max.idle.interval.ms": 200}},
        "topics": [{"name": "orders", "assignment": [[1, 2, 3]]}],
        "timeline": [{"at": "8s", "kill": "leader of orders-0"}]})");
    REQUIRE(scenario.has_value());
    return std::move(*scenario);
}

} // namespace

TEST_CASE("a snapshot that lacks a record is caught, and a whole one is not") {
    const Plant plant = [](node::Planted& planted) { planted.short_snapshots = true; };
    CHECK(breaks(with_snapshots(), Invariant::snapshots, plant));
    CHECK_FALSE(breaks(with_snapshots(), Invariant::snapshots, [](node::Planted&) {}));
    Runner runner(with_snapshots());
    runner.run_until(runner.end());
    CHECK(runner.checks().looks(Invariant::snapshots) > 10);
}

TEST_CASE("a metadata log that begins without its snapshot is caught") {
    const auto cleaned = [] {
        Scenario scenario = with_snapshots();
        scenario.cluster.configs["metadata.max.retention.bytes"] = "4000";
        scenario.duration = seconds(90); // a minute passes before the first cleaning
        return scenario;
    };
    CHECK(breaks(cleaned(), Invariant::snapshots, [](node::Planted& planted) {
        planted.raft.snapshot_cleaning = raft::Planted::SnapshotCleaning::the_log_alone;
    }));
    CHECK_FALSE(breaks(cleaned(), Invariant::snapshots, [](node::Planted&) {}));
}

TEST_CASE("an active controller that begins anew from its snapshot is caught") {
    CHECK(breaks(with_snapshots(), Invariant::snapshots,
                 [](node::Planted& planted) { planted.reload_snapshots = true; }));
}

TEST_CASE(
    "a broker that comes back without what it had not flushed is caught, and what that loses") {
    const auto restarted = [](const char* assignment) {
        auto scenario = read_scenario("x.json", std::string(R"({
            "title": "t", "duration": "30s", "cluster": {"controllers": 1, "brokers": 3},
            "topics": [{"name": "orders", "assignment": [)") +
                                                    assignment + R"(],
                        "configs": {"min.insync.replicas": 1}}],
            "clients": [{"name": "p", "producer": {"topic": "orders", "rate": 100, "start": "4s",
                         "configs": {"acks": "all"}}}],
            "timeline": [{"at": "10s", "kill": "broker 2"}, {"at": "12s", "start": "broker 2"}]})");
        REQUIRE(scenario.has_value());
        return std::move(*scenario);
    };
    const Plant plant = [](node::Planted& planted) { planted.replica.forget_unflushed = true; };
    const Plant none = [](node::Planted&) {};
    CHECK(breaks(restarted("[1, 2, 3]"), Invariant::log_bounds, plant));
    CHECK_FALSE(breaks(restarted("[1, 2, 3]"), Invariant::committed_is_kept, plant));
    CHECK(breaks(restarted("[2]"), Invariant::committed_is_kept, plant));
    CHECK_FALSE(breaks(restarted("[1, 2, 3]"), Invariant::log_bounds, none));
    CHECK_FALSE(breaks(restarted("[2]"), Invariant::committed_is_kept, none));
}

TEST_CASE("whoever leaves a short ISR and is forgotten is missed") {
    CHECK(breaks("min-insync-replicas", Invariant::isr_rules,
                 [](node::Planted& planted) { planted.controller.drop_elr = true; }));
}

TEST_CASE("acks=all before anybody has copied is caught as loss of what was committed") {
    const Plant plant = [](node::Planted& planted) { planted.replica.high_watermark_alone = true; };
    CHECK(breaks("acks-all-crash", Invariant::committed_is_kept, plant));
    CHECK(breaks("kill-the-leader", Invariant::in_sync_has_committed, plant));
    CHECK(breaks("cut-off-leader", Invariant::log_bounds, plant));
}

TEST_CASE("a new leader in the old leader's epoch is caught, by the epoch and by the bytes") {
    const Plant plant = [](node::Planted& planted) { planted.controller.keep_leader_epoch = true; };
    CHECK(breaks("survives-n-1-crashes", Invariant::one_leader, plant));
    CHECK(breaks("acks-1-crash", Invariant::logs_match, plant));
}

TEST_CASE("a reader beyond the high watermark is caught") {
    CHECK(breaks("acks-1-crash", Invariant::high_watermark, [](node::Planted& planted) {
        planted.replica.read_beyond_high_watermark = true;
    }));
}

TEST_CASE("an ISR that breaks its rules is caught") {
    CHECK(breaks("kill-the-leader", Invariant::isr_rules,
                 [](node::Planted& planted) { planted.controller.keep_fenced_in_isr = true; }));
    CHECK(breaks("kill-the-leader", Invariant::isr_rules,
                 [](node::Planted& planted) { planted.controller.elr_overlaps_isr = true; }));
    CHECK(breaks("unclean-election", Invariant::isr_rules,
                 [](node::Planted& planted) { planted.controller.elect_outside_isr = true; }));
}

TEST_CASE("a commit below min.insync.replicas is caught") {
    CHECK(breaks("min-insync-replicas", Invariant::min_isr, [](node::Planted& planted) {
        planted.replica.high_watermark_under_min_isr = true;
    }));
}

TEST_CASE("wrong bytes that were served are caught") {
    CHECK(breaks("slow-follower", Invariant::storage,
                 [](node::Planted& planted) { planted.replica.serve_wrong_bytes = true; }));
}

TEST_CASE("voters who vote for everyone are caught") {
    const Plant plant = [](node::Planted& planted) {
        planted.raft.votes = raft::Planted::Votes::for_everyone;
        planted.raft.pre_vote = raft::Planted::PreVote::off;
    };
    // Slow links make candidates meet: none hears of the other in time.
    bool caught = false;
    for (std::uint64_t seed = 0; seed < 40 && !caught; ++seed) {
        Scenario scenario = isolated_controller(seed);
        scenario.cluster.link.latency.base = milliseconds(200);
        caught = breaks(std::move(scenario), Invariant::quorum_elections, plant);
    }
    CHECK(caught);
}

TEST_CASE("a quorum that commits by one voter is caught, and what that loses") {
    const Plant plant = [](node::Planted& planted) {
        planted.raft.commit_quorum = raft::Planted::CommitQuorum::any_one;
        planted.raft.check_quorum = raft::Planted::CheckQuorum::off;
    };
    CHECK(breaks("controller-dies", Invariant::metadata_commit, plant));
    bool caught = false;
    for (std::uint64_t seed = 0; seed < 20 && !caught; ++seed)
        caught = breaks(isolated_controller(seed), Invariant::metadata_logs_match, plant);
    CHECK(caught);
}

TEST_CASE("a quorum without a planted bug breaks nothing when its leader is isolated") {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        Runner runner(isolated_controller(seed));
        runner.run_until(runner.end());
        for (const Broken& broken : runner.checks().broken())
            FAIL_CHECK(broken.what);
    }
}
