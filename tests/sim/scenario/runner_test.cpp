// What a runner does with a scenario's timeline, hands and expectations.
#include "sim/history/history.hpp"
#include "sim/scenario/report.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace orrery;
using namespace orrery::sim;

namespace {

constexpr const char* small =
    R"({"title": "t", "duration": "20s", "cluster": {"brokers": 1, "controllers": 1},
        "topics": [{"name": "orders", "replication_factor": 1}]})";

Result<Scenario, InputErrors> with(const std::string& change) {
    nlohmann::json document = nlohmann::json::parse(small);
    document.merge_patch(nlohmann::json::parse(change));
    return read_scenario("x.json", document.dump());
}

std::vector<std::string> errors_with(const std::string& change) {
    std::vector<std::string> lines;
    const auto read = with(change);
    if (!read)
        for (const InputError& error : read.error())
            lines.push_back(line_of(error));
    return lines;
}

using Lines = std::vector<std::string>;

Runner ran(const std::string& change) {
    auto scenario = with(change);
    REQUIRE(scenario.has_value());
    Runner runner(std::move(*scenario));
    runner.run_until(runner.end());
    return runner;
}

} // namespace

TEST_CASE("names that the cluster doesn't have are told where they stand") {
    CHECK(errors_with(R"({"timeline": [{"at": "1s", "kill": "broker 2"}]})") ==
          Lines{R"(x.json: /timeline/0/kill: there is nobody called "broker 2"; )"
                R"(did you mean "broker 1"?)"});
    CHECK(errors_with(R"({"timeline": [{"at": "1s", "kill": "leader of order-0"}]})") ==
          Lines{R"(x.json: /timeline/0/kill: there is no topic "order"; did you mean "orders"?)"});
    CHECK(errors_with(R"({"topics": [{"name": "orders", "configs": {"retention.m": 1}}]})") ==
          Lines{R"(x.json: /topics/0/configs/retention.m: Kafka has no such config; )"
                R"(did you mean "retention.ms"?)"});
    CHECK(errors_with(R"({"expect": [{"breaks": "one_leadr"}]})") ==
          Lines{R"(x.json: /expect/0/breaks: there is no invariant "one_leadr"; )"
                R"(did you mean "one_leader"?)"});
    CHECK(errors_with(R"({"expect": [{"at_end": {"value": "isr_siz", "of": "orders-0"}}]})") ==
          Lines{R"(x.json: /expect/0/at_end/value: there is no value "isr_siz"; )"
                R"(did you mean "isr_size"?)"});
    CHECK(errors_with(R"({"expect": [{"never": {"fact": "truncated", "where": {"form": 1}}}]})") ==
          Lines{R"(x.json: /expect/0/never/where/form: truncated has no number "form"; )"
                R"(did you mean "from"?)"});
}

TEST_CASE("a verb that can be about nobody is told before the run where that is known") {
    CHECK(errors_with(R"({"timeline": [{"at": "1s", "kill": "leader of orders-1"}]})") ==
          Lines{R"(x.json: /timeline/0/kill: "leader of orders-1" is nobody: )"
                R"(orders has 1 partitions; they are counted from 0)"});
    CHECK(
        errors_with(
            R"({"timeline": [{"at": "1s", "cut": {"between": ["broker 1", "other brokers"]}}]})") ==
        Lines{R"(x.json: /timeline/0/cut: "other brokers" is nobody: there is only one)"});
    CHECK(errors_with(
              R"({"timeline": [{"at": "1s", "cut": {"between": ["broker 1", "broker 1"]}}]})") ==
          Lines{R"(x.json: /timeline/0/cut: both ends of the link are broker 1)"});
}

TEST_CASE(
    "a verb that finds nobody, or nothing to do, says so in the story and does nothing else") {
    auto scenario = with(R"({"timeline": [
        {"at": "9s", "start": "broker 1"},
        {"at": "10s", "kill": "broker 1"},
        {"at": "11s", "wipe": "controller 101"},
        {"at": "12s", "pause": "active controller"}]})");
    REQUIRE(scenario.has_value());
    Runner runner(std::move(*scenario));
    Chronicle chronicle;
    runner.run_until(runner.end(), &chronicle);
    std::vector<std::string> said;
    for (const Entry& entry : chronicle.entries())
        if (entry.note.fact == Fact::admin_failed)
            said.push_back(entry.note.text);
    CHECK(said == Lines{R"(start does nothing: "broker 1" is up already)",
                        R"(pause does nothing: "active controller" is nobody now)"});
    const std::string report = text_report({runner, chronicle, 0});
    for (const std::string& line : said)
        CHECK(report.find(line) != std::string::npos);
    const auto faults =
        std::count_if(chronicle.entries().begin(), chronicle.entries().end(),
                      [](const Entry& entry) { return entry.note.fact == Fact::fault; });
    CHECK(faults == 2);
}

