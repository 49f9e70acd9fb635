// The program itself, as a shell starts it: exit codes, and a report that no surrounding changes.
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace orrery;
namespace fs = std::filesystem;

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

namespace {

/// A folder of its own that goes with the test.
struct Folder {
    fs::path path;

    Folder() {
        std::string name = (fs::temp_directory_path() / "orrery-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
};

} // namespace

TEST_CASE("a run leaves its disks as real files, each of which orrery dump reads") {
    const Folder folder;
    const fs::path disks = folder.path / "deep" / "disks";
    const Ran run =
        program(std::string("run ") + lesson + " --until 11s --disks '" + disks.string() + "'");
    INFO(run.out);
    REQUIRE(run.code == 0);
    for (const char* name :
         {"broker-1/meta.properties", "broker-1/replication-offset-checkpoint",
          "broker-1/__cluster_metadata-0/quorum-state", "broker-2/orders-0/partition.metadata",
          "broker-2/orders-0/00000000000000000000.log",
          "broker-2/orders-0/00000000000000000000.index",
          "broker-2/orders-0/00000000000000000000.timeindex",
          "broker-2/orders-0/leader-epoch-checkpoint",
          "controller-101/__cluster_metadata-0/00000000000000000000.log"})
        CHECK(fs::is_regular_file(disks / name));
    CHECK_FALSE(fs::exists(disks / "producer-a"));
    std::size_t dumped = 0;
    for (const auto& entry : fs::recursive_directory_iterator(disks)) {
        if (!entry.is_regular_file())
            continue;
        INFO(entry.path());
        CHECK(program("dump '" + entry.path().string() + "'").code == 0);
        ++dumped;
    }
    CHECK(dumped > 50);
    const Ran log =
        program("dump '" + (disks / "broker-2/orders-0/00000000000000000000.log").string() + "'");
    CHECK(log.out.find("| offset: 0 CreateTime: ") != std::string::npos);
}

TEST_CASE("a folder that can't take the disks is refused before the run") {
    const Folder folder;
    const auto run_to = [](const fs::path& where) {
        return program(std::string("run ") + lesson + " --until 1s --disks '" + where.string() +
                       "'");
    };
    std::ofstream(folder.path / "mine") << "not to be mixed with";
    const Ran full = run_to(folder.path);
    CHECK(full.code == 2);
    CHECK(full.out.find("is not empty") != std::string::npos);
    CHECK(full.out.find("simulated") == std::string::npos); // no report: nothing ran
    const Ran file = run_to(folder.path / "mine");
    CHECK(file.code == 2);
    CHECK(file.out.find("is no folder") != std::string::npos);
    const Ran below = run_to(folder.path / "mine" / "disks");
    CHECK(below.code == 2);
    CHECK(below.out.find("can't be made") != std::string::npos);
    fs::create_directory(folder.path / "empty");
    CHECK(run_to(folder.path / "empty").code == 0);
}

TEST_CASE("every lesson is fine to orrery check") {
    const Ran ran = program("check scenarios/lessons/*.json");
    INFO(ran.out);
    CHECK(ran.code == 0);
}
