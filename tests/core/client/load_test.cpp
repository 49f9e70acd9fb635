// Loads: when records are due, what is in them, and where their keys go.
#include "core/client/load.hpp"
#include "core/client/murmur2.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

#include <map>

using namespace orrery;
using namespace orrery::client;

namespace {

std::string text_of(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes bytes_of(std::string_view text) {
    return Bytes::copy(text);
}

Load load_of(std::string name) {
    Load load;
    load.topic = "orders";
    load.name = std::move(name);
    load.records = 1'000;
    return load;
}

} // namespace

TEST_CASE("murmur2 and the partition of a key are Kafka's") {
    const auto vectors = tests::load_vectors("murmur2");
    REQUIRE(vectors.size() > 100);
    for (const auto& vector : vectors) {
        INFO(vector.at("id"));
        Bytes key;
        REQUIRE(from_hex(vector.at("key").get<std::string>(), key));
        CHECK(static_cast<std::int32_t>(murmur2(key)) == vector.at("murmur2").get<std::int32_t>());
        for (const auto& [count, partition] : vector.at("partition").items())
            CHECK(partition_of(key, std::stoi(count)) == partition.get<std::int32_t>());
    }
}

TEST_CASE("records are due evenly, without drift, within their time and number") {
    Load load = load_of("app");
    load.records = 3;
    load.per = seconds(1);
    load.start_after = milliseconds(500);
    const Instant started{1'000};
    CHECK(load.due(started, 0) == started + milliseconds(500));
    CHECK(load.due(started, 1) == started + milliseconds(500) + nanoseconds(333'333'333));
    CHECK(load.due(started, 3'000'000) == started + milliseconds(500) + seconds(1'000'000));
    load.length = seconds(2);
    CHECK(load.due(started, 5) != never);
    CHECK(load.due(started, 6) == never);
    load.count = 2;
    CHECK(load.due(started, 1) != never);
    CHECK(load.due(started, 2) == never);
    load.records = 0;
    CHECK(load.due(started, 0) == never);
}

TEST_CASE("a value says who sent it and as which, and nothing else is taken for one") {
    Load load = load_of("orders-app");
    load.record_size = 40;
    std::vector<std::byte> value;
    write_value(load, 1041, value);
    CHECK(text_of(value) == "orders-app#1041.........................");
    const auto identity = identity_of(value);
    REQUIRE(identity.has_value());
    CHECK(identity->producer == "orders-app");
    CHECK(identity->sequence == 1041);

    load.record_size = 3; // too small for its name and number: they are kept whole
    write_value(load, 7, value);
    CHECK(text_of(value) == "orders-app#7");
    CHECK(!identity_of(bytes_of("hello")).has_value());
    CHECK(!identity_of(bytes_of("app#12x")).has_value());
    CHECK(!identity_of({}).has_value());
}

TEST_CASE("keys go round by sequence, or are drawn by weight") {
    Random random(3, "keys");
    const Random before = random;
    Load load = load_of("app");
    std::vector<std::byte> key;
    CHECK(!write_key(load, 5, random, key));
    load.keys = KeyModel::sequence;
    load.key_count = 4;
    CHECK(write_key(load, 5, random, key));
    CHECK(text_of(key) == "key-1");
    CHECK(random == before);

    load.keys = KeyModel::skewed;
    load.weights = {90, 0, 10};
    std::map<std::string, int> counts;
    for (int i = 0; i < 10'000; ++i) {
        write_key(load, i, random, key);
        ++counts[text_of(key)];
    }
    CHECK(counts["key-0"] > 8'800);
    CHECK(counts["key-2"] > 850);
    CHECK(counts.size() == 2);
}

TEST_CASE("digests tell what was read where, in whatever pieces it was read") {
    const auto a_at_0 = digest_of(Offset{0}, bytes_of("a"));
    const auto b_at_1 = digest_of(Offset{1}, bytes_of("b"));
    CHECK(a_at_0 >= 0);
    CHECK(add_digests(a_at_0, b_at_1) == add_digests(b_at_1, a_at_0));
    CHECK(add_digests(a_at_0, b_at_1) !=
          add_digests(digest_of(Offset{0}, bytes_of("b")), digest_of(Offset{1}, bytes_of("a"))));
    CHECK(add_digests(INT64_MAX, INT64_MAX) >= 0);
}
