// Elections against Kafka's own: the golden vectors, and the rules that read well as sentences.
#include "core/base/print.hpp"
#include "core/controller/elections.hpp"
#include "core/metadata/partition_records.hpp"
#include "core/metadata/versions.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/vectors.hpp"

#include <nlohmann/json.hpp>

using namespace orrery;
using namespace orrery::controller;

namespace {

std::vector<NodeId> ids(const nlohmann::json& list) {
    return metadata::node_ids(list.get<std::vector<std::int32_t>>());
}

metadata::LeaderRecoveryState recovery(const nlohmann::json& name) {
    return name == "RECOVERED" ? metadata::LeaderRecoveryState::recovered
                               : metadata::LeaderRecoveryState::recovering;
}

Uuid directory_of(NodeId id) {
    return {1, 100 + static_cast<std::uint64_t>(id.value)};
}

metadata::Partition partition_of(const nlohmann::json& json) {
    metadata::Partition partition;
    partition.replicas = ids(json.at("replicas"));
    for (const NodeId id : partition.replicas)
        partition.directories.push_back(directory_of(id));
    partition.isr = ids(json.at("isr"));
    partition.elr = ids(json.at("elr"));
    partition.last_known_elr = ids(json.at("lastKnownElr"));
    partition.leader = NodeId{json.at("leader").get<std::int32_t>()};
    partition.leader_recovery_state = recovery(json.at("leaderRecoveryState"));
    partition.leader_epoch = LeaderEpoch{json.at("leaderEpoch").get<std::int32_t>()};
    partition.partition_epoch = PartitionEpoch{json.at("partitionEpoch").get<std::int32_t>()};
    return partition;
}

void wish(PartitionPlan& plan, const nlohmann::json& change) {
    const std::string election = change.at("election");
    plan.election = election == "PREFERRED" ? Election::preferred
                    : election == "UNCLEAN" ? Election::unclean
                                            : Election::online;
    const auto take = [&](const char* key, std::vector<NodeId>& to) {
        if (change.contains(key))
            to = ids(change.at(key));
    };
    take("targetIsr", plan.isr);
    take("targetReplicas", plan.replicas);
    take("targetAdding", plan.adding);
    take("targetRemoving", plan.removing);
    take("uncleanShutdownReplicas", plan.crashed);
    for (const NodeId id : plan.replicas)
        plan.new_directories.emplace_back(id, directory_of(id));
}

metadata::Partition three(std::vector<NodeId> isr, NodeId leader) {
    metadata::Partition partition;
    partition.replicas = {NodeId{1}, NodeId{2}, NodeId{3}};
    partition.directories.assign(3, metadata::directory_unassigned);
    partition.isr = std::move(isr);
    partition.leader = leader;
    return partition;
}

metadata::Partition after(const PartitionPlan& plan, const std::optional<metadata::Record>& made) {
    REQUIRE(made.has_value());
    return metadata::changed(plan.partition, std::get<wire::PartitionChangeRecord>(made->message));
}

} // namespace

TEST_CASE("elections give the record and the state that Kafka's give") {
    const auto vectors = tests::load_vectors("elections");
    REQUIRE(!vectors.empty());
    const metadata::TopicPartitionId id{Uuid{1, 2}, 3};
    for (const auto& vector : vectors) {
        INFO(vector.at("id").get<std::string>());
        const auto& change = vector.at("change");
        const metadata::Partition present = partition_of(vector.at("partition"));
        ElectionRules rules;
        rules.min_isr = change.at("minIsr");
        rules.elr_enabled = change.at("elrEnabled");
        rules.last_known_leader = change.at("useLastKnownLeader");
        const auto level =
            metadata::metadata_version_level(change.at("metadataVersion").get<std::string>());
        REQUIRE(level.has_value());
        rules.metadata_version = *level;
        PartitionPlan plan(present, id, rules, ids(change.at("acceptableLeaders")));
        wish(plan, change);
        const auto record = plan.build();
        metadata::Partition result = present;
        REQUIRE(record.has_value() == !vector.at("record").is_null());
        if (record) {
            CHECK(record->version == vector.at("recordVersion").get<int>());
            CHECK(to_hex(metadata::encode(*record)) ==
                  vector.at("recordFramedHex").get<std::string>());
            result =
                metadata::changed(present, std::get<wire::PartitionChangeRecord>(record->message));
        }
        metadata::Partition expected = partition_of(vector.at("after"));
        expected.adding = ids(vector.at("after").at("adding"));
        expected.removing = ids(vector.at("after").at("removing"));
        CHECK(result == expected);
    }
}

TEST_CASE("a leader that leaves is followed by the next of the ISR, in a new leader epoch") {
    const metadata::Partition present = three({NodeId{1}, NodeId{2}, NodeId{3}}, NodeId{1});
    ElectionRules rules;
    PartitionPlan plan(present, {}, rules, {NodeId{2}, NodeId{3}});
    plan.isr = {NodeId{2}, NodeId{3}};
    const metadata::Partition result = after(plan, plan.build());
    CHECK(result.leader == NodeId{2});
    CHECK(result.isr == std::vector<NodeId>{NodeId{2}, NodeId{3}});
    CHECK(result.leader_epoch == present.leader_epoch + 1);
    CHECK(result.partition_epoch == present.partition_epoch + 1);
}

TEST_CASE("who leaves the ISR below min ISR becomes an eligible leader, and may lead alone later") {
    const metadata::Partition present = three({NodeId{1}, NodeId{2}}, NodeId{1});
    ElectionRules rules;
    rules.min_isr = 2;
    rules.elr_enabled = true;
    PartitionPlan shrink(present, {}, rules, {NodeId{1}});
    shrink.isr = {NodeId{1}};
    const metadata::Partition one = after(shrink, shrink.build());
    CHECK(one.elr == std::vector<NodeId>{NodeId{2}});
    PartitionPlan die(one, {}, rules, {});
    die.isr = {};
    const metadata::Partition none = after(die, die.build());
    CHECK(none.isr.empty());
    CHECK(none.leader == no_node);
    CHECK(none.elr == std::vector<NodeId>{NodeId{1}, NodeId{2}});
    PartitionPlan back(none, {}, rules, {NodeId{2}});
    const metadata::Partition led = after(back, back.build());
    CHECK(led.leader == NodeId{2});
    CHECK(led.isr == std::vector<NodeId>{NodeId{2}});
    CHECK(led.elr == std::vector<NodeId>{NodeId{1}});
    CHECK(led.leader_recovery_state == metadata::LeaderRecoveryState::recovered);
}

TEST_CASE("out of the ISR a leader is elected uncleanly only where it is allowed, and recovers") {
    metadata::Partition present = three({NodeId{1}}, NodeId{1});
    ElectionRules rules;
    PartitionPlan refused(present, {}, rules, {NodeId{2}});
    CHECK(after(refused, refused.build()).leader == no_node);
    PartitionPlan allowed(present, {}, rules, {NodeId{2}});
    allowed.election = Election::unclean;
    const metadata::Partition result = after(allowed, allowed.build());
    CHECK(result.leader == NodeId{2});
    CHECK(result.isr == std::vector<NodeId>{NodeId{2}});
    CHECK(result.leader_recovery_state == metadata::LeaderRecoveryState::recovering);
}
