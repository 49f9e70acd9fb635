// An admin client against a cluster that the test plays: where actions go, when they are tried
// again, and what is told of them.
#include "core/client/admin.hpp"
#include "core/wire/messages/create_partitions_request.hpp"
#include "core/wire/messages/create_topics_request.hpp"
#include "core/wire/messages/create_topics_response.hpp"
#include "core/wire/messages/delete_topics_request.hpp"
#include "core/wire/messages/describe_cluster_response.hpp"
#include "core/wire/messages/describe_quorum_response.hpp"
#include "core/wire/messages/describe_topic_partitions_response.hpp"
#include "core/wire/messages/elect_leaders_request.hpp"
#include "core/wire/messages/elect_leaders_response.hpp"
#include "core/wire/messages/incremental_alter_configs_request.hpp"
#include "core/wire/messages/incremental_alter_configs_response.hpp"
#include "tests/core/client/fake_cluster.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::client;
using tests::FakeCluster;
using tests::FakeRequest;
using tests::with_servers;

namespace {

constexpr std::int16_t create_topics_key = 19;
constexpr std::int16_t alter_configs_key = 44;

FakeCluster cluster_with(std::vector<AdminTask> tasks, const std::vector<ConfigPair>& pairs = {},
                         bool exit_when_done = false) {
    const auto config = parse_admin_config(with_servers(3, pairs));
    REQUIRE(config.has_value());
    return FakeCluster(Client(AdminProcess(*config, {std::move(tasks), exit_when_done})), 3);
}

AdminTask task(AdminAction action, Duration after = {}) {
    return {after, std::move(action)};
}

CreateTopic orders() {
    CreateTopic create;
    create.topic = "orders";
    create.partitions = 6;
    create.replication_factor = 3;
    create.configs = {{"min.insync.replicas", "2"}};
    return create;
}

void answer_create(FakeCluster& cluster, const FakeRequest& request, wire::Error error,
                   std::optional<std::string> message = {}) {
    wire::CreateTopicsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = request.as<wire::CreateTopicsRequest>().topics.at(0).name;
    topic.error_code = wire::code(error);
    topic.error_message = std::move(message);
    cluster.reply(request, response);
}

const AdminCall& call_of(const FakeCluster& cluster, std::size_t place = 0) {
    return cluster.client.admin()->calls().at(place);
}

} // namespace

TEST_CASE("an action is begun at its time, goes to the controller, and is told when done") {
    auto cluster = cluster_with({task(orders(), milliseconds(500))});
    cluster.controller = 2;
    cluster.start();
    cluster.run_for(milliseconds(499));
    CHECK(cluster.kept(create_topics_key) == 0);
    cluster.run_for(milliseconds(10));
    const FakeRequest request = cluster.take(create_topics_key);
    CHECK(request.broker == 2);
    const auto asked = request.as<wire::CreateTopicsRequest>().topics.at(0);
    CHECK(asked.name == "orders");
    CHECK(asked.num_partitions == 6);
    CHECK(asked.replication_factor == 3);
    REQUIRE(asked.configs.size() == 1);
    CHECK(asked.configs[0].value == "2");
    answer_create(cluster, request, wire::Error::none);
    cluster.run_for(milliseconds(2));
    REQUIRE(cluster.facts(Fact::admin_done).size() == 1);
    CHECK(cluster.facts(Fact::admin_done)[0].text == "create topic orders");
    CHECK(call_of(cluster).state == ActionState::done);
}

TEST_CASE("an error of the action's own is not tried again") {
    auto cluster = cluster_with({task(orders())});
    cluster.start();
    cluster.run_for(milliseconds(20));
    answer_create(cluster, cluster.take(create_topics_key), wire::Error::topic_already_exists,
                  "Topic 'orders' already exists.");
    cluster.run_for(seconds(1));
    const auto facts = cluster.facts(Fact::admin_failed);
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].numbers[0] == wire::code(wire::Error::topic_already_exists));
    CHECK(facts[0].text == "create topic orders failed: TOPIC_ALREADY_EXISTS: Topic 'orders' "
                           "already exists.");
    CHECK(cluster.kept(create_topics_key) == 0);
}

