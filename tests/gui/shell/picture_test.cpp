// Pictures and trees: that what is drawn is the same twice, and that the themes keep their
// promises. Pictures themselves are not stored: letters differ between versions of the font. The
// tree of what is shown does not.
#include "gui/shell/png.hpp"
#include "gui/shell/shot.hpp"
#include "tests/gui/support/driver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

using namespace orrery;
using namespace orrery::gui;
using tests::Driver;

namespace {

void killed_at_21_seconds(model::Session& session) {
    session.seek({12'480'000'000});
    model::Injection kill;
    kill.verb = model::Verb::kill;
    kill.node = 1;
    REQUIRE(session.inject(kill));
    session.seek({21'482'000'000});
}

Picture shown_in(Theme theme) {
    Driver ui;
    killed_at_21_seconds(ui.session);
    ui.desk().settings.theme = theme;
    ui.frames(4);
    return ui.frame().picture();
}

struct Census {
    int colourful = 0; ///< pixels whose channels lie more than 40 apart
    int bright = 0;    ///< pixels of more than 200 in all channels
    int all = 0;
};

Census census_of(const Picture& picture) {
    Census census;
    for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
        const int r = picture.rgba[i];
        const int g = picture.rgba[i + 1];
        const int b = picture.rgba[i + 2];
        const int low = std::min({r, g, b});
        const int high = std::max({r, g, b});
        census.colourful += high - low > 40 ? 1 : 0;
        census.bright += low > 200 ? 1 : 0;
        ++census.all;
    }
    return census;
}

} // namespace

TEST_CASE("a picture of the same moment is the same, pixel by pixel") {
    CHECK(shown_in(Theme::dark) == shown_in(Theme::dark));
}

TEST_CASE("the Mono theme has no hue: shapes, hatches and words carry everything") {
    const Census mono = census_of(shown_in(Theme::mono));
    CHECK(mono.colourful == 0);
    CHECK(census_of(shown_in(Theme::dark)).colourful > 20'000);
}

TEST_CASE("the light theme is light and the dark one dark") {
    const Census light = census_of(shown_in(Theme::light));
    CHECK(light.bright > light.all / 2);
    const Census dark = census_of(shown_in(Theme::dark));
    CHECK(dark.bright < dark.all / 20);
}

TEST_CASE("a shot needs no display and has the size that was asked for") {
    tests::ToySession session;
    killed_at_21_seconds(session);
    ShotOptions options;
    options.file = "orrery-shot-test.png";
    options.width = 1280;
    options.height = 800;
    REQUIRE(shot(session, options));
    const auto picture = read_png(options.file);
    std::remove(options.file.c_str());
    REQUIRE(picture);
    CHECK(picture->width == 1280);
    CHECK(picture->height == 800);
    CHECK(census_of(*picture).colourful > 5'000);
    options.width = 10;
    CHECK_FALSE(shot(session, options));
}

TEST_CASE("every theme, scale and size draws every view without a word out of place") {
    for (const float scale : {0.75F, 1.0F, 2.0F})
        for (const float width : {900.0F, 1200.0F, 1600.0F}) {
            Driver ui;
            killed_at_21_seconds(ui.session);
            ui.desk().settings.scale = scale;
            ui.input.width = width;
            ui.input.height = width * 0.625F;
            for (const auto& view : ui.desk().views) {
                ui.desk().show(view->id());
                ui.frames(2);
            }
            INFO(scale << " at " << width);
            CHECK(ui.frame().figures().vertices > 1'000);
            for (const auto& item : ui.registry.items())
                if (item.path.compare(0, 10, "transport/") == 0)
                    CHECK(item.rect.right() <= width + 1);
        }
}

TEST_CASE("what the window shows after a leader died is what it showed before") {
    Driver ui;
    killed_at_21_seconds(ui.session);
    ui.frames(4);
    const std::string file = tests::source_dir() + "/tests/gui/golden/killed.txt";
    const std::string tree = ui.registry.dump();
    if (std::getenv("ORRERY_WRITE_GOLDEN") != nullptr) {
        std::ofstream(file) << tree;
        WARN("wrote " + file);
    }
    CHECK(tree == tests::read_file(file));
}
