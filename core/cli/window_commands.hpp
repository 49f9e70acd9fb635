// The subcommands that show: the window, and a picture of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace orrery::cli {

struct WindowCommand {
    std::string file;         ///< empty: the default scenario
    std::string until = "0s"; ///< run to there first
    std::optional<std::uint64_t> seed;
    std::string theme = "dark";
    bool timeline = false; ///< let the scenario's timeline run; else the hand does its deeds
    int frames = 0;        ///< close after so many; 0: never
};
/// Opens the window and stays until it is closed. 0, or 2 for bad input or no display.
int window(const WindowCommand& command);

struct ShotCommand {
    std::string file;
    std::string until;
    std::string out;
    std::string size = "1600x1000";
    std::optional<std::uint64_t> seed;
    std::string theme = "dark";
    std::string select; ///< "broker 1", "orders-0"; empty: nothing
};
/// Draws the window at that moment to a PNG file; needs no display. 0, or 2 for bad input.
int shot(const ShotCommand& command);

/// The scenario that ./run shows: found from where the program stands.
std::string default_scenario();

} // namespace orrery::cli
