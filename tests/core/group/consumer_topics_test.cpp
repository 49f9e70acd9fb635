// The topics of a consumer group: hashes of them, regular expressions, topics that come, grow and
// go.
#include "core/group/consumer_regex.hpp"
#include "core/group/consumer_topics.hpp"
#include "core/wire/messages/register_broker_record.hpp"
#include "tests/core/group/consumer_toy.hpp"

using namespace orrery;
using namespace orrery::group;

namespace {

HeartbeatRequest joining_by(const std::string& id, const std::string& regex) {
    HeartbeatRequest request = joining(id, {});
    request.subscribed_topic_names.reset();
    request.subscribed_topic_regex = regex;
    return request;
}

/// A broker of that rack, and a topic "orders" of id (1, 2): partition 0 on both, 1 on the first.
metadata::Image two_racks() {
    metadata::Image image;
    std::int64_t offset = 0;
    const auto add = [&](const metadata::Message& message, std::int16_t version) {
        REQUIRE(image.apply({message, version}, Offset{++offset}, LeaderEpoch{1}, nullptr));
    };
    for (const int id : {1, 2}) {
        wire::RegisterBrokerRecord broker;
        broker.broker_id = id;
        broker.broker_epoch = id;
        broker.rack = id == 1 ? "r1" : "r2";
        add(broker, 3);
    }
    wire::TopicRecord topic;
    topic.name = "orders";
    topic.topic_id = Uuid{1, 2};
    add(topic, 0);
    for (const int number : {0, 1}) {
        wire::PartitionRecord partition;
        partition.topic_id = topic.topic_id;
        partition.partition_id = number;
        partition.replicas =
            number == 0 ? std::vector<std::int32_t>{2, 1} : std::vector<std::int32_t>{1};
        partition.isr = partition.replicas;
        partition.leader = 1;
        partition.leader_epoch = 0;
        partition.partition_epoch = 0;
        partition.directories.resize(partition.replicas.size(), Uuid{3, 3});
        add(partition, 1);
    }
    return image;
}

} // namespace

TEST_CASE("the hash of a topic is Kafka's") {
    // as hash4j's xxh3_64 of Kafka 4.4 gives it for these bytes
    const metadata::Image image = two_racks();
    const auto hash = topic_hash(image, *image.topic(std::string_view("orders")));
    CHECK(static_cast<std::uint64_t>(hash) == 14900628713358906762U);
    WantedTopics topics;
    topics["a"].by_name = 1;
    topics["orders"].by_name = 1;
    TopicHashes known;
    CHECK(group_hash(image, topics, known) != hash); // a hash of hashes
    CHECK(known.size() == 1);
    topics.erase("orders");
    CHECK(group_hash(image, topics, known) == 0);
}

TEST_CASE("topics that come, grow, go and come again are assigned as they are") {
    ToyCoordinator toy;
    ToyMember m1(toy, "m1", {"orders"});
    m1.heartbeat();
    CHECK(m1.owned.empty());
    CHECK(toy.group.logged().metadata_hash() == 0);
    toy.topic("orders", 2);
    m1.heartbeat();
    CHECK(toy.owned("m1") == "orders-0,1");
    toy.grow("orders", 3);
    m1.heartbeat();
    CHECK(toy.owned("m1") == "orders-0,1,2");
    CHECK(toy.group.logged().epoch() == 4);
    const Uuid old = toy.topic_id("orders");
    toy.remove_topic("orders");
    settle(toy, {&m1}, 3);
    CHECK(toy.owned("m1") == "nothing");
    CHECK(toy.group.subscribes("orders"));
    toy.topic("orders", 1);
    CHECK(toy.topic_id("orders") != old);
    settle(toy, {&m1}, 3);
    CHECK(toy.owned("m1") == "orders-0");
    toy.topic("other", 1);
    const auto records = toy.log.size();
    settle(toy, {&m1}, 3);
    CHECK(toy.log.size() == records);
}

TEST_CASE("an election changes nothing about a group's topics") {
    ToyCoordinator toy;
    toy.topic("orders", 2);
    ToyMember m1(toy, "m1", {"orders"});
    m1.heartbeat();
    const ConsumerGroup before = toy.group;
    metadata::Changes changes;
    wire::PartitionChangeRecord elected;
    elected.topic_id = toy.topic_id("orders");
    elected.partition_id = 1;
    elected.leader = -1;
    REQUIRE(toy.image.apply({elected, 0}, Offset{99}, LeaderEpoch{1}, &changes));
    toy.group.on_topics_changed(toy.context(), changes);
    CHECK(toy.group == before);
}

