// The window over the toy, to look at it while it is made:
//     gui_demo window | gui_demo FILE.png [seconds] [theme] [width height] [scale] [tab...]
#include "gui/shell/frame.hpp"
#include "gui/shell/png.hpp"
#include "gui/shell/shot.hpp"
#include "gui/shell/window.hpp"
#include "tests/gui/support/toy_session.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace orrery;

int main(int count, char** words) {
    tests::ToySession session;
    const std::string file = count > 1 ? words[1] : "window";
    if (file == "window")
        return gui::run_window(session, {});
    const double at = count > 2 ? std::atof(words[2]) : 21.482;
    session.seek({12'480'000'000});
    gui::model::Injection kill;
    kill.verb = gui::model::Verb::kill;
    kill.node = 1;
    static_cast<void>(session.inject(kill));
    session.seek({15'100'000'000});
    kill.node = 301; // a member of the group
    static_cast<void>(session.inject(kill));
    session.seek({static_cast<std::int64_t>(at * 1e9)});
    auto frame = gui::Frame::make(session);
    if (!frame) {
        std::fprintf(stderr, "%s\n", frame.error().what.c_str());
        return 2;
    }
    gui::Desk& desk = (*frame)->desk();
    if (count > 3)
        desk.settings.theme = static_cast<gui::Theme>(std::atoi(words[3]));
    gui::ui::Input input;
    if (count > 5) {
        input.width = static_cast<float>(std::atof(words[4]));
        input.height = static_cast<float>(std::atof(words[5]));
    }
    if (count > 6)
        desk.settings.scale = static_cast<float>(std::atof(words[6]));
    for (int i = 7; i < count; ++i)
        desk.show(words[i]);
    static_cast<void>((*frame)->renew_fonts());
    for (int i = 0; i < 4; ++i)
        (*frame)->run(input);
    const auto written = gui::write_png((*frame)->picture(), file);
    std::printf("%d vertices, %d draw calls\n", (*frame)->figures().vertices,
                (*frame)->figures().draw_calls);
    return written ? 0 : 2;
}
