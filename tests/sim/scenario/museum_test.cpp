// The museum: flaws that Kafka once had, each in a scenario in which it does harm. The sound code
// passes it; with the flaw planted an invariant or an expectation tells. Scenarios are in museum/.
#include "tests/sim/scenario/lessons.hpp"

using namespace orrery;
using namespace orrery::sim;

namespace {

Scenario museum(const std::string& name) {
    const std::string file = "tests/sim/scenario/museum/" + name + ".json";
    auto scenario = read_scenario(file, tests::read_file(tests::source_dir() + "/" + file));
    std::string errors;
    if (!scenario)
        for (const InputError& error : scenario.error())
            errors += line_of(error) + "\n";
    INFO(errors);
    REQUIRE(scenario.has_value());
    return std::move(*scenario);
}

using Plant = void (*)(node::Planted& planted);

Runner ran(
    Scenario scenario, Plant plant = [](node::Planted&) {}) {
    plant(scenario.cluster.planted);
    Runner runner(std::move(scenario));
    Chronicle chronicle;
    runner.run_until(runner.end(), &chronicle);
    UNSCOPED_INFO(text_report({runner, chronicle, 0}));
    return runner;
}

/// The verdict on the expectation of that name.
Verdict verdict_on(const Runner& runner, const std::string& name) {
    const auto& expectations = runner.scenario().expectations;
    for (std::size_t i = 0; i < expectations.size(); ++i)
        if (expectations[i].name == name)
            return runner.outcomes()[i].verdict;
    FAIL("no expectation \"" << name << "\"");
    return Verdict::pending;
}

bool breaks(const Runner& runner, Invariant invariant) {
    return runner.checks().broken(invariant) != nullptr;
}

constexpr const char* nothing_lost = "nothing acknowledged is lost";

/// Which controller is active after that long; -1 if none is.
std::int64_t active_at(const Scenario& scenario, Duration after) {
    Runner runner(scenario);
    runner.run_until(Instant{} + after);
    return std::get<std::int64_t>(value_of(runner.sight(), "active_controller", ""));
}

} // namespace

TEST_CASE("KIP-101: who cuts to the high watermark loses what was committed") {
    const Scenario room = museum("truncate-to-high-watermark");
    CHECK(ran(room).passed());
    const Runner flawed = ran(
        room, [](node::Planted& planted) { planted.replica.truncate_to_high_watermark = true; });
    CHECK(breaks(flawed, Invariant::committed_is_kept));
    CHECK(verdict_on(flawed, nothing_lost) == Verdict::failed);
}

TEST_CASE("KIP-497: a leader that does not count on the pending ISR loses what it commits") {
    const Scenario room = museum("committed-isr-only");
    CHECK(ran(room).passed());
    const Runner flawed =
        ran(room, [](node::Planted& planted) { planted.replica.committed_isr_only = true; });
    CHECK(breaks(flawed, Invariant::in_sync_has_committed));
    CHECK(breaks(flawed, Invariant::committed_is_kept));
    CHECK(verdict_on(flawed, nothing_lost) == Verdict::failed);
}

TEST_CASE("KIP-320: without epochs in fetches logs part, and nobody cuts") {
    const Runner flawed = ran(tests::lesson("acks-all-crash"), [](node::Planted& planted) {
        planted.replica.no_fetch_fencing = true;
    });
    CHECK(breaks(flawed, Invariant::logs_match));
    CHECK(verdict_on(flawed, "the old leader cuts off what the new leader doesn't know") ==
          Verdict::failed);
}

TEST_CASE("a high watermark that follows a lagging follower down is caught") {
    const Scenario room = museum("high-watermark-goes-back");
    CHECK(ran(room).passed());
    const Runner flawed =
        ran(room, [](node::Planted& planted) { planted.replica.high_watermark_goes_back = true; });
    CHECK(breaks(flawed, Invariant::high_watermark));
}

TEST_CASE("KIP-903: without broker epochs an empty disk comes into the ISR") {
    const Scenario room = museum("no-broker-epoch");
    CHECK(ran(room).passed());
    const Runner flawed =
        ran(room, [](node::Planted& planted) { planted.replica.no_broker_epoch_fencing = true; });
    CHECK(breaks(flawed, Invariant::fencing));
    CHECK(breaks(flawed, Invariant::in_sync_has_committed));
    // Its new directory id (KIP-858) keeps it from leading: in the end nobody does.
    CHECK(verdict_on(flawed, "all are in sync in the end") == Verdict::failed);
}

