// How a client finds its cluster and keeps its picture of it: bootstrap, failover, metadata, leader
// epochs. Seen through an admin client that has nothing to do, and through producers.
#include "core/wire/messages/metadata_request.hpp"
#include "core/wire/messages/produce_request.hpp"
#include "tests/core/client/fake_cluster.hpp"
#include "tests/support/catch.hpp"

using namespace orrery;
using namespace orrery::client;
using tests::FakeCluster;
using tests::with_servers;

namespace {

FakeCluster idle_client(const std::vector<ConfigPair>& pairs, std::int32_t brokers = 3) {
    const auto config = parse_admin_config(with_servers(brokers, pairs));
    REQUIRE(config.has_value());
    return FakeCluster(Client(AdminProcess(*config, {})), brokers);
}

FakeCluster producing_client(const std::vector<ConfigPair>& pairs) {
    const auto config = parse_producer_config(with_servers(3, pairs));
    REQUIRE(config.has_value());
    Load load;
    load.topic = "orders";
    load.name = "app";
    load.records = 10;
    return FakeCluster(Client(ProducerProcess(*config, load)), 3);
}

NodeId leader_in(const FakeCluster& cluster) {
    return cluster.client.network().metadata().partition(0, 0)->current_leader();
}

} // namespace

TEST_CASE("a client learns the cluster from any bootstrap server that answers") {
    for (const std::int32_t alive : {1, 2, 3}) {
        auto cluster = idle_client({});
        for (auto& [id, up] : cluster.up)
            up = id == alive;
        cluster.start();
        cluster.run_for(seconds(1));
        const ClusterMetadata& metadata = cluster.client.network().metadata();
        CHECK(!metadata.only_bootstrap());
        CHECK(metadata.brokers().size() == 3);
        CHECK(metadata.cluster_id() == "fake");
        CHECK(cluster.dials.size() <= 3);
    }
}

