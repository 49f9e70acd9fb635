// The house rules. Each prints what it found and where, so that the mend is plain.
#include "tests/house/source_tree.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <filesystem>
#include <set>

using namespace orrery;
using namespace orrery::house;

namespace {

using Findings = std::vector<std::string>;

const std::vector<SourceFile>& tree() {
    static const std::vector<SourceFile> files = source_files({"core", "sim", "gui", "tests"});
    return files;
}

/// Rooms that must not know a clock, a thread or chance: all but these.
bool deterministic(const SourceFile& file) {
    for (const std::string_view free : {"core/runtime", "core/cli", "core/wire/generator",
                                        "core/metadata/generator", "gui", "tests"})
        if (file.path.starts_with(std::string(free) + "/"))
            return false;
    return true;
}

std::string at(const SourceFile& file, std::size_t line, const std::string& what) {
    return file.path + ":" + std::to_string(line) + ": " + what;
}

/// What a line includes, also where a generator writes the line into a file.
std::string included_by(std::string line) {
    std::erase(line, '\\');
    const auto at = line.find("#include \"");
    return at == std::string::npos ? "" : line.substr(at + 10, line.find('"', at + 10) - at - 10);
}

} // namespace

TEST_CASE("no name in a deterministic room reads a clock, draws by chance or orders by accident") {
    const Findings banned = {"std::unordered_map",
                             "std::unordered_set",
                             "std::chrono",
                             "std::thread",
                             "std::jthread",
                             "std::async",
                             "std::mutex",
                             "std::random_device",
                             "std::mt19937",
                             "std::shuffle",
                             "std::sample",
                             "std::hash",
                             "std::function",
                             "std::nth_element",
                             "std::priority_queue",
                             "rand",
                             "srand",
                             "gettimeofday",
                             "clock_gettime",
                             "getenv",
                             "setlocale",
                             "localtime",
                             "strtod",
                             "stod",
                             "co_await",
                             "co_yield",
                             "co_return",
                             "thread_local",
                             "float",
                             "std::uniform_int_distribution",
                             "std::this_thread",
                             "getpid",
                             "std::locale",
                             "std::uintptr_t",
                             "__DATE__",
                             "__TIME__"};
    const Findings banned_headers = {
        "<chrono>",        "<random>",        "<iostream>",   "<sstream>",
        "<regex>",         "<locale>",        "<thread>",     "<mutex>",
        "<unordered_map>", "<unordered_set>", "<functional>", "<filesystem>",
        "<fstream>",       "<ctime>",         "<future>",     "<iomanip>"};
    Findings findings;
    for (const SourceFile& file : tree()) {
        if (!deterministic(file))
            continue;
        for (std::size_t n = 0; n < file.code.size(); ++n) {
            for (const std::string& name : banned)
                if (has_word(file.code[n], name))
                    findings.push_back(at(file, n + 1, name));
            if (!file.lines[n].starts_with("#include <"))
                continue;
            for (const std::string& header : banned_headers)
                if (file.lines[n].find(header) != std::string::npos)
                    findings.push_back(at(file, n + 1, header));
        }
    }
    CHECK(findings == Findings{});
}

TEST_CASE("no file is longer than 600 lines") {
    Findings findings;
    for (const SourceFile& file : tree())
        if (file.lines.size() > 600)
            findings.push_back(file.path + ": " + std::to_string(file.lines.size()) + " lines");
    CHECK(findings == Findings{});
}

TEST_CASE("no function is longer than 70 lines") {
    Findings findings;
    std::size_t functions = 0;
    for (const SourceFile& file : tree()) {
        if (file.path.starts_with("tests/"))
            continue;
        for (const FunctionPlace& place : functions_of(file)) {
            ++functions;
            const auto length = place.last - place.first + 1;
            if (length > 70)
                findings.push_back(at(file, place.first, std::to_string(length) + " lines"));
        }
    }
    CHECK(functions > 40);
    CHECK(findings == Findings{});
}

TEST_CASE("the function finder counts a lambda with the function that holds it") {
    SourceFile file{"x.cpp", {}, {}};
    file.code = {"namespace a {",
                 "int f(int x,",
                 "      int y) {",
                 "    auto g = [&](int z) {",
                 "        return z;",
                 "    };",
                 "    return g(x);",
                 "}",
                 "struct S {",
                 "    int h() { return 1; }",
                 "};",
                 "}"};
    const auto found = functions_of(file);
    REQUIRE(found.size() == 2);
    CHECK(found[0].first == 2);
    CHECK(found[0].last == 8);
    CHECK(found[1].first == 10);
}

TEST_CASE("every header begins with its subject, is guarded, and is included by somebody") {
    std::set<std::string> included;
    for (const SourceFile& file : tree())
        for (const std::string& line : file.lines)
            included.insert(included_by(line));
    Findings findings;
    for (const SourceFile& file : tree()) {
        if (!file.is_header())
            continue;
        if (file.lines.empty() || !file.lines[0].starts_with("//"))
            findings.push_back(file.path + ": no head comment");
        bool guarded = false;
        for (const std::string& line : file.lines)
            guarded = guarded || line == "#pragma once";
        if (!guarded)
            findings.push_back(file.path + ": no #pragma once");
        if (!included.contains(file.path))
            findings.push_back(file.path + ": nothing includes it");
    }
    CHECK(findings == Findings{});
}

TEST_CASE("nothing in the tree is left for later") {
    const Findings later = {"TO"
                            "DO",
                            "FIX"
                            "ME",
                            "X"
                            "XX",
                            "HA"
                            "CK"};
    Findings findings;
    for (const SourceFile& file : tree())
        for (std::size_t n = 0; n < file.lines.size(); ++n)
            for (const std::string& word : later)
                if (has_word(file.lines[n], word))
                    findings.push_back(at(file, n + 1, word));
    CHECK(findings == Findings{});
}

TEST_CASE("every test asserts something") {
    Findings findings;
    for (const SourceFile& file : tree()) {
        if (!file.path.starts_with("tests/"))
            continue;
        std::size_t opened = 0;
        bool asserts = true;
        for (std::size_t n = 0; n <= file.code.size(); ++n) {
            const bool end = n == file.code.size();
            if (end || file.code[n].starts_with("TEST_CASE")) {
                if (!asserts)
                    findings.push_back(at(file, opened, "asserts nothing"));
                opened = n + 1;
                asserts = false;
            }
            if (end)
                break;
            for (const std::string_view word :
                 {"CHECK", "REQUIRE", "FAIL", "expect", "check", "require"})
                asserts = asserts || file.code[n].find(word) != std::string::npos;
        }
    }
    CHECK(findings == Findings{});
}

TEST_CASE("the top of the tree holds what it should and nothing else") {
    const std::set<std::string> allowed = {
        "CMakeLists.txt",    "core",    "sim",       "gui",
        "scenarios",         "tests",   "README.md", "run",
        "CMakePresets.json", "LICENSE", "build",     "compile_commands.json"};
    Findings findings;
    for (const auto& entry : std::filesystem::directory_iterator(tests::source_dir())) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with('.') && !allowed.contains(name))
            findings.push_back(name);
    }
    CHECK(findings == Findings{});
}
