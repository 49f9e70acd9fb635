// The story of a run in a screenful.
#include "sim/checks/group_sight.hpp"
#include "sim/scenario/group_metrics.hpp"
#include "sim/scenario/report.hpp"
#include "sim/scenario/words.hpp"

#include <algorithm>

namespace orrery::sim {

namespace {

constexpr std::size_t story_lines_max = 60;

/// What belongs in the story; votes and the like are in the trace.
bool belongs(const Entry& entry) {
    switch (entry.note.fact) {
    case Fact::controller_active:
    case Fact::broker_fenced:
    case Fact::broker_shutting_down:
    case Fact::topic_created:
    case Fact::topic_deleted:
    case Fact::partitions_added:
    case Fact::partition_changed:
    case Fact::config_changed:
    case Fact::truncated:
    case Fact::metadata_truncated:
    case Fact::log_dir_failed:
    case Fact::truncation_detected:
    case Fact::client_failed:
    case Fact::member_joined:
    case Fact::member_left:
    case Fact::member_fenced:
    case Fact::group_rebalance_done:
    case Fact::group_deleted:
    case Fact::partitions_lost:
    case Fact::commit_failed:
    case Fact::admin_failed:
    case Fact::node_stopped:
    case Fact::fault:
    case Fact::healed:
    case Fact::process_ended: return true;
    case Fact::broker_unfenced: return true;
    default: return false;
    }
}

/// The same fact told at the same time of several partitions, as one line.
struct Line {
    Entry first;
    std::string text;
    std::size_t more = 0;
};

bool joins(const Entry& a, const Entry& b) {
    return a.note.fact == b.note.fact && a.actor == b.actor && b.at - a.at < milliseconds(5) &&
           a.note.fact != Fact::fault && a.note.fact != Fact::healed;
}

std::vector<Line> lines_of(const Chronicle& chronicle) {
    std::vector<Line> lines;
    for (const Entry& entry : chronicle.entries()) {
        if (!belongs(entry))
            continue;
        if (!lines.empty() && joins(lines.back().first, entry)) {
            // Up to three side by side; beyond that how many.
            if (++lines.back().more < 3)
                lines.back().text += "; " + sentence_of(entry.note);
            continue;
        }
        lines.push_back({entry, sentence_of(entry.note)});
    }
    return lines;
}

std::string story(const Run& run) {
    const World& world = run.runner.world();
    const auto lines = lines_of(run.chronicle);
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i == story_lines_max) {
            out += "    ... and " + std::to_string(lines.size() - i) +
                   " lines more; --trace FILE has it all\n";
            break;
        }
        const Line& line = lines[i];
        std::string text = line.text;
        if (line.more >= 3)
            text += "; and " + std::to_string(line.more - 2) + " more";
        // A fault's sentence names whom it hits.
        const bool of_world =
            line.first.note.fact == Fact::fault || line.first.note.fact == Fact::healed;
        out += time_words(line.first.at) + "  " +
               padded(of_world ? ">>" : name_in(world, line.first.actor), 16) + text + "\n";
    }
    return out;
}

std::string expectations(const Runner& runner) {
    std::string out;
    for (std::size_t i = 0; i < runner.outcomes().size(); ++i) {
        const Outcome& outcome = runner.outcomes()[i];
        const Expectation& expectation = runner.scenario().expectations[i];
        out += outcome.verdict == Verdict::holds    ? "  ok      "
               : outcome.verdict == Verdict::failed ? "  FAILED  "
                                                    : "  open    ";
        out += title_of(expectation);
        if (outcome.verdict != Verdict::pending)
            out += "  (" + short_time(outcome.at) + ", event " +
                   with_commas(static_cast<std::int64_t>(outcome.event)) + ")";
        out += "\n";
        if (outcome.verdict != Verdict::failed)
            continue;
        if (!outcome.found.empty())
            out += "          found: " + outcome.found + "\n";
        if (!expectation.because.empty())
            out += "          " + expectation.because + "\n";
    }
    return out;
}

std::string invariant_lines(const Runner& runner) {
    std::uint64_t looks = 0;
    for (const InvariantRow& row : invariants())
        looks += runner.checks().looks(row.invariant);
    std::string out = "  " + std::to_string(invariant_count) + " invariants, looked at " +
                      with_commas(static_cast<std::int64_t>(looks)) + " times";
    out += runner.checks().broken().empty() ? ": all hold\n" : "\n";
    for (const Broken& broken : runner.checks().broken())
        out += (broken.excuse ? "  (ok)    " : "  BROKEN  ") + sentence_of(broken) + "\n";
    for (const InvariantRow& row : invariants())
        if (!runner.checks().suspended(row.invariant).empty())
            out += "  not promised: " + std::string(row.name) + ", since " +
                   runner.checks().suspended(row.invariant) + "\n";
    return out;
}

