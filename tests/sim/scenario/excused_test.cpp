// Breaks that Kafka does not promise to be without: told with what excuses them, for the partition
// that it excuses, and matched by expectations that name it.
#include "tests/sim/scenario/lessons.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::sim;

namespace {

Runner ran(Scenario scenario) {
    Runner runner(std::move(scenario));
    runner.run_until(runner.end());
    return runner;
}

Scenario only_expecting(Scenario scenario, const std::string& invariant,
                        const std::string& excused_by) {
    scenario.expectations.clear();
    Expectation& one = scenario.expectations.emplace_back();
    one.kind = Expectation::Kind::breaks;
    one.invariant = invariant;
    one.excused_by = excused_by;
    return scenario;
}

/// The lesson of the unclean election, with a topic beside it whose leader dies, too, but leaves a
/// replica that is in sync: broker 2 is cut off from it for two seconds before.
Scenario with_a_safe_topic() {
    Scenario scenario = tests::lesson("unclean-election");
    scenario.expectations.clear();
    TopicPlan safe;
    safe.name = "safe";
    safe.assignment = {{2, 3, 1}};
    safe.configs = {{"min.insync.replicas", "1"}};
    scenario.topics.push_back(safe);
    ClientPlan client = scenario.clients.front();
    client.name = "producer-b";
    std::get<ProducerPlan>(client.role).topic = "safe";
    scenario.clients.push_back(client);
    Moment cut;
    cut.at = seconds(47);
    cut.verb.name = "cut";
    cut.verb.link = {"broker 2", "broker 3", true};
    scenario.timeline.push_back(cut);
    Moment kill;
    kill.at = seconds(49);
    kill.verb.name = "kill";
    kill.verb.who = "broker 2";
    scenario.timeline.push_back(kill);
    return scenario;
}

} // namespace

TEST_CASE("a break that Kafka allows is told with its excuse, and fails no run") {
    const Runner runner = ran(tests::lesson("unclean-election"));
    CHECK(runner.checks().broken(Invariant::committed_is_kept) == nullptr);
    const Broken* broken = runner.checks().excused(Invariant::committed_is_kept);
    REQUIRE(broken != nullptr);
    CHECK(broken->excuse.why == "an unclean leader election");
    CHECK(broken->excuse.since <= broken->at);
    CHECK(runner.unexpected().empty());
    CHECK(runner.passed());

    const Chronicle chronicle;
    const Run run{runner, chronicle, 0};
    CHECK(text_report(run).find("(ok)    committed_is_kept broken, excused by an unclean leader "
                                "election since ") != std::string::npos);
    const auto invariants = nlohmann::json::parse(json_report(run))["invariants"];
    CHECK(invariants[0]["name"] == "committed_is_kept");
    CHECK(invariants[0]["verdict"] == "excused");
    CHECK(invariants[0]["excused_by"] == "an unclean leader election");
    CHECK(invariants[2]["verdict"] == "holds");
    CHECK(junit_report(run).find("<system-out>committed_is_kept broken, excused by an unclean") !=
          std::string::npos);
    CHECK(junit_report(run).find("<failure") == std::string::npos);
}

TEST_CASE("an expectation that something breaks can name the excuse") {
    const Scenario lesson = tests::lesson("unclean-election");
    CHECK(ran(only_expecting(lesson, "committed_is_kept", "")).passed());
    CHECK(ran(only_expecting(lesson, "committed_is_kept", "unclean leader election")).passed());
    CHECK_FALSE(ran(only_expecting(lesson, "committed_is_kept", "acks=1")).passed());
    CHECK_FALSE(ran(only_expecting(lesson, "logs_match", "")).passed());
}

TEST_CASE("what excuses one partition excuses no other") {
    const Runner sound = ran(with_a_safe_topic());
    CHECK(sound.unexpected().empty());
    CHECK(sound.checks().excused(Invariant::committed_is_kept) != nullptr);
    CHECK(sound.checks().suspended(Invariant::committed_is_kept) ==
          "orders-0: an unclean leader election");

    // The flaw acknowledges what nobody has copied. Under an unclean election that is no news; of
    // the other topic it is a broken promise.
    Scenario flawed = with_a_safe_topic();
    flawed.cluster.planted.replica.high_watermark_alone = true;
    const Runner runner = ran(std::move(flawed));
    const Broken* broken = runner.checks().broken(Invariant::committed_is_kept);
    REQUIRE(broken != nullptr);
    CHECK(broken->what.find("safe-0") != std::string::npos);
    CHECK_FALSE(runner.unexpected().empty());
}

TEST_CASE("one voter's lost disk excuses what the quorum forgets, and nothing else") {
    auto scenario = read_scenario("x.json", R"({
        "title": "t", "duration": "15s", "cluster": {"controllers": 3, "brokers": 1},
        "timeline": [{"at": "8s", "wipe": "controller 101"}]})");
    REQUIRE(scenario.has_value());
    const Runner runner = ran(std::move(*scenario));
    CHECK(runner.checks().suspended(Invariant::metadata_commit) == "voter 101 lost its disk");
    CHECK(runner.checks().suspended(Invariant::logs_match).empty());
    CHECK(runner.checks().suspended(Invariant::storage).empty());
    CHECK(runner.passed());
}

TEST_CASE("a replica that lost data counts until it has caught up in a later life") {
    // One at a time is what min.insync.replicas=2 is for, however often.
    constexpr const char* text = R"({
        "title": "t", "duration": "60s", "cluster": {"controllers": 1, "brokers": 3},
        "topics": [{"name": "orders", "assignment": [[1, 2, 3]],
                    "configs": {"min.insync.replicas": 2}}],
        "clients": [{"name": "p", "producer": {"topic": "orders", "rate": 100, "start": "4s",
                     "configs": {"acks": "all"}}}],
        "timeline": [{"at": "8s", "power_cut": "broker 2"}, {"at": "9s", "start": "broker 2"},
                     {"at": "SECOND", "power_cut": "broker 3"}]})";
    const auto with = [&](const std::string& second) {
        std::string changed = text;
        changed.replace(changed.find("SECOND"), 6, second);
        auto scenario = read_scenario("x.json", changed);
        REQUIRE(scenario.has_value());
        return ran(std::move(*scenario));
    };
    CHECK(with("40s").checks().suspended(Invariant::committed_is_kept).empty());
    CHECK(with("8500ms").checks().suspended(Invariant::committed_is_kept) ==
          "orders-0: 2 replicas have lost data that was not flushed, and min.insync.replicas is 2");
}
