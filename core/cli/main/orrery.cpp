// orrery: the program. What it can do is said here; core/cli/*.cpp does it.
#include "core/base/nearest.hpp"
#include "core/cli/commands.hpp"
#ifdef ORRERY_GUI
#include "core/cli/window_commands.hpp"
#endif

#include <CLI/CLI.hpp>

namespace {

using namespace orrery;

/// What a mistyped subcommand should have been.
void hint(const CLI::App& app, int count, char** words) {
    if (count < 2 || words[1][0] == '-')
        return;
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(sub->get_name());
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string_view word = words[1];
    const std::string_view near = nearest(word, views);
    if (!near.empty() && near != word)
        cli::tell("orrery: there is no \"" + std::string(word) + "\"; did you mean \"" +
                  std::string(near) + "\"?");
}

#ifdef ORRERY_GUI
/// The words of the subcommands that show; they live as long as the parser.
struct WindowWords {
    cli::WindowCommand window;
    cli::ShotCommand shot;

    WindowWords(CLI::App& app, int& result) {
        const CLI::IsMember themes({"dark", "light", "high-contrast", "mono"});
        CLI::App* open = app.add_subcommand("window", "open the window on a scenario");
        open->add_option("FILE", window.file, "a scenario; by default the first lesson");
        open->add_option("--until", window.until, "run to that time first, as 12s or 500ms");
        open->add_option("--seed", window.seed, "another life of the same scenario");
        open->add_option("--theme", window.theme, "how it looks")->check(themes);
        open->add_option("--frames", window.frames, "close by itself after so many frames");
        open->add_flag("--timeline", window.timeline,
                       "let the scenario's timeline run; else its deeds are left to your hand");
        open->callback([this, &result] { result = cli::window(window); });
        CLI::App* draw = app.add_subcommand("shot", "draw the window to a PNG, without a display");
        draw->add_option("FILE", shot.file, "a scenario")->required();
        draw->add_option("--until", shot.until, "the moment, as 12s or 500ms")->required();
        draw->add_option("--out", shot.out, "the PNG file")->required();
        draw->add_option("--size", shot.size, "width and height, as 1600x1000");
        draw->add_option("--seed", shot.seed, "another life of the same scenario");
        draw->add_option("--theme", shot.theme, "how it looks")->check(themes);
        draw->add_option("--select", shot.select,
                         "\"broker 1\", \"producer-a\", \"orders-0\", \"group billing\"");
        draw->callback([this, &result] { result = cli::shot(shot); });
    }
};
#endif

} // namespace

int main(int count, char** words) {
    CLI::App app{"Orrery: a clockwork Kafka. Real Kafka brokers, controllers and clients in a "
                 "world whose clock, network and disks you hold in your hand."};
    app.require_subcommand(1);
    app.name("orrery");
    int result = cli::good;

    cli::RunOptions run_options;
    CLI::App* run = app.add_subcommand("run", "run a scenario and report what became of it");
    run->add_option("FILE", run_options.file, "a scenario, as in scenarios/lessons")->required();
    run->add_option("--seed", run_options.seed, "another life of the same scenario");
    run->add_option("--until", run_options.until, "stop at that time, as 12s or 500ms");
    run->add_option("--report", run_options.report, "text, json or junit")
        ->check(CLI::IsMember({"text", "json", "junit"}));
    run->add_option("--trace", run_options.trace, "write a line for each event to that file");
    run->add_option("--disks", run_options.disks,
                    "write each node's disk as it is at the end to that new folder, as real files");
    run->add_flag("!--no-checks", run_options.checks, "don't look at the invariants");
    run->callback([&] { result = cli::run(run_options); });

    std::vector<std::string> files;
    CLI::App* check = app.add_subcommand("check", "say what is wrong with scenario files");
    check->add_option("FILE", files, "scenarios")->required();
    check->callback([&] { result = cli::check(files); });

    std::string dumped;
    CLI::App* dump = app.add_subcommand("dump", "print a file of a Kafka log directory");
    dump->add_option("FILE", dumped, "a segment, an index, a snapshot, a checkpoint")->required();
    dump->callback([&] { result = cli::dump(dumped); });

    for (const char* what : {"facts", "invariants", "metrics"})
        app.add_subcommand(what, std::string("list the ") + what + " that scenarios can name")
            ->callback([&result, what] { result = cli::list(what); });

#ifdef ORRERY_GUI
    WindowWords showing(app, result);
#endif
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        hint(app, count, words);
        return app.exit(error) == 0 ? cli::good : cli::bad_input;
    }
    return result;
}
