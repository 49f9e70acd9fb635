// Two consumers of one group in a whole cluster: they share four partitions, one goes and comes
// back, and every record is processed, once, under each protocol.
#include "core/client/client.hpp"
#include "core/node/node.hpp"
#include "sim/scenario/cast.hpp"
#include "sim/scenario/plan.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace orrery;
using namespace orrery::sim;

namespace {

ActorId add_client(World& world, const char* name, client::Client client) {
    ActorSpec spec;
    spec.name = name;
    spec.kind = std::string(client.kind());
    spec.prototype = actor_of(std::move(client));
    return world.add(std::move(spec));
}

/// A cluster of three brokers, a producer of 100 records a second into four partitions, and two
/// consumers that are not started yet.
struct SharedWorld {
    World world;
    ActorId consumers[2];
    explicit SharedWorld(std::vector<client::ConfigPair> pairs)
        : world(build(plan())), consumers{add_consumer("c1", pairs), add_consumer("c2", pairs)} {
        client::Load load;
        load.topic = "orders";
        load.name = "p";
        load.records = 100;
        load.keys = client::KeyModel::sequence;
        load.key_count = 1'000'000;
        load.count = 4'000;
        const auto config = client::parse_producer_config(std::vector<client::ConfigPair>{
            {"bootstrap.servers", bootstrap_servers(plan())}, {"enable.idempotence", "false"}});
        REQUIRE(config.has_value());
        const ActorId producer =
            add_client(world, "p", client::Client(client::ProducerProcess(*config, load)));
        for (std::int32_t node = 0; node < 4; ++node)
            world.start({node});
        run(8);
        world.start(producer);
        run(2);
    }
    static ClusterPlan plan() {
        ClusterPlan plan;
        plan.seed = 5;
        metadata::Properties properties;
        properties["offsets.topic.num.partitions"] = "4";
        properties["offsets.topic.replication.factor"] = "3";
        properties["num.partitions"] = "4";
        properties["default.replication.factor"] = "3";
        plan.nodes.push_back({{101}, false, true, {}, properties});
        for (std::int32_t id = 1; id <= 3; ++id)
            plan.nodes.push_back({{id}, true, false, {}, properties});
        return plan;
    }
    ActorId add_consumer(const char* name, std::vector<client::ConfigPair> pairs) {
        pairs.emplace_back("bootstrap.servers", bootstrap_servers(plan()));
        pairs.emplace_back("group.id", "billing");
        pairs.emplace_back("auto.offset.reset", "earliest");
        const auto config = client::parse_consumer_config(pairs);
        REQUIRE(config.has_value());
        client::Reading reading;
        reading.topics = {"orders"};
        return add_client(world, name, client::Client(client::ConsumerProcess(*config, reading)));
    }
    void run(std::int64_t time) { world.run_until(world.now() + seconds(time)); }
    const client::ConsumerProcess& consumer(std::size_t which) const {
        const auto* found = world.process<client::Client>(consumers[which]);
        REQUIRE(found != nullptr);
        return *found->consumer();
    }
    int owned(std::size_t which) const {
        int count = 0;
        for (const client::ConsumerPartition& partition : consumer(which).partitions())
            count += partition.owned ? 1 : 0;
        return count;
    }
};

} // namespace

TEST_CASE("two consumers share a topic's partitions, and one that leaves has them taken over") {
    const std::vector<std::vector<client::ConfigPair>> protocols = {
        {},
        {{"partition.assignment.strategy", "CooperativeStickyAssignor"}},
        {{"group.protocol", "consumer"}}};
    for (const auto& pairs : protocols) {
        INFO((pairs.empty() ? std::string("eager") : pairs[0].first));
        SharedWorld shared(pairs);
        shared.world.start(shared.consumers[0]);
        shared.run(15);
        CHECK(shared.owned(0) == 4);
        shared.world.start(shared.consumers[1]);
        shared.run(25);
        CHECK(shared.owned(0) == 2);
        CHECK(shared.owned(1) == 2);
        const std::int64_t by_first = shared.consumer(0).counters().consumed;
        shared.world.stop(shared.consumers[0]);
        shared.run(25);
        CHECK(shared.owned(1) == 4);
        CHECK(by_first + shared.consumer(1).counters().consumed == 4'000);
        for (const client::ConsumerPartition& partition : shared.consumer(1).partitions())
            CHECK(partition.committed == partition.position);
    }
}
