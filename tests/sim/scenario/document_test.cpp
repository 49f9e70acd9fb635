#include "sim/scenario/document.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

using namespace orrery;
using namespace orrery::sim;

namespace {

/// The errors of a scenario that is fine but for what is merged into it, a line each.
std::vector<std::string> errors_with(const std::string& change) {
    nlohmann::json document = nlohmann::json::parse(
        R"({"title": "t", "duration": "10s", "cluster": {"brokers": 3, "controllers": 3}})");
    document.merge_patch(nlohmann::json::parse(change));
    std::vector<std::string> lines;
    const auto read = read_document("x.json", document.dump());
    if (!read)
        for (const InputError& error : read.error())
            lines.push_back(line_of(error));
    return lines;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("a small scenario is fine") {
    CHECK(errors_with("{}") == Lines{});
}

TEST_CASE("an unknown word is told with its path and the nearest right one") {
    CHECK(errors_with(R"({"timelime": []})") ==
          Lines{R"(x.json: /timelime: there is no "timelime" here; did you mean "timeline"?)"});
    CHECK(errors_with(R"({"timeline": [{"at": "1s", "kil": "broker 1"}]})")[0] ==
          R"(x.json: /timeline/0/kil: there is no "kil" here; did you mean "kill"?)");
    CHECK(
        errors_with(R"({"timeline": [{"when": {"fact": "broker_fence"}, "kill": "broker 1"}]})") ==
        Lines{
            R"(x.json: /timeline/0/when/fact: there is no fact "broker_fence"; did you mean "broker_fenced"?)"});
}

TEST_CASE("all errors of a file are told at once") {
    CHECK(errors_with(R"({"title": 5, "duration": "soon", "seed": -1})").size() == 3);
}

TEST_CASE("a missing member, a wrong type and a number out of range are told apart") {
    CHECK(errors_with(R"({"duration": null})") == Lines{R"(x.json: /: "duration" is missing)"});
    CHECK(errors_with(R"({"title": []})") == Lines{"x.json: /title: should be text, is a list"});
    CHECK(errors_with(R"({"cluster": {"brokers": 0}})") ==
          Lines{"x.json: /cluster/brokers: 0 is too small; at least 1"});
}

TEST_CASE("a moment has one verb, neither none nor two") {
    const auto none = errors_with(R"({"timeline": [{"at": "1s"}]})");
    REQUIRE(none.size() == 1);
    CHECK(none[0].starts_with("x.json: /timeline/0: one of these is missing: kill, "));
    CHECK(errors_with(R"({"timeline": [{"at": "1s", "kill": "broker 1", "stop": "broker 2"}]})") ==
          Lines{"x.json: /timeline/0: has kill and stop, but only one may be there"});
}

TEST_CASE("text that isn't JSON is told by line and column") {
    const auto read = read_document("x.json", "{\n  \"title\": \n}");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error()[0].where == "x.json: line 3, column 1");
}

TEST_CASE("durations have units, and milliseconds when they have none") {
    CHECK(parse_duration("1.5s") == milliseconds(1500));
    CHECK(parse_duration("200ms") == milliseconds(200));
    CHECK(parse_duration("30us") == microseconds(30));
    CHECK(parse_duration("2 min") == seconds(120));
    CHECK(parse_duration("250") == milliseconds(250));
    CHECK(parse_duration("0.001") == microseconds(1));
    CHECK_FALSE(parse_duration("fast"));
    CHECK_FALSE(parse_duration("5 parsecs"));
    CHECK_FALSE(parse_duration("-1s"));
    CHECK_FALSE(parse_duration("99999999999999d"));
}

TEST_CASE("every scenario of the gallery is a checked document") {
    int files = 0;
    const std::string folder = tests::source_dir() + "/scenarios";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const std::string path = entry.path().string();
        if (entry.path().extension() != ".json" || path.ends_with(".schema.json"))
            continue;
        const auto read = read_document(path, tests::read_file(path));
        INFO(path << (read ? "" : ": " + line_of(read.error()[0])));
        CHECK(read.has_value());
        ++files;
    }
    CHECK(files > 0);
}
