// Consumer groups in a live cluster as the window sees them: members, partitions, lag, the gaps.
#include "core/client/client.hpp"
#include "gui/model/live_cluster.hpp"
#include "sim/faults/fault.hpp"
#include "sim/scenario/cast.hpp"
#include "sim/scenario/plan.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace orrery;
using namespace orrery::gui::model;

namespace {

using Pairs = std::vector<client::ConfigPair>;

const Pairs eager = {};
const Pairs cooperative = {{"partition.assignment.strategy", "CooperativeStickyAssignor"}};
const Pairs modern = {{"group.protocol", "consumer"}};

/// Three brokers, a producer of 50 records a second into four partitions, two consumers of one
/// group that are not started yet, and a memory that watches.
struct Watched {
    sim::World world;
    sim::ActorId consumers[2];
    Memory memory;

    explicit Watched(const Pairs& pairs, std::optional<client::Crash> crash = {})
        : world(sim::build(plan())), consumers{add_consumer("billing-1", pairs, crash),
                                               add_consumer("billing-2", pairs, {})} {
        client::Load load;
        load.topic = "orders";
        load.name = "p";
        load.records = 50;
        load.keys = client::KeyModel::sequence;
        load.key_count = 1'000'000;
        load.count = 100'000;
        const auto config = client::parse_producer_config(
            Pairs{{"bootstrap.servers", sim::bootstrap_servers(plan())},
                  {"enable.idempotence", "false"}});
        REQUIRE(config.has_value());
        const sim::ActorId producer =
            add_client("p", client::Client(client::ProducerProcess(*config, load)));
        memory = Memory(world);
        for (std::int32_t node = 0; node < 4; ++node)
            world.start({node});
        run(8);
        world.start(producer);
        run(2);
    }
    static sim::ClusterPlan plan() {
        sim::ClusterPlan plan;
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
    sim::ActorId add_client(const char* name, client::Client client) {
        sim::ActorSpec spec;
        spec.name = name;
        spec.kind = std::string(client.kind());
        spec.prototype = sim::actor_of(std::move(client));
        return world.add(std::move(spec));
    }
    sim::ActorId add_consumer(const char* name, Pairs pairs, std::optional<client::Crash> crash) {
        pairs.emplace_back("bootstrap.servers", sim::bootstrap_servers(plan()));
        pairs.emplace_back("group.id", "billing");
        pairs.emplace_back("client.id", name);
        pairs.emplace_back("auto.offset.reset", "earliest");
        const auto config = client::parse_consumer_config(pairs);
        REQUIRE(config.has_value());
        client::Reading reading;
        reading.topics = {"orders"};
        reading.crash = crash;
        return add_client(name, client::Client(client::ConsumerProcess(*config, reading)));
    }
    void run(std::int64_t time) {
        Remembering watching(memory, nullptr);
        world.run_until(world.now() + seconds(time), &watching);
    }
    /// Both read.
    void share() {
        world.start(consumers[0]);
        run(15);
        world.start(consumers[1]);
        run(25);
    }
    void kill(sim::ActorId actor) {
        Remembering watching(memory, nullptr);
        sim::faults::apply(world, sim::faults::Kill{actor}, &watching);
    }
    Group seen() const {
        Snapshot out;
        fill_groups({world, memory}, topic_names(world), out);
        REQUIRE(out.groups.size() == 1);
        return out.groups.front();
    }
    /// The most of the group's partitions that nobody read at once.
    std::int32_t worst_gap() const {
        std::int32_t worst = 0;
        for (const IdleStep& step : memory.timeline().groups.at(0).steps)
            worst = std::max(worst, step.idle);
        return worst;
    }
};

} // namespace

TEST_CASE("a live group is seen with its members, what they own, and its lag") {
    for (const Pairs& pairs : {eager, cooperative, modern}) {
        INFO((pairs.empty() ? std::string("eager") : pairs[0].first));
        Watched watched(pairs);
        watched.share();
        const Group group = watched.seen();
        CHECK(group.id == "billing");
        CHECK(group.state == GroupState::stable);
        CHECK(group.coordinator >= 1);
        CHECK(group.coordinator_text.empty());
        CHECK(group.epoch == group.assignment_epoch);
        CHECK((group.protocol == GroupProtocol::consumer) == (pairs == modern));
        CHECK_FALSE(group.assignor.empty());
        REQUIRE(group.members.size() == 2);
        for (const GroupMember& member : group.members) {
            CHECK(member.client >= 0);
            CHECK(member.owned.size() == 2);
            CHECK(member.owned == member.target);
            CHECK(member.settled);
            CHECK(member.session.whole == seconds(45));
            CHECK(member.session.left > seconds(30));
        }
        CHECK(group.members[0].name == "billing-1");
        REQUIRE(group.offsets.size() == 4);
        for (const GroupOffset& offset : group.offsets) {
            CHECK(offset.at.topic == "orders");
            CHECK(offset.committed > 0);
            CHECK(offset.position >= offset.committed);
            CHECK(offset.lag == offset.end - offset.committed);
            REQUIRE(offset.behind);
            CHECK((offset.behind->ns > 0) == (offset.lag > 0));
            CHECK(*offset.behind < seconds(6)); // of auto.commit.interval.ms = 5000, and a batch
            CHECK_FALSE(offset.owner.empty());
            CHECK_FALSE(offset.idle_from);
        }
        CHECK(group.rebalances >= 1);
        CHECK_FALSE(group.lag_history.empty());
    }
}

TEST_CASE("an eager rebalance stops all partitions, the others only those that move") {
    Watched all(eager);
    all.share();
    CHECK(all.worst_gap() == 4);
    for (const Pairs& pairs : {cooperative, modern}) {
        Watched some(pairs);
        some.share();
        CHECK(some.worst_gap() >= 1);
        CHECK(some.worst_gap() <= 2);
    }
}

TEST_CASE("what a dead member read is read by nobody until its session ends and another gets it") {
    for (const Pairs& pairs : {eager, cooperative, modern}) {
        INFO((pairs.empty() ? std::string("eager") : pairs[0].first));
        Watched watched(pairs);
        watched.share();
        const Instant died = watched.world.now();
        watched.kill(watched.consumers[0]);
        watched.run(20);
        Group group = watched.seen();
        CHECK(group.members.size() == 2);
        CHECK(std::count_if(group.offsets.begin(), group.offsets.end(),
                            [](const GroupOffset& one) { return one.idle_from.has_value(); }) == 2);
        CHECK(group.lag > 400); // 20 s of half of 50 records/s
        REQUIRE(group.behind);
        CHECK(*group.behind > seconds(19));
        CHECK(lag_trend(group, watched.world.now()) == 1);
        watched.run(60);
        group = watched.seen();
        REQUIRE(group.members.size() == 1);
        CHECK(group.members[0].owned.size() == 4);
        int gaps = 0;
        for (const GroupOffset& offset : group.offsets) {
            CHECK_FALSE(offset.idle_from);
            if (offset.last_gap && offset.last_gap->from == died) {
                ++gaps;
                CHECK(offset.last_gap->to - died > seconds(40));
            }
        }
        CHECK(gaps >= (pairs == eager ? 0 : 2));
        bool fenced = false;
        for (std::size_t i = 0; i < watched.memory.facts().size(); ++i) {
            const FactLine& fact = watched.memory.facts()[i];
            if (fact.name == "member_fenced") {
                fenced = true;
                CHECK(fact.group == "billing");
                CHECK(fact.about == watched.memory.people().id(watched.consumers[0]));
                CHECK(fact.config == (pairs == modern ? "group.consumer.session.timeout.ms"
                                                      : "session.timeout.ms"));
            }
        }
        CHECK(fenced);
    }
}

TEST_CASE("an application that ends by itself leaves its partitions to nobody at that moment") {
    Watched watched(modern, client::Crash{1'500, client::CrashPoint::after_processing});
    watched.share();
    watched.run(30);
    Instant ended = never;
    for (std::size_t i = 0; i < watched.memory.facts().size(); ++i)
        if (watched.memory.facts()[i].name == "process_ended")
            ended = watched.memory.facts()[i].at;
    REQUIRE(ended != never);
    const Group group = watched.seen();
    CHECK(std::count_if(group.offsets.begin(), group.offsets.end(),
                        [&](const GroupOffset& one) { return one.idle_from == ended; }) == 2);
}

TEST_CASE("a group whose coordinator dies is shown as it was last known, and as such") {
    Watched watched(modern);
    watched.share();
    const Group before = watched.seen();
    const sim::ActorId broker = watched.memory.people().node(before.coordinator);
    watched.kill(broker);
    Group group = watched.seen();
    CHECK(group.state == GroupState::unknown);
    CHECK(group.coordinator == -1);
    CHECK(group.coordinator_text == "broker " + std::to_string(before.coordinator) + " is down");
    CHECK(group.members.size() == 2);
    watched.run(40);
    group = watched.seen();
    CHECK(group.coordinator_text.empty());
    CHECK(group.coordinator != before.coordinator);
    CHECK(group.state == GroupState::stable);
    CHECK(group.members.size() == 2);
}

TEST_CASE("partitions of a fact are read behind a group's id, also one with blanks") {
    CHECK(places_in("billing orders-0, my-topic-12", "billing") ==
          std::vector<GroupPlace>{{"orders", 0}, {"my-topic", 12}});
    CHECK(places_in("a b c-1", "a b") == std::vector<GroupPlace>{{"c", 1}});
    CHECK(places_in("billing ", "billing").empty());
    CHECK(places_in("billing", "billing").empty());
    CHECK(places_in("billing nothing", "billing").empty());
}

TEST_CASE("a partition that was taken over already is not idle when its old owner lets go") {
    GroupMemory memory;
    Timeline timeline;
    const auto tell = [&](std::int64_t ms, std::int32_t actor, Fact fact) {
        Note note;
        note.fact = fact;
        note.text = "g t-0";
        memory.on_fact({ms * 1'000'000}, {actor}, note, "g", 0, timeline);
    };
    tell(1, 7, Fact::partitions_assigned);
    tell(2, 8, Fact::partitions_assigned);
    tell(3, 7, Fact::partitions_lost);
    REQUIRE(memory.find("g") != nullptr);
    CHECK(memory.find("g")->idle == 0);
    tell(4, 8, Fact::partitions_revoked);
    CHECK(memory.find("g")->idle == 1);
    tell(9, 7, Fact::partitions_assigned);
    const RememberedOwner* owner = memory.find("g")->places.find(GroupPlace{"t", 0});
    REQUIRE(owner != nullptr);
    CHECK(owner->last_gap == Span{{4'000'000}, {9'000'000}});
    memory.on_death({10'000'000}, {7}, timeline);
    CHECK(memory.find("g")->idle == 1);
    REQUIRE(timeline.groups.size() == 1);
    CHECK(timeline.groups[0].steps.size() == 4);
}
