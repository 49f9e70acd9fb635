#include "gui/shell/shot.hpp"

#include "gui/shell/frame.hpp"
#include "gui/shell/png.hpp"

namespace orrery::gui {

namespace {

/// The first frames find sizes, the next settle scroll bars; after that nothing moves.
constexpr int warm_up_frames = 4;
constexpr int side_max = 16'384;

} // namespace

Result<void, InputError> shot(model::Session& session, const ShotOptions& options) {
    if (options.width < 320 || options.height < 240 || options.width > side_max ||
        options.height > side_max)
        return failure(
            InputError{"size", "a picture has 320x240 to 16384x16384 pixels", "--size 1600x1000"});
    auto frame = Frame::make(session);
    if (!frame)
        return failure(std::move(frame.error()));
    Desk& desk = (*frame)->desk();
    desk.settings.theme = options.theme;
    desk.settings.scale = options.scale;
    desk.select(options.select);
    if (options.select.kind == Kind::group)
        desk.show("groups"); // elsewhere a group is only a word
    ui::Input input;
    input.width = static_cast<float>(options.width);
    input.height = static_cast<float>(options.height);
    static_cast<void>((*frame)->renew_fonts());
    for (int i = 0; i < warm_up_frames; ++i)
        (*frame)->run(input);
    return write_png((*frame)->picture(), options.file);
}

} // namespace orrery::gui
