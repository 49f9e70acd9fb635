// Topics: created, refused, grown, deleted.
#include "tests/core/controller/room.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace orrery;
using namespace orrery::tests;
using wire::Error;

namespace {

ControllerRoom cluster(int brokers = 3) {
    ControllerRoom room;
    room.activate();
    for (int id = 1; id <= brokers; ++id)
        room.add_broker(id);
    return room;
}

struct Answer {
    Error error;
    std::string message;
    bool operator==(const Answer&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Answer& answer) {
    return out << wire::name_of(answer.error) << ": " << answer.message;
}

template <class Result>
Answer answer(const Result& result) {
    return {error(result.error_code), result.error_message.value_or("")};
}

Answer created(ControllerRoom& room, const std::string& name, int partitions, int factor,
               std::vector<std::pair<std::string, std::string>> configs = {}) {
    return answer(
        room.create(name, partitions, static_cast<std::int16_t>(factor), std::move(configs)));
}

Answer assigned(ControllerRoom& room, const std::vector<std::vector<std::int32_t>>& replicas,
                std::int32_t first_index = 0) {
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "manual";
    topic.num_partitions = -1;
    topic.replication_factor = -1;
    for (const auto& ids : replicas) {
        auto& assignment = topic.assignments.emplace_back();
        assignment.partition_index = first_index++;
        assignment.broker_ids = ids;
    }
    return answer(room.ask<wire::CreateTopicsResponse>(request).topics.at(0));
}

Answer grown(ControllerRoom& room, const std::string& name, std::int32_t count) {
    wire::CreatePartitionsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.count = count;
    topic.assignments = std::nullopt;
    return answer(room.ask<wire::CreatePartitionsResponse>(request).results.at(0));
}

const Answer fine{Error::none, ""};

} // namespace

TEST_CASE("a topic is created with its partitions, led by the first replica, all in sync") {
    ControllerRoom room = cluster();
    const auto result = room.create("orders", 6, 3);
    CHECK(answer(result) == fine);
    CHECK(result.num_partitions == 6);
    CHECK(result.replication_factor == 3);
    REQUIRE(room.committed.topic("orders"));
    CHECK(result.topic_id == room.committed.topic("orders")->id);
    std::set<NodeId> leaders;
    for (int number = 0; number < 6; ++number) {
        const metadata::Partition& partition = room.partition("orders", number);
        CHECK(partition.replicas.size() == 3);
        CHECK(partition.isr == partition.replicas);
        CHECK(partition.leader == partition.replicas.front());
        CHECK(partition.directories[0].high == 500); // a broker's only directory
        leaders.insert(partition.leader);
    }
    CHECK(leaders.size() == 3);
    CHECK(room.story().back() == "topic orders is created with 6 partitions");
}

TEST_CASE("-1 asks for the defaults of the controller") {
    metadata::Properties file;
    file["num.partitions"] = "4";
    file["default.replication.factor"] = "2";
    ControllerRoom room(controller::settings_from(NodeId{100}, "the-cluster", file));
    room.activate();
    room.add_broker(1);
    room.add_broker(2);
    CHECK(created(room, "orders", -1, -1) == fine);
    CHECK(room.committed.topic("orders")->partitions.size() == 4);
    CHECK(room.partition("orders", 0).replicas.size() == 2);
}

TEST_CASE("topics that cannot be are refused in Kafka's words") {
    ControllerRoom room = cluster();
    CHECK(created(room, "a.b", 1, 1) == fine);
    CHECK(created(room, "a.b", 1, 1) ==
          Answer{Error::topic_already_exists, "Topic 'a.b' already exists."});
    CHECK(created(room, "a_b", 1, 1) ==
          Answer{Error::invalid_topic_exception, "Topic 'a_b' collides with existing topic: a.b"});
    CHECK(created(room, "", 1, 1) ==
          Answer{Error::invalid_topic_exception,
                 "Topic name is invalid: the empty string is not allowed"});
    CHECK(created(room, "a b", 1, 1) ==
          Answer{Error::invalid_topic_exception,
                 "Topic name is invalid: 'a b' contains one or more characters other than ASCII "
                 "alphanumerics, '.', '_' and '-'"});
    CHECK(created(room, "..", 1, 1).error == Error::invalid_topic_exception);
    CHECK(created(room, std::string(250, 'x'), 1, 1).error == Error::invalid_topic_exception);
    CHECK(created(room, "__cluster_metadata", 1, 1).error == Error::invalid_request);
    CHECK(created(room, "t", 0, 1) ==
          Answer{Error::invalid_partitions,
                 "Number of partitions was set to an invalid non-positive value."});
    CHECK(created(room, "t", 1, 0) ==
          Answer{Error::invalid_replication_factor,
                 "Replication factor must be larger than 0, or -1 to use the default value."});
    CHECK(created(room, "t", 1, 4) ==
          Answer{Error::invalid_replication_factor,
                 "Unable to replicate the partition 4 time(s): The target replication factor of 4 "
                 "cannot be reached because only 3 broker(s) are registered."});
    CHECK(created(room, "t", 10'001, 1) ==
          Answer{Error::policy_violation, "Excessively large number of partitions per request."});
    CHECK(created(room, "t", 1, 1, {{"nosuch", "1"}}) ==
          Answer{Error::invalid_config, "Unknown topic config name: nosuch"});
    CHECK(created(room, "t", 1, 1, {{"segment.bytes", "10"}}).error == Error::invalid_config);
    CHECK(room.committed.topics().size() == 1);
}

TEST_CASE("without an unfenced broker no topic is created") {
    ControllerRoom room;
    room.activate();
    room.add_broker(1, std::nullopt, false);
    CHECK(created(room, "orders", 1, 1) ==
          Answer{Error::invalid_replication_factor,
                 "Unable to replicate the partition 1 time(s): All brokers are currently fenced."});
}

TEST_CASE("validate only says what would be, and does nothing") {
    ControllerRoom room = cluster();
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.num_partitions = 2;
    topic.replication_factor = 2;
    request.validate_only = true;
    const Offset before = room.committed.offset();
    const auto response = room.ask<wire::CreateTopicsResponse>(request);
    CHECK(answer(response.topics.at(0)) == fine);
    CHECK(response.topics.at(0).num_partitions == 2);
    CHECK(room.committed.offset() == before);
}

TEST_CASE("a topic named twice in a request is refused once and not created") {
    ControllerRoom room = cluster();
    wire::CreateTopicsRequest request;
    for (int i = 0; i < 2; ++i) {
        auto& topic = request.topics.emplace_back();
        topic.name = "orders";
        topic.num_partitions = 1;
        topic.replication_factor = 1;
    }
    const auto response = room.ask<wire::CreateTopicsResponse>(request);
    REQUIRE(response.topics.size() == 1);
    CHECK(answer(response.topics[0]) == Answer{Error::invalid_request, "Duplicate topic name."});
    CHECK(room.committed.topic("orders") == nullptr);
}

TEST_CASE("the answer has the configs that the topic will have, and where each is from") {
    ControllerRoom room = cluster();
    const auto result = room.create("orders", 1, 1, {{"retention.ms", "1000"}});
    REQUIRE(result.configs.has_value());
    std::string retention;
    std::string min_isr;
    for (const auto& config : *result.configs) {
        const std::string shown =
            config.value.value_or("null") + " from " + std::to_string(config.config_source);
        if (config.name == "retention.ms")
            retention = shown;
        if (config.name == "min.insync.replicas")
            min_isr = shown;
    }
    CHECK(retention == "1000 from 1");
    CHECK(min_isr == "1 from 3"); // ELR made it a default of all brokers
    CHECK(*room.committed.config({metadata::ResourceType::topic, "orders"}, "retention.ms") ==
          "1000");
}

TEST_CASE("replicas chosen by hand are taken as they are, or refused") {
    ControllerRoom room = cluster();
    const std::string includes = "The manual partition assignment includes ";
    CHECK(assigned(room, {{}}) ==
          Answer{Error::invalid_replica_assignment, includes + "an empty replica list."});
    CHECK(assigned(room, {{1, 9}}) ==
          Answer{Error::invalid_replica_assignment,
                 includes + "broker 9, but no such broker is registered."});
    CHECK(assigned(room, {{1, 1}}) ==
          Answer{Error::invalid_replica_assignment, includes + "the broker 1 more than once."});
    CHECK(assigned(room, {{1, 2}, {3}}) ==
          Answer{Error::invalid_replica_assignment,
                 includes + "a partition with 1 replica(s), but this is not consistent with "
                            "previous partitions, which have 2 replica(s)."});
    CHECK(assigned(room, {{1}}, 1) ==
          Answer{Error::invalid_replica_assignment,
                 "partitions should be a consecutive 0-based integer sequence"});
    CHECK(assigned(room, {{3, 1}, {2, 3}}) == fine);
    CHECK(room.partition("manual", 0).replicas == nodes({3, 1}));
    CHECK(room.partition("manual", 1).leader == NodeId{2});
}

TEST_CASE("partitions are added, never taken away") {
    ControllerRoom room = cluster();
    room.create("orders", 2, 3);
    CHECK(grown(room, "orders", 2) ==
          Answer{Error::invalid_partitions, "Topic already has 2 partition(s)."});
    CHECK(grown(room, "orders", 1) == Answer{Error::invalid_partitions,
                                             "The topic orders currently has 2 partition(s); 1 "
                                             "would not be an increase."});
    CHECK(grown(room, "nothing", 3).error == Error::unknown_topic_or_partition);
    CHECK(grown(room, "orders", 5) == fine);
    CHECK(room.committed.topic("orders")->partitions.size() == 5);
    CHECK(room.partition("orders", 4).replicas.size() == 3);
    CHECK(room.story().back() == "topic orders has 5 partitions now");
}

TEST_CASE("topics are deleted by name and by id, with their configs") {
    ControllerRoom room = cluster();
    room.create("one", 1, 1, {{"retention.ms", "5"}});
    room.create("two", 1, 1);
    wire::DeleteTopicsRequest request;
    request.topic_names = {"one", "none"};
    auto& by_id = request.topics.emplace_back();
    by_id.name = std::nullopt;
    by_id.topic_id = room.committed.topic("two")->id;
    request.topics.push_back({});
    request.topics.back().name = std::nullopt;
    const auto response = room.ask<wire::DeleteTopicsResponse>(request);
    std::vector<Answer> answers;
    for (const auto& result : response.responses)
        answers.push_back(answer(result));
    CHECK(answers ==
          std::vector<Answer>{{Error::invalid_request, "Neither topic name nor id were specified."},
                              fine,
                              {Error::unknown_topic_or_partition,
                               "This server does not host this topic-partition."},
                              fine});
    CHECK(room.committed.topics().empty());
    CHECK(room.committed.configs_of({metadata::ResourceType::topic, "one"}) == nullptr);
    CHECK(room.story().back() == "topic two is deleted");
}

TEST_CASE("a topic named twice is not deleted") {
    ControllerRoom room = cluster();
    room.create("one", 1, 1);
    wire::DeleteTopicsRequest request;
    request.topic_names = {"one", "one"};
    const auto response = room.ask<wire::DeleteTopicsResponse>(request);
    REQUIRE(response.responses.size() == 1);
    CHECK(answer(response.responses[0]) == Answer{Error::invalid_request, "Duplicate topic name."});
    CHECK(room.committed.topic("one"));
}