TEST_CASE("regular expressions are RE2/J's, and wrong ones are told in its words") {
    CHECK(regex_error("orders-.*") == std::nullopt);
    CHECK(regex_error("(?<name>a)\\Q(?<\\E[(?<]") == std::nullopt);
    CHECK(regex_error("[a") == "missing closing ]");
    CHECK(regex_error("(a") == "missing closing )");
    CHECK(regex_error("*a") == "missing argument to repetition operator");
    CHECK(regex_error("a**") == "invalid nested repetition operator");
    CHECK(regex_error("a{2,1}") == "invalid repeat count");
    CHECK(regex_error("a{1001}") == "invalid repeat count");
    CHECK(regex_error("\\") == "trailing backslash at end of expression");
    CHECK(regex_error("\\8") == "invalid escape sequence");
    CHECK(regex_error("\\C") == "invalid escape sequence");
    CHECK(regex_error("[b-a]") == "invalid character class range");
    CHECK(regex_error("(?=a)") == "invalid or unsupported Perl syntax");
    CHECK(regex_error("((((x{100}){100}){100}){100})") != std::nullopt);
}

TEST_CASE("an expression must match a topic's whole name") {
    ToyCoordinator toy;
    for (const char* name : {"orders", "orders-eu", "reorders", "__internal"})
        toy.topic(name, 1);
    const auto found =
        topics_matching({"orders", "orders.*", "(", ".*ders", "(?<x>_+.*)"}, toy.image);
    CHECK(found[0] == std::vector<std::string>{"orders"});
    CHECK(found[1] == std::vector<std::string>{"orders", "orders-eu"});
    CHECK(found[2].empty());
    CHECK(found[3] == std::vector<std::string>{"orders", "reorders"});
    CHECK(found[4] == std::vector<std::string>{"__internal"});
}

TEST_CASE("a subscription by expression is looked up after the join, and then assigned") {
    ToyCoordinator toy;
    toy.topic("orders-eu", 2);
    toy.topic("orders-us", 1);
    toy.topic("clicks", 1);
    auto reply = toy.heartbeat(joining_by("m1", "orders-.*"));
    CHECK(reply.error_code == 0);
    CHECK(toy.last_records() == "ConsumerGroupRegularExpression ConsumerGroupMetadata");
    CHECK(toy.group.state() == "Assigning");
    CHECK(toy.group.subscribes("orders-us"));
    CHECK_FALSE(toy.group.subscribes("clicks"));
    HeartbeatRequest living;
    living.group_id = "g";
    living.member_id = "m1";
    living.member_epoch = reply.member_epoch;
    reply = toy.heartbeat(living);
    CHECK(toy.owned("m1") == "orders-eu-0,1 orders-us-0");
    CHECK(toy.group.logged().resolved("orders-.*")->version == toy.image.offset().value);
    CHECK(toy.replayed() == toy.group.logged());
}

TEST_CASE("a topic that an expression matches is found when it comes, ten seconds after the last") {
    ToyCoordinator toy;
    toy.topic("orders-eu", 1);
    ToyMember m1(toy, "m1", {});
    m1.regex = "orders-.*";
    settle(toy, {&m1}, 3);
    CHECK(toy.owned("m1") == "orders-eu-0");
    toy.topic("orders-us", 1);
    m1.heartbeat();
    CHECK_FALSE(toy.group.subscribes("orders-us"));
    toy.pass(seconds(8));
    m1.heartbeat();
    CHECK(toy.group.subscribes("orders-us"));
    m1.heartbeat();
    CHECK(toy.owned("m1") == "orders-eu-0 orders-us-0");
    // and each ten minutes all the same
    const auto records = toy.log.size();
    settle(toy, {&m1}, 300);
    CHECK(toy.log.size() == records);
    settle(toy, {&m1}, 310);
    CHECK(toy.log.size() == records + 1);
}

TEST_CASE("names and expressions add up, and the last to want an expression takes it with it") {
    ToyCoordinator toy;
    toy.topic("a", 1);
    toy.topic("b", 1);
    ToyMember m1(toy, "m1", {"a"});
    m1.regex = "b";
    ToyMember m2(toy, "m2", {"a"});
    settle(toy, {&m1, &m2});
    CHECK(toy.owned("m1") == "b-0");
    CHECK(toy.owned("m2") == "a-0");
    m1.regex = "";
    m1.say_all();
    m1.heartbeat();
    CHECK(toy.group.logged().resolved_regexes().empty());
    CHECK_FALSE(toy.group.subscribes("b"));
    CHECK(toy.group.subscribes("a"));
    settle(toy, {&m1, &m2}, 4);
    CHECK_FALSE(m1.owned.contains({toy.topic_id("b"), 0}));
    toy.pass(seconds(60));
    CHECK(toy.group.empty());
    CHECK_FALSE(toy.group.subscribes("a"));
}