TEST_CASE("KIP-841: a leader that asks for fenced brokers asks in vain, again and again") {
    const Scenario room = museum("admit-fenced");
    CHECK(ran(room).passed());
    const Runner flawed =
        ran(room, [](node::Planted& planted) { planted.replica.admit_fenced = true; });
    CHECK(verdict_on(flawed, "its leader doesn't ask for a fenced broker") == Verdict::failed);
    CHECK(verdict_on(flawed, "nobody is refused an ISR") == Verdict::failed);
}

TEST_CASE("KAFKA-7128: to reach a lagging high watermark is not to have all that is committed") {
    const Scenario room = museum("join-by-high-watermark");
    CHECK(ran(room).passed());
    const Runner flawed = ran(
        room, [](node::Planted& planted) { planted.replica.join_isr_by_high_watermark = true; });
    CHECK(breaks(flawed, Invariant::in_sync_has_committed));
    CHECK(breaks(flawed, Invariant::committed_is_kept));
    CHECK(verdict_on(flawed, nothing_lost) == Verdict::failed);
}

TEST_CASE("min.insync.replicas that is not enforced refuses nothing") {
    const Scenario lesson = tests::lesson("min-insync-replicas");
    CHECK(verdict_on(ran(lesson), "the leader says why") == Verdict::holds);
    const Runner flawed =
        ran(lesson, [](node::Planted& planted) { planted.replica.ack_below_min_isr = true; });
    CHECK(verdict_on(flawed, "the leader says why") == Verdict::failed);
}

TEST_CASE("KIP-966: an unenforced min.insync.replicas and a high watermark under it lose records") {
    // The two rules guard each other; who has neither acknowledges what one broker has.
    const Runner flawed = ran(tests::lesson("min-insync-replicas"), [](node::Planted& planted) {
        planted.replica.ack_below_min_isr = true;
        planted.replica.high_watermark_under_min_isr = true;
    });
    CHECK(breaks(flawed, Invariant::min_isr));
    CHECK(verdict_on(flawed, "nothing is acknowledged by one broker alone") == Verdict::failed);
}

TEST_CASE("KIP-497: an old wish for an ISR brings back who has left it") {
    const Scenario room = museum("skip-partition-epoch");
    CHECK(ran(room).passed());
    const Runner flawed =
        ran(room, [](node::Planted& planted) { planted.controller.skip_partition_epoch = true; });
    CHECK(breaks(flawed, Invariant::in_sync_has_committed));
}

TEST_CASE("KIP-595: a vote that is not durable is given twice") {
    // Whether the power takes the vote along, and who stands next, is the seed's.
    bool caught = false;
    for (std::uint64_t seed = 1; seed <= 60 && !caught; ++seed) {
        Scenario room = museum("forgotten-vote");
        room.cluster.seed = seed;
        CHECK(ran(room).passed());
        const Runner flawed = ran(room, [](node::Planted& planted) {
            planted.raft.vote_durability = raft::Planted::VoteDurability::forgotten;
        });
        caught = breaks(flawed, Invariant::quorum_elections);
    }
    CHECK(caught);
}

TEST_CASE("what followers of the quorum acknowledge before it is durable is lost with the power") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        Scenario room = museum("forgotten-append");
        room.cluster.seed = seed;
        CHECK(ran(room).passed());
        const Runner flawed = ran(room, [](node::Planted& planted) {
            planted.raft.append_durability = raft::Planted::AppendDurability::forgotten;
        });
        CHECK(breaks(flawed, Invariant::metadata_logs_match));
    }
}

TEST_CASE("KIP-996: without pre-vote a voter that was cut off deposes a healthy leader") {
    int tried = 0;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        Scenario room = museum("disruptive-voter");
        room.cluster.seed = seed;
        if (active_at(room, seconds(8)) == 103)
            continue;
        ++tried;
        CHECK(ran(room).passed());
        const Runner flawed = ran(room, [](node::Planted& planted) {
            planted.raft.pre_vote = raft::Planted::PreVote::off;
        });
        CHECK(verdict_on(flawed, "the controller stays") == Verdict::failed);
    }
    CHECK(tried > 0);
}