TEST_CASE("a broker that can't be reached is dialed with a backoff that grows to its maximum") {
    auto cluster =
        idle_client({{"reconnect.backoff.ms", "50"}, {"reconnect.backoff.max.ms", "1000"}}, 1);
    cluster.up[1] = false;
    cluster.start();
    cluster.run_for(seconds(20));
    REQUIRE(cluster.dials.size() > 15);
    CHECK(cluster.dials.size() < 35);
    const auto gap = [&](std::size_t i) {
        return (cluster.dials[i + 1].first - cluster.dials[i].first).ms();
    };
    CHECK(gap(0) >= 40);
    CHECK(gap(0) <= 115); // the backoff, and the wait of a metadata update that found nobody
    for (std::size_t i = 6; i + 1 < cluster.dials.size(); ++i) {
        CHECK(gap(i) >= 800);
        CHECK(gap(i) <= 1'060);
    }
    cluster.up[1] = true;
    cluster.run_for(seconds(2));
    CHECK(!cluster.client.network().metadata().only_bootstrap());
}

TEST_CASE("a dial that hangs is given up after the setup timeout") {
    auto cluster = idle_client({{"socket.connection.setup.timeout.ms", "1000"},
                                {"socket.connection.setup.timeout.max.ms", "1000"}},
                               2);
    cluster.latency = seconds(100); // nothing ever arrives
    cluster.start();
    cluster.run_for(milliseconds(990));
    CHECK(cluster.dials.size() == 1);
    cluster.run_for(milliseconds(200));
    REQUIRE(cluster.dials.size() == 2);
    CHECK(cluster.dials[0].second != cluster.dials[1].second);
}

TEST_CASE("metadata is asked for again when it is old, and not before") {
    auto cluster = idle_client({{"metadata.max.age.ms", "2000"}});
    cluster.start();
    cluster.run_for(milliseconds(1'900));
    CHECK(cluster.metadata_requests == 1);
    cluster.run_for(milliseconds(200));
    CHECK(cluster.metadata_requests == 2);
    cluster.run_for(seconds(20));
    CHECK(cluster.metadata_requests == 12);
}

TEST_CASE("metadata requests that go unanswered are repeated elsewhere, with backoff") {
    auto cluster = idle_client({{"request.timeout.ms", "1000"}});
    cluster.answers_metadata = false;
    cluster.start();
    cluster.run_for(seconds(5));
    CHECK(cluster.kept(3) >= 4);
    CHECK(cluster.kept(3) <= 5);
    cluster.answers_metadata = true;
    cluster.run_for(seconds(2));
    CHECK(!cluster.client.network().metadata().only_bootstrap());
}

TEST_CASE("a topic that isn't there is asked for ever more rarely") {
    auto cluster = producing_client({});
    cluster.start();
    cluster.run_for(seconds(1));
    const std::size_t early = cluster.metadata_requests;
    CHECK(early >= 3);
    CHECK(early <= 8);
    cluster.run_for(seconds(10));
    CHECK(cluster.metadata_requests - early >= 8);
    CHECK(cluster.metadata_requests - early <= 14);
}

TEST_CASE("a leader epoch that was seen never goes back") {
    auto cluster = producing_client({{"metadata.max.age.ms", "100"}});
    cluster.add_topic("orders", {2}).partitions[0].epoch = 5;
    cluster.start();
    cluster.run_for(milliseconds(300));
    CHECK(leader_in(cluster) == NodeId{2});
    for (const std::int32_t stale : {1, 2, 3}) {
        cluster.stale_broker = stale; // says that broker 1 leads in epoch 4
        cluster.run_for(seconds(1));
        CHECK(leader_in(cluster) == NodeId{2});
    }
    cluster.stale_broker = -1;
    cluster.topics["orders"].partitions[0] = {3, 6};
    cluster.run_for(milliseconds(300));
    CHECK(leader_in(cluster) == NodeId{3});
}

TEST_CASE("a topic made anew counts its epochs from the beginning") {
    auto cluster = producing_client({{"metadata.max.age.ms", "100"}});
    cluster.add_topic("orders", {2}).partitions[0].epoch = 5;
    cluster.start();
    cluster.run_for(milliseconds(300));
    cluster.topics["orders"].id = Uuid{7, 7};
    cluster.topics["orders"].partitions[0] = {1, 0};
    cluster.run_for(milliseconds(300));
    CHECK(leader_in(cluster) == NodeId{1});
}

TEST_CASE("when no known broker can be reached the client goes back to its bootstrap servers") {
    for (const bool may : {true, false}) {
        auto cluster = idle_client({{"metadata.recovery.strategy", may ? "rebootstrap" : "none"},
                                    {"metadata.recovery.rebootstrap.trigger.ms", "3000"},
                                    {"metadata.max.age.ms", "1000"}},
                                   1); // it is told of broker 1 alone
        cluster.start();
        cluster.run_for(milliseconds(100));
        // The cluster moved: it is brokers 7 and 8 now, and neither does what it is asked.
        cluster.in_metadata = {{7, true}, {8, true}};
        cluster.up = {{1, true}, {7, false}, {8, false}};
        cluster.run_for(seconds(2));
        cluster.reset(1);
        cluster.dials.clear();
        cluster.run_for(seconds(10));
        bool back = false;
        for (const auto& [at, host] : cluster.dials)
            back = back || host == "b1";
        CHECK(back == may);
    }
}

TEST_CASE("an idle connection is closed after connections.max.idle.ms") {
    auto cluster = idle_client({{"connections.max.idle.ms", "5000"}}, 1);
    cluster.start();
    cluster.run_for(seconds(4));
    CHECK(cluster.connected_to(1));
    bool closed = false;
    for (int i = 0; i < 20; ++i) {
        cluster.run_for(milliseconds(100));
        for (const Effect& effect : cluster.effects)
            closed = closed || std::holds_alternative<HangUp>(effect);
    }
    CHECK(closed);
}

TEST_CASE("requests use the highest version that both sides speak") {
    auto cluster = producing_client({{"linger.ms", "0"}});
    cluster.add_topic("orders", {1});
    cluster.highest = {{0, 9}, {3, 8}};
    cluster.start();
    cluster.run_for(milliseconds(500));
    const auto request = cluster.take(0);
    CHECK(request.version == 9);
    CHECK(request.as<wire::ProduceRequest>().topic_data[0].name == "orders");
    cluster.highest.clear();
    cluster.reset(1);
    cluster.requests.clear();
    cluster.run_for(seconds(1));
    CHECK(cluster.take(0).version >= 12);
}
