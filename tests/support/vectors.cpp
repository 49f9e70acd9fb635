#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace orrery::tests {

std::string source_dir() {
    const char* from_ctest = std::getenv("ORRERY_SOURCE");
    return from_ctest != nullptr && *from_ctest != '\0' ? from_ctest : ".";
}

std::string vectors_dir() {
    const char* chosen = std::getenv("ORRERY_VECTORS");
    return chosen != nullptr && *chosen != '\0' ? chosen : source_dir() + "/tests/vectors";
}

// zlib's gzread passes plain files through as they are, so one reader serves both kinds.
std::string read_file(const std::string& path) {
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr)
        throw std::runtime_error("cannot open " + path);
    std::string text;
    char buffer[65536];
    int got = 0;
    while ((got = gzread(file, buffer, sizeof buffer)) > 0)
        text.append(buffer, static_cast<std::size_t>(got));
    gzclose(file);
    if (got < 0)
        throw std::runtime_error("cannot read " + path);
    return text;
}

std::vector<nlohmann::json> load_vectors(std::string_view set) {
    const std::string base = vectors_dir() + "/" + std::string(set) + ".jsonl";
    std::vector<nlohmann::json> rows;
    for (const std::string& path : {base, base + ".gz"}) {
        if (!std::filesystem::exists(path))
            continue;
        const std::string text = read_file(path);
        std::size_t from = 0;
        while (from < text.size()) {
            const auto end = std::min(text.find('\n', from), text.size());
            if (end > from)
                rows.push_back(nlohmann::json::parse(text.substr(from, end - from)));
            from = end + 1;
        }
    }
    return rows;
}

} // namespace orrery::tests
