// The bytes of metadata records, against Kafka's own.
#include "core/base/print.hpp"
#include "core/base/random.hpp"
#include "core/metadata/record.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::metadata;

namespace {

Bytes bytes(const std::string& hex) {
    Bytes out;
    REQUIRE(from_hex(hex, out));
    return out;
}

std::vector<nlohmann::json> metadata_vectors() {
    auto all = tests::load_vectors("records");
    std::erase_if(all, [](const nlohmann::json& v) {
        return v.at("type") != "metadata" || !v.contains("framedHex"); // remote storage has none
    });
    return all;
}

} // namespace

TEST_CASE("every metadata record of the vectors is read and written back byte for byte") {
    const auto vectors = metadata_vectors();
    REQUIRE(!vectors.empty());
    int applied = 0;
    for (const auto& vector : vectors) {
        INFO(vector.at("id").get<std::string>());
        const std::string framed = vector.at("framedHex");
        const auto record = decode(bytes(framed));
        REQUIRE(record.has_value());
        CHECK(record->version == vector.at("version").get<int>());
        if (!std::holds_alternative<UnappliedRecord>(record->message)) {
            CHECK(name_of(record->message) == vector.at("name").get<std::string>());
            ++applied;
        }
        CHECK(to_hex(encode(*record)) == framed);
    }
    CHECK(applied > 0);
}

TEST_CASE("a record of a type nobody here applies is kept as its bytes") {
    const auto record = decode(bytes("010a00deadbeef"));
    REQUIRE(record.has_value());
    const auto& kept = std::get<UnappliedRecord>(record->message);
    CHECK(kept.type == 10);
    CHECK(to_hex(kept.body) == "deadbeef");
    CHECK(to_hex(encode(*record)) == "010a00deadbeef");
}

TEST_CASE("a damaged record is an error, not a crash") {
    CHECK(!decode(bytes("")).has_value());
    CHECK(!decode(bytes("02020000")).has_value());           // frame version 2
    CHECK(!decode(bytes("010205016100")).has_value());       // TopicRecord version 5
    CHECK(!decode(bytes("0114000000")).has_value());         // NoOpRecord with a byte too much
    CHECK(!decode(bytes("01ffffffffffffff7f")).has_value()); // a type without end
}

TEST_CASE("cut or flipped records never crash the reader") {
    Random random(7, "damage");
    for (const auto& vector : metadata_vectors()) {
        const Bytes whole = bytes(vector.at("framedHex").get<std::string>());
        for (int i = 0; i < 20; ++i) {
            std::byte* fill = nullptr;
            const Bytes copy = Bytes::allocate(whole.size(), &fill);
            std::copy(whole.data(), whole.data() + whole.size(), fill);
            const auto at = static_cast<std::size_t>(random.below(whole.size()));
            fill[at] ^= static_cast<std::byte>(1U << random.below(8));
            const auto length = static_cast<std::size_t>(random.below(whole.size() + 1));
            const auto damaged = decode(copy.slice(0, length));
            if (damaged)
                CHECK(decode(encode(*damaged)).has_value());
        }
    }
}
