// The generator: schema files in, C++ out.
//
//     wire_generator SCHEMA_FOLDER OUT_FOLDER GROUPS
//
// Writes messages/*.hpp, messages/*.cpp, and GROUPS files messages/group_NN.cpp that include those
// sources a few at a time: what is compiled, so that the standard headers are read tens of times,
// not hundreds. A file whose content is already right is left alone, so that nothing after it is
// rebuilt.
#include "core/wire/generator/emit.hpp"
#include "core/wire/generator/parse.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

namespace fs = std::filesystem;
using namespace orrery::wire_generator;

namespace {

class Output {
public:
    explicit Output(fs::path folder) : folder_(std::move(folder)) {
        fs::create_directories(folder_);
    }

    void put(const std::string& name, const std::string& text) {
        if (!written_.insert(name).second)
            throw SchemaError{name, 0, "two schemas would write this file"};
        const fs::path path = folder_ / name;
        std::ifstream old(path, std::ios::binary);
        std::ostringstream content;
        content << old.rdbuf();
        if (old && content.str() == text)
            return;
        old.close();
        std::ofstream(path, std::ios::binary) << text;
    }

    /// Removes what an earlier run wrote and this one did not.
    void tidy() const {
        for (const auto& entry : fs::directory_iterator(folder_)) {
            const auto extension = entry.path().extension();
            if ((extension == ".hpp" || extension == ".cpp") &&
                written_.count(entry.path().filename().string()) == 0)
                fs::remove(entry.path());
        }
    }

private:
    fs::path folder_;
    std::set<std::string> written_;
};

std::vector<SchemaFile> parse_folder(const std::string& folder) {
    std::vector<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".schema")
            paths.push_back(fs::relative(entry.path(), folder).generic_string());
    std::sort(paths.begin(), paths.end());
    std::vector<SchemaFile> files;
    for (const std::string& path : paths)
        files.push_back(parse_schema(folder, path));
    return files;
}

void emit_groups(Output& out, const std::vector<SchemaFile>& files, std::size_t groups) {
    std::vector<std::string> texts(groups, "// A few messages, compiled together.\n");
    for (std::size_t i = 0; i < files.size(); ++i)
        texts[i * groups / files.size()] +=
            "#include \"core/wire/messages/" + files[i].stem + ".cpp\"\n";
    for (std::size_t i = 0; i < groups; ++i) {
        char name[32];
        std::snprintf(name, sizeof name, "group_%02zu.cpp", i);
        out.put(name, texts[i]);
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: wire_generator SCHEMA_FOLDER OUT_FOLDER GROUPS\n";
        return 2;
    }
    try {
        const std::string folder = argv[1];
        const auto files = parse_folder(folder);
        Output out(argv[2]);
        for (const SchemaFile& file : files) {
            for (const Message& message : file.messages)
                out.put(snake_case(message.name) + ".hpp", emit_header(message));
            out.put(file.stem + ".cpp", emit_source(file));
        }
        out.put("schemas.cpp", emit_schemas(files));
        out.put("all.hpp", emit_all(files));
        out.put("error_rows.hpp", emit_errors(parse_errors(folder + "/errors.table")));
        out.put("api_rows.hpp", emit_apis(files));
        emit_groups(out, files, std::stoul(argv[3]));
        out.tidy();
    } catch (const SchemaError& error) {
        std::cerr << error.file << ":" << error.line << ": " << error.what << "\n";
        return 1;
    }
    return 0;
}
