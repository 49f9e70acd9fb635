// What members and leader of a classic group say to each other, byte for byte.
#include "core/client/consumer_protocol.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::client;

namespace {

Bytes hex(std::string_view text) {
    Bytes bytes;
    REQUIRE(from_hex(text, bytes));
    return bytes;
}

std::string text_of(const Bytes& bytes) {
    return to_hex({bytes.data(), bytes.size()});
}

Subscription member() {
    Subscription member;
    member.topics = {"b", "a"};
    member.rack = "r";
    member.owned["a"] = {0, 2};
    member.generation = 7;
    return member;
}

Subscription as_read(Assignor assignor, const Subscription& written) {
    return read_subscription(assignor, subscription_bytes(assignor, written).value()).value();
}

} // namespace

TEST_CASE("a sticky member says what it had in its user data") {
    const Bytes bytes = subscription_bytes(Assignor::sticky, member()).value();
    CHECK(text_of(bytes) == "0003" // version
                            "00000002"
                            "000161"
                            "000162"   // topics, sorted
                            "00000017" // user data:
                            "00000001"
                            "000161"
                            "00000002"
                            "00000000"
                            "00000002"
                            "00000007"
                            "00000000" // no owned partitions
                            "00000007"
                            "000172"); // generation, rack
    Subscription wanted = member();
    wanted.topics = {"a", "b"};
    CHECK(read_subscription(Assignor::sticky, bytes).value() == wanted);
}

TEST_CASE("a cooperative member says what it has in the field for it") {
    const Bytes bytes = subscription_bytes(Assignor::cooperative_sticky, member()).value();
    CHECK(text_of(bytes) == "0003"
                            "00000002"
                            "000161"
                            "000162" //
                            "00000004"
                            "00000007" // user data: the generation
                            "00000001"
                            "000161"
                            "00000002"
                            "00000000"
                            "00000002"
                            "00000007"
                            "000172");
    Subscription wanted = member();
    wanted.topics = {"a", "b"};
    CHECK(read_subscription(Assignor::cooperative_sticky, bytes).value() == wanted);
}

TEST_CASE("members without a memory, and assignors that need none, say nothing of it") {
    Subscription fresh;
    fresh.topics = {"a"};
    CHECK(text_of(subscription_bytes(Assignor::sticky, fresh).value()) == "0003"
                                                                          "00000001"
                                                                          "000161"
                                                                          "ffffffff"
                                                                          "00000000"
                                                                          "ffffffff"
                                                                          "ffff");
    CHECK(as_read(Assignor::sticky, fresh) == fresh);
    CHECK(as_read(Assignor::cooperative_sticky, fresh) == fresh);
    Subscription wanted = member();
    wanted.topics = {"a", "b"};
    wanted.owned.clear();
    CHECK(as_read(Assignor::range, member()) == wanted);
    CHECK(as_read(Assignor::round_robin, member()) == wanted);
}

TEST_CASE("older and newer clients are understood, and user data that is damaged is as none") {
    // Version 0: topics and user data; the sticky assignor's first form has no generation.
    const std::string topics = "00000001"
                               "000161";
    const std::string memory = "00000001"
                               "000161"
                               "00000001"
                               "00000005";
    const auto read = [](Assignor assignor, const std::string& text) {
        return read_subscription(assignor, hex(text));
    };
    Subscription old;
    old.topics = {"a"};
    old.owned["a"] = {5};
    CHECK(read(Assignor::sticky, "0000" + topics + "0000000f" + memory).value() == old);
    CHECK(read(Assignor::sticky, "0000" + topics + "0000000e" + memory.substr(0, 28))
              .value()
              .owned.empty());
    // Version 1: owned partitions, and the generation in user data only.
    old.generation = 9;
    const std::string cooperative = topics +
                                    "00000004"
                                    "00000009" +
                                    memory;
    CHECK(read(Assignor::cooperative_sticky, "0001" + cooperative).value() == old);
    // Version 9: read as version 3; what follows it is not looked at.
    old.generation = 10;
    CHECK(read(Assignor::cooperative_sticky, "0009" + cooperative +
                                                 "0000000a"
                                                 "ffff"
                                                 "abcd")
              .value() == old);
    CHECK_FALSE(read(Assignor::range, "ffff" + topics + "ffffffff"));
    CHECK_FALSE(read(Assignor::range, "0000" + topics + "ff"));
    CHECK_FALSE(read(Assignor::range, ""));
}

TEST_CASE("subscriptions that Kafka wrote are read") {
    std::size_t checked = 0;
    for (const auto& row : tests::load_vectors("records")) {
        if (row.at("name") != "ConsumerProtocolSubscription")
            continue;
        INFO(row.at("id"));
        const auto& json = row.at("json");
        const auto read =
            read_subscription(Assignor::range, hex(row.at("framedHex").get<std::string>()));
        REQUIRE(read);
        CHECK(read->topics == json.at("topics").get<std::vector<std::string>>());
        CHECK(read->generation == std::max(json.value("generationId", -1), -1));
        for (const auto& owned : json.value("ownedPartitions", nlohmann::json::array()))
            for (const std::int32_t partition : owned.at("partitions")) {
                const auto* partitions = read->owned.find(owned.at("topic").get<std::string>());
                REQUIRE(partitions);
                CHECK(std::find(partitions->begin(), partitions->end(), partition) !=
                      partitions->end());
            }
        ++checked;
    }
    CHECK(checked > 0);
}

TEST_CASE("what the leader decides is written and read") {
    TopicPartitions partitions;
    partitions["a"] = {0, 2};
    partitions["b"] = {1};
    const Bytes bytes = assignment_bytes(partitions).value();
    CHECK(text_of(bytes) == "0003"
                            "00000002"
                            "000161"
                            "00000002"
                            "00000000"
                            "00000002"
                            "000162"
                            "00000001"
                            "00000001"
                            "ffffffff");
    CHECK(read_assignment(bytes).value() == partitions);
    CHECK(read_assignment(Bytes()).value().empty());
    CHECK_FALSE(read_assignment(hex("0003"
                                    "00000002")));
}
