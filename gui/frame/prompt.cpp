#include "gui/frame/prompt.hpp"

#include "gui/widgets/compat.hpp"
#include "gui/widgets/panels.hpp"

#include <charconv>

namespace orrery::gui {

using ui::px;
using ui::Rect;

namespace {

std::string_view question_of(Prompt prompt) {
    return prompt == Prompt::file ? "Which scenario file?" : "Which seed?";
}

std::string_view hint_of(Prompt prompt) {
    return prompt == Prompt::file ? "scenarios/lessons/kill-the-leader.json"
                                  : "a whole number: another life of the same scenario";
}

Result<void, InputError> take(Desk& desk, const std::string& text) {
    if (desk.overlays.prompt == Prompt::file) {
        if (text.empty())
            return failure(InputError{"", "type the path of a scenario file", ""});
        return desk.session->open(text, std::nullopt);
    }
    const auto seed = parse_seed(text);
    if (!seed)
        return failure(seed.error());
    return desk.session->open("", *seed);
}

void answer(Desk& desk) {
    Overlays& over = desk.overlays;
    if (auto taken = take(desk, over.prompt_text); !taken) {
        over.prompt_error = words_of(taken.error());
        return;
    }
    over.prompt = Prompt::none;
    desk.preview.reset();
    desk.now = desk.session->snapshot();
    desk.say("opened " + desk.now->scenario + ", seed " + std::to_string(desk.now->seed));
}

} // namespace

Result<std::uint64_t, InputError> parse_seed(std::string_view text) {
    std::uint64_t seed = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, seed);
    if (text.empty() || read.ec != std::errc{} || read.ptr != end)
        return failure(InputError{"", "\"" + std::string(text) + "\" is no seed",
                                  "it is a whole number from 0 to 18446744073709551615"});
    return seed;
}

std::string words_of(const InputError& error) {
    std::string words = error.where.empty() ? error.what : error.where + ": " + error.what;
    if (!error.hint.empty())
        words += "; " + error.hint;
    return words;
}

void open_prompt(Desk& desk, Prompt prompt) {
    desk.overlays.prompt = prompt;
    desk.overlays.prompt_text.clear();
    desk.overlays.prompt_error.clear();
}

void draw_prompt(Desk& desk, float width, float height) {
    Overlays& over = desk.overlays;
    if (over.prompt == Prompt::none)
        return;
    const ui::Colours& c = ui::look().colours;
    const float w = std::min(px(620), width - px(40));
    const Rect box{(width - w) / 2, std::max(px(40), height / 7), w, px(132)};
    const ui::FloatingWindow window("prompt", box);
    ImDrawList* list = ImGui::GetWindowDrawList();
    ui::text(list, ui::Font::body, {box.x + px(14), box.y + px(10)}, c.text,
             question_of(over.prompt));
    const std::string before = over.prompt_text;
    ui::text_field("text", {box.x + px(12), box.y + px(36), box.w - px(24), px(32)},
                   hint_of(over.prompt), &over.prompt_text, true, !over.prompt_error.empty());
    if (over.prompt_text != before)
        over.prompt_error.clear();
    const bool wrong = !over.prompt_error.empty();
    ui::text_block(list, ui::Font::small, {box.x + px(14), box.y + px(76)}, box.w - px(28),
                   wrong ? c.fault.text : c.dim,
                   wrong ? over.prompt_error : "Enter takes it, Esc leaves all as it is.");
    ui::note("error", {box.x, box.y + px(76), box.w, px(50)}, over.prompt_error, {}, true, wrong);
    if (ui::key_pressed(ImGuiKey_Enter))
        answer(desk);
}

} // namespace orrery::gui
