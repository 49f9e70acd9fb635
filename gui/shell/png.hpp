// Pictures as PNG files, by libpng.
#pragma once

#include "core/base/result.hpp"
#include "gui/shell/raster.hpp"

#include <string>

namespace orrery::gui {

/// The error names the file and what the system said.
Result<void, InputError> write_png(const Picture& picture, const std::string& file);
Result<Picture, InputError> read_png(const std::string& file);

} // namespace orrery::gui
