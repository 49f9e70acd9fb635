// Compacted topics among faults: each replica cleans its own log, and no key's last value is lost.
#include "core/node/node.hpp"
#include "sim/scenario/runner.hpp"
#include "tests/sim/scenario/lessons.hpp"

using namespace orrery;
using namespace orrery::sim;

namespace {

/// Brokers that clean often, a topic of few keys, and what happens to them.
Scenario compacted(std::uint64_t seed, const std::string& timeline, const std::string& acks) {
    auto scenario = read_scenario("x.json", R"({
        "title": "t", "duration": "60s",
        "cluster": {"controllers": 1, "brokers": 3, "configs": {"log.cleaner.backoff.ms": 500}},
        "topics": [{"name": "orders", "assignment": [[1, 2, 3]],
                    "configs": {"cleanup.policy": "compact", "segment.ms": 1000,
                                "min.cleanable.dirty.ratio": 0.1}}],
        "clients": [{"name": "p", "producer": {"topic": "orders", "rate": 40, "start": "6s",
                     "keys": "sequence % 50", "configs": {"acks": ")" +
                                                acks + R"("}}},
                    {"name": "c", "consumer": {"topic": "orders", "start": "8s"}}],
        "timeline": [)" + timeline + "]}");
    std::string errors;
    if (!scenario)
        for (const InputError& error : scenario.error())
            errors += line_of(error) + "\n";
    INFO(errors);
    REQUIRE(scenario.has_value());
    scenario->cluster.seed = seed;
    return std::move(*scenario);
}

const replica::Partition* orders_on(const Runner& runner, const std::string& name) {
    const World& world = runner.world();
    const auto* node = world.process<node::Node>(world.find(name));
    return node == nullptr || node->replicas() == nullptr ? nullptr
                                                          : node->replicas()->find("orders", 0);
}

std::int64_t records_of(const log::Log& log) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < log.segment_count(); ++i)
        for (const log::StoredBatch& batch : log.segment(i).batches)
            count += batch.header().count;
    return count;
}

} // namespace

TEST_CASE("brokers that die and come back keep the last value of each key of a compacted topic") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        Runner runner(compacted(seed,
                                R"({"at": "15s", "kill": "leader of orders-0"},
                                   {"at": "22s", "start": "all brokers"},
                                   {"at": "28s", "power_cut": "broker 2"},
                                   {"at": "29s", "start": "all brokers"},
                                   {"at": "36s", "isolate": "leader of orders-0"},
                                   {"at": "48s", "heal": "all"})",
                                "all"));
        runner.run_until(runner.end());
        for (const Broken& broken : runner.checks().broken())
            FAIL_CHECK(seed << ": " << broken.what);
        for (const char* name : {"broker-1", "broker-2", "broker-3"}) {
            const replica::Partition* replica = orders_on(runner, name);
            REQUIRE(replica != nullptr);
            INFO(name << ", seed " << seed);
            CHECK(replica->log_end() > Offset{1000});
            CHECK(replica->cleaned > Offset{900});
            CHECK(records_of(replica->log) < 400);
            CHECK(records_of(replica->log) >= 50);
        }
    }
}

TEST_CASE("a cleaner that goes by what is not committed is caught") {
    const auto breaks = [](bool plant) {
        Scenario scenario = compacted(
            1, R"({"at": "20s", "split": [["broker 1"], ["other brokers", "all controllers"]]},
                                            {"at": "40s", "heal": "all"})",
            "1");
        scenario.cluster.planted.replica.clean_beyond_high_watermark = plant;
        Runner runner(std::move(scenario));
        runner.run_until(runner.end());
        return runner.checks().broken(Invariant::logs_match) != nullptr ||
               runner.checks().broken(Invariant::committed_is_kept) != nullptr;
    };
    CHECK(breaks(true));
    CHECK_FALSE(breaks(false));
}
