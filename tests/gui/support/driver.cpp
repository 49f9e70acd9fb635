#include "tests/gui/support/driver.hpp"

#include "core/base/print.hpp"

#include <stdexcept>

namespace orrery::tests {

Driver::Driver(const ToyOptions& options) : session(options) {
    auto made = gui::Frame::make(session);
    if (!made)
        throw std::runtime_error(made.error().what + "; " + made.error().hint);
    frame_ = std::move(*made);
    frame_->record(&registry);
    frames(3);
}

void Driver::frames(int count) {
    for (int i = 0; i < count; ++i) {
        frame_->run(input);
        static_cast<void>(frame_->renew_fonts());
        input.keys.clear();
        input.text.clear();
        input.wheel = 0;
    }
}

bool Driver::until(const std::function<bool()>& holds, int frames_max) {
    for (int i = 0; i < frames_max; ++i) {
        if (holds())
            return true;
        frames();
    }
    return holds();
}

bool Driver::has(std::string_view path) const {
    return registry.find(path) != nullptr;
}

const gui::ui::Item& Driver::item(std::string_view path) const {
    if (const gui::ui::Item* found = registry.find(path))
        return *found;
    std::string words = "nothing on the screen is called \"" + std::string(path) + "\"; nearest:";
    for (const std::string& near : registry.nearest(path))
        words += " " + near;
    throw std::runtime_error(words);
}

void Driver::point(std::string_view path) {
    const ImVec2 at = item(path).rect.centre();
    input.mouse_x = at.x;
    input.mouse_y = at.y;
    frames(2);
}

void Driver::click(std::string_view path, int button) {
    point(path);
    auto& down = input.buttons[static_cast<std::size_t>(button)];
    down = true;
    frames();
    down = false;
    frames(2);
}

void Driver::double_click(std::string_view path) {
    point(path);
    for (int i = 0; i < 2; ++i) {
        input.buttons[0] = true;
        frames();
        input.buttons[0] = false;
        frames();
    }
    frames();
}

void Driver::drag(std::string_view path, float dx, float dy) {
    point(path);
    input.buttons[0] = true;
    frames();
    constexpr int moves = 4;
    for (int i = 0; i < moves; ++i) {
        input.mouse_x += dx / moves;
        input.mouse_y += dy / moves;
        frames();
    }
    input.buttons[0] = false;
    frames(2);
}

void Driver::wheel(std::string_view path, float by) {
    point(path);
    input.wheel = by;
    frames(2);
}

void Driver::key(gui::Chord chord) {
    input.control = chord.control;
    input.shift = chord.shift;
    input.alt = chord.alt;
    input.keys.push_back({chord.key, true});
    frames();
    input.keys.push_back({chord.key, false});
    frames();
    input.control = input.shift = input.alt = false;
    frames();
}

void Driver::type(std::string_view words) {
    for (const char letter : words) {
        input.text = letter;
        frames();
    }
    frames();
}

void Driver::menu(std::string_view name, std::string_view command) {
    click("menu/" + std::string(name));
    frames();
    click("menu/" + std::string(command));
}

void Driver::away() {
    input.mouse_x = input.mouse_y = -1e30F;
    frames(2);
}

std::string Driver::state() {
    const gui::Desk& d = desk();
    const gui::Subject& s = d.selection.subject();
    std::string text = std::to_string(session.now().ns) + " " + std::to_string(session.event()) +
                       " " + std::to_string(now().branch) + " " + session.saved_to;
    text += " sel " + std::to_string(static_cast<int>(s.kind)) + " " + std::to_string(s.node) +
            " " + s.topic + std::to_string(s.partition) + " " + std::to_string(s.id);
    text += " pace " + std::to_string(d.pace.playing()) +
            std::to_string(static_cast<int>(d.pace.mode())) + std::to_string(d.pace.ratio_index());
    text += " look " + std::to_string(static_cast<int>(d.settings.theme)) +
            std::to_string(d.settings.scale) + std::to_string(d.settings.relative_time) +
            std::to_string(d.settings.legend) + std::to_string(d.settings.message_labels) +
            std::to_string(d.settings.hide_background) + std::to_string(d.settings.reduced_motion) +
            std::to_string(d.settings.event_paced) + std::to_string(d.settings.perf);
    text += " watch " + std::to_string(d.watches.series().size()) +
            std::to_string(d.watches.any_stops());
    text += " prompt " + std::to_string(static_cast<int>(d.overlays.prompt));
    text += " open " + std::to_string(d.overlays.palette) + std::to_string(d.overlays.help);
    text += " layout " + std::to_string(static_cast<int>(d.layout.preset())) +
            std::to_string(d.layout.maximised() ? static_cast<int>(*d.layout.maximised()) : -1) +
            std::to_string(static_cast<int>(d.focus));
    text += " wish " + std::to_string(d.wishes.quit) + std::to_string(d.wishes.full_screen) +
            d.wishes.picture.value_or("");
    frame_->make_current();
    text += ImGui::GetIO().WantTextInput ? " typing" : "";
    for (const std::string& tab : d.tabs)
        text += " " + tab;
    return text;
}

} // namespace orrery::tests