TEST_CASE("NOT_CONTROLLER looks for the controller anew and tries again there, after a backoff") {
    auto cluster = cluster_with({task(orders())});
    cluster.start();
    cluster.run_for(milliseconds(20));
    const FakeRequest first = cluster.take(create_topics_key);
    CHECK(first.broker == 1);
    cluster.controller = 3;
    answer_create(cluster, first, wire::Error::not_controller);
    cluster.run_for(milliseconds(79));
    CHECK(cluster.kept(create_topics_key) == 0);
    cluster.run_for(milliseconds(200));
    const FakeRequest second = cluster.take(create_topics_key);
    CHECK(second.broker == 3);
    answer_create(cluster, second, wire::Error::none);
    cluster.run_for(milliseconds(2));
    CHECK(cluster.facts(Fact::admin_done).size() == 1);
    CHECK(call_of(cluster).tries == 1);
}

TEST_CASE("a lost connection is no answer: the action is tried again elsewhere") {
    auto cluster = cluster_with({task(orders())});
    cluster.start();
    cluster.run_for(milliseconds(20));
    CHECK(cluster.take(create_topics_key).broker == 1);
    cluster.up[1] = false;
    cluster.in_metadata[1] = false;
    cluster.controller = 2;
    cluster.reset(1);
    cluster.run_for(seconds(1));
    CHECK(cluster.take(create_topics_key).broker == 2);
}

