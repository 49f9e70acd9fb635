#include "gui/shell/frame.hpp"

#include "gui/frame/command.hpp"
#include "gui/frame/overlays.hpp"
#include "gui/frame/panes.hpp"
#include "gui/frame/prompt.hpp"
#include "gui/views/views.hpp"
#include "gui/widgets/compat.hpp"

#include <cmath>
#include <utility>

namespace orrery::gui {

namespace {

constexpr float present_scale = 1.35F;

float scale_of(const Desk& desk) {
    const float more = desk.layout.preset() == Preset::present ? present_scale : 1.0F;
    return desk.settings.scale * more;
}

} // namespace

Frame::Frame(model::Session& session)
    : context_(ui::make_context()), desk_(std::make_unique<Desk>(session)) {
    desk_->views = make_views();
}

Frame::~Frame() {
    ImGui::DestroyContext(context_);
}

Result<std::unique_ptr<Frame>, InputError> Frame::make(model::Session& session) {
    auto files = find_fonts();
    if (!files)
        return failure(std::move(files.error()));
    std::unique_ptr<Frame> frame(new Frame(session));
    frame->files_ = *files;
    if (auto built = frame->fit_fonts(); !built)
        return failure(std::move(built.error()));
    return frame;
}

Result<bool, InputError> Frame::fit_fonts() {
    const float wanted = scale_of(*desk_);
    if (std::abs(wanted - built_scale_) < 0.001F)
        return false;
    auto fonts = build_fonts(files_, wanted);
    if (!fonts)
        return failure(std::move(fonts.error()));
    fonts_ = *fonts;
    built_scale_ = wanted;
    return true;
}

bool Frame::renew_fonts() {
    make_current();
    // A font file that vanished while the window was open leaves the scale as it is.
    const auto built = fit_fonts();
    if (!built)
        desk_->say(built.error().what, true);
    return built.value_or(false);
}

ui::Atlas Frame::atlas() const {
    make_current();
    return ui::atlas_of(*ImGui::GetIO().Fonts);
}

void Frame::make_current() const {
    ImGui::SetCurrentContext(context_);
}

const ImDrawData& Frame::run(const ui::Input& input) {
    make_current();
    Desk& desk = *desk_;
    ui::Look look;
    look.colours = colours_of(desk.settings.theme);
    look.fonts = fonts_;
    look.scale = built_scale_;
    look.reduced_motion = desk.settings.reduced_motion;
    ui::set_look(look);
    apply_style(look.colours, look.scale);
    ui::set_registry(registry_);
    if (registry_ != nullptr)
        registry_->clear();

    desk.width = input.width;
    desk.wall += input.seconds;
    desk.toast.seconds_left -= input.seconds;
    desk.pace.stop_at_notable(desk.watches.any_stops());
    desk.pace.advance(*desk.session, input.seconds);
    if (!desk.now)
        desk.now = desk.session->snapshot();
    desk.session->look_at(desk.focus_wanted());
    desk.now = desk.session->snapshot();
    look_where_the_mouse_rests(input.seconds);
    if (std::string changed = desk.watches.see(*desk.now); !changed.empty()) {
        desk.pace.play(false);
        desk.say(std::move(changed));
    }

    ui::feed(input);
    static_cast<void>(ui::atlas_of(*ImGui::GetIO().Fonts));
    ImGui::NewFrame();
    take_shortcuts(desk, input, ImGui::GetIO().WantTextInput);
    build(input);
    ImGui::Render();
    run_asked();
    ui::set_registry(nullptr);
    const ImDrawData& data = *ImGui::GetDrawData();
    figures_.vertices = data.TotalVtxCount;
    figures_.draw_calls = 0;
    for (int i = 0; i < data.CmdListsCount; ++i)
        figures_.draw_calls += data.CmdLists[i]->CmdBuffer.Size;
    return data;
}

/// A preview costs a re-execution from the nearest keyframe, so a mouse on its way is not followed.
void Frame::look_where_the_mouse_rests(double seconds) {
    constexpr double rest_s = 0.04;
    Desk& desk = *desk_;
    const std::optional<Instant> wanted = std::exchange(desk.hover_at, std::nullopt);
    rests_for_ = wanted && wanted == rests_at_ ? rests_for_ + seconds : 0;
    rests_at_ = wanted;
    if (!wanted)
        desk.preview.reset();
    else if (rests_for_ >= rest_s && (!desk.preview || desk.preview->now != *wanted))
        desk.preview = desk.session->glimpse(*wanted);
}

void Frame::build(const ui::Input& input) {
    Desk& desk = *desk_;
    const float width = input.width;
    const float height = input.height;
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({width, height});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::Begin("orrery", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                     ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar();
    const Places places = desk.layout.place(width, height);
    draw_menu_bar(desk, places.menu);
    draw_transport(desk, places.transport);
    draw_panes(desk, places, width, height);
    draw_status(desk, places.status, figures_.vertices, figures_.draw_calls);
    draw_subject_menu(desk);
    ImGui::End();
    draw_palette(desk, width, height);
    draw_prompt(desk, width, height);
    draw_help(desk, width, height);
    draw_toast(desk, width, height);
}

void Frame::run_asked() {
    std::vector<Asked> asked;
    asked.swap(desk_->asked);
    for (const Asked& one : asked) {
        gui::run(*one.command, *desk_, one.subject);
        desk_->now = desk_->session->snapshot();
    }
}

Picture Frame::picture() const {
    make_current();
    return rasterise(*ImGui::GetDrawData(), atlas(), ui::look().colours.background);
}

} // namespace orrery::gui
