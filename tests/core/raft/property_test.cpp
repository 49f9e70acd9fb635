// What must hold whatever happens: Kafka's seven properties (RaftEventSimulationTest) and more,
// each over many seeds, with message loss, duplicates, overtaking, one-way cuts, drifting clocks,
// pauses, kills and power cuts. The oracle (oracle.hpp) looks on after every step.
#include "tests/core/raft/cluster.hpp"
#include "tests/support/catch.hpp"

#include <array>

using namespace orrery;
using namespace orrery::raft;
using namespace orrery::raft::tests;

namespace {

ClusterOptions options_of(std::uint64_t seed) {
    ClusterOptions options;
    options.voters = 1 + static_cast<int>(seed % 7);
    options.observers = static_cast<int>(seed % 4);
    options.duplicate_ppm = 10'000;
    options.drift_ppm_max = 1'000;
    options.drop_ppm = seed % 3 == 0 ? 20'000 : 0;
    return options;
}

/// For what must come about within a time: no message is lost, as over TCP.
ClusterOptions lossless(std::uint64_t seed) {
    ClusterOptions options = options_of(seed);
    options.drop_ppm = 0;
    return options;
}

/// Runs until all follow one leader and have all its records, or `ms` have passed.
std::string settle(Cluster& cluster, std::int64_t ms) {
    const std::int64_t end = cluster.now_ms() + ms;
    do
        cluster.run_for(250);
    while (cluster.broken().empty() && !cluster.unsettled().empty() && cluster.now_ms() < end);
    return cluster.broken().empty() ? cluster.unsettled() : cluster.broken();
}

/// A cluster with a leader and some records, or the reason why not.
std::string begin(Cluster& cluster) {
    std::string problem = settle(cluster, 20'000);
    for (int i = 0; problem.empty() && i < 5; ++i) {
        cluster.append_to_leader();
        cluster.run_for(30);
    }
    return problem.empty() ? settle(cluster, 10'000) : problem;
}

/// A life of thirty seconds full of faults, then healing. Empty when all held.
std::string live(std::uint64_t seed, const Planted& planted) {
    ClusterOptions options = options_of(seed);
    options.planted = planted;
    const bool snapshots = seed % 2 == 1;
    if (snapshots)
        options.snapshot_retention_bytes = 2'000;
    Cluster cluster(seed, options);
    Random& random = cluster.random();
    static constexpr std::array<std::uint32_t, 3> faults_ppm{20'000, 100'000, 300'000};
    const std::uint32_t fault_ppm = faults_ppm[random.below(faults_ppm.size())];
    while (cluster.now_ms() < 30'000 && cluster.broken().empty()) {
        cluster.run_for(random.between(5, 200));
        for (int node = 0; node < cluster.size(); ++node)
            if (random.chance_ppm(700'000))
                cluster.append(node);
        if (random.chance_ppm(fault_ppm))
            cluster.random_fault();
        if (snapshots && random.chance_ppm(50'000))
            cluster.snapshot(
                static_cast<int>(random.below(static_cast<std::uint64_t>(cluster.size()))));
    }
    cluster.heal();
    return settle(cluster, 30'000);
}

/// How many of the seeds break something, and what broke first.
std::pair<int, std::string> broken_by(const Planted& planted, std::uint64_t seeds) {
    int count = 0;
    std::string first;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const std::string problem = live(seed, planted);
        if (!problem.empty() && count++ == 0)
            first = problem;
    }
    return {count, first};
}

} // namespace

TEST_CASE("whatever fails, nothing committed is lost, and a healed quorum goes on") {
    for (std::uint64_t seed = 1; seed <= 700; ++seed) {
        INFO("seed " << seed);
        REQUIRE(live(seed, {}) == "");
    }
}

TEST_CASE("a quorum elects its first leader") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        INFO("seed " << seed);
        Cluster cluster(seed, options_of(seed));
        REQUIRE(begin(cluster) == "");
    }
}

TEST_CASE("a new leader follows one that dies or shuts down, and the old one catches up") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        INFO("seed " << seed);
        ClusterOptions options = lossless(seed);
        options.voters = 3 + static_cast<int>(seed % 5);
        Cluster cluster(seed, options);
        REQUIRE(begin(cluster) == "");
        const int old = cluster.leader();
        if (seed % 2 == 0) {
            cluster.shut_down(old);
            cluster.run_for(2'000);
            REQUIRE(cluster.quorum(old).may_stop());
            cluster.kill(old);
        } else {
            cluster.power_cut(old);
        }
        cluster.run_for(15'000);
        REQUIRE(cluster.leader() >= 0);
        CHECK(cluster.leader() != old);
        CHECK(cluster.append_to_leader());
        cluster.restart(old);
        REQUIRE(settle(cluster, 15'000) == "");
    }
}

TEST_CASE("a quorum recovers when a majority comes back after all nodes died") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        INFO("seed " << seed);
        ClusterOptions options = lossless(seed);
        options.observers = 0;
        Cluster cluster(seed, options);
        REQUIRE(begin(cluster) == "");
        const Offset committed = cluster.oracle().committed_end();
        for (int node = 0; node < cluster.size(); ++node)
            cluster.power_cut(node);
        for (int node = 0; node < cluster.voters() / 2 + 1; ++node)
            cluster.restart(node);
        cluster.run_for(20'000);
        REQUIRE(cluster.broken() == "");
        REQUIRE(cluster.leader() >= 0);
        CHECK(cluster.quorum(cluster.leader()).high_watermark() > committed);
    }
}

TEST_CASE("a leader cut off from the others resigns, and they elect another") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        INFO("seed " << seed);
        ClusterOptions options = lossless(seed);
        options.voters = 3 + static_cast<int>(seed % 5);
        Cluster cluster(seed, options);
        REQUIRE(begin(cluster) == "");
        const int old = cluster.leader();
        cluster.isolate(old);
        cluster.run_for(3'200); // 1.5 times the fetch timeout, and some
        CHECK(!cluster.quorum(old).is_leader());
        cluster.run_for(12'000);
        REQUIRE(cluster.leader() >= 0);
        CHECK(cluster.leader() != old);
        CHECK(cluster.append_to_leader());
        cluster.heal_links();
        REQUIRE(settle(cluster, 15'000) == "");
    }
}

TEST_CASE("five voters go on while three reach each other, and join again") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        INFO("seed " << seed);
        ClusterOptions options = lossless(seed);
        options.voters = 5;
        Cluster cluster(seed, options);
        REQUIRE(begin(cluster) == "");
        const Offset before = cluster.oracle().committed_end();
        for (const int here : {0, 1})
            for (const int there : {2, 3, 4}) {
                cluster.cut(here, there);
                cluster.cut(there, here);
            }
        for (int i = 0; i < 60; ++i) {
            cluster.run_for(250);
            for (int node = 0; node < 5; ++node)
                cluster.append(node);
        }
        CHECK(cluster.oracle().committed_end() > before);
        cluster.heal();
        REQUIRE(settle(cluster, 20'000) == "");
    }
}

TEST_CASE("a quorum goes on through the death of leader after leader") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        ClusterOptions options = lossless(seed);
        options.voters = 5;
        Cluster cluster(seed, options);
        REQUIRE(begin(cluster) == "");
        for (int i = 0; i < 5; ++i) {
            const int old = cluster.leader();
            const Offset before = cluster.oracle().committed_end();
            cluster.kill(old);
            cluster.run_for(12'000);
            REQUIRE(cluster.append_to_leader());
            cluster.restart(old);
            cluster.run_for(4'000);
            CHECK(cluster.oracle().committed_end() > before);
        }
        REQUIRE(settle(cluster, 15'000) == "");
    }
}

TEST_CASE("a voter that lost its disk is filled again by the others") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        INFO("seed " << seed);
        ClusterOptions options = lossless(seed);
        options.voters = 3 + static_cast<int>(seed % 5);
        Cluster cluster(seed, options);
        REQUIRE(begin(cluster) == "");
        const int node = (cluster.leader() + 1) % options.voters;
        cluster.wipe(node);
        cluster.run_for(1'000);
        cluster.restart(node);
        REQUIRE(settle(cluster, 15'000) == "");
        CHECK(cluster.append_to_leader());
        REQUIRE(settle(cluster, 5'000) == "");
    }
}

TEST_CASE("a voter that comes back from isolation raises no epoch and deposes nobody") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        ClusterOptions options = lossless(seed);
        options.voters = 3 + static_cast<int>(seed % 5);
        const auto epochs_after = [&](Planted::PreVote pre_vote) {
            options.planted.pre_vote = pre_vote;
            Cluster cluster(seed, options);
            REQUIRE(begin(cluster) == "");
            const LeaderEpoch before = cluster.quorum(cluster.leader()).epoch();
            cluster.isolate((cluster.leader() + 1) % options.voters);
            cluster.run_for(15'000);
            cluster.heal_links();
            REQUIRE(settle(cluster, 20'000) == "");
            return cluster.quorum(cluster.leader()).epoch().value - before.value;
        };
        CHECK(epochs_after(Planted::PreVote::as_kafka) == 0);
        CHECK(epochs_after(Planted::PreVote::off) > 0);
    }
}

TEST_CASE("planted: without check-quorum a leader that was cut off never notices") {
    ClusterOptions options;
    options.planted.check_quorum = Planted::CheckQuorum::off;
    Cluster cluster(1, options);
    REQUIRE(begin(cluster) == "");
    const int old = cluster.leader();
    cluster.isolate(old);
    cluster.run_for(15'000);
    CHECK(cluster.quorum(old).is_leader());
    CHECK(cluster.leader() != old);
}

TEST_CASE("planted: a voter that votes for everyone is caught") {
    Planted planted;
    planted.votes = Planted::Votes::for_everyone;
    const auto [count, first] = broken_by(planted, 40);
    CHECK(count >= 5);
    CHECK(first.substr(0, 8) == "one vote");
}

TEST_CASE("planted: a vote that is not durable is caught") {
    Planted planted;
    planted.vote_durability = Planted::VoteDurability::forgotten;
    const auto [count, first] = broken_by(planted, 40);
    CHECK(count >= 5);
    INFO(first);
    CHECK(first.find("epoch") != std::string::npos);
}

TEST_CASE("planted: counting what followers have not synced is caught") {
    Planted planted;
    planted.append_durability = Planted::AppendDurability::forgotten;
    const auto [count, first] = broken_by(planted, 20);
    CHECK(count >= 10);
    CHECK(first.substr(0, 14) == "high watermark");
}

TEST_CASE("planted: committing without a majority is caught") {
    Planted planted;
    planted.commit_quorum = Planted::CommitQuorum::any_one;
    const auto [count, first] = broken_by(planted, 20);
    CHECK(count >= 10);
    CHECK(first.substr(0, 14) == "high watermark");
}
