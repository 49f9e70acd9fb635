// Whoever edits a schema and slips is told the file, the line and what is wrong.
#include "core/wire/generator/emit.hpp"
#include "core/wire/generator/parse.hpp"
#include "tests/support/catch.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace orrery::wire_generator;

namespace {

std::string folder() {
    const auto path =
        std::filesystem::temp_directory_path() / ("orrery-schemas-" + std::to_string(getpid()));
    std::filesystem::create_directories(path);
    return path.string();
}

/// What the parser says of a file with that text: "file:line: what", or "" when it is content.
std::string verdict(const std::string& text) {
    const std::string at = folder();
    std::ofstream(at + "/x.schema") << text;
    std::string made;
    try {
        const SchemaFile file = parse_schema(at, "x.schema");
        for (const Message& message : file.messages)
            emit_header(message);
        emit_source(file);
    } catch (const SchemaError& error) {
        made = error.file + ":" + std::to_string(error.line) + ": " + error.what;
    }
    std::filesystem::remove_all(at);
    return made;
}

/// The same of one data message with those fields; its first field is on line 2.
std::string verdict_of(const std::string& fields) {
    return verdict("data Thing  versions 0-3  flexible 2+\n" + fields);
}

} // namespace

TEST_CASE("a schema without mistakes is taken") {
    CHECK(verdict("# a comment\n"
                  "api Fetch  key 1  listeners broker\n"
                  "\n"
                  "request FetchRequest  versions 4-18  flexible 12+\n"
                  "    max_wait_ms  int32    4+  default -1\n"
                  "    topics       []Topic  4+\n"
                  "        name     string   4-12  ignorable\n"
                  "    cluster_id   string   12+  tag 0  nullable  default null\n")
              .empty());
}

TEST_CASE("a mistake in a line is named with its file and line") {
    CHECK(verdict("thing Thing  versions 0\n") ==
          "x.schema:1: no kind of message is called 'thing'");
    CHECK(verdict("request R  versions 0\n") ==
          "x.schema:1: a request or response without an api line before it");
    CHECK(verdict("data Thing\n    a  int8  0+\n") ==
          "x.schema:1: Thing does not say its versions");
    CHECK(verdict("    a  int8  0+\n") == "x.schema:1: a field outside of a message");
    CHECK(verdict("api X  key one\n") == "x.schema:1: 'one' is no number");
    CHECK(verdict("api X  key 99999999999\n") == "x.schema:1: '99999999999' is no number");
    CHECK(verdict("\n\n   data Thing\n") == "x.schema:3: indented by 3 spaces; four make a step");
    CHECK(verdict_of("    a  int9  0+\n") == "x.schema:2: no type is called 'int9'");
    CHECK(verdict_of("    a  int8\n") == "x.schema:2: lacks versions");
    CHECK(verdict_of("    a  int8  0..3\n") ==
          "x.schema:2: '0..3' is no range of versions; write 3, 0-4, 2+ or none");
    CHECK(verdict_of("    a  int8  3-1\n") ==
          "x.schema:2: '3-1' is no range of versions; write 3, 0-4, 2+ or none");
    CHECK(verdict_of("    a  int8  0+  tagged 1\n") == "x.schema:2: what is 'tagged'?");
    CHECK(verdict_of("    a  int8  0+\n        b  int8  0+\n") ==
          "x.schema:2: fields under something that is no struct");
    CHECK(verdict_of("    a  int8  0+\n    b  Missing  0+\n") ==
          "x.schema:3: no struct is called Missing");
}

TEST_CASE("fields that contradict each other are named with their line") {
    CHECK(verdict_of("    a  int8  0+\n    a  int8  0+\n") == "x.schema:3: a second field a");
    CHECK(verdict_of("    a  int8  2+  tag 0\n    b  int8  2+  tag 0\n") ==
          "x.schema:3: tag 0 is a's");
    CHECK(verdict_of("    a  int8  1+  tag 0\n") ==
          "x.schema:2: a is tagged in versions that are not flexible");
    CHECK(verdict_of("    a  int8  0+  default 128\n") == "x.schema:2: '128' is no int8");
    CHECK(verdict_of("    a  bool  0+  default 1\n") == "x.schema:2: '1' is no bool");
    CHECK(verdict_of("    a  int8  0+  default null\n") ==
          "x.schema:2: null as the default of a field that is never null");
    CHECK(verdict_of("    a  string  0-1  nullable 2+\n") ==
          "x.schema:2: a is nullable only in versions that lack it");
    CHECK(verdict_of("    a  A  0+\n        a  A  0+\n") == "x.schema:3: A would hold itself");
    CHECK(verdict_of("    struct A  0+\n        a  int8  0+\n") ==
          "x.schema:2: nothing uses the struct A");
    CHECK(verdict_of("    a  A  0+\n        x  int8  0+\n    b  A  0+\n        x  int8  0+\n") ==
          "x.schema:4: a second struct A");
}

TEST_CASE("a file that is not there is named") {
    std::string seen;
    try {
        parse_schema("/nowhere", "x.schema");
    } catch (const SchemaError& error) {
        seen = error.file + ": " + error.what;
    }
    CHECK(seen == "x.schema: cannot be read");
}