TEST_CASE("moments happen at their time, or a while after their condition first holds, once") {
    const Runner runner = ran(R"({"timeline": [
        {"at": "10s", "pause": "broker 1"},
        {"when": {"value": "state", "of": "broker 1", "is": "paused"}, "after": "1500ms",
         "resume": "broker 1"}]})");
    CHECK(runner.moments()[0].done_at == Instant{} + seconds(10));
    CHECK(runner.moments()[1].done_at == Instant{} + milliseconds(11'500));
}

TEST_CASE("expectations are decided by the event that decides them") {
    const Runner runner = ran(R"({"timeline": [{"at": "10s", "kill": "broker 1"}], "expect": [
        {"always": {"value": "state", "of": "broker 1", "is": "running"}, "from": "5s"},
        {"eventually": {"fact": "fault"}, "by": "9s"},
        {"eventually": {"fact": "fault"}},
        {"never": {"fact": "fault"}},
        {"at_end": {"value": "state", "of": "broker 1", "is": "killed"}},
        {"at_end": {"fact": "healed"}},
        {"breaks": "one_leader"}]})");
    std::vector<Verdict> verdicts;
    for (const Outcome& outcome : runner.outcomes())
        verdicts.push_back(outcome.verdict);
    using enum Verdict;
    CHECK(verdicts == std::vector{failed, failed, holds, failed, holds, failed, failed});
    CHECK(runner.outcomes()[0].at == Instant{} + seconds(10));
    CHECK(runner.outcomes()[0].found == "state of broker 1 is killed");
    CHECK(runner.outcomes()[1].at == Instant{} + seconds(9));
    CHECK(runner.outcomes()[2].event == runner.outcomes()[3].event);
    CHECK_FALSE(runner.passed());
}

TEST_CASE("a history goes back in a running scenario, and a hand in the past makes a branch") {
    auto scenario = with(R"({"timeline": [{"at": "10s", "pause": "broker 1"}]})");
    REQUIRE(scenario.has_value());
    history::History<Runner, Command> history{Runner(*scenario)};
    history.advance(Instant{} + seconds(15));
    const std::string late = fingerprint_of(history.subject());
    history.seek(Instant{} + seconds(5));
    CHECK_FALSE(history.subject().moments()[0].done);
    history.seek(Instant{} + seconds(15));
    CHECK(fingerprint_of(history.subject()) == late);
    history.seek(Instant{} + seconds(5));
    Verb kill;
    kill.name = "kill";
    kill.who = "broker 1";
    history.act({kill});
    history.advance(Instant{} + seconds(15));
    CHECK(history.branches() == 2);
    CHECK(fingerprint_of(history.subject()) != late);
    history.visit_tip(0);
    CHECK(fingerprint_of(history.subject()) == late);
}

TEST_CASE("reports say what failed, and are what they claim to be") {
    auto scenario = with(R"({"expect": [{"name": "a < b", "at_end": {"fact": "broker_fenced"}}]})");
    REQUIRE(scenario.has_value());
    Runner runner(std::move(*scenario));
    Chronicle chronicle;
    runner.run_until(runner.end(), &chronicle);
    const Run run{runner, chronicle, 12};
    CHECK(text_report(run).find("FAILED  a < b") != std::string::npos);
    const auto json = nlohmann::json::parse(json_report(run));
    for (const char* key : {"scenario", "seed", "fingerprint", "simulated_ms", "events", "messages",
                            "cpu_ms", "verdict", "expectations", "invariants", "facts"})
        CHECK(json.contains(key));
    CHECK(json["verdict"] == "failed");
    CHECK(json["simulated_ms"] == 20'000);
    for (const auto& fact : json["facts"])
        for (const char* key : {"at_ms", "node", "kind", "text"})
            CHECK(fact.contains(key));
    CHECK(junit_report(run).find("name=\"a &lt; b\"") != std::string::npos);
}

TEST_CASE("a timeline can produce by hand, end a voter's patience, hold and lose messages") {
    const Runner runner = ran(R"({"duration": "40s",
        "cluster": {"brokers": 1, "controllers": 3},
        "clients": [{"name": "app", "producer": {"topic": "orders", "rate": 1, "count": 3,
                                                 "start": "8s"}}],
        "timeline": [
          {"when": {"fact": "appended", "topic": "orders"},
           "lose_message": {"from": "broker 1", "to": "app"}},
          {"at": "16s", "produce": {"producer": "app", "partition": "orders-0"}},
          {"at": "18s", "force_election": "active controller"},
          {"at": "25s", "lose_message": {"from": "app", "to": "broker 1", "number": 99}}],
        "expect": [
          {"eventually": {"fact": "fault", "text_has": "from broker-1 to app is lost"}, "by": "9s"},
          {"at_end": {"value": "sent", "of": "app", "is": 4}},
          {"at_end": {"value": "acknowledged", "of": "app", "is": 4}},
          {"at_end": {"value": "duplicates", "of": "app", "is": 1}},
          {"eventually": {"fact": "fault", "text_has": "app is told to send"}, "from": "15s"},
          {"eventually": {"fact": "quorum_resigned"}, "by": "19s"},
          {"at_end": {"no": {"value": "active_controller", "is": -1}}},
          {"never": {"fact": "fault", "text_has": "from app to broker-1"}}]})");
    for (const Outcome& outcome : runner.outcomes())
        CHECK(outcome.found == "");
    CHECK(runner.passed());
    CHECK(errors_with(R"({"timeline": [{"at": "1s", "produce": {"producer": "broker 1"}}]})") ==
          Lines{R"(x.json: /timeline/0/produce/producer: "broker 1" is no producer)"});
}

TEST_CASE("a message that a timeline holds waits until it is released") {
    const Runner runner = ran(R"({"duration": "30s",
        "clients": [{"name": "app", "producer": {"topic": "orders", "rate": 1, "count": 1,
                                                 "start": "10s"}}],
        "timeline": [
          {"when": {"fact": "appended", "topic": "orders"},
           "hold_message": {"from": "broker 1", "to": "app"}},
          {"at": "20s", "release_message": {"from": "broker 1", "to": "app", "number": 0}}],
        "expect": [
          {"never": {"fact": "record_acknowledged"}, "by": "19999ms"},
          {"eventually": {"fact": "record_acknowledged"}, "from": "20s", "by": "21s"},
          {"eventually": {"fact": "healed", "text_has": "is released"}}]})");
    for (const Outcome& outcome : runner.outcomes())
        CHECK(outcome.found == "");
    CHECK(runner.passed());
}
