#include "core/cli/disks.hpp"

#include <filesystem>
#include <fstream>
#include <ios>
#include <system_error>

namespace orrery::cli {

namespace fs = std::filesystem;

namespace {

std::optional<std::string> write_file(const fs::path& path, const Chain& content) {
    std::error_code trouble;
    fs::create_directories(path.parent_path(), trouble);
    if (trouble)
        return path.parent_path().string() + ": can't be made: " + trouble.message();
    std::ofstream file(path, std::ios::binary);
    for (std::size_t i = 0; i < content.pieces(); ++i) {
        const std::string_view text = content.piece(i).text();
        file.write(text.data(), static_cast<std::streamsize>(text.size()));
    }
    file.close();
    if (!file)
        return path.string() + ": can't be written";
    return std::nullopt;
}

} // namespace

std::optional<std::string> prepare_folder(const std::string& folder) {
    std::error_code trouble;
    const fs::file_status found = fs::status(folder, trouble);
    if (fs::exists(found)) {
        if (!fs::is_directory(found))
            return folder + ": is no folder";
        const bool empty = fs::is_empty(folder, trouble);
        if (trouble)
            return folder + ": can't be read: " + trouble.message();
        if (!empty)
            return folder + ": is not empty; name a new folder";
        return std::nullopt;
    }
    fs::create_directories(folder, trouble);
    if (trouble)
        return folder + ": can't be made: " + trouble.message();
    return std::nullopt;
}

std::optional<std::string> write_disks(const sim::World& world, const std::string& folder) {
    for (std::size_t i = 0; i < world.actors(); ++i) {
        const sim::ActorId actor{static_cast<std::int32_t>(i)};
        const fs::path own = fs::path(folder) / world.name(actor);
        for (const BootFile& file : world.machine(actor).disk->files())
            if (auto trouble = write_file(own / file.name, file.content))
                return trouble;
    }
    return std::nullopt;
}

} // namespace orrery::cli
