// Coordinator records against Kafka's own bytes, whole as the log has them.
#include "core/group/record.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>

using namespace orrery;
using namespace orrery::group;

namespace {

Bytes from_text(const std::string& hex) {
    Bytes bytes;
    REQUIRE(from_hex(hex, bytes));
    return bytes;
}

/// The share and transaction coordinators have logs of their own, with the same numbers.
bool is_of_groups(const nlohmann::json& row) {
    const auto name = row.at("name").get<std::string>();
    return name.find("Group") != std::string::npos ||
           name.find("OffsetCommit") != std::string::npos;
}

} // namespace

TEST_CASE("records of every type are read from Kafka's bytes and written as the same") {
    std::map<std::int64_t, std::vector<std::string>> keys;
    std::map<std::int64_t, std::vector<std::string>> values;
    for (const auto& row : tests::load_vectors("records")) {
        if (!is_of_groups(row))
            continue;
        if (row.at("type") == "coordinator-key")
            keys[row.at("apiKey")].push_back(row.at("framedHex"));
        if (row.at("type") == "coordinator-value")
            values[row.at("apiKey")].push_back(row.at("framedHex"));
    }
    std::size_t known = 0;
    for (const auto& [number, with_key] : keys) {
        for (const std::string& key : with_key) {
            const StoredRecord tombstone{from_text(key), std::nullopt};
            const auto read = decode(tombstone);
            REQUIRE(read.has_value());
            CHECK(encode(*read) == tombstone);
        }
        for (const std::string& value : values[number]) {
            const StoredRecord stored{from_text(with_key.front()), from_text(value)};
            const auto read = decode(stored);
            REQUIRE(read.has_value());
            CHECK(encode(*read) == stored);
            known += std::holds_alternative<StoredRecord>(*read) ? 0U : 1U;
        }
    }
    CHECK(known > 25);
}

TEST_CASE("every damage to a record is an error or another record, never a crash") {
    std::size_t errors = 0;
    for (const auto& row : tests::load_vectors("records")) {
        if (row.at("type") != "coordinator-value" || !is_of_groups(row))
            continue;
        const Bytes whole = from_text(row.at("framedHex"));
        const auto number = row.at("apiKey").get<int>();
        const std::string key{'\0', static_cast<char>(number)};
        for (std::size_t size = 0; size < whole.size(); size += 3) {
            const auto read = decode({Bytes::copy(key), whole.slice(0, size)});
            errors += read ? 0U : 1U;
        }
    }
    CHECK(errors > 0);
    CHECK_FALSE(decode({Bytes::copy("x"), std::nullopt}).has_value());
}
