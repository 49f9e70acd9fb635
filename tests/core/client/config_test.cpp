// Kafka's config names, defaults and limits, and what is said of a wrong one.
#include "core/client/config.hpp"
#include "tests/core/client/fake_cluster.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::client;
using tests::with_servers;

namespace {

InputError consumer_error(std::vector<ConfigPair> pairs) {
    const auto config = parse_consumer_config(with_servers(1, std::move(pairs)));
    REQUIRE(!config.has_value());
    return config.error();
}

InputError producer_error(std::vector<ConfigPair> pairs) {
    const auto config = parse_producer_config(with_servers(1, std::move(pairs)));
    REQUIRE(!config.has_value());
    return config.error();
}

} // namespace

TEST_CASE("a producer that is told only its servers has Kafka 4.4's defaults") {
    const auto config = parse_producer_config(with_servers(2, {}));
    REQUIRE(config.has_value());
    CHECK(config->common.bootstrap_servers == std::vector<Endpoint>{{"b1", 9092}, {"b2", 9092}});
    CHECK(config->acks == -1);
    CHECK(config->batch_size == 16'384);
    CHECK(config->linger == milliseconds(5));
    CHECK(config->delivery_timeout == seconds(120));
    CHECK(config->common.request_timeout == seconds(30));
    CHECK(config->common.metadata_max_age == seconds(300));
    CHECK(config->common.retry_backoff == milliseconds(100));
    CHECK(config->max_in_flight == 5);
    CHECK(config->common.rebootstrap);
}

TEST_CASE("values go where their names say") {
    const auto producer =
        parse_producer_config(with_servers(1, {{"acks", "1"},
                                               {"linger.ms", " 20 "},
                                               {"compression.type", "lz4"},
                                               {"client.id", "orders"},
                                               {"metadata.recovery.strategy", "none"}}));
    REQUIRE(producer.has_value());
    CHECK(producer->acks == 1);
    CHECK(producer->linger == milliseconds(20));
    CHECK(producer->compression == record::Codec::lz4);
    CHECK(producer->common.client_id == "orders");
    CHECK(!producer->common.rebootstrap);
    const auto all = parse_producer_config(with_servers(1, {{"acks", "all"}}));
    CHECK(all->acks == -1);

    const auto consumer =
        parse_consumer_config(with_servers(1, {{"auto.offset.reset", "by_duration:PT1H30M"},
                                               {"isolation.level", "read_committed"},
                                               {"check.crcs", "false"},
                                               {"max.poll.records", "10"}}));
    REQUIRE(consumer.has_value());
    CHECK(consumer->reset == OffsetReset::by_duration);
    CHECK(consumer->reset_by == seconds(5'400));
    CHECK(consumer->read_committed);
    CHECK(!consumer->check_crcs);
    CHECK(consumer->max_poll_records == 10);

    const auto admin = parse_admin_config(with_servers(1, {{"default.api.timeout.ms", "9"}}));
    REQUIRE(admin.has_value());
    CHECK(admin->api_timeout == milliseconds(9));
    CHECK(admin->common.connections_max_idle == seconds(300));
}

TEST_CASE("a name that nobody knows is an error with the nearest right name") {
    const InputError error = producer_error({{"lingr.ms", "5"}});
    CHECK(error.where == "lingr.ms");
    CHECK(error.hint == "did you mean linger.ms?");
    CHECK(producer_error({{"fetch.min.bytes", "5"}}).where == "fetch.min.bytes");
    CHECK(producer_error({{"zzz", "5"}}).hint.empty());
}

TEST_CASE("names that can change nothing here are taken as they are") {
    CHECK(parse_producer_config(with_servers(1, {{"key.serializer", "a.b.C"},
                                                 {"ssl.protocol", "TLSv1.3"},
                                                 {"metrics.num.samples", "3"},
                                                 {"security.protocol", "PLAINTEXT"}}))
              .has_value());
    CHECK(parse_consumer_config(with_servers(1, {{"key.deserializer", "a.b.C"}})).has_value());
}

TEST_CASE("a value that can't be is an error that says what could") {
    CHECK(producer_error({{"acks", "2"}}).hint == "one of all, -1, 0, 1");
    CHECK(producer_error({{"linger.ms", "soon"}}).what == "\"soon\" is not a whole number");
    CHECK(producer_error({{"max.in.flight.requests.per.connection", "0"}}).hint ==
          "1 to 2147483647");
    CHECK(producer_error({{"bootstrap.servers", "nowhere"}}).where == "bootstrap.servers");
    CHECK(!parse_consumer_config(with_servers(1, {{"auto.offset.reset", "by_duration:1h"}})));
    CHECK(parse_consumer_config({}).error().where == "bootstrap.servers");
}

TEST_CASE("what Orrery doesn't have yet is refused with that reason, its absence accepted") {
    CHECK(producer_error({{"enable.idempotence", "true"}}).what.find("not idempotent") !=
          std::string::npos);
    CHECK(parse_producer_config(with_servers(1, {{"enable.idempotence", "false"}})).has_value());
    CHECK(producer_error({{"transactional.id", "t"}}).where == "transactional.id");
    CHECK(producer_error({{"security.protocol", "SSL"}}).where == "security.protocol");
}

TEST_CASE("delivery.timeout.ms must leave time for one try; unless given it is raised") {
    CHECK(producer_error({{"delivery.timeout.ms", "1000"}}).hint == "at least 30005");
    const auto raised = parse_producer_config(with_servers(1, {{"linger.ms", "100000"}}));
    REQUIRE(raised.has_value());
    CHECK(raised->delivery_timeout == seconds(130));
}

TEST_CASE("a group has Kafka's defaults, and commits automatically only if it is there") {
    const auto alone = parse_consumer_config(with_servers(1, {}));
    REQUIRE(alone.has_value());
    CHECK_FALSE(alone->group.auto_commit);
    const auto config = parse_consumer_config(with_servers(1, {{"group.id", "g"}}));
    REQUIRE(config.has_value());
    CHECK(config->group.auto_commit);
    CHECK(config->group.auto_commit_interval == seconds(5));
    CHECK(config->group.session_timeout == seconds(45));
    CHECK(config->group.heartbeat_interval == seconds(3));
    CHECK(config->group.max_poll_interval == seconds(300));
    CHECK(config->group.assignors ==
          std::vector<Assignor>{Assignor::range, Assignor::cooperative_sticky});
}

TEST_CASE("assignors have the names of their classes, in full or short, and those of the wire") {
    const auto config = parse_consumer_config(with_servers(
        1, {{"group.id", "g"},
            {"partition.assignment.strategy",
             "org.apache.kafka.clients.consumer.StickyAssignor, RoundRobinAssignor,range"}}));
    REQUIRE(config.has_value());
    CHECK(config->group.assignors ==
          std::vector<Assignor>{Assignor::sticky, Assignor::round_robin, Assignor::range});
    CHECK(consumer_error({{"partition.assignment.strategy", "BestAssignor"}}).where ==
          "partition.assignment.strategy");
    CHECK(consumer_error({{"partition.assignment.strategy", "range,range"}}).what ==
          "an assignor is there twice");
}

TEST_CASE("what the other group protocol has no use for is refused, as Kafka refuses it") {
    for (const char* name :
         {"session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy"}) {
        const std::string value = name[0] == 'p' ? "range" : "5000";
        const auto error =
            consumer_error({{"group.id", "g"}, {"group.protocol", "consumer"}, {name, value}});
        CHECK(error.where == name);
        CHECK(error.what == "it cannot be set when group.protocol=consumer");
    }
    CHECK(consumer_error({{"group.remote.assignor", "uniform"}}).where == "group.remote.assignor");
}

TEST_CASE("a group's settings that can't be together are errors") {
    CHECK(consumer_error({{"group.id", " "}}).where == "group.id");
    CHECK(consumer_error({{"group.id", "g"}, {"group.instance.id", "a b"}}).where ==
          "group.instance.id");
    CHECK(consumer_error({{"enable.auto.commit", "true"}}).what ==
          "there is nothing to commit to without group.id");
    CHECK(
        consumer_error({{"heartbeat.interval.ms", "9000"}, {"session.timeout.ms", "9000"}}).where ==
        "heartbeat.interval.ms");
}
