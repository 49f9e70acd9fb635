// Consumer groups in scenarios: what a file may say of them, what conditions and reports know of
// them, the planted bugs that their invariants catch, and a group that never comes to rest.
#include "core/base/random.hpp"
#include "core/client/client.hpp"
#include "tests/sim/scenario/lessons.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::sim;

namespace {

/// Two members, then three, of which one is killed.
constexpr const char* story = R"({
    "title": "t", "seed": 7, "duration": "45s",
    "cluster": {"controllers": 1, "brokers": 3, "configs": {
        "offsets.topic.num.partitions": 3, "group.initial.rebalance.delay.ms": 500}},
    "topics": [{"name": "orders", "partitions": 4, "replication_factor": 3}],
    "clients": [
        {"name": "producer-a", "producer": {"topic": "orders", "rate": 100, "start": "5s",
         "stop": "35s", "keys": "sequence % 100", "configs": {"acks": "all"}}},
        {"name": "billing", "consumer": {"group": "billing", "topics": ["orders"], "members": 3,
         "start": "5s", "stagger": "4s", "commit": "after_processing",
         "configs": {"auto.offset.reset": "earliest", "session.timeout.ms": 6000,
                     "heartbeat.interval.ms": 2000}}}],
    "timeline": [{"at": "20s", "kill": "owner of orders-0 in billing"}]})";

Scenario told(const std::string& text) {
    auto scenario = read_scenario("story.json", text);
    std::string errors;
    if (!scenario)
        for (const InputError& error : scenario.error())
            errors += line_of(error) + "\n";
    INFO(errors);
    REQUIRE(scenario.has_value());
    return std::move(*scenario);
}

std::string first_error(std::string text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
    const auto scenario = read_scenario("x.json", text);
    return scenario ? "" : line_of(scenario.error()[0]);
}

std::int64_t number_of(const Runner& runner, std::string_view metric, std::string_view of) {
    return std::get<std::int64_t>(value_of(runner.sight(), metric, of));
}

using Plant = void (*)(node::Planted& planted);

bool breaks(const std::string& lesson, Invariant invariant, Plant plant) {
    Scenario scenario = tests::lesson(lesson);
    plant(scenario.cluster.planted);
    Runner runner(std::move(scenario));
    while (runner.now() < runner.end() && runner.checks().broken(invariant) == nullptr)
        runner.run_until(runner.now() + seconds(1));
    return runner.checks().broken(invariant) != nullptr;
}

/// Whoever is up stops, dies or is paused, and whoever is down comes back, a few each second.
void let_members_come_and_go(Runner& runner, std::uint64_t seed, Duration from, Duration to) {
    Random random(seed, "comings and goings");
    for (Instant at = Instant{} + from; at < Instant{} + to;) {
        at = at + milliseconds(500 + static_cast<std::int64_t>(random.below(2'500)));
        runner.run_until(at);
        const std::string name = "billing-" + std::to_string(1 + random.below(30));
        const Machine& machine = runner.world().machine(runner.world().find(name));
        const std::uint64_t how = random.below(3);
        Verb verb;
        verb.who = name;
        verb.name = !machine.up()    ? "start"
                    : machine.paused ? "resume"
                    : how == 0       ? "stop"
                    : how == 1       ? "kill"
                                     : "pause";
        runner.act(Command{verb});
    }
    // One may have been paused on its way out; then it goes, and is started as all who are down.
    for (const char* verb : {"resume", "start"}) {
        for (int i = 1; i <= 30; ++i) {
            const std::string name = "billing-" + std::to_string(i);
            const Machine& machine = runner.world().machine(runner.world().find(name));
            if (verb == std::string("resume") ? machine.paused : !machine.up()) {
                Verb back;
                back.name = verb;
                back.who = name;
                runner.act(Command{back});
            }
        }
        runner.run_until(runner.now() + seconds(40));
    }
}

/// How each member fares, for a run that fails.
std::string absent(const Runner& runner) {
    std::string text;
    for (int i = 1; i <= 30; ++i) {
        const std::string name = "billing-" + std::to_string(i);
        const ActorId actor = runner.world().find(name);
        const auto* client = runner.world().process<client::Client>(actor);
        text += ", " + name + " " + std::get<std::string>(value_of(runner.sight(), "state", name)) +
                (client != nullptr ? " " + client->last_error() : "");
    }
    return text;
}

Scenario crowd(std::uint64_t seed) {
    std::string text = R"({
    "title": "t", "duration": "720s",
    "cluster": {"controllers": 1, "brokers": 3, "configs": {
        "offsets.topic.num.partitions": 3, "group.initial.rebalance.delay.ms": 500}},
    "topics": [{"name": "orders", "partitions": 20, "replication_factor": 3}],
    "clients": [
        {"name": "producer-a", "producer": {"topic": "orders", "rate": 20, "start": "5s",
         "stop": "690s", "keys": "sequence % 100", "configs": {"acks": "all"}}},
        {"name": "billing", "consumer": {"group": "billing", "topics": ["orders"], "members": 30,
         "start": "5s", "commit": "after_processing", "configs": {
         "auto.offset.reset": "earliest", PROTOCOL}}}]})";
    const std::string classic =
        R"("session.timeout.ms": 6000, "heartbeat.interval.ms": 1000,
           "partition.assignment.strategy": "cooperative-sticky")";
    const std::string protocol = seed % 2 == 0 ? R"("group.protocol": "consumer")" : classic;
    text.replace(text.find("PROTOCOL"), 8, protocol);
    Scenario scenario = told(text);
    scenario.cluster.seed = seed;
    return scenario;
}

} // namespace

