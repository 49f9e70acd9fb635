// File, Edit, Lessons and Help.
#include "gui/frame/command.hpp"
#include "gui/frame/prompt.hpp"

namespace orrery::gui {

using ui::Key;

namespace {

std::string file_stem(const Desk& desk) {
    std::string stem;
    for (const char c : desk.now->scenario)
        stem += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
                    ? c
                    : (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : '-');
    return (stem.empty() ? "orrery" : stem) + "-" + std::to_string(desk.now->event);
}

void save(Desk& desk, const Subject&) {
    const std::string file = file_stem(desk) + ".json";
    const auto saved = desk.session->save(file);
    if (saved)
        desk.say("saved " + file);
    else
        desk.say(words_of(saved.error()), true);
}

void find(Desk& desk, const Subject&) {
    const bool messages = desk.tabs[static_cast<std::size_t>(Dock::right_bottom)] == "messages";
    desk.find_in = messages ? "messages" : "facts";
    desk.show(desk.find_in);
}

std::string no_lesson(const Desk& desk, const Subject&) {
    return desk.now->lesson ? "" : "this scenario has no lesson";
}

const Command rows[] = {
    {"file.open",
     "Open scenario\xE2\x80\xA6",
     Menu::file,
     with_control(Key::o),
     {},
     0,
     "Opens a scenario file, from its start.",
     nullptr,
     [](Desk& desk, const Subject&) { open_prompt(desk, Prompt::file); }},
    {"file.seed",
     "Another seed\xE2\x80\xA6",
     Menu::file,
     with_control(Key::r),
     {},
     0,
     "Starts another life of the same scenario.",
     nullptr,
     [](Desk& desk, const Subject&) { open_prompt(desk, Prompt::seed); }},
    {"file.save",
     "Save scenario",
     Menu::file,
     with_control(Key::s),
     {},
     0,
     "Saves the scenario with everything done so far as a scenario file.",
     nullptr,
     save},
    {"file.picture",
     "Export picture",
     Menu::file,
     with_control(Key::e),
     {},
     0,
     "Writes the window as a PNG file.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.wishes.picture = file_stem(desk) + ".png"; }},
    {"file.quit",
     "Quit",
     Menu::file,
     with_control(Key::q),
     {},
     0,
     "Closes the window.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.wishes.quit = true; }},
    {"edit.undo",
     "Undo",
     Menu::edit,
     with_control(Key::z),
     {},
     0,
     "Takes the last deed back: stands just before it.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.session->undo(); },
     [](const Desk& desk, const Subject&) -> std::string {
         return desk.now->history.can_undo ? "" : "nothing was done yet";
     }},
    {"edit.redo",
     "Redo",
     Menu::edit,
     {Key::z, true, true},
     with_control(Key::y),
     0,
     "Stands where undo was called.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.session->redo(); },
     [](const Desk& desk, const Subject&) -> std::string {
         return desk.now->history.can_redo ? "" : "nothing was undone";
     }},
    {"edit.back",
     "Back",
     Menu::edit,
     with_alt(Key::left),
     {},
     0,
     "Selects what was selected before.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.selection.back(); },
     [](const Desk& desk, const Subject&) -> std::string {
         return desk.selection.can_back() ? "" : "nothing was selected before";
     }},
    {"edit.forward",
     "Forward",
     Menu::edit,
     with_alt(Key::right),
     {},
     0,
     "Selects what was selected when you went back.",
     nullptr,
     [](Desk& desk, const Subject&) { desk.selection.forward(); },
     [](const Desk& desk, const Subject&) -> std::string {
         return desk.selection.can_forward() ? "" : "you have not gone back";
     }},
    {"edit.palette",
     "Command palette",
     Menu::edit,
     with_control(Key::p),
     {},
     0,
     "Finds any command by its name.",
     nullptr,
     [](Desk& desk, const Subject&) {
         desk.overlays.palette = !desk.overlays.palette;
         desk.overlays.palette_text.clear();
         desk.overlays.palette_choice = 0;
     }},
    {"edit.find",
     "Find",
     Menu::edit,
     with_control(Key::f),
     {},
     0,
     "Filters the event log or the list of messages.",
     nullptr,
     find},
    {"edit.cancel",
     "Cancel",
     Menu::edit,
     plain(Key::escape),
     {},
     0,
     "Closes what is open, then clears the selection.",
     nullptr,
     [](Desk& desk, const Subject&) {
         if (desk.overlays.prompt != Prompt::none)
             desk.overlays.prompt = Prompt::none;
         else if (desk.overlays.palette || desk.overlays.help)
             desk.overlays.palette = desk.overlays.help = false;
         else if (desk.layout.maximised())
             desk.layout.maximise({});
         else
             desk.selection.clear();
     }},
    {"lesson.do",
     "Do it for me",
     Menu::lessons,
     {},
     {},
     0,
     "Does what the lesson's step asks for.",
     [](const Desk&, const Subject&) -> std::optional<model::Injection> {
         model::Injection deed;
         deed.verb = model::Verb::lesson_step;
         return deed;
     },
     nullptr,
     no_lesson},
    {"lesson.restart",
     "Start again",
     Menu::lessons,
     plain(Key::f5),
     {},
     0,
     "Starts the scenario anew.",
     nullptr,
     [](Desk& desk, const Subject&) {
         if (const auto opened = desk.session->open("", std::nullopt); !opened)
             desk.say(words_of(opened.error()), true);
     }},
    {"help.keys", "Keys and commands", Menu::help, plain(Key::f1), plain(Key::question), 0,
     "Lists every command with its key.", nullptr,
     [](Desk& desk, const Subject&) { desk.overlays.help = !desk.overlays.help; }, nullptr,
     [](const Desk& desk) { return desk.overlays.help; }},
};

} // namespace

std::span<const Command> file_commands() {
    return rows;
}

} // namespace orrery::gui
