// The client's assignors against Kafka's own: the golden vectors, and rules that read as sentences.
#include "core/base/print.hpp"
#include "core/client/assignor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace orrery;
using namespace orrery::client;

namespace {

TopicPartitions partitions_of(const nlohmann::json& json) {
    TopicPartitions partitions;
    for (const auto& [topic, list] : json.items())
        partitions[topic] = list.get<std::vector<std::int32_t>>();
    return partitions;
}

std::vector<AssignableTopic> topics_of(const nlohmann::json& json) {
    std::vector<AssignableTopic> topics;
    for (const auto& topic : json) {
        topics.push_back({topic.at("name"), topic.at("partitions"), {}});
        if (topic.contains("partitionRacks"))
            topics.back().racks =
                topic.at("partitionRacks").get<std::vector<std::vector<std::string>>>();
    }
    return topics;
}

std::vector<Subscription> members_of(const nlohmann::json& list) {
    std::vector<Subscription> members;
    for (const auto& json : list) {
        Subscription& member = members.emplace_back();
        member.member_id = json.at("id");
        if (json.contains("instanceId"))
            member.instance_id = json.at("instanceId");
        if (json.contains("rack"))
            member.rack = json.at("rack");
        member.topics = json.at("topics").get<std::vector<std::string>>();
        if (json.contains("owned"))
            member.owned = partitions_of(json.at("owned"));
        member.generation = json.value("generation", no_generation);
    }
    return members;
}

void check_vectors(Assignor assignor) {
    std::size_t checked = 0;
    for (const auto& row : tests::load_vectors("assign-client")) {
        if (row.at("assignor") != name_of(assignor))
            continue;
        INFO(row.at("id"));
        std::vector<AssignableTopic> topics = topics_of(row.at("topics"));
        std::vector<Subscription> members = members_of(row.at("members"));
        for (int order = 0; order < 2; ++order) {
            const auto made = assign(assignor, topics, members);
            REQUIRE(made.size() == members.size());
            for (std::size_t m = 0; m < members.size(); ++m) {
                INFO(members[m].member_id);
                const auto& wanted = row.at("assignment");
                const auto at = wanted.find(members[m].member_id);
                CHECK(print(made[m]) ==
                      print(at == wanted.end() ? TopicPartitions{} : partitions_of(*at)));
            }
            // The order in which they come does not matter.
            std::reverse(topics.begin(), topics.end());
            std::reverse(members.begin(), members.end());
        }
        ++checked;
    }
    CHECK(checked > 0);
}

} // namespace

TEST_CASE("the client's range assignor assigns as Kafka's does") {
    check_vectors(Assignor::range);
}

TEST_CASE("the client's roundrobin assignor assigns as Kafka's does") {
    check_vectors(Assignor::round_robin);
}

TEST_CASE("the client's sticky assignor assigns as Kafka's does") {
    check_vectors(Assignor::sticky);
}

TEST_CASE("the client's cooperative-sticky assignor assigns as Kafka's does") {
    check_vectors(Assignor::cooperative_sticky);
}

TEST_CASE("assignors go by the names that Kafka gives them") {
    for (const auto name : {"range", "roundrobin", "sticky", "cooperative-sticky"})
        CHECK(name_of(assignor_named(name).value()) == name);
    CHECK_FALSE(assignor_named("uniform"));
}
