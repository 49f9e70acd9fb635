#include "core/base/bytes.hpp"
#include "core/wire/java_hash.hpp"
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
    // Those of assignors and SCRAM belong to groups and security; they are known, and wait for
    // them.
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