TEST_CASE("a group's members, lag and records are known, and a dead member's are another's") {
    Runner runner(told(story));
    runner.run_until(Instant{} + seconds(19));
    CHECK(number_of(runner, "members", "billing") == 3);
    CHECK(number_of(runner, "owned_partitions", "billing") == 4);
    CHECK(number_of(runner, "owned", "billing-1") == 2);
    CHECK(resolve(runner.sight(), "members of billing").size() == 3);
    CHECK(resolve(runner.sight(), "member of billing").size() == 1);
    CHECK(resolve(runner.sight(), "coordinator of billing").size() == 1);
    const auto owner = resolve(runner.sight(), "owner of orders-0 in billing");
    REQUIRE(owner.size() == 1);
    runner.run_until(Instant{} + seconds(22));
    CHECK(number_of(runner, "partition_lag", "orders-0 in billing") > 0);
    CHECK(number_of(runner, "lag_ms", "billing") > 1'000);
    runner.run_until(runner.end());
    CHECK_FALSE(runner.world().machine(owner.front()).up());
    CHECK(number_of(runner, "members", "billing") == 2);
    CHECK(number_of(runner, "lag", "billing") == 0);
    CHECK(number_of(runner, "processed_never", "billing") == 0);
    CHECK(number_of(runner, "committed", "billing") == 3'000);
    CHECK(number_of(runner, "longest_gap_ms", "billing") > 4'000);
    CHECK(number_of(runner, "longest_gap_ms", "billing") < 9'000);
    CHECK(runner.unexpected().empty());
    for (const auto invariant :
         {Invariant::one_owner, Invariant::generations, Invariant::committed_offsets})
        CHECK(runner.checks().looks(invariant) > 5);
}

TEST_CASE("both reports tell of a group") {
    Runner runner(told(story));
    Chronicle chronicle;
    runner.run_until(runner.end(), &chronicle);
    const std::string text = text_report({runner, chronicle, 0});
    CHECK(text.find("billing         Stable, classic protocol, epoch") != std::string::npos);
    CHECK(text.find("lag 0 records, 0 ms; processed never 0, once ") != std::string::npos);
    const auto group = nlohmann::json::parse(json_report({runner, chronicle, 0}))["groups"][0];
    CHECK(group["name"] == "billing");
    CHECK(group["group_protocol"] == "classic");
    CHECK(group["assignment"].size() == 2);
    CHECK(group["partitions"].size() == 4);
    CHECK(group["partitions"][0]["partition_lag"] == 0);
    CHECK(group["rebalance_gaps"].size() == group["gaps"].get<std::size_t>());
}

TEST_CASE("what is wrong with a group in a scenario is said with the nearest right word") {
    CHECK(first_error(story, "orders-0 in billing", "orders-0 in biling") ==
          "x.json: /timeline/0/kill: there is no group \"biling\"; did you mean \"billing\"?");
    CHECK(first_error(story, "owner of orders-0 in billing", "owner of orders-0") ==
          "x.json: /timeline/0/kill: \"orders-0\" says no group; write \"owner of orders-0 in "
          "billing\"");
    CHECK(first_error(story, R"("group": "billing", )", "").find("who subscribes has a group") !=
          std::string::npos);
    CHECK(first_error(story, "after_processing", "after_procesing").find("commit") !=
          std::string::npos);
}

TEST_CASE("a partition given away while its owner has it is caught") {
    CHECK(breaks("rebalance-kip-848", Invariant::one_owner,
                 [](node::Planted& planted) { planted.group.assign_before_revoked = true; }));
}

TEST_CASE("a rebalance that keeps its generation is caught") {
    CHECK(breaks("group-shares", Invariant::generations,
                 [](node::Planted& planted) { planted.group.keep_generation = true; }));
}

TEST_CASE("commits by old generations, commits that go back and gaps behind them are caught") {
    // No member can be made to do this to a coordinator that only forgets to look at epochs: it
    // drops whom it does not know. So the facts are told by hand.
    Runner runner(told(story));
    runner.run_until(Instant{} + seconds(19));
    const auto committed = [](std::int64_t offset, std::int64_t generation, const char* member) {
        Note note{Fact::offset_committed, "orders", 0, {offset, generation, 0}, {}};
        note.text = std::string("audit ") + member;
        return Told{ActorId{1}, note};
    };
    const auto broken = [&](Invariant invariant, std::vector<Told> facts) {
        Checks checks;
        for (const Told& fact : facts)
            checks.on_event(runner.world(), {&fact, 1});
        return checks.broken(invariant) != nullptr;
    };
    const Told sought{ActorId{5}, {Fact::offset_reset, "orders", 0, {20, 10}, {}}};
    Note done{Fact::group_rebalance_done, {}, -1, {4, 2}, "audit"};
    CHECK(broken(Invariant::generations, {committed(10, 3, "a"), committed(20, 2, "b")}));
    CHECK(broken(Invariant::generations, {Told{ActorId{1}, done}, committed(20, 3, "a")}));
    CHECK(broken(Invariant::generations, {Told{ActorId{1}, done}, Told{ActorId{1}, done}}));
    CHECK_FALSE(broken(Invariant::generations, {committed(10, 3, "a"), committed(20, 4, "b")}));
    CHECK(broken(Invariant::committed_offsets, {committed(20, 3, "a"), committed(10, 3, "a")}));
    CHECK_FALSE(
        broken(Invariant::committed_offsets, {committed(20, 3, "a"), committed(10, 4, "b")}));
    CHECK_FALSE(broken(Invariant::committed_offsets,
                       {committed(20, 3, "a"), sought, committed(10, 3, "a")}));
    CHECK(broken(Invariant::committed_offsets, {committed(1'000'000, 3, "a")}));
}

TEST_CASE("a coordinator that has lost commits is caught") {
    CHECK(breaks("coordinator-dies-in-commit", Invariant::committed_offsets,
                 [](node::Planted& planted) { planted.group.forget_commits_on_load = true; }));
}

TEST_CASE("thirty members come and go for ten minutes: one owner each, and no commit is lost") {
    for (std::uint64_t seed = 1; seed <= ORRERY_CROWDS; ++seed) {
        Runner runner(crowd(seed));
        let_members_come_and_go(runner, seed, seconds(10), seconds(610));
        runner.run_until(runner.end());
        INFO("seed " << seed << absent(runner));
        for (const Broken& broken : runner.unexpected())
            FAIL_CHECK(broken.what);
        CHECK(number_of(runner, "members", "billing") == 30);
        CHECK(number_of(runner, "owned_partitions", "billing") == 20);
        CHECK(number_of(runner, "processed_never", "billing") == 0);
        CHECK(number_of(runner, "skipped", "billing") == 0);
        // The last commit of a member may have met a rebalance; then the next poll's commit tells.
        CHECK(number_of(runner, "lag", "billing") < 20);
        CHECK(number_of(runner, "rebalances", "billing") > 100);
    }
}
