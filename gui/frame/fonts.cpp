#include "gui/frame/fonts.hpp"

#include <imgui.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>

namespace orrery::gui {

namespace {

// Latin, Greek and Cyrillic, and the arrows, signs and shapes that DejaVu has.
constexpr std::array<ImWchar, 17> ranges = {
    0x0020, 0x024F, 0x0370, 0x052F, 0x2010, 0x205E, 0x2190, 0x21FF, 0x2200,
    0x22FF, 0x2500, 0x257F, 0x25A0, 0x25FF, 0x2713, 0x2718, 0,
};

std::string first_there(const std::string& name) {
    std::vector<std::string> folders;
    if (const char* own = std::getenv("ORRERY_FONTS"))
        folders.emplace_back(own);
    for (const char* folder :
         {"/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu",
          "/usr/share/fonts/dejavu-sans-fonts", "/usr/share/fonts/dejavu-sans-mono-fonts",
          "/usr/share/fonts/TTF", "/usr/local/share/fonts/dejavu"})
        folders.emplace_back(folder);
    for (const std::string& folder : folders) {
        std::error_code ignored;
        const std::string path = folder + "/" + name;
        if (std::filesystem::exists(path, ignored))
            return path;
    }
    return {};
}

} // namespace

Result<FontFiles, InputError> find_fonts() {
    const FontFiles files{first_there("DejaVuSans.ttf"), first_there("DejaVuSansMono.ttf")};
    if (files.sans.empty() || files.mono.empty())
        return failure(InputError{
            "fonts", "DejaVuSans.ttf and DejaVuSansMono.ttf were not found on this machine",
            "install the package fonts-dejavu-core, or name their folder in ORRERY_FONTS"});
    return files;
}

Result<ui::Fonts, InputError> build_fonts(const FontFiles& files, float scale) {
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    atlas.Clear();
    atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
    ImFontConfig config;
    config.OversampleH = 2;
    config.OversampleV = 1;
    config.PixelSnapH = true;
    const auto add = [&](const std::string& file, float size) {
        return atlas.AddFontFromFileTTF(file.c_str(), std::floor(size * scale + 0.5F), &config,
                                        ranges.data());
    };
    ui::Fonts fonts;
    fonts.body = add(files.sans, 15);
    fonts.small = add(files.sans, 13);
    fonts.heading = add(files.sans, 20);
    fonts.mono = add(files.mono, 14);
    if (fonts.body == nullptr || fonts.small == nullptr || fonts.heading == nullptr ||
        fonts.mono == nullptr || !atlas.Build())
        return failure(InputError{files.sans, "the fonts could not be read", ""});
    ImGui::GetIO().FontDefault = fonts.body;
    return fonts;
}

} // namespace orrery::gui
