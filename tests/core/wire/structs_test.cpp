// The structs' members hold what their names say, and stored messages have Kafka's frames: each
// vector is decoded into its struct, whose members are then compared by name with Kafka's JSON.
// decode and encode could agree on a swapped pair of members forever; their names can't.
#include "core/wire/describe.hpp"
#include "core/wire/messages/consumer_group_member_metadata_value.hpp"
#include "core/wire/stored.hpp"
#include "tests/core/wire/struct_json.hpp"
#include "tests/core/wire/vector_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::tests;
using nlohmann::json;

namespace {

using Differences = std::vector<std::string>;

/// Decoded from the row's bytes.
wire::AnyMessage decoded(const json& row) {
    const auto* schema = wire::find_message(row.at("name").get<std::string>());
    REQUIRE(schema != nullptr);
    wire::AnyMessage message(*schema);
    wire::Reader in{Chain(unhex(row.at("hex")))};
    REQUIRE(message.decode(in, row.at("version")));
    return message;
}

} // namespace

TEST_CASE("every member holds what its name says, in every vector of every message") {
    for (const char* set : {"requests", "responses", "headers", "records"}) {
        const auto rows = load_vectors(set);
        REQUIRE_FALSE(rows.empty());
        for (const json& row : rows) {
            INFO(row.at("id"));
            wire::AnyMessage message = decoded(row);
            CHECK(differences(message, row.at("json")) == Differences{});
        }
    }
}

TEST_CASE("a swapped pair of members, a forgotten one and a wrong default would be seen") {
    wire::AnyMessage header(*wire::find_message("RequestHeader"));
    wire::Reader in{Chain(unhex("0001001b0000000500017800"))};
    REQUIRE(header.decode(in, 2));
    const json right = {
        {"requestApiKey", 1}, {"requestApiVersion", 27}, {"correlationId", 5}, {"clientId", "x"}};
    CHECK(differences(header, right) == Differences{});
    json swapped = right;
    swapped["requestApiKey"] = 27;
    swapped["requestApiVersion"] = 1;
    CHECK(differences(header, swapped).size() == 2);
    json more = right;
    more["clientName"] = "x";
    CHECK(differences(header, more).size() == 1);
    json less = right;
    less.erase("correlationId");
    CHECK(differences(header, less) == Differences{".correlation_id is 5, not 0"});
}

TEST_CASE(
    "keys and values of coordinators, control values and consumers' words have Kafka's frames") {
    std::size_t checked = 0;
    for (const json& row : load_vectors("records")) {
        if (!row.contains("framedHex") || row.at("type") == "metadata")
            continue; // metadata records have their own frame, tested with core/metadata
        INFO(row.at("id"));
        const Bytes stored = unhex(row.at("framedHex"));
        wire::AnyMessage message(*wire::find_message(row.at("name").get<std::string>()));
        const auto version = wire::read_stored(message, stored);
        REQUIRE(version);
        CHECK(*version == row.at("version").get<std::int16_t>());
        CHECK(differences(message, row.at("json")) == Differences{});
        const auto again = wire::store(message, *version);
        REQUIRE(again);
        CHECK(to_hex(*again) == row.at("framedHex").get<std::string>());
        if (row.at("type") == "coordinator-key")
            CHECK(wire::stored_number(stored) == row.at("apiKey").get<std::int16_t>());
        ++checked;
    }
    CHECK(checked > 0);
}

// What Kafka's own class writes for a member with nothing but a session timeout of 17 ms. With
// the byte that stands before other nullable structs it could not load the group.
TEST_CASE("a nullable struct in a tagged field says by a varint that it is there") {
    const std::string said = "010101010101ffffffff0101000701000000110100";
    wire::Reader in{Chain(unhex(said))};
    const auto member = wire::ConsumerGroupMemberMetadataValue::decode(in, 0);
    REQUIRE(member);
    REQUIRE(member->classic_member_metadata);
    CHECK(member->classic_member_metadata->session_timeout_ms == 17);
    wire::Writer out;
    REQUIRE(member->encode(out, 0));
    CHECK(to_hex(out.take().flat()) == said);
    wire::Reader again{Chain(unhex(said))};
    const auto seen =
        wire::describe(*wire::find_message("ConsumerGroupMemberMetadataValue"), 0, again);
    CHECK_FALSE(seen.error);
    CHECK(again.remaining() == 0);
}

TEST_CASE("a tagged field that is null is written as null where null is not its default") {
    wire::ConsumerGroupMemberMetadataValue member;
    wire::Writer usual;
    REQUIRE(member.encode(usual, 0));
    CHECK(to_hex(usual.take().flat()) == "010101010101ffffffff0100");
    member.classic_member_metadata.reset();
    wire::Writer null;
    REQUIRE(member.encode(null, 0));
    CHECK(to_hex(null.take().flat()) == "010101010101ffffffff0101000100");
}

TEST_CASE("a stored message of another type, of no known version or cut short is an error") {
    const auto reads = [](const char* name, const char* hex) {
        wire::AnyMessage message(*wire::find_message(name));
        return wire::read_stored(message, unhex(hex)).has_value();
    };
    CHECK_FALSE(wire::stored_number(unhex("00")));
    CHECK_FALSE(reads("OffsetCommitKey", "000200056175646974"));
    CHECK_FALSE(reads("GroupMetadataKey", "00020005617564"));
    CHECK(reads("GroupMetadataKey", "000200056175646974"));
    CHECK_FALSE(reads("EndTxnMarker", ""));
    CHECK_FALSE(reads("EndTxnMarker", "7fff00000000"));
    CHECK_FALSE(reads("EndTxnMarker", "0000000000"));
    CHECK(reads("EndTxnMarker", "000000000000"));
}
