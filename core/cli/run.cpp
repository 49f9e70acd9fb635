// orrery run, check and list: scenarios from the command line.
#include "core/cli/commands.hpp"
#include "core/cli/disks.hpp"
#include "sim/scenario/report.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace orrery::cli {

namespace {

std::int64_t cpu_ns() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

std::optional<sim::Scenario> load(const std::string& file) {
    const auto text = read_file(file);
    if (!text)
        return std::nullopt;
    auto scenario = sim::read_scenario(file, *text);
    if (scenario)
        return std::move(*scenario);
    for (const InputError& error : scenario.error())
        tell(sim::line_of(error));
    return std::nullopt;
}

/// Runs with a trace that goes to its file as it grows.
bool run_traced(sim::Runner& runner, Instant end, sim::Chronicle& chronicle,
                const std::string& path, sim::Trace& trace) {
    std::ofstream file(path, std::ios::binary);
    if (!file) {
        tell(path + ": can't be written");
        return false;
    }
    while (runner.next_event_time() <= end && runner.next_event_time() != never) {
        runner.step_event(&chronicle);
        file << trace.take();
    }
    runner.run_until(end, &chronicle);
    file << trace.take();
    return static_cast<bool>(file);
}

/// Tells of the trouble, if there is any.
bool refused(const std::optional<std::string>& trouble) {
    if (trouble)
        tell(*trouble);
    return trouble.has_value();
}

} // namespace

void tell(std::string_view error) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(error.size()), error.data());
}

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text;
    std::array<char, 65536> piece{};
    // Not `<< file.rdbuf()`: that calls an empty file a failure.
    while (file.read(piece.data(), piece.size()) || file.gcount() > 0)
        text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (!file.eof()) {
        tell(path + ": can't be read");
        return std::nullopt;
    }
    return text;
}

int run(const RunOptions& options) {
    auto scenario = load(options.file);
    if (!scenario)
        return bad_input;
    if (options.seed)
        scenario->cluster.seed = *options.seed;
    Instant end = Instant{} + scenario->duration;
    if (!options.until.empty()) {
        const auto until = sim::parse_duration(options.until);
        if (!until) {
            tell("--until: \"" + options.until +
                 "\" is no time; write a number and a unit: \"1.5s\", \"200ms\", \"2min\"");
            return bad_input;
        }
        end = Instant{} + *until;
    }
    // Before the run: whoever waited for it shall not learn then that the folder won't do.
    if (!options.disks.empty() && refused(prepare_folder(options.disks)))
        return bad_input;
    const std::int64_t begun = cpu_ns();
    sim::Runner runner(std::move(*scenario), options.checks);
    sim::Trace trace;
    sim::Chronicle chronicle(options.trace.empty() ? nullptr : &trace);
    if (options.trace.empty())
        runner.run_until(end, &chronicle);
    else if (!run_traced(runner, end, chronicle, options.trace, trace))
        return bad_input;
    const sim::Run done{runner, chronicle, (cpu_ns() - begun) / 1'000'000};
    print(options.report == "json"    ? sim::json_report(done)
          : options.report == "junit" ? sim::junit_report(done)
                                      : sim::text_report(done));
    if (!options.disks.empty() && refused(write_disks(runner.world(), options.disks)))
        return bad_input;
    return runner.passed() ? good : failed;
}

int check(const std::vector<std::string>& files) {
    int result = good;
    for (const std::string& file : files) {
        const auto scenario = load(file);
        if (scenario)
            print(file + ": fine\n");
        else
            result = bad_input;
    }
    return result;
}

int list(std::string_view what) {
    if (what == "facts") {
        for (const FactRow& row : fact_table())
            print(std::string(row.name) + "\n    " + std::string(row.sentence) + "\n");
    } else if (what == "invariants") {
        for (const sim::InvariantRow& row : sim::invariants()) {
            print(std::string(row.name) + "\n    " + std::string(row.sentence) + "\n");
            if (!row.not_promised.empty())
                print("    not promised: " + std::string(row.not_promised) + "\n");
        }
    } else {
        for (const sim::MetricRow& row : sim::metrics())
            print(std::string(row.name) + ", of " + std::string(sim::name_of(row.subject)) +
                  "\n    " + std::string(row.sentence) + "\n");
    }
    return good;
}

} // namespace orrery::cli
