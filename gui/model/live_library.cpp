#include "gui/model/live_library.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace orrery::gui::model {

namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

/// The order in which one learns.
constexpr std::string_view taught[] = {
    "kill-the-leader",
    "truncate",
    "slow-follower",
    "acks-0-crash",
    "acks-1-crash",
    "acks-all-crash",
    "min-insync-replicas",
    "survives-n-1-crashes",
    "unclean-election",
    "controller-dies",
    "quorum-lost",
    "cut-off-leader",
    "power-cut",
    "one-way-link",
    "empty-disk",
    "group-shares",
    "idle-consumers",
    "two-groups",
    "from-beginning",
    "hot-partition",
    "processed-twice",
    "commit-before-processing",
    "rebalance-eager",
    "rebalance-cooperative",
    "rebalance-kip-848",
    "static-member",
    "slow-consumer",
    "zombie-commits",
    "coordinator-dies-in-commit",
    "coordinator-dies-in-rebalance",
    "coordinator-dies-while-loading",
    "migrate-to-consumer-protocol",
    "coming-and-going",
};

std::size_t place_of(const std::string& stem) {
    return static_cast<std::size_t>(std::find(std::begin(taught), std::end(taught), stem) -
                                    std::begin(taught));
}

std::string title_in(const std::string& text) {
    const json document = json::parse(text, nullptr, false);
    if (!document.is_object() || !document.contains("lesson"))
        return {};
    const json& lesson = document["lesson"];
    if (lesson.is_object() && lesson.contains("title")) {
        if (lesson["title"].is_string())
            return lesson["title"].get<std::string>();
        if (lesson["title"].is_object())
            return lesson["title"].value("en", std::string());
    }
    return {};
}

std::string seconds_text(Instant at) {
    std::string fraction = std::to_string(at.ns % 1'000'000'000);
    fraction.insert(0, 9 - fraction.size(), '0');
    return std::to_string(at.ns / 1'000'000'000) + "." + fraction + "s";
}

} // namespace

std::optional<std::string> read_text(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<LessonTitle> lessons_beside(const std::string& file) {
    std::vector<fs::path> paths;
    std::error_code failed;
    fs::path folder = fs::path(file).parent_path();
    if (folder.empty())
        folder = ".";
    for (const auto& entry : fs::directory_iterator(folder, failed))
        if (entry.path().extension() == ".json")
            paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end(), [](const fs::path& a, const fs::path& b) {
        return std::pair(place_of(a.stem().string()), a) <
               std::pair(place_of(b.stem().string()), b);
    });
    std::vector<LessonTitle> lessons;
    for (const fs::path& path : paths) {
        const auto text = read_text(path.string());
        std::string title = text ? title_in(*text) : "";
        if (!title.empty())
            lessons.push_back({static_cast<std::int32_t>(lessons.size()) + 1, std::move(title),
                               path.string(), false});
    }
    return lessons;
}

std::string scenario_text(const SavedRun& run) {
    json document = json::parse(run.text, nullptr, false);
    if (!document.is_object())
        return run.text;
    document["seed"] = run.seed;
    const json before = document.contains("timeline") ? document["timeline"] : json::array();
    json timeline = run.keeps_timeline ? before : json::array();
    for (const SavedDeed& deed : run.deeds) {
        json moment = {{"at", seconds_text(deed.at)}};
        const auto place = static_cast<std::size_t>(std::max(0, deed.moment));
        json verb = json::parse("{" + deed.members + "}", nullptr, false);
        if (deed.moment >= 0 && place < before.size())
            verb = before[place];
        if (!verb.is_object())
            continue;
        for (const auto& [name, value] : verb.items())
            if (name != "at" && name != "when" && name != "after")
                moment[name] = value;
        timeline.push_back(std::move(moment));
    }
    document["timeline"] = std::move(timeline);
    return document.dump(2) + "\n";
}

} // namespace orrery::gui::model
