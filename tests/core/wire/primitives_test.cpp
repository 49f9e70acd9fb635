// Varints, uuids and frame headers against Kafka's.
#include "core/wire/frame.hpp"
#include "tests/core/wire/vector_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::tests;
using nlohmann::json;

namespace {

template <class Read>
json outcome(const Bytes& bytes, Read read) {
    wire::Reader in{Chain(bytes)};
    const std::int64_t value = read(in);
    if (!in.ok())
        return "error";
    return {{"value", value}, {"bytesLeft", in.remaining()}};
}

json expected(const json& row) {
    return row.contains("error") ? json("error") : row;
}

} // namespace

TEST_CASE("varints are written and read as Kafka does, odd ones too") {
    const auto rows = load_vectors("varints");
    REQUIRE_FALSE(rows.empty());
    const auto varint = [](wire::Reader& in) { return std::int64_t{in.varint()}; };
    const auto varlong = [](wire::Reader& in) { return in.varlong(); };
    const auto plain = [](wire::Reader& in) {
        return std::int64_t{static_cast<std::int32_t>(in.unsigned_varint())};
    };
    for (const json& row : rows) {
        INFO(row.at("id"));
        if (row.contains("hex")) {
            const Bytes bytes = unhex(row.at("hex"));
            CHECK(outcome(bytes, varint) == expected(row.at("readVarint")));
            CHECK(outcome(bytes, varlong) == expected(row.at("readVarlong")));
            CHECK(outcome(bytes, plain) == expected(row.at("readUnsignedVarint")));
            continue;
        }
        const std::int64_t value = row.at("value");
        const json read{{"value", value}, {"bytesLeft", 0}};
        wire::Writer out;
        out.varlong(value);
        CHECK(to_hex(out.take().flat()) == row.at("varlong").get<std::string>());
        CHECK(outcome(unhex(row.at("varlong")), varlong) == read);
        if (!row.contains("varint"))
            continue;
        out.varint(static_cast<std::int32_t>(value));
        CHECK(to_hex(out.take().flat()) == row.at("varint").get<std::string>());
        CHECK(outcome(unhex(row.at("varint")), varint) == read);
        out.unsigned_varint(static_cast<std::uint32_t>(value));
        CHECK(to_hex(out.take().flat()) == row.at("unsignedVarint").get<std::string>());
        CHECK(outcome(unhex(row.at("unsignedVarint")), plain) == read);
    }
}

TEST_CASE("uuids have Kafka's bytes and text") {
    const auto rows = load_vectors("uuids");
    REQUIRE_FALSE(rows.empty());
    for (const json& row : rows) {
        wire::Reader in{Chain(unhex(row.at("hex")))};
        const Uuid uuid = in.uuid();
        CHECK(uuid.to_text() == row.at("text").get<std::string>());
        CHECK(Uuid::parse(row.at("text").get<std::string>()) == uuid);
        wire::Writer out;
        out.uuid(uuid);
        CHECK(to_hex(out.take().flat()) == row.at("hex").get<std::string>());
    }
}

TEST_CASE("frames begin with Kafka's headers") {
    const auto rows = load_vectors("frames");
    REQUIRE_FALSE(rows.empty());
    for (const json& row : rows) {
        INFO(row.at("id") << " " << row.at("kind"));
        const Bytes prefix = unhex(row.at("prefixHex"));
        const std::int16_t key = row.at("apiKey");
        const std::int16_t version = row.at("version");
        const std::int32_t correlation = row.at("correlationId");
        wire::Reader in{Chain(prefix)};
        CHECK(in.int32() == static_cast<std::int64_t>(prefix.size()) - 4 +
                                row.at("bodyLength").get<std::int64_t>());
        wire::Writer out;
        if (row.at("kind") == "response") {
            CHECK(wire::read_response_header(in, key, version) == correlation);
            wire::write_response_header(out, key, version, correlation);
        } else {
            const auto header = wire::read_request_header(in);
            REQUIRE(header);
            CHECK(header->request_api_key == key);
            CHECK(header->request_api_version == version);
            CHECK(header->correlation_id == correlation);
            CHECK(json(header->client_id.value_or("")) ==
                  (row.at("clientId").is_null() ? json("") : row.at("clientId")));
            CHECK(header->client_id.has_value() == !row.at("clientId").is_null());
            REQUIRE(header->encode(out, wire::find_api(key)->request_header_version(version)));
        }
        CHECK(in.remaining() == 0);
        CHECK(to_hex(out.take().flat()) == to_hex(prefix.slice(4)));
    }
}

TEST_CASE("a count that the bytes could not hold is refused before anything is allocated") {
    // 2^31 - 1 topics in a MetadataRequest of five bytes.
    const std::string got = recoded("MetadataRequest", 1, unhex("7fffffff00"));
    CHECK(got == "error: an array with more elements than bytes could hold");
}
