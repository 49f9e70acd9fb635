// Where the fuzzers begin: Kafka's own bytes, in the form that each target reads. Blind bytes would
// spend their runs before the first length that fits.
//
//     fuzz_seeds FOLDER    writes FOLDER/frames/* and FOLDER/batches/*
#include "core/base/bytes.hpp"
#include "core/base/expect.hpp"
#include "core/wire/schema.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

using namespace orrery;
using nlohmann::json;

namespace {

std::string unhexed(const json& row, const char* key = "hex") {
    Bytes bytes;
    expect(from_hex(row.at(key).get<std::string>(), bytes), "hex in a vector");
    return std::string(bytes.text());
}

class Folder {
public:
    explicit Folder(std::string path) : path_(std::move(path)) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    void put(const std::string& bytes) {
        std::ofstream(path_ + "/" + std::to_string(count_++), std::ios::binary) << bytes;
    }

private:
    std::string path_;
    std::size_t count_ = 0;
};

/// frames_fuzz.cpp: an odd byte, two of the message's number, one of the version above the lowest.
std::string body(const json& row) {
    const auto all = wire::all_messages();
    const auto* message = wire::find_message(row.at("name").get<std::string>());
    expect(message != nullptr, "a message that the vectors know");
    const auto number = static_cast<std::size_t>(message - all.data());
    const auto above = row.at("version").get<int>() - message->versions.low;
    std::string bytes{1, static_cast<char>(number >> 8U), static_cast<char>(number),
                      static_cast<char>(above)};
    return bytes + unhexed(row);
}

void put_frames(Folder& folder) {
    std::map<std::string, std::string> bodies;
    for (const char* set : {"requests", "responses", "records"}) {
        std::size_t number = 0;
        for (const json& row : tests::load_vectors(set)) {
            if (number++ % 4 == 0) // a quarter shows every message; more only takes time
                folder.put(body(row));
            bodies[row.at("id")] = unhexed(row);
        }
    }
    // A frame's prefix is its size, which the target does not read, and its header. Vectors come in
    // halves: the body may be in the other one.
    for (const json& row : tests::load_vectors("frames"))
        if (const auto found = bodies.find(row.at("body"));
            row.at("kind") == "request" && found != bodies.end())
            folder.put('\0' + unhexed(row, "prefixHex").substr(4) + found->second);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
        return 2;
    }
    const std::string folder = argv[1];
    Folder frames(folder + "/frames");
    put_frames(frames);
    Folder batches(folder + "/batches");
    for (const json& row : tests::load_vectors("batches"))
        batches.put(unhexed(row));
    return 0;
}
