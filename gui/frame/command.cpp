#include "gui/frame/command.hpp"

#include <algorithm>

namespace orrery::gui {

namespace {

std::vector<const Command*> gathered() {
    std::vector<const Command*> all;
    for (const auto rows : {file_commands(), simulate_commands(), fault_commands(),
                            group_commands(), view_commands()})
        for (const Command& row : rows)
            all.push_back(&row);
    std::stable_sort(all.begin(), all.end(),
                     [](const Command* a, const Command* b) { return a->menu < b->menu; });
    return all;
}

const Subject& meant(const Desk& desk, const Subject& subject) {
    return subject.kind == Kind::nothing ? desk.selection.subject() : subject;
}

} // namespace

std::string_view name_of(Menu menu) {
    switch (menu) {
    case Menu::file: return "File";
    case Menu::edit: return "Edit";
    case Menu::simulate: return "Simulate";
    case Menu::faults: return "Faults";
    case Menu::view: return "View";
    case Menu::lessons: return "Lessons";
    case Menu::help: return "Help";
    }
    return "";
}

std::span<const Command* const> commands() {
    static const std::vector<const Command*> all = gathered();
    return all;
}

const Command* command_named(std::string_view id) {
    for (const Command* command : commands())
        if (command->id == id)
            return command;
    return nullptr;
}

const Command* command_of(const Chord& chord) {
    for (const Command* command : commands())
        if (chord.key != ui::Key::none && (command->chord == chord || command->second == chord))
            return command;
    return nullptr;
}

std::string why_not(const Command& command, const Desk& desk, const Subject& subject) {
    const Subject& target = meant(desk, subject);
    if (command.blocked != nullptr)
        if (std::string reason = command.blocked(desk, target); !reason.empty())
            return reason;
    if (command.deed == nullptr)
        return "";
    const auto deed = command.deed(desk, target);
    if (!deed)
        return "nothing is selected that this applies to";
    return desk.session->why_not(*deed).value_or("");
}

bool run(const Command& command, Desk& desk, const Subject& subject) {
    const Subject target = meant(desk, subject);
    if (const std::string reason = why_not(command, desk, target); !reason.empty()) {
        desk.say(std::string(command.title) + ": " + reason, true);
        return false;
    }
    if (command.deed == nullptr) {
        command.run(desk, target);
        return true;
    }
    const auto done = desk.session->inject(*command.deed(desk, target));
    if (!done)
        desk.say(std::string(command.title) + ": " + done.error().what, true);
    return done.has_value();
}

} // namespace orrery::gui
