#include "core/base/bytes.hpp"
#include "core/wire/java_hash.hpp"
#include "core/wire/java_order.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>

using namespace orrery;

TEST_CASE("ids find the partition of their internal topic as Kafka's do") {
    const auto rows = tests::load_vectors("coordinator-partition");
    REQUIRE_FALSE(rows.empty());
    for (const auto& row : rows) {
        Bytes utf8;
        REQUIRE(from_hex(row.at("utf8").get<std::string>(), utf8));
        INFO(row.at("id"));
        CHECK(wire::java_hash(utf8.text()) == row.at("hash").get<std::int32_t>());
        for (const auto& [count, partition] : row.at("partition").items())
            CHECK(wire::coordinator_partition(utf8.text(), std::stoi(count)) ==
                  partition.get<std::int32_t>());
    }
}

TEST_CASE("uuids hash as Java's") {
    const auto rows = tests::load_vectors("uuids");
    REQUIRE_FALSE(rows.empty());
    for (const auto& row : rows) {
        const auto uuid = Uuid::parse(row.at("text").get<std::string>());
        REQUIRE(uuid);
        INFO(row.at("id"));
        CHECK(wire::java_hash(*uuid) == row.at("javaHash").get<std::int32_t>());
    }
}

TEST_CASE("every kind of vector file in the folder is one that some test reads") {
    // Those of SCRAM belong to security; they are known, and wait for it.
    const std::set<std::string> known = {"append",    "assign-client",   "assign-server",
                                         "batches",   "checksums",       "coordinator-partition",
                                         "elections", "corrupt-batches", "frames",
                                         "headers",   "malformed",       "murmur2",
                                         "records",   "requests",        "responses",
                                         "scram",     "uuids",           "varints"};
    for (const auto& entry : std::filesystem::directory_iterator(tests::vectors_dir())) {
        std::string name = entry.path().filename().string();
        name = name.substr(0, name.find(".jsonl"));
        INFO(name);
        CHECK((known.contains(name) || name == "README.md"));
    }
}

TEST_CASE("things come out of a table as Java's hash tables give them") {
    const auto given = [](std::vector<std::int32_t> numbers, std::uint32_t buckets) {
        wire::sort_as_java_table(numbers, buckets, [](std::int32_t n) { return n; });
        return numbers;
    };
    // Twelve entries fill sixteen buckets; a copy of twelve has room for one more.
    CHECK(wire::java_table_grown(0) == 16);
    CHECK(wire::java_table_grown(12) == 16);
    CHECK(wire::java_table_grown(13) == 32);
    CHECK(wire::java_table_copied(11) == 16);
    CHECK(wire::java_table_copied(12) == 32);
    CHECK(wire::java_table_expecting(0) == 1);
    CHECK(wire::java_table_expecting(2) == 4);
    CHECK(wire::java_table_expecting(12) == 32);
    CHECK(given({7, 15, 16, 17}, 16) == std::vector<std::int32_t>{16, 17, 7, 15});
    CHECK(given({7, 15, 16, 17}, 32) == std::vector<std::int32_t>{7, 15, 16, 17});
    CHECK(given({33, 1, 17}, 16) ==
          std::vector<std::int32_t>{33, 1, 17}); // one bucket: oldest first
    CHECK(given({2, 0x10000, -1}, 16) == std::vector<std::int32_t>{-1, 0x10000, 2});
}
