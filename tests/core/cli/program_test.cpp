// The program itself, as a shell starts it: exit codes, and a report that no surrounding changes.
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace orrery;

namespace {

struct Ran {
    int code = -1;
    std::string out;
};

/// `environment` as in a shell: "TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8".
Ran program(const std::string& arguments, const std::string& environment = {}) {
    const char* path = std::getenv("ORRERY_PROGRAM");
    REQUIRE(path != nullptr);
    const std::string command = "cd '" + tests::source_dir() + "' && " + environment + " '" + path +
                                "' " + arguments + " 2>&1";
    Ran ran;
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> piece{};
    while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe))
        ran.out.append(piece.data(), got);
    ran.code = WEXITSTATUS(pclose(pipe));
    return ran;
}

constexpr const char* lesson = "scenarios/lessons/kill-the-leader.json";

} // namespace

TEST_CASE(
    "every lesson, run by the program, has its known fingerprint in any locale, time zone and "
    "memory") {
    std::ifstream known(tests::source_dir() + "/tests/sim/scenario/fingerprints.txt");
    std::string name;
    std::string fingerprint;
    int lessons = 0;
    while (known >> name >> fingerprint) {
        const std::string run = "run scenarios/lessons/" + name + ".json --report json";
        const Ran ran = program(run, "LC_ALL=de_DE.UTF-8 TZ=Pacific/Chatham MALLOC_PERTURB_=165");
        INFO(name);
        CHECK(ran.code == 0);
        CHECK(nlohmann::json::parse(ran.out)["fingerprint"] == fingerprint);
        ++lessons;
    }
    CHECK(lessons >= 13);
}

TEST_CASE("exit codes tell a good run, a failed one, and bad input apart") {
    CHECK(program(std::string("run ") + lesson + " --until 3s").code == 0);
    CHECK(program("run no-such-file.json").code == 2);
    CHECK(program(std::string("run ") + lesson + " --until soon").code == 2);
    CHECK(program("").code == 2);
    CHECK(program("--help").code == 0);
    const Ran mistyped = program("rnu x.json");
    CHECK(mistyped.code == 2);
    CHECK(mistyped.out.find("did you mean \"run\"?") != std::string::npos);
}

TEST_CASE("every lesson is fine to orrery check") {
    const Ran ran = program("check scenarios/lessons/*.json");
    INFO(ran.out);
    CHECK(ran.code == 0);
}
