// The layering: one table in CMakeLists.txt says what each room may include, and here every
// #include is held against it.
#include "tests/house/source_tree.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <map>
#include <set>
#include <utility>

using namespace orrery;
using namespace orrery::house;

namespace {

using Table = std::map<std::string, std::set<std::string>>;

/// "core/log: core/base core/wire" -> the room with all that it may include, itself among it.
void read_row(Table& table, const std::string& row) {
    const auto colon = row.find(':');
    const std::string room = row.substr(0, colon);
    auto& below = table[room];
    below.insert(room);
    std::string word;
    for (const char c : row.substr(colon + 1) + " ") {
        if (c != ' ')
            word += c;
        else if (!word.empty())
            below.insert(std::exchange(word, ""));
    }
}

Table layering_table() {
    Table table;
    std::string row;
    for (const char c : tests::read_file(ORRERY_LAYERS_FILE)) {
        if (c == '\n')
            read_row(table, std::exchange(row, ""));
        else
            row += c;
    }
    return table;
}

/// The room of a path: the longest room name that is a folder of it; empty if none is.
std::string room_of(const Table& table, const std::string& path) {
    std::string best;
    for (const auto& [room, below] : table)
        if (path.starts_with(room + "/") && room.size() > best.size())
            best = room;
    return best;
}

} // namespace

TEST_CASE("each room includes only what the layering table allows it") {
    const Table table = layering_table();
    REQUIRE(table.size() > 10);
    std::vector<std::string> findings;
    std::size_t includes = 0;
    for (const SourceFile& file : source_files({"core", "sim", "gui"})) {
        const std::string room = room_of(table, file.path);
        if (room.empty())
            findings.push_back(file.path + ": not in a room of the layering table");
        for (const std::string& line : file.lines) {
            if (room.empty() || !line.starts_with("#include \""))
                continue;
            const std::string included = line.substr(10, line.find('"', 10) - 10);
            const std::string other = room_of(table, included);
            ++includes;
            if (other.empty() || !table.at(room).contains(other))
                findings.push_back(file.path + ": " + room + " may not include " + included);
        }
    }
    CHECK(includes > 20);
    CHECK(findings == std::vector<std::string>{});
}

TEST_CASE("the layering table has no way round in a circle") {
    const Table table = layering_table();
    for (const auto& [room, below] : table)
        for (const std::string& other : below)
            if (other != room)
                CHECK_FALSE(table.at(other).contains(room));
}
