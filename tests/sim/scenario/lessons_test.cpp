// Every lesson is a test: its expectations hold, no invariant breaks that it doesn't name, and its
// fingerprint is the known one, however the run is cut by copies.
#include "tests/sim/scenario/lessons.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

using namespace orrery;
using namespace orrery::sim;

namespace {

std::string fingerprints_file() {
    return tests::source_dir() + "/tests/sim/scenario/fingerprints.txt";
}

std::map<std::string, std::string> known_fingerprints() {
    std::istringstream lines(tests::read_file(fingerprints_file()));
    std::map<std::string, std::string> known;
    std::string name;
    std::string value;
    while (lines >> name >> value)
        known[name] = value;
    return known;
}

bool rewriting() {
    return std::getenv("ORRERY_REWRITE") != nullptr;
}

} // namespace

TEST_CASE("every lesson holds what it says, and its fingerprint is the known one") {
    auto known = rewriting() ? std::map<std::string, std::string>{} : known_fingerprints();
    for (const std::string& name : tests::lessons()) {
        Runner runner(tests::lesson(name));
        Chronicle chronicle;
        runner.run_until(runner.end(), &chronicle);
        INFO(name << "\n" << text_report({runner, chronicle, 0}));
        CHECK(runner.passed());
        if (rewriting())
            known[name] = fingerprint_of(runner);
        else
            CHECK(known[name] == fingerprint_of(runner));
    }
    if (!rewriting())
        return;
    std::ofstream file(fingerprints_file());
    for (const auto& [name, value] : known)
        file << name << " " << value << "\n";
}

TEST_CASE("every step of a lesson comes true, in the order of the text") {
    for (const std::string& name : tests::lessons()) {
        Runner runner(tests::lesson(name));
        INFO(name);
        REQUIRE(runner.scenario().lesson.has_value());
        const auto& steps = runner.scenario().lesson->steps;
        REQUIRE(steps.size() >= 2);
        CHECK_FALSE(steps.front().when.has_value());
        for (std::size_t i = 1; i < steps.size(); ++i)
            CHECK(steps[i].when.has_value());
        runner.run_until(runner.end());
        const std::size_t reached = runner.lesson_step();
        INFO("the step that comes next: "
             << steps[std::min(reached + 1, steps.size() - 1)].text.begin()->second);
        CHECK(reached == steps.size() - 1);
    }
}

TEST_CASE("every verb of a lesson finds whom it means") {
    for (const std::string& name : tests::lessons()) {
        Runner runner(tests::lesson(name));
        Chronicle chronicle;
        runner.run_until(runner.end(), &chronicle);
        INFO(name);
        for (const MomentState& moment : runner.moments())
            CHECK(moment.done);
        for (const Entry& entry : chronicle.entries())
            if (entry.note.text.find("does nothing") != std::string::npos)
                FAIL_CHECK(entry.note.text);
    }
}

TEST_CASE("a lesson goes the same way again, and through a copy every 500 events") {
    for (const std::string& name : tests::lessons()) {
        const Scenario scenario = tests::lesson(name);
        Runner straight(scenario);
        straight.run_until(straight.end());
        Runner again(scenario);
        while (again.next_event_time() <= again.end()) {
            for (int i = 0; i < 500 && again.next_event_time() <= again.end(); ++i)
                again.step_event();
            Runner copy = again;
            again = Runner(scenario);
            again = std::move(copy);
        }
        again.run_until(again.end());
        INFO(name);
        CHECK(fingerprint_of(again) == fingerprint_of(straight));
        CHECK(again == straight);
    }
}

TEST_CASE("another seed is another life of the same lesson") {
    Scenario scenario = tests::lesson("kill-the-leader");
    Runner one(scenario);
    scenario.cluster.seed += 1;
    Runner other(scenario);
    for (Runner* runner : {&one, &other})
        runner->run_until(runner->end());
    CHECK(one.passed());
    CHECK(other.passed());
    CHECK(fingerprint_of(one) != fingerprint_of(other));
}
