// The real window, opened on a virtual display: that GLFW, OpenGL and the frame fit together.
#include "gui/shell/window.hpp"
#include "tests/gui/support/toy_session.hpp"
#include "tests/support/catch.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace orrery;

namespace {

/// This test binary starts itself under xvfb-run with this set.
constexpr const char* inside = "ORRERY_TEST_IN_XVFB";

std::string own_path() {
    char path[4096] = {};
    FILE* pipe = popen(("readlink /proc/" + std::to_string(getpid()) + "/exe").c_str(), "r");
    if (pipe == nullptr)
        return {};
    const bool got = std::fgets(path, sizeof path, pipe) != nullptr;
    pclose(pipe);
    std::string text = got ? path : "";
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

} // namespace

TEST_CASE("the real window opens under a virtual display, draws thirty frames and closes") {
    if (std::getenv(inside) != nullptr) {
        tests::ToySession session;
        gui::WindowOptions options;
        options.frames = 30;
        CHECK(gui::run_window(session, options) == 0);
        CHECK(session.event() > 0);
        return;
    }
    if (std::system("command -v xvfb-run >/dev/null 2>&1") != 0) {
        WARN("xvfb-run is not installed: the real window is not tested here");
        return;
    }
    // What the system's OpenGL driver leaks when it is unloaded is not ours: no leaks are counted.
    const std::string command = std::string(inside) +
                                "=1 ASAN_OPTIONS=detect_leaks=0 LIBGL_ALWAYS_SOFTWARE=1 xvfb-run "
                                "-a -s '-screen 0 1600x1000x24' '" +
                                own_path() + "' 'the real window*' >/dev/null";
    CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("without a display the window says so and gives up") {
    if (gui::has_display()) {
        WARN("there is a display here: what happens without one is not tested");
        return;
    }
    tests::ToySession session;
    CHECK(gui::run_window(session, {}) == 2);
}
