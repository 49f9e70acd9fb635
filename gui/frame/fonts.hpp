// The fonts: DejaVu Sans and DejaVu Sans Mono, found on the machine at run time. A change of scale
// builds the atlas anew, since a stretched bitmap of letters is a blur.
#pragma once

#include "core/base/result.hpp"
#include "gui/widgets/look.hpp"

#include <string>

namespace orrery::gui {

struct FontFiles {
    std::string sans;
    std::string mono;
};

/// Where they are: in the folder that ORRERY_FONTS names, else where distributions put them. The
/// error says what to install.
Result<FontFiles, InputError> find_fonts();

/// Clears the current context's atlas and fills it with the four sizes times `scale`. The renderer
/// must take the texture anew after it.
Result<ui::Fonts, InputError> build_fonts(const FontFiles& files, float scale);

} // namespace orrery::gui
