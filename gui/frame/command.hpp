// The command table: everything a person can do, once. Menus, right-click, palette, keys and the
// help page are all made from it, so that an action has one name everywhere, and a disabled one
// says why in all of them.
#pragma once

#include "gui/frame/desk.hpp"
#include "gui/frame/shortcuts.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace orrery::gui {

enum class Menu : std::uint8_t { file, edit, simulate, faults, view, lessons, help };
inline constexpr std::size_t menu_count = 7;
std::string_view name_of(Menu menu);

/// One row. Either `deed` makes an injection of the subject (then the session says whether it can
/// be done), or `run` does it and `blocked` says why not ("" when it can).
struct Command {
    std::string_view id;    ///< "fault.kill"
    std::string_view title; ///< "Kill or restart"
    Menu menu{};
    Chord chord;
    Chord second;          ///< another chord for the same
    unsigned subjects = 0; ///< bits of the kinds whose right-click menu has it
    std::string_view help; ///< one sentence
    std::optional<model::Injection> (*deed)(const Desk&, const Subject&) = nullptr;
    void (*run)(Desk&, const Subject&) = nullptr;
    std::string (*blocked)(const Desk&, const Subject&) = nullptr;
    bool (*checked)(const Desk&) = nullptr;
};

/// All commands, in the order of their menus.
std::span<const Command* const> commands();
const Command* command_named(std::string_view id);
const Command* command_of(const Chord& chord);

/// "" when it can be run now; else why not. An empty subject stands for the selection.
std::string why_not(const Command& command, const Desk& desk, const Subject& subject);
/// Runs it, or says on the desk why not. Gives whether it was run.
bool run(const Command& command, Desk& desk, const Subject& subject);

// The rows, by file.
std::span<const Command> file_commands();
std::span<const Command> simulate_commands();
std::span<const Command> fault_commands();
std::span<const Command> group_commands();
std::span<const Command> view_commands();

} // namespace orrery::gui
