// Kafka's own bytes: every golden vector of messages decodes to Kafka's JSON and encodes to Kafka's
// bytes again, in every version, offered or not.
#include "tests/core/wire/vector_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::tests;
using nlohmann::json;

namespace {

/// JSON has no infinity or NaN, and Kafka's writer spells doubles its own way: equal numbers count.
void check_row(const json& row, const char* hex_key) {
    const std::string name = row.at("name");
    const std::int16_t version = row.at("version");
    const std::string hex = row.at(hex_key);
    INFO(row.at("id") << " " << hex_key);
    CHECK(recoded(name, version, unhex(hex)) == hex);

    wire::Reader in{Chain(unhex(hex))};
    const auto seen = wire::describe(*wire::find_message(name), version, in);
    REQUIRE_FALSE(seen.error);
    CHECK(in.remaining() == 0);
    CHECK(to_json(seen.root) == row.at("json"));
}

void check_set(const char* set) {
    const auto rows = load_vectors(set);
    REQUIRE_FALSE(rows.empty());
    for (const json& row : rows) {
        check_row(row, "hex");
        if (row.contains("hexWithUnknownTags"))
            check_row(row, "hexWithUnknownTags");
    }
}

} // namespace

TEST_CASE("requests decode to Kafka's JSON and encode to Kafka's bytes") {
    check_set("requests");
}

TEST_CASE("responses decode to Kafka's JSON and encode to Kafka's bytes") {
    check_set("responses");
}

TEST_CASE("headers decode to Kafka's JSON and encode to Kafka's bytes") {
    check_set("headers");
}

TEST_CASE("coordinator, metadata, control and consumer protocol records are Kafka's") {
    check_set("records");
}

TEST_CASE("malformed requests parse or fail as Kafka's classes do") {
    const auto rows = load_vectors("malformed");
    REQUIRE_FALSE(rows.empty());
    for (const json& row : rows) {
        INFO(row.at("id"));
        std::size_t left = 0;
        const std::string got =
            recoded(row.at("name"), row.at("version"), unhex(row.at("hex")), &left);
        if (row.at("outcome") == "error" || row.contains("reencodeError")) {
            CHECK(got.rfind("error: ", 0) == 0);
        } else {
            CHECK(got == row.at("reencodedHex").get<std::string>());
            CHECK(left == row.at("bytesLeft").get<std::size_t>());
        }
    }
}

TEST_CASE("a message cut into pieces anywhere reads the same") {
    for (const json& row : load_vectors("requests")) {
        const Bytes bytes = unhex(row.at("hex"));
        Chain pieces;
        for (std::size_t at = 0; at < bytes.size(); at += 3)
            pieces.append(bytes.slice(at, std::min<std::size_t>(3, bytes.size() - at)));
        INFO(row.at("id"));
        CHECK(recoded(row.at("name"), row.at("version"), pieces) ==
              row.at("hex").get<std::string>());
    }
}