std::string clients(const Runner& runner) {
    std::string out;
    const World& world = runner.world();
    const Sight sight = runner.sight();
    const auto number = [&](const char* metric, const std::string& of) {
        const auto value = value_of(sight, metric, of);
        return with_commas(std::get<std::int64_t>(value)) + " ";
    };
    for (const auto& [actor, account] : runner.ledger().producers()) {
        const std::string& name = account->name;
        out += "  " + padded(name, 16) + number("sent", name) + "sent, " +
               number("acknowledged", name) + "acknowledged, " + number("failed", name) +
               "failed, " + number("lost", name) + "lost, " + number("duplicates", name) +
               "doubled\n";
        const Lost lost = runner.ledger().lost(world, actor);
        if (lost.records > 0)
            out += "  " + padded("", 16) + "first lost: number " +
                   std::to_string(lost.first_sequence) + ", of " + account->topic + "-" +
                   std::to_string(lost.partition) + "\n";
    }
    for (const auto& [actor, account] : runner.ledger().consumers()) {
        const std::string& name = account->name;
        out += "  " + padded(name, 16) + number("consumed", name) + "read, " +
               number("unread", name) + "unread\n";
    }
    return out;
}

std::string print_value(const Sight& sight, const char* metric, const std::string& of) {
    const auto value = value_of(sight, metric, of);
    if (const auto* words = std::get_if<std::string>(&value))
        return *words;
    return with_commas(std::get<std::int64_t>(value));
}

/// Each group: who has what, how far behind, and what its rebalances cost.
std::string group_lines(const Runner& runner) {
    std::string out;
    const Sight sight = runner.sight();
    for (const std::string& group : groups_of(runner.scenario())) {
        const auto text = [&](const char* metric) { return print_value(sight, metric, group); };
        out += "  " + padded(group, 16) + text("group_state") + ", " + text("group_protocol") +
               " protocol, epoch " + text("group_epoch") + ", " + text("members") +
               " members, coordinated by broker " + text("coordinator") + "\n";
        const GroupSight seen = sight_of(runner.world(), group);
        for (const MemberSight& member : seen.members) {
            std::string owned;
            for (const auto& [topic, partition] : member.owned)
                owned += " " + topic + "-" + std::to_string(partition);
            out += "  " + padded("", 18) + padded(member.client, 14) +
                   (owned.empty() ? " idle" : owned) + "\n";
        }
        out += "  " + padded("", 16) + "lag " + text("lag") + " records, " + text("lag_ms") +
               " ms; processed never " + text("processed_never") + ", once " +
               text("processed_once") + ", again " + text("processed_again") + "; skipped " +
               text("skipped") + "\n";
        out += "  " + padded("", 16) + text("rebalances") + " rebalances, " + text("gaps") +
               " gaps in consumption, the longest " + text("longest_gap_ms") + " ms, together " +
               text("gap_ms") + " ms\n";
    }
    return out;
}

} // namespace

std::string fingerprint_of(const Runner& runner) {
    Hasher hasher;
    runner.hash_into(hasher);
    return hex(hasher.value());
}

std::string verdict_of(const Runner& runner) {
    if (!runner.passed())
        return "failed";
    return runner.now() < runner.end() ? "unfinished" : "passed";
}

std::string text_report(const Run& run) {
    const Runner& runner = run.runner;
    const Counters& counters = runner.world().counters();
    std::string out = runner.scenario().title + " (seed " +
                      std::to_string(runner.scenario().cluster.seed) + "): " + verdict_of(runner) +
                      "\n\n";
    out += story(run) + "\n";
    if (!runner.outcomes().empty())
        out += "Expectations\n" + expectations(runner) + "\n";
    out += "Invariants\n" + invariant_lines(runner) + "\n";
    if (!runner.scenario().clients.empty())
        out += "Records\n" + clients(runner) + "\n";
    if (!groups_of(runner.scenario()).empty())
        out += "Groups\n" + group_lines(runner) + "\n";
    const std::int64_t simulated_ms = runner.now().ms();
    out += short_time(runner.now()) + " simulated in " + std::to_string(run.cpu_ms) +
           " ms of processor time";
    if (run.cpu_ms > 0)
        out += ", " + with_commas(simulated_ms / run.cpu_ms) + " x real time";
    out += "; " + with_commas(static_cast<std::int64_t>(counters.events)) + " events, " +
           with_commas(static_cast<std::int64_t>(counters.messages_delivered)) +
           " messages; fingerprint " + fingerprint_of(runner) + "\n";
    return out;
}

} // namespace orrery::sim
