// Four themes over one set of eight hues (Okabe and Ito's, told apart by every common kind of
// colour vision). Dark and high contrast colour their words as well; on white the hues cannot be
// read as text, so the light theme colours shapes only and outlines them. Mono has no hue at all:
// it proves that shape, hatch and words carry everything.
#pragma once

#include "gui/model/snapshot.hpp"
#include "gui/widgets/look.hpp"

#include <string_view>

namespace orrery::gui {

enum class Theme : std::uint8_t { dark, light, high_contrast, mono };
inline constexpr std::size_t theme_count = 4;

std::string_view name_of(Theme theme);
ui::Colours colours_of(Theme theme);
/// Sets Dear ImGui's own style (menus, popups, scroll bars, text fields) to match.
void apply_style(const ui::Colours& colours, float scale);

/// The ink of a fact, a mark, a plot.
ui::Ink ink_of(model::Tone tone);
/// A leader epoch's band; epochs take turns.
ui::Colour band_of(std::int32_t epoch);

} // namespace orrery::gui
