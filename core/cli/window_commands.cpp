#include "core/cli/window_commands.hpp"

#include "core/cli/commands.hpp"
#include "gui/model/live_session.hpp"
#include "gui/shell/shot.hpp"
#include "gui/shell/window.hpp"
#include "sim/scenario/document.hpp"

#include <charconv>
#include <filesystem>

namespace orrery::cli {

namespace {

constexpr int smallest = 320;
constexpr int largest = 8192;

using SessionPtr = std::unique_ptr<gui::model::LiveSession>;

/// The session, run to `until`; null after telling what is wrong.
SessionPtr session_of(const gui::model::LiveOptions& options, const std::string& until) {
    const auto at = sim::parse_duration(until);
    if (!at) {
        tell("orrery: \"" + until + "\" is no time; write 12s or 500ms");
        return nullptr;
    }
    auto session = gui::model::LiveSession::make(options);
    if (!session) {
        for (const InputError& error : session.error())
            tell(sim::line_of(error));
        return nullptr;
    }
    (*session)->advance(Instant{} + *at);
    return std::move(*session);
}

std::optional<gui::Theme> theme_of(const std::string& name) {
    if (name == "dark")
        return gui::Theme::dark;
    if (name == "light")
        return gui::Theme::light;
    if (name == "high-contrast")
        return gui::Theme::high_contrast;
    if (name == "mono")
        return gui::Theme::mono;
    tell("orrery: there is no theme \"" + name +
         "\"; there are dark, light, high-contrast and mono");
    return std::nullopt;
}

/// "1600x1000".
std::optional<std::pair<int, int>> size_of(const std::string& text) {
    int width = 0;
    int height = 0;
    const char* const end = text.data() + text.size();
    const auto [cross, bad] = std::from_chars(text.data(), end, width);
    if (bad == std::errc{} && cross != end && *cross == 'x') {
        const auto [stop, worse] = std::from_chars(cross + 1, end, height);
        if (worse == std::errc{} && stop == end && width >= smallest && height >= smallest &&
            width <= largest && height <= largest)
            return std::pair{width, height};
    }
    tell("orrery: \"" + text + "\" is no size of a picture; write 1600x1000");
    return std::nullopt;
}

/// "broker 1", "controller 101", "producer-a", "orders-0": looked up in what is there.
std::optional<gui::Subject> subject_of(gui::model::LiveSession& session, const std::string& name) {
    if (name.empty())
        return gui::Subject{};
    const gui::model::SnapshotPtr now = session.snapshot();
    for (const gui::model::Node& node : now->nodes)
        if (gui::node_name(*now, node.id) == name)
            return gui::node_subject(node.id);
    for (const gui::model::Client& client : now->clients)
        if (client.name == name)
            return gui::client_subject(client.id);
    for (const gui::model::Partition& partition : now->partitions)
        if (partition.topic + "-" + std::to_string(partition.index) == name)
            return gui::partition_subject(partition.topic, partition.index);
    for (const gui::model::Group& group : now->groups)
        if ("group " + group.id == name)
            return gui::group_subject(group.id);
    tell("orrery: nothing there is called \"" + name + "\"");
    return std::nullopt;
}

} // namespace

std::string default_scenario() {
    constexpr const char* file = "scenarios/lessons/kill-the-leader.json";
    std::error_code trouble;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", trouble);
    for (std::filesystem::path folder = self.parent_path(); !trouble && folder.has_relative_path();
         folder = folder.parent_path())
        if (std::filesystem::exists(folder / file, trouble))
            return (folder / file).string();
    return file;
}

int window(const WindowCommand& command) {
    gui::WindowOptions options;
    options.frames = command.frames;
    if (const auto theme = theme_of(command.theme))
        options.theme = *theme;
    else
        return bad_input;
    if (!gui::has_display()) {
        tell("orrery: there is no display to open a window on; try `orrery run` or `orrery shot`");
        return bad_input;
    }
    gui::model::LiveOptions live;
    live.file = command.file.empty() ? default_scenario() : command.file;
    live.seed = command.seed;
    live.hands_on = !command.timeline;
    const SessionPtr session = session_of(live, command.until);
    return session == nullptr ? bad_input : gui::run_window(*session, options);
}

int shot(const ShotCommand& command) {
    gui::ShotOptions options;
    options.file = command.out;
    const auto size = size_of(command.size);
    const auto theme = theme_of(command.theme);
    if (!size || !theme)
        return bad_input;
    options.width = size->first;
    options.height = size->second;
    options.theme = *theme;
    gui::model::LiveOptions live;
    live.file = command.file;
    live.seed = command.seed;
    const SessionPtr session = session_of(live, command.until);
    if (session == nullptr)
        return bad_input;
    const auto subject = subject_of(*session, command.select);
    if (!subject)
        return bad_input;
    options.select = *subject;
    if (const auto drawn = gui::shot(*session, options); !drawn) {
        tell(sim::line_of(drawn.error()));
        return bad_input;
    }
    return good;
}

} // namespace orrery::cli