TEST_CASE("an action has default.api.timeout.ms, then fails with what was last in its way") {
    auto cluster = cluster_with({task(orders())}, {{"default.api.timeout.ms", "3000"}});
    cluster.handler = [](FakeCluster& c, const FakeRequest& request) {
        answer_create(c, request, wire::Error::not_controller);
    };
    cluster.start();
    cluster.run_for(milliseconds(2'990));
    CHECK(cluster.facts(Fact::admin_failed).empty());
    CHECK(call_of(cluster).tries > 2);
    cluster.run_for(milliseconds(20));
    REQUIRE(cluster.facts(Fact::admin_failed).size() == 1);
    CHECK(cluster.facts(Fact::admin_failed)[0].text ==
          "create topic orders failed: no success in default.api.timeout.ms, last: NOT_CONTROLLER");
}

TEST_CASE("configs of a broker go to that broker, with their operations") {
    AlterConfigs alter;
    alter.resource = {ResourceKind::broker, "3"};
    alter.changes = {{"log.cleaner.threads", ConfigOperation::set, "2"},
                     {"max.connections", ConfigOperation::remove, ""}};
    auto cluster = cluster_with({task(alter)});
    cluster.start();
    cluster.run_for(milliseconds(20));
    const FakeRequest request = cluster.take(alter_configs_key);
    CHECK(request.broker == 3);
    const auto asked = request.as<wire::IncrementalAlterConfigsRequest>().resources.at(0);
    CHECK(asked.resource_type == 4);
    CHECK(asked.resource_name == "3");
    CHECK(asked.configs.at(0).config_operation == 0);
    CHECK(asked.configs.at(1).config_operation == 1);
    CHECK(!asked.configs.at(1).value.has_value());
    wire::IncrementalAlterConfigsResponse response;
    auto& result = response.responses.emplace_back();
    result.resource_type = 4;
    result.resource_name = "3";
    cluster.reply(request, response);
    cluster.run_for(milliseconds(2));
    CHECK(cluster.facts(Fact::admin_done).at(0).text ==
          "alter configs of broker 3: log.cleaner.threads=2 max.connections removed");
}

TEST_CASE(
    "elections fail with the partitions that could not be led, not with those that need none") {
    ElectLeaders elect;
    elect.unclean = true;
    elect.partitions = {{"orders", {0, 1}}};
    auto cluster = cluster_with({task(elect), task(elect)});
    cluster.start();
    cluster.run_for(milliseconds(20));
    for (const wire::Error error :
         {wire::Error::election_not_needed, wire::Error::eligible_leaders_not_available}) {
        const FakeRequest request = cluster.take(43);
        CHECK(request.as<wire::ElectLeadersRequest>().election_type == 1);
        wire::ElectLeadersResponse response;
        auto& topic = response.replica_election_results.emplace_back();
        topic.topic = "orders";
        for (const std::int32_t partition : {0, 1}) {
            auto& result = topic.partition_result.emplace_back();
            result.partition_id = partition;
            result.error_code = wire::code(partition == 0 ? wire::Error::none : error);
        }
        cluster.reply(request, response);
        cluster.run_for(milliseconds(5));
    }
    CHECK(cluster.facts(Fact::admin_done).size() == 1);
    REQUIRE(cluster.facts(Fact::admin_failed).size() == 1);
    CHECK(cluster.facts(Fact::admin_failed)[0].text ==
          "elect leaders uncleanly: orders[0, 1] failed: orders-1: ELIGIBLE_LEADERS_NOT_AVAILABLE");
}

TEST_CASE("descriptions say what the cluster said") {
    auto cluster = cluster_with(
        {task(DescribeCluster{}), task(DescribeTopic{"orders"}), task(DescribeQuorum{})});
    cluster.handler = [](FakeCluster& c, const FakeRequest& request) {
        if (request.api_key == 60) {
            wire::DescribeClusterResponse response;
            response.cluster_id = "fake";
            response.controller_id = 2;
            auto& broker = response.brokers.emplace_back();
            broker.broker_id = 1;
            broker.host = "b1";
            broker.port = 9092;
            c.reply(request, response);
        } else if (request.api_key == 75) {
            wire::DescribeTopicPartitionsResponse response;
            auto& topic = response.topics.emplace_back();
            topic.name = "orders";
            auto& part = topic.partitions.emplace_back();
            part.leader_id = 2;
            part.leader_epoch = 5;
            part.replica_nodes = {1, 2};
            part.isr_nodes = {2};
            part.eligible_leader_replicas = std::vector<std::int32_t>{1};
            c.reply(request, response);
        } else {
            wire::DescribeQuorumResponse response;
            auto& part = response.topics.emplace_back().partitions.emplace_back();
            part.leader_id = 9;
            part.leader_epoch = 4;
            part.high_watermark = 100;
            auto& voter = part.current_voters.emplace_back();
            voter.replica_id = 9;
            voter.log_end_offset = 101;
            c.reply(request, response);
        }
    };
    cluster.start();
    cluster.run_for(milliseconds(100));
    REQUIRE(cluster.facts(Fact::admin_done).size() == 3);
    CHECK(call_of(cluster, 0).result == "cluster fake, controller 2, brokers 1@b1:9092");
    CHECK(call_of(cluster, 1).result ==
          "partition 0 leader 2 epoch 5 replicas [1, 2] isr [2] elr [1]");
    CHECK(call_of(cluster, 2).result == "leader 9 epoch 4 high watermark 100 voters 9:101");
}

TEST_CASE("topics are deleted and grown by name") {
    AddPartitions grow;
    grow.topic = "orders";
    grow.count = 12;
    auto cluster = cluster_with({task(DeleteTopic{"old"}), task(grow)});
    cluster.controller = 1;
    std::vector<std::string> asked;
    cluster.handler = [&](FakeCluster& c, const FakeRequest& request) {
        if (request.api_key == 20)
            asked.push_back("delete " + *request.as<wire::DeleteTopicsRequest>().topics.at(0).name);
        else
            asked.push_back(
                "grow " +
                std::to_string(request.as<wire::CreatePartitionsRequest>().topics.at(0).count));
        c.reset(request.broker); // no answer, so that the next gets its turn
    };
    cluster.start();
    cluster.run_for(seconds(2));
    REQUIRE(asked.size() >= 2);
    CHECK(std::find(asked.begin(), asked.end(), "delete old") != asked.end());
    CHECK(std::find(asked.begin(), asked.end(), "grow 12") != asked.end());
}

TEST_CASE("an action may be submitted while the client runs, and a tool leaves when it is done") {
    auto cluster = cluster_with({}, {});
    cluster.start();
    cluster.run_for(milliseconds(50));
    AdminProcess admin = *cluster.client.admin();
    Effects out;
    admin.submit({cluster.now, 0}, orders(), out);
    CHECK(admin.calls().size() == 1);
    CHECK(!out.empty());

    auto tool = cluster_with({task(orders())}, {}, true);
    tool.handler = [](FakeCluster& c, const FakeRequest& request) {
        answer_create(c, request, wire::Error::none);
    };
    tool.start();
    tool.run_for(milliseconds(100));
    CHECK(std::holds_alternative<Exit>(tool.effects.back()));
    CHECK(!tool.client.wakeup().has_value());
}
