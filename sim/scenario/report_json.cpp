// Reports for programs: JSON, and JUnit's XML.
#include "sim/checks/group_sight.hpp"
#include "sim/scenario/group_metrics.hpp"
#include "sim/scenario/report.hpp"
#include "sim/scenario/words.hpp"

#include <nlohmann/json.hpp>

namespace orrery::sim {

namespace {

using Json = nlohmann::ordered_json;

Json expectations_of(const Runner& runner) {
    constexpr const char* kinds[] = {"always", "eventually", "never", "at_end", "breaks"};
    Json list = Json::array();
    for (std::size_t i = 0; i < runner.outcomes().size(); ++i) {
        const Outcome& outcome = runner.outcomes()[i];
        const Expectation& expectation = runner.scenario().expectations[i];
        Json one;
        one["name"] = title_of(expectation);
        one["kind"] = kinds[static_cast<std::size_t>(expectation.kind)];
        one["verdict"] = name_of(outcome.verdict);
        if (outcome.verdict != Verdict::pending) {
            one["at_ms"] = outcome.at.ms();
            one["event"] = outcome.event;
        }
        if (!outcome.found.empty())
            one["found"] = outcome.found;
        list.push_back(std::move(one));
    }
    return list;
}

void fill(Json& one, const Broken& broken) {
    one["at_ms"] = broken.at.ms();
    one["event"] = broken.event;
    one["what"] = broken.what;
}

Json invariants_of(const Runner& runner) {
    Json list = Json::array();
    for (const InvariantRow& row : invariants()) {
        Json one;
        one["name"] = row.name;
        one["number"] = row.number;
        one["looks"] = runner.checks().looks(row.invariant);
        const Broken* broken = runner.checks().broken(row.invariant);
        const Broken* excused = runner.checks().excused(row.invariant);
        one["verdict"] = broken != nullptr ? "broken" : excused != nullptr ? "excused" : "holds";
        if (broken != nullptr)
            fill(one, *broken);
        else if (excused != nullptr)
            fill(one, *excused);
        if (excused != nullptr)
            one["excused_by"] = excused->excuse.why;
        const std::string why = runner.checks().suspended(row.invariant);
        if (!why.empty())
            one["not_promised"] = why;
        list.push_back(std::move(one));
    }
    return list;
}

Json facts_of(const Run& run) {
    Json list = Json::array();
    for (const Entry& entry : run.chronicle.entries()) {
        const FactRow& row = row_of(entry.note.fact);
        Json one;
        one["at_ms"] = entry.at.ms();
        one["event"] = entry.event;
        one["node"] = name_in(run.runner.world(), entry.actor);
        one["kind"] = row.name;
        one["text"] = sentence_of(entry.note);
        if (!entry.note.topic.empty())
            one["topic"] = entry.note.topic;
        if (entry.note.partition >= 0)
            one["partition"] = entry.note.partition;
        for (std::size_t i = 0; i < fact_numbers; ++i)
            if (!row.numbers[i].empty())
                one[std::string(row.numbers[i])] = entry.note.numbers[i];
        list.push_back(std::move(one));
    }
    return list;
}

Json clients_of(const Runner& runner) {
    Json list = Json::array();
    const Sight sight = runner.sight();
    const auto fill = [&](Json& one, Subject subject) {
        for (const MetricRow& row : metrics())
            if (row.subject == subject)
                one[std::string(row.name)] = std::get<std::int64_t>(
                    value_of(sight, row.name, one["name"].get<std::string>()));
    };
    for (const auto& [actor, account] : runner.ledger().producers()) {
        Json one{{"name", account->name}, {"kind", "producer"}};
        fill(one, Subject::producer);
        list.push_back(std::move(one));
    }
    for (const auto& [actor, account] : runner.ledger().consumers()) {
        Json one{{"name", account->name}, {"kind", "consumer"}};
        fill(one, Subject::consumer);
        list.push_back(std::move(one));
    }
    return list;
}

Json value_json(const Comparison::Value& value) {
    if (const auto* words = std::get_if<std::string>(&value))
        return *words;
    return std::get<std::int64_t>(value);
}

Json members_of(const World& world, const std::string& group) {
    Json list = Json::array();
    for (const MemberSight& member : sight_of(world, group).members) {
        Json one{{"client", member.client}, {"id", member.id}, {"epoch", member.epoch}};
        one["partitions"] = Json::array();
        for (const auto& [topic, partition] : member.owned)
            one["partitions"].push_back(topic + "-" + std::to_string(partition));
        list.push_back(std::move(one));
    }
    return list;
}

Json groups_json(const Runner& runner) {
    Json list = Json::array();
    const Sight sight = runner.sight();
    for (const std::string& group : groups_of(runner.scenario())) {
        Json one{{"name", group}};
        for (const MetricRow& row : metrics())
            if (row.subject == Subject::group)
                one[std::string(row.name)] = value_json(value_of(sight, row.name, group));
        one["assignment"] = members_of(runner.world(), group);
        one["partitions"] = Json::array();
        for (const auto& [topic, partition] : partitions_of_group(sight, group)) {
            const std::string name = topic + "-" + std::to_string(partition);
            Json place{{"name", name}};
            for (const MetricRow& row : metrics())
                if (row.subject == Subject::group_partition)
                    place[std::string(row.name)] =
                        value_json(value_of(sight, row.name, name + " in " + group));
            one["partitions"].push_back(std::move(place));
        }
        one["rebalance_gaps"] = Json::array();
        if (const GroupAccount* account = runner.ledger().groups().find(group))
            for (const ConsumptionGap& gap : account->gaps)
                one["rebalance_gaps"].push_back(
                    {{"partition", gap.place.first + "-" + std::to_string(gap.place.second)},
                     {"by", name_in(runner.world(), gap.by)},
                     {"from_ms", gap.from.ms()},
                     {"ms", gap.length().ns / 1'000'000}});
        list.push_back(std::move(one));
    }
    return list;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

/// Milliseconds as JUnit's seconds.
std::string seconds_of(std::int64_t ms) {
    return std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1);
}

} // namespace

std::string json_report(const Run& run) {
    const Runner& runner = run.runner;
    Json report;
    report["scenario"] = runner.scenario().file;
    report["title"] = runner.scenario().title;
    report["seed"] = runner.scenario().cluster.seed;
    report["fingerprint"] = fingerprint_of(runner);
    report["simulated_ms"] = runner.now().ms();
    report["events"] = runner.world().counters().events;
    report["messages"] = runner.world().counters().messages_delivered;
    report["cpu_ms"] = run.cpu_ms;
    report["verdict"] = verdict_of(runner);
    report["expectations"] = expectations_of(runner);
    report["invariants"] = invariants_of(runner);
    report["clients"] = clients_of(runner);
    report["groups"] = groups_json(runner);
    report["facts"] = facts_of(run);
    return report.dump(2) + "\n";
}

std::string junit_report(const Run& run) {
    const Runner& runner = run.runner;
    const std::string suite = escaped(runner.scenario().file);
    std::string cases;
    int tests = 0;
    int failures = 0;
    const auto add = [&](std::string_view name, const std::string& failure,
                         const std::string& said = {}) {
        ++tests;
        cases += "    <testcase classname=\"" + suite + "\" name=\"" + escaped(name) + "\"";
        if (failure.empty() && said.empty()) {
            cases += "/>\n";
            return;
        }
        cases += ">\n";
        if (!failure.empty()) {
            ++failures;
            cases += "      <failure message=\"" + escaped(failure) + "\"/>\n";
        }
        if (!said.empty())
            cases += "      <system-out>" + escaped(said) + "</system-out>\n";
        cases += "    </testcase>\n";
    };
    for (std::size_t i = 0; i < runner.outcomes().size(); ++i) {
        const Outcome& outcome = runner.outcomes()[i];
        add(title_of(runner.scenario().expectations[i]),
            outcome.verdict == Verdict::failed
                ? "event " + std::to_string(outcome.event) + " at " + short_time(outcome.at) +
                      (outcome.found.empty() ? "" : ": " + outcome.found)
                : "");
    }
    const auto unexpected = runner.unexpected();
    for (const InvariantRow& row : invariants()) {
        std::string failure;
        for (const Broken& broken : unexpected)
            if (broken.invariant == row.invariant)
                failure = "event " + std::to_string(broken.event) + " at " + short_time(broken.at) +
                          ": " + broken.what;
        const Broken* excused = runner.checks().excused(row.invariant);
        add("invariant " + std::string(row.name), failure,
            excused != nullptr ? sentence_of(*excused) : "");
    }
    const std::string head = "tests=\"" + std::to_string(tests) + "\" failures=\"" +
                             std::to_string(failures) + "\" time=\"" + seconds_of(run.cpu_ms) +
                             "\"";
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " + head +
           ">\n  <testsuite name=\"" + suite + "\" " + head + ">\n" + cases +
           "  </testsuite>\n</testsuites>\n";
}

} // namespace orrery::sim
